// The rules of TodoMVC, one case each.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const THREE = [{ title: "buy milk" }, { title: "write letter" }, { title: "mend bicycle" }];
const ONE_DONE = [{ title: "buy milk" }, { title: "write letter", completed: true }, { title: "mend bicycle" }];
const NO_ROUTE = "#/none";
const titlesOf = (tasks) => tasks.map(({ title }) => title);

// ---- Nothing there

scenario("an empty list hides main and footer and keeps them in the page", {}, async ({ page, screen }) => {
  assert.equal(await page.locator(".main").count(), 1);
  assert.equal(await page.locator(".footer").count(), 1);
  assert.equal(await screen.isShown(".main"), false);
  assert.equal(await screen.isShown(".footer"), false);
});

scenario("the new task field has the focus at the start", {}, async ({ screen }) => {
  assert.equal(await screen.focused(), "new-todo");
});

// ---- Adding

scenario("Enter adds at the bottom", { tasks: THREE }, async ({ screen, server }) => {
  await screen.add("call the bank");
  await until(screen.titles, [...titlesOf(THREE), "call the bank"]);
  await until(server.titles, [...titlesOf(THREE), "call the bank"]);
});

scenario("adding empties the field", {}, async ({ page, screen }) => {
  await screen.add("buy milk");
  assert.equal(await page.locator(".new-todo").inputValue(), "");
});

scenario("a new title is trimmed", {}, async ({ screen, server }) => {
  await screen.add("   buy milk \t ");
  await until(screen.titles, ["buy milk"]);
  await until(server.titles, ["buy milk"]);
});

scenario("a blank title adds nothing", { tasks: THREE }, async ({ screen, server }) => {
  await screen.add("   ", "last");
  await until(server.titles, [...titlesOf(THREE), "last"]);
  assert.deepEqual(await screen.titles(), [...titlesOf(THREE), "last"]);
});

scenario("the first task shows main and footer", {}, async ({ screen }) => {
  await screen.add("buy milk");
  await until(() => screen.isShown(".main"), true);
  assert.equal(await screen.isShown(".footer"), true);
  assert.equal(await screen.isShown(".empty"), false);
});

// ---- Mark all as complete

scenario("mark all completes every task", { tasks: ONE_DONE }, async ({ page, screen, server }) => {
  await page.locator(".toggle-all").check();
  await until(screen.completed, titlesOf(ONE_DONE));
  await until(() => server.list("?completed=false"), []);
});

scenario("mark all a second time opens every task", { tasks: THREE }, async ({ page, screen, server }) => {
  await page.locator(".toggle-all").check();
  await page.locator(".toggle-all").uncheck();
  await until(screen.completed, []);
  await until(() => server.list("?completed=true"), []);
});

scenario("mark all follows the tasks", { tasks: THREE }, async ({ page, screen }) => {
  const all = page.locator(".toggle-all");
  for (const { title } of THREE) await screen.row(title).locator(".toggle").check();
  await until(() => all.isChecked(), true);
  await screen.row("write letter").locator(".toggle").uncheck();
  await until(() => all.isChecked(), false);
  await screen.row("write letter").locator(".toggle").check();
  await until(() => all.isChecked(), true);
});

// ---- One task

scenario("a task can be completed", { tasks: THREE }, async ({ screen, server }) => {
  await screen.row("buy milk").locator(".toggle").check();
  await until(screen.completed, ["buy milk"]);
  await until(async () => (await server.list()).map(({ completed }) => completed), [true, false, false]);
});

scenario("a completed task can be opened again", { tasks: ONE_DONE }, async ({ screen, server }) => {
  await screen.row("write letter").locator(".toggle").uncheck();
  await until(screen.completed, []);
  await until(() => server.list("?completed=true"), []);
});

scenario("a task can be deleted", { tasks: THREE }, async ({ screen, server }) => {
  await screen.row("write letter").hover();
  await screen.row("write letter").locator(".destroy").click();
  await until(screen.titles, ["buy milk", "mend bicycle"]);
  await until(server.titles, ["buy milk", "mend bicycle"]);
});

// ---- Editing

scenario("a double click edits and hides the other controls", { tasks: THREE }, async ({ page, screen }) => {
  await screen.row("buy milk").locator(".title").dblclick();
  const row = page.locator(".todo-list li").first();
  await until(() => row.getAttribute("class"), "editing");
  assert.equal(await row.locator(".toggle").isVisible(), false);
  assert.equal(await row.locator(".title").isVisible(), false);
  assert.equal(await row.locator(".edit").inputValue(), "buy milk");
  assert.equal(await screen.focused(), "edit of buy milk");
});

scenario("Enter saves an edit", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "write two letters");
  await page.keyboard.press("Enter");
  await until(screen.titles, ["buy milk", "write two letters", "mend bicycle"]);
  await until(server.titles, ["buy milk", "write two letters", "mend bicycle"]);
  assert.equal(await page.locator(".editing").count(), 0);
});

scenario("leaving the field saves an edit", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "write two letters");
  await page.locator("h1").click();
  await until(screen.titles, ["buy milk", "write two letters", "mend bicycle"]);
  await until(server.titles, ["buy milk", "write two letters", "mend bicycle"]);
});

scenario("an edited title is trimmed", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "   write two letters  ");
  await page.keyboard.press("Enter");
  await until(server.titles, ["buy milk", "write two letters", "mend bicycle"]);
  assert.deepEqual(await screen.titles(), ["buy milk", "write two letters", "mend bicycle"]);
});

scenario("an empty edit deletes", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "  ");
  await page.keyboard.press("Enter");
  await until(screen.titles, ["buy milk", "mend bicycle"]);
  await until(server.titles, ["buy milk", "mend bicycle"]);
});

scenario("Escape restores", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "something else");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".editing").count(), 0);
  assert.deepEqual(await screen.titles(), titlesOf(THREE));
  await screen.add("last");
  await until(server.titles, [...titlesOf(THREE), "last"]);
});

scenario("an edit after Escape starts from the title", { tasks: THREE }, async ({ page, screen }) => {
  await screen.edit("write letter", "something else");
  await page.keyboard.press("Escape");
  await screen.row("write letter").locator(".title").dblclick();
  assert.equal(await page.locator(".editing .edit").inputValue(), "write letter");
});

// ---- Counter

scenario("the counter names one item and many", { tasks: THREE.slice(0, 2) }, async ({ page, screen }) => {
  await until(screen.count, "2 items left");
  await screen.row("buy milk").locator(".toggle").check();
  await until(screen.count, "1 item left");
  await screen.row("write letter").locator(".toggle").check();
  await until(screen.count, "0 items left");
  assert.equal(await page.locator(".todo-count strong").innerText(), "0");
});

// ---- Clear completed

scenario("clear completed removes what is completed", { tasks: ONE_DONE }, async ({ page, screen, server }) => {
  await page.locator(".clear-completed").click();
  await until(screen.titles, ["buy milk", "mend bicycle"]);
  await until(server.titles, ["buy milk", "mend bicycle"]);
});

scenario("clear completed is there only for completed tasks", { tasks: THREE }, async ({ screen }) => {
  assert.equal(await screen.isShown(".clear-completed"), false);
  await screen.row("buy milk").locator(".toggle").check();
  await until(() => screen.isShown(".clear-completed"), true);
  await screen.row("buy milk").locator(".toggle").uncheck();
  await until(() => screen.isShown(".clear-completed"), false);
});

// ---- Keeping

scenario("a reload shows the same", { tasks: THREE }, async ({ page, screen, server }) => {
  await screen.row("buy milk").locator(".toggle").check();
  await screen.add("call the bank");
  await until(async () => (await server.list()).length, 4);
  await page.reload();
  await until(screen.titles, [...titlesOf(THREE), "call the bank"]);
  assert.deepEqual(await screen.completed(), ["buy milk"]);
});

// ---- Routes

const ROUTES = [
  { name: "All", hash: "#/", titles: ["buy milk", "write letter", "mend bicycle"] },
  { name: "Active", hash: "#/active", titles: ["buy milk", "mend bicycle"] },
  { name: "Completed", hash: "#/completed", titles: ["write letter"] },
];

for (const { name, hash, titles } of ROUTES) {
  scenario(`the link ${name} shows its tasks`, { tasks: ONE_DONE, path: NO_ROUTE }, async ({ page, screen }) => {
    await page.getByRole("link", { name, exact: true }).click();
    await until(screen.titles, titles);
    assert.equal(new URL(page.url()).hash, hash);
  });

  scenario(`the address ${hash} opens on its tasks`, { tasks: ONE_DONE, path: hash }, async ({ page, screen }) => {
    await until(screen.titles, titles);
    assert.equal(await page.locator(".filters .selected").innerText(), name);
    assert.equal(await screen.count(), "2 items left");
    assert.equal(await screen.isShown(".clear-completed"), true);
  });
}

scenario("the back button walks the filters", { tasks: ONE_DONE }, async ({ page, screen }) => {
  await page.getByRole("link", { name: "Active" }).click();
  await page.getByRole("link", { name: "Completed" }).click();
  await until(screen.titles, ["write letter"]);
  await page.goBack();
  await until(screen.titles, ["buy milk", "mend bicycle"]);
  await page.goBack();
  await until(screen.titles, titlesOf(ONE_DONE));
});

scenario("the filter in force is marked", { tasks: ONE_DONE }, async ({ page }) => {
  const selected = () => page.locator(".filters .selected").allInnerTexts();
  assert.deepEqual(await selected(), ["All"]);
  for (const name of ["Active", "Completed", "All"]) {
    await page.getByRole("link", { name, exact: true }).click();
    await until(selected, [name]);
    assert.equal(await page.locator("[aria-current=page]").innerText(), name);
  }
});

scenario("a task leaves a filter that it no longer matches", { tasks: ONE_DONE, path: "#/active" },
  async ({ screen }) => {
    await screen.row("buy milk").locator(".toggle").click();
    await until(screen.titles, ["mend bicycle"]);
    await until(screen.count, "1 item left");
  });

scenario("an empty filter keeps main and footer", { tasks: THREE, path: "#/completed" }, async ({ screen }) => {
  await until(screen.titles, []);
  assert.equal(await screen.isShown(".main"), true);
  assert.equal(await screen.isShown(".footer"), true);
});
