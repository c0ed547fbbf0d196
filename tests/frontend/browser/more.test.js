// What the page can do beyond TodoMVC.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const THREE = [{ title: "one" }, { title: "two" }, { title: "three" }];
const TAGGED = [
  { title: "milk", tags: ["shop"] }, { title: "nails", tags: ["shop", "home"] }, { title: "letter", notes: "to the BANK" },
];
const picked = (page) => page.locator(".picked .title").allTextContents();

// ---- Details

scenario("the details of a task are written in a dialog", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.row("two").locator(".toggle").focus();
  await page.keyboard.press("e");
  const field = (name) => page.locator(`.details-of [name=${name}]`);
  await field("title").fill("two letters");
  await field("notes").fill("first line\nsecond line");
  await field("due").fill("tomorrow");
  await until(() => page.locator(".due-meaning").innerText(), "tomorrow");
  await field("priority").selectOption("High");
  await field("tags").fill("home, #work home");
  await page.getByRole("button", { name: "Save" }).click();
  await until(async () => (await server.list())[1].title, "two letters");
  const [, task] = await server.list();
  const tomorrow = new Date();
  tomorrow.setHours(24, 0, 0, 0);
  assert.deepEqual([task.notes, task.due_at, task.priority, task.tags],
    ["first line\nsecond line", tomorrow.toISOString(), 1, ["home", "work"]]);
  await until(() => screen.row("two letters").locator(".details").innerText().then((text) => text.replace(/\s+/g, " ")),
    "Due tomorrow High priority home work");
  assert.equal(await page.evaluate(() => document.activeElement.classList[0]), "toggle");
});

scenario("a due date that is not understood is not saved", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.row("one").hover();
  await page.getByRole("button", { name: "Edit one" }).click();
  await page.locator("[name=due]").fill("whenever");
  assert.match(await page.locator(".due-meaning").innerText(), /Write a day such as/);
  await page.getByRole("button", { name: "Save" }).click();
  assert.equal(await page.locator(".details-of[open]").count(), 1);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".details-of[open]").count(), 0);
  assert.deepEqual((await server.list()).map(({ revision }) => revision), [1, 1, 1]);
});

scenario("what is not touched in the dialog is not written", { tasks: [{ title: "x", due_at: "2031-02-03T04:05:06.789Z", priority: 3 }] },
  async ({ page, screen, server }) => {
    await screen.row("x").locator(".toggle").focus();
    await page.keyboard.press("e");
    await page.locator("[name=notes]").fill("y");
    await page.locator("[name=notes]").press("Tab");
    await page.getByRole("button", { name: "Save" }).click();
    await until(async () => (await server.list())[0].notes, "y");
    const [{ due_at, priority }] = await server.list();
    assert.deepEqual([due_at, priority], ["2031-02-03T04:05:06.789Z", 3]);
  });

// ---- Finding

scenario("a tag filters, and no longer", { tasks: TAGGED }, async ({ page, screen }) => {
  assert.deepEqual(await page.locator(".chip").allTextContents(), ["home", "shop"]);
  await page.locator(".chip").filter({ hasText: "shop" }).click();
  await until(screen.titles, ["milk", "nails"]);
  assert.equal(await page.locator(".chip[aria-pressed=true]").textContent(), "shop");
  await screen.row("nails").locator(".tag").filter({ hasText: "home" }).click();
  await until(screen.titles, ["nails"]);
  await page.locator(".chip[aria-pressed=true]").click();
  await until(screen.titles, ["milk", "nails", "letter"]);
});

scenario("search looks into titles and notes", { tasks: TAGGED }, async ({ page, screen }) => {
  await page.locator(".new-todo").press("Tab");
  await page.locator(".toggle-all").press("/");
  await page.keyboard.type("bank");
  await until(screen.titles, ["letter"]);
  await page.locator(".search").fill("nothing like it");
  await until(screen.titles, []);
  assert.equal(await page.locator(".nothing").innerText(), "Nothing here matches.");
  await page.locator(".search").fill("");
  await until(screen.titles, ["milk", "nails", "letter"]);
});

const MANY = Array.from({ length: 2600 }, (_, i) => ({ title: `task ${i}`, tags: i % 1300 === 1299 ? ["rare"] : [] }));

scenario("search and tags reach what was never read", { tasks: MANY }, async ({ page, screen }) => {
  await page.locator(".search").fill("TASK 259");
  await until(screen.titles, ["task 259", ...Array.from({ length: 10 }, (_, i) => `task ${2590 + i}`)]);
  await screen.row("task 2599").locator(".tag").click();
  await until(screen.titles, ["task 2599"]);
  await page.locator(".search").fill("");
  await until(screen.titles, ["task 1299", "task 2599"]);
});

// ---- Undo

scenario("a delete can be undone, with all that the task held",
  { tasks: [{ title: "one", order: 1 }, { title: "two", order: 2, notes: "n", tags: ["t"], priority: 5 }, { title: "three", order: 3 }] },
  async ({ page, screen, server }) => {
    await screen.row("two").locator(".toggle").focus();
    await page.keyboard.press("Delete");
    await until(server.titles, ["one", "three"]);
    assert.equal(await page.locator(".toast-text").innerText(), "Deleted “two”");
    await page.getByRole("button", { name: "Undo" }).click();
    await until(screen.titles, ["one", "two", "three"]);
    await until(async () => (await server.list("?sort=order")).map(({ title, notes, tags, priority }) => [title, notes, tags, priority]),
      [["one", "", [], 0], ["two", "n", ["t"], 5], ["three", "", [], 0]]);
    assert.equal(await screen.isShown(".toast"), false);
  });

scenario("cleared tasks can be brought back by a key", { tasks: [{ title: "one", completed: true }, { title: "two" }] },
  async ({ page, screen, server }) => {
    await page.locator(".clear-completed").click();
    await until(server.titles, ["two"]);
    await page.locator(".toggle").focus();
    await page.keyboard.press("Control+z");
    await until(server.titles, ["two", "one"]);
    await until(screen.completed, ["one"]);
  });

scenario("the offer to undo ends after ten seconds", { tasks: THREE }, async ({ page, screen }) => {
  await page.clock.install();
  await screen.row("two").locator(".toggle").focus();
  await page.keyboard.press("Delete");
  await page.clock.fastForward(8_000); // and what has passed by itself
  assert.equal(await screen.isShown(".toast"), true);
  await page.clock.fastForward(2_000);
  await until(() => screen.isShown(".toast"), false);
});

// ---- Several at once

scenario("several are selected with clicks and completed", { tasks: [...THREE, { title: "four" }] },
  async ({ page, screen, server }) => {
    await screen.row("one").locator(".title").click({ modifiers: ["Control"] });
    await screen.row("three").locator(".title").click({ modifiers: ["Shift"] });
    await until(() => page.locator(".bulk-count").innerText(), "3 selected");
    assert.deepEqual(await picked(page), ["one", "two", "three"]);
    await screen.row("four").locator(".title").click({ modifiers: ["Control"] });
    await screen.row("four").locator(".title").click({ modifiers: ["Control"] });
    await page.locator(".bulk").getByRole("button", { name: "Complete" }).click();
    await until(async () => (await server.list("?completed=true")).map(({ title }) => title), ["one", "two", "three"]);
    assert.equal(await screen.isShown(".bulk"), false);
  });

scenario("several are selected with keys, deleted and brought back", { tasks: [...THREE, { title: "four" }] },
  async ({ page, screen, server }) => {
    await screen.row("two").locator(".toggle").focus();
    await page.keyboard.press("Shift+ArrowDown");
    assert.deepEqual(await picked(page), ["two", "three"]);
    assert.equal(await screen.row("two").locator(".toggle").getAttribute("aria-description"), "selected");
    await page.locator(".bulk").getByRole("button", { name: "Delete" }).click();
    await until(server.titles, ["one", "four"]);
    assert.equal(await page.locator(".toast-text").innerText(), "Deleted 2 tasks");
    await page.getByRole("button", { name: "Undo" }).click();
    await until(server.titles, ["one", "four", "two", "three"]);
    await page.locator(".toggle").first().focus();
    await page.keyboard.press("Control+a");
    await until(() => picked(page), ["one", "four", "two", "three"]);
    await page.keyboard.press("Escape");
    await until(() => picked(page), []);
  });

// ---- Many lines

scenario("pasting many lines makes many tasks in one batch", { tasks: THREE }, async ({ page, screen, server }) => {
  const bodies = [];
  page.on("request", (request) => request.method() === "POST" && bodies.push(request.postDataJSON()));
  await paste(page, "four\r\n\n  five \nsix\t6\n");
  await until(server.titles, ["one", "two", "three", "four", "five", "six 6"]);
  await until(screen.titles, ["one", "two", "three", "four", "five", "six 6"]);
  assert.deepEqual(bodies.map((body) => body.length), [3]);
  assert.equal(await page.locator(".new-todo").inputValue(), "");
});

scenario("of many lines one that is refused does not take the others with it", {}, async ({ page, screen, server }) => {
  await paste(page, `one\n${"x".repeat(501)}\nthree`);
  await until(() => page.locator(".notice-title").innerText(), "These tasks were not added");
  await page.getByRole("button", { name: "Add one by one" }).click();
  await until(server.titles, ["one", "three"]);
  await until(() => page.locator(".notice-title").innerText(), "This task was not added");
  await page.getByRole("button", { name: "Edit again" }).click();
  assert.equal(await page.locator(".new-todo").inputValue(), "x".repeat(501));
});

scenario("pasting one line only fills the field", {}, async ({ page, screen }) => {
  await paste(page, "four");
  assert.deepEqual(await screen.titles(), []);
});

scenario("pasting more than a batch takes makes them all", {}, async ({ page, server }) => {
  await paste(page, Array.from({ length: 2300 }, (_, i) => `${i} ${"ü".repeat(100)}`).join("\n"));
  await until(async () => (await server.list("?sort=-id&limit=1"))[0]?.title.split(" ")[0], "2299");
});

async function paste(page, text) {
  await page.locator(".new-todo").evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

// ---- The order

const stored = async (server) => (await server.list("?sort=order")).map(({ title }) => title);

scenario("keys move a task", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.row("three").locator(".toggle").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await until(screen.titles, ["one", "three", "two"]);
  await until(() => stored(server), ["one", "three", "two"]);
  assert.equal(await screen.focused(), "toggle of three");
  assert.equal(await page.locator(".say").innerText(), "Moved to place 2 of 3.");
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await until(() => stored(server), ["three", "one", "two"]);
  for (let i = 0; i < 3; i++) await page.keyboard.press("Alt+ArrowDown");
  await until(() => stored(server), ["one", "two", "three"]);
  await page.reload();
  await until(screen.titles, ["one", "two", "three"]);
});

scenario("a mouse moves a task by its grip", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.row("one").hover();
  await screen.row("one").locator(".grip").hover();
  await page.mouse.down();
  const { x, y, height } = await screen.row("three").boundingBox();
  await page.mouse.move(x + 40, y + height - 4, { steps: 5 });
  assert.equal(await page.locator(".drop-after .title").textContent(), "three");
  await page.mouse.up();
  await until(screen.titles, ["two", "three", "one"]);
  await until(() => stored(server), ["two", "three", "one"]);
  await screen.add("four");
  await until(() => stored(server), ["two", "three", "one", "four"]);
});

scenario("Escape ends a drag without a move", { tasks: THREE }, async ({ page, screen }) => {
  await screen.row("one").locator(".grip").hover({ force: true });
  await page.mouse.down();
  await screen.row("three").hover();
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.deepEqual(await screen.titles(), ["one", "two", "three"]);
});

scenario("a finger moves a task by its grip", { tasks: THREE, hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } },
  async ({ page, screen, server }) => {
    const { x, y, height } = await screen.row("one").locator(".grip").boundingBox();
    const { y: end, height: room } = await screen.row("three").boundingBox();
    const client = await page.context().newCDPSession(page);
    const touch = (type, points) => client.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    await touch("touchStart", [{ x: x + 5, y: y + height / 2 }]);
    for (let i = 1; i <= 5; i++) await touch("touchMove", [{ x: x + 5, y: y + ((end + room - 4 - y) * i) / 5 }]);
    await touch("touchEnd", []);
    await until(screen.titles, ["two", "three", "one"]);
    await until(() => stored(server), ["two", "three", "one"]);
  });

// ---- Writing from right to left

const HEBREW = "לקנות פרחים לשבת";

scenario("a title runs the way it is written, and its neighbour the other", { tasks: [{ title: HEBREW, notes: HEBREW, tags: ["שבת"] }, { title: "two" }] },
  async ({ page, screen }) => {
    const direction = (part) => part.evaluate((element) => getComputedStyle(element).direction);
    for (const part of [".title", ".notes", ".tag"]) assert.equal(await direction(screen.row(HEBREW).locator(part)), "rtl", part);
    assert.equal(await direction(screen.row("two").locator(".title")), "ltr");
    const starts = await screen.row(HEBREW).locator(".title").evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return Math.abs(range.getBoundingClientRect().right - element.getBoundingClientRect().right) < 2;
    });
    assert.ok(starts, "the text does not begin at the right");
    await screen.row(HEBREW).locator(".title").dblclick();
    assert.equal(await direction(page.locator(".editing .edit")), "rtl");
    await page.keyboard.press("Escape");
    await page.locator(".new-todo").fill(HEBREW);
    assert.equal(await direction(page.locator(".new-todo")), "rtl");
  });

// ---- Keys

scenario("? shows the keys, n starts a new task", { tasks: THREE }, async ({ page, screen }) => {
  await screen.row("one").locator(".toggle").focus();
  await page.keyboard.press("?");
  await page.locator(".keys[open]").waitFor();
  assert.match(await page.locator(".keys").innerText(), /complete/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  assert.equal(await screen.focused(), "new-todo");
  await page.keyboard.type("n/?x");
  assert.equal(await page.locator(".new-todo").inputValue(), "n/?x");
});

scenario("everything is on paper", { tasks: Array.from({ length: 400 }, (_, i) => ({ title: `task ${i}` })) },
  async ({ page, screen }) => {
    await until(screen.count, "400 items left");
    assert.ok((await screen.titles()).length < 200);
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal((await screen.titles()).length, 400);
    for (const part of [".composer", ".footer", ".search", ".destroy", ".part"])
      assert.equal(await page.locator(part).first().isVisible(), false, part);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.ok((await screen.titles()).length < 200);
  });
