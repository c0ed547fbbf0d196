// Lighthouse, from npm, in the browser of the system, on a page with tasks.

import assert from "node:assert/strict";
import { scenario } from "./bench.js";
import { judge } from "./lighthouse.js";

const TASKS = Array.from({ length: 100 }, (_, i) => ({ title: `task ${i + 1}`, tags: i % 9 ? [] : ["home"] }));
const PERFORMANCE_MIN = 0.95;

scenario("Lighthouse finds nothing to mend", { tasks: TASKS }, async ({ page, server }) => {
  await page.close();
  const { accessibility, "best-practices": practices, performance } =
    await judge(server.url, "accessibility", "best-practices", "performance");
  assert.deepEqual([accessibility.faults, practices.faults], [[], []]);
  assert.deepEqual([accessibility.score, practices.score], [1, 1]);
  assert.ok(performance.score >= PERFORMANCE_MIN, `performance is ${performance.score}: ${performance.faults}`);
});
