// A list of any size: what is in sight is in the document, and no more.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const COUNT = 100_000;
const HUGE = Array.from({ length: COUNT }, (_, i) => ({ title: `task ${i + 1}`, notes: i % 7 ? "" : "with notes" }));

scenario("100,000 tasks scroll in a document that stays small", { tasks: HUGE }, async ({ page, screen }) => {
  const rows = page.locator(".todo-list li");
  await until(async () => (await screen.count()).endsWith("+ items left"), true);
  const { median, most } = await page.evaluate(async () => {
    const frames = [];
    let most = 0;
    for (let i = 0, last = performance.now(); i < 240; i++) {
      scrollBy(0, 400);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
      most = Math.max(most, document.querySelectorAll(".todo-list li").length);
    }
    return { median: frames.sort((a, b) => a - b)[frames.length >> 1], most };
  });
  assert.ok(most < 150, `${most} rows`);
  console.log(`median frame: ${median.toFixed(1)} ms`);
  const place = (row) => Number(row.getAttribute("aria-posinset"));
  const before = await rows.last().evaluate(place);
  assert.ok(before > 1000, `only at ${before}`);
  const titles = await screen.titles();
  const first = Number(titles[0].slice(5));
  assert.deepEqual(titles, titles.map((_, i) => `task ${first + i}`));
});
