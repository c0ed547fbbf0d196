// Lighthouse, from npm, in the browser of the system, on a page with tasks.

import assert from "node:assert/strict";
import { scenario } from "./bench.js";
import { judge } from "./lighthouse.js";

const TASKS = Array.from({ length: 100 }, (_, i) => ({ title: `task ${i + 1}`, tags: i % 9 ? [] : ["home"] }));
const PERFORMANCE_MIN = 0.95;
const TRIES = 3; // what else the machine does can only make the page seem slower

scenario("Lighthouse finds nothing to mend", { tasks: TASKS }, async ({ page, server }) => {
  await page.close();
  const { accessibility, "best-practices": practices } = await judge(server.url, ["accessibility", "best-practices"]);
  assert.deepEqual([accessibility.faults, practices.faults], [[], []]);
  assert.deepEqual([accessibility.score, practices.score], [1, 1]);
});

scenario("Lighthouse finds it fast", { tasks: TASKS }, async ({ page, server }) => {
  await page.close();
  const scores = [];
  let faults;
  for (let slowdown; scores.length < TRIES && !(scores.at(-1) >= PERFORMANCE_MIN);) {
    const { performance, fitting } = await judge(server.url, ["performance"], slowdown);
    scores.push(performance.score);
    faults = performance.faults;
    slowdown = fitting;
  }
  assert.ok(scores.at(-1) >= PERFORMANCE_MIN, `its performance is ${scores}: ${faults}`);
});
