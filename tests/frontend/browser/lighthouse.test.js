// Lighthouse, from npm, in the browser of the system, on a page with tasks. What it says of speed depends on
// the machine: --measure tells that.

import assert from "node:assert/strict";
import { scenario } from "./bench.js";
import { judge } from "./lighthouse.js";

const TASKS = Array.from({ length: 100 }, (_, i) => ({ title: `task ${i + 1}`, tags: i % 9 ? [] : ["home"] }));

scenario("Lighthouse finds nothing to mend", { tasks: TASKS }, async ({ page, server }) => {
  await page.close();
  const { accessibility, "best-practices": practices } = await judge(server.url, "accessibility", "best-practices");
  assert.deepEqual([accessibility.faults, practices.faults], [[], []]);
  assert.deepEqual([accessibility.score, practices.score], [1, 1]);
});
