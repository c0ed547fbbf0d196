// How fast the page is: figures, no tests. tests/frontend/run --measure TASKSD prints them.

import { scenario, until } from "./bench.js";
import { judge } from "./lighthouse.js";

const LOADS = 21;
const SETTLED_MS = 1000;
const JUDGED = 3;
const tasks = (count) => Array.from({ length: count }, (_, i) => ({ title: `task ${i + 1}`, tags: i % 9 ? [] : ["home"] }));
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const tell = (what, numbers, unit = "ms") =>
  console.log(`${what}: median ${median(numbers).toFixed(1)} ${unit}, worst ${Math.max(...numbers).toFixed(1)} ${unit} of ${numbers.length}`);

/** Has the browser note when it has painted the first row. */
function notePaint() {
  document.addEventListener("readystatechange", () =>
    document.querySelector("#row")?.content.querySelector(".title").setAttribute("elementtiming", "row"));
  new PerformanceObserver((list) => (globalThis.rowsAt ??= list.getEntries()[0].renderTime))
    .observe({ type: "element", buffered: true });
}

/** Nothing is asked of the page while it loads. */
async function load(context, url) {
  const page = await context.newPage();
  await page.addInitScript(notePaint);
  await page.goto(url);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const figures = await page.evaluate(() => {
    const list = performance.getEntriesByType("resource").find(({ name }) => /\/tasks\?/.test(name));
    return { rows: rowsAt, afterAnswer: rowsAt - list.responseEnd };
  });
  await page.close();
  return figures;
}

for (const count of [100, 100_000])
  scenario(`a fresh load with ${count} tasks`, { tasks: tasks(count) }, async ({ page, server }) => {
    await page.close();
    const browser = page.context().browser();
    const all = [];
    for (let i = 0; i < LOADS; i++) {
      const context = await browser.newContext({ serviceWorkers: "block" }); // nothing is cached
      all.push(await load(context, server.url));
      await context.close();
    }
    tell(`${count} tasks, rows painted after the start`, all.map(({ rows }) => rows));
    tell(`${count} tasks, rows painted after the answer`, all.map(({ afterAnswer }) => afterAnswer));
  });

async function frames(page, count, step) {
  return page.evaluate(async ([count, step]) => {
    const all = [];
    for (let i = 0, last = performance.now(); i < count; i++) {
      scrollBy(0, step);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      all.push(now - last);
      last = now;
    }
    return all;
  }, [count, step]);
}

scenario("scrolling through 100,000 tasks", { tasks: tasks(100_000) }, async ({ page, screen }) => {
  await until(async () => (await screen.count()).endsWith("+ items left"), true);
  tell("frame while scrolling, pages being read", await frames(page, 240, 400));
  await until(async () => {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    return screen.count();
  }, "100000 items left");
  await page.evaluate(() => scrollTo(0, 0));
  tell("frame while scrolling, 100,000 read", await frames(page, 240, 400));
  const adds = [];
  for (let i = 0; i < LOADS; i++) {
    await page.locator(".new-todo").fill(`new ${i}`);
    adds.push(await page.evaluate(() => {
      const start = performance.now();
      document.querySelector(".composer").requestSubmit();
      return performance.now() - start;
    }));
  }
  tell("adding a task, 100,000 read", adds);
  const client = await page.context().newCDPSession(page);
  await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  console.log(`100,000 read: ${(usedSize / 1e6).toFixed(0)} MB of heap, ${await page.locator("*").count()} elements`);
});

scenario("two tabs", { tasks: tasks(3) }, async ({ page, screen, open }) => {
  const other = await open();
  await until(() => [screen.streams() > 0, other.screen.streams() > 0], [true, true]);
  const all = [];
  for (let i = 0; i < LOADS; i++) {
    // Not by a timer: those of a tab behind another one may wait a second.
    const seen = other.page.evaluate((title) => new Promise((resolve) => {
      const list = document.querySelector(".todo-list");
      const watch = new MutationObserver(() => {
        if (![...list.querySelectorAll(".title")].some(({ textContent }) => textContent === title)) return;
        watch.disconnect();
        resolve(Date.now());
      });
      watch.observe(list, { childList: true, subtree: true, characterData: true });
    }), `seen ${i}`);
    await page.bringToFront();
    await page.locator(".new-todo").fill(`seen ${i}`);
    const sent = await page.evaluate(() => {
      document.querySelector(".composer").requestSubmit();
      return Date.now();
    });
    all.push((await seen) - sent);
  }
  tell("from Enter in one tab to a row in another", all);
});

scenario("the speed that Lighthouse sees", { tasks: tasks(100) }, async ({ page, server }) => {
  await page.close();
  const scores = [];
  for (let i = 0; i < JUDGED; i++) scores.push(100 * (await judge(server.url, ["performance"])).performance.score);
  console.log(`Lighthouse, 100 tasks: performance ${scores.map(Math.round).join(", ")}`);
});
