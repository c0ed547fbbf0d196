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

// ---- What is far from sight is forgotten, and nobody notices

const LONG = HUGE.slice(0, 12_000);
const numbersOf = async (screen) => (await screen.titles()).map((title) => Number(title.slice(5)));
const HEAD_PX = 300; // above the first row

const scrollToPart = (page, part) =>
  page.evaluate((part) => scrollTo(0, part * document.documentElement.scrollHeight), part);

/** Reads the whole list, and stays at its end. */
async function readAll({ page, screen }, count = LONG.length) {
  await until(async () => {
    await scrollToPart(page, 1);
    return [await screen.count(), (await numbersOf(screen)).at(-1)];
  }, [`${count} items left`, count]);
}

/** The first row in the window, and where it is. */
const topRow = (page) => page.evaluate(() => {
  const row = [...document.querySelectorAll(".todo-list > li")].find((one) => one.getBoundingClientRect().top >= 0);
  return row && { number: Number(row.querySelector(".title").textContent.slice(5)), top: row.getBoundingClientRect().top };
});

const pagesAsked = (page) => {
  const asked = [];
  page.on("request", (request) => /\/tasks\?/.test(request.url()) && asked.push(request.url()));
  return asked;
};

scenario("whoever scrolls back meets every task at its place", { tasks: LONG }, async ({ page, screen }) => {
  await readAll({ page, screen });
  const asked = pagesAsked(page);
  for (const part of [0.5, 0.1, 0.9, 0]) {
    await scrollToPart(page, part);
    const isThere = async () => {
      const top = await topRow(page);
      return Boolean(top && top.top < HEAD_PX && Math.abs(top.number - part * LONG.length) < 200);
    };
    await until(isThere, true);
    const rows = await page.locator(".todo-list > li").evaluateAll((all) => all.map((row) =>
      [row.querySelector(".title").textContent, row.getAttribute("aria-posinset"), row.getAttribute("aria-setsize")]));
    const first = Number(rows[0][1]);
    assert.deepEqual(rows, rows.map((_, i) => [`task ${first + i}`, String(first + i), String(LONG.length)]));
    assert.equal(await screen.count(), `${LONG.length} items left`);
  }
  await page.emulateMedia({ media: "print" });
  assert.equal(await screen.isShown(".part"), true);
  await page.emulateMedia({ media: null });
  assert.equal(await screen.isShown(".part"), false);
  assert.ok(asked.length >= 4, "nothing had been forgotten");
  assert.ok(asked.length <= 16, `${asked.length} pages were read again`);
});

const STEP_PX = 6000;
const UNEVEN = LONG.map((task, i) => ({ ...task, notes: i < LONG.length / 2 ? "" : "with notes" }));

scenario("what is in sight stays there while pages above it are forgotten and come back", { tasks: UNEVEN },
  async ({ page, screen }) => {
    await until(async () => (await screen.count()).endsWith("+ items left"), true);
    let before = await topRow(page);
    for (let i = 0; i < 80; i++) {
      const moved = await page.evaluate((step) => {
        const from = scrollY;
        scrollBy(0, step);
        return scrollY - from;
      }, STEP_PX);
      await page.waitForTimeout(40); // pages are read
      await until(async () => Boolean(await topRow(page)), true);
      const after = await topRow(page);
      const rows = after.number - before.number;
      const isAtEnd = moved < STEP_PX; // of what has been read, from where nothing can be held
      assert.ok(isAtEnd || (rows >= moved / 100 && rows <= moved / 40), `${rows} rows for ${moved} pixels`);
      before = after;
    }
  });

scenario("the count holds what others do to tasks that were forgotten", { tasks: LONG },
  async ({ page, screen, server }) => {
    await until(() => screen.streams() > 0, true);
    await readAll({ page, screen });
    await scrollToPart(page, 0);
    await screen.row("task 1").waitFor();
    await server.send("PATCH", "/tasks/6500", { completed: true });
    await until(screen.count, `${LONG.length - 1} items left`);
    await server.send("DELETE", "/tasks/6501");
    await until(screen.count, `${LONG.length - 2} items left`);
    await server.send("PATCH", "/tasks/6502", { title: "moved up", order: -1 });
    await screen.row("moved up").waitFor();
    assert.equal(await screen.count(), `${LONG.length - 2} items left`);
    await server.send("PATCH", "/tasks/1", { title: "moved down", order: null });
    await scrollToPart(page, 6495 / LONG.length);
    await until(async () => (await numbersOf(screen)).includes(6500), true);
    assert.equal((await numbersOf(screen)).includes(6501), false);
    assert.equal((await screen.completed()).includes("task 6500"), true);
    await page.locator(".clear-completed").click();
    await until(screen.count, `${LONG.length - 2} items left`);
    await until(async () => (await numbersOf(screen)).includes(6500), false);
  });

scenario("what is away comes when all that was at hand is gone, and paper leaves it out",
  { tasks: Array.from({ length: 9000 }, (_, i) => ({ title: `task ${i + 1}`, completed: i < 7500 })) },
  async ({ page, screen }) => {
    await until(async () => {
      await scrollToPart(page, 1);
      return screen.count();
    }, "1500 items left");
    await scrollToPart(page, 0);
    await screen.row("task 1").waitFor();
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.ok((await screen.titles()).length > 4000);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    await page.locator(".clear-completed").click();
    await screen.row("task 7501").waitFor();
    assert.equal(await screen.count(), "1500 items left");
  });

scenario("all that a search found is selected, and nothing else is read for it", { tasks: LONG.slice(0, 3000) },
  async ({ page, screen }) => {
    await page.locator(".search").fill("task 299");
    await until(async () => (await screen.titles()).length, 11);
    const asked = pagesAsked(page);
    await page.locator(".todo-list .toggle").first().focus();
    await page.keyboard.press("Control+a");
    await until(() => page.locator(".bulk-count").innerText(), "11 selected");
    assert.deepEqual(asked, []);
  });

scenario("what is done to all tasks is done to those that were forgotten", { tasks: LONG.slice(0, 6500) },
  async ({ page, screen }) => {
    await readAll({ page, screen }, 6500);
    await page.locator(".todo-list .toggle").last().focus();
    await page.keyboard.press("Control+a");
    await until(() => page.locator(".bulk-count").innerText(), "6500 selected");
    await page.keyboard.press("Escape");
    await page.locator(".todo-list > li").last().locator(".text").click({ modifiers: ["Control"] });
    await scrollToPart(page, 0);
    await screen.row("task 1").locator(".text").click({ modifiers: ["Shift"] });
    await until(() => page.locator(".bulk-count").innerText(), "6500 selected");
  });

scenario("a page of the list that is older than what came in meanwhile is brought up to date", { tasks: LONG.slice(0, 150) },
  async ({ page, screen, server }) => {
    await until(() => screen.streams() > 0, true);
    const before = screen.streams();
    await page.route(/\/tasks\?.*cursor/, async (route) => {
      const answer = await route.fetch(); // as it is now, and told late
      await until(() => screen.streams() > before, true);
      await server.send("PATCH", "/tasks/120", { title: "later" });
      await server.send("DELETE", "/tasks/121");
      await server.send("PATCH", "/tasks/1", { title: "told" });
      await screen.row("told").waitFor();
      await route.fulfill({ response: answer });
    });
    await page.reload();
    await until(screen.count, "149 items left");
    await until(async () => (await screen.titles()).slice(118, 121), ["task 119", "later", "task 122"]);
  });
