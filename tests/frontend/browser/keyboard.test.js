// Everything without a mouse.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const THREE = [{ title: "one" }, { title: "two" }, { title: "three" }];

scenario("from empty to done with keys alone", {}, async ({ page, screen, server }) => {
  const { keyboard } = page;
  for (const title of ["one", "two", "three"]) {
    await keyboard.type(title);
    await keyboard.press("Enter");
  }
  await until(server.titles, ["one", "two", "three"]);
  await keyboard.press("ArrowDown");
  await keyboard.press("Space");
  await until(screen.completed, ["one"]);
  await keyboard.press("ArrowDown");
  assert.equal(await screen.focused(), "toggle of two");
  await keyboard.press("Enter");
  assert.equal(await screen.focused(), "edit of two");
  await keyboard.type(" and a half");
  await keyboard.press("Enter");
  await until(screen.focused, "toggle of two and a half");
  await keyboard.press("ArrowDown");
  await keyboard.press("Delete");
  await until(server.titles, ["one", "two and a half"]);
  await keyboard.press("Space");
  await until(screen.completed, ["one", "two and a half"]);
  await until(() => server.list("?completed=false"), []);
});

scenario("the focus stays near what was deleted", { tasks: THREE }, async ({ page, screen }) => {
  const remove = async () => {
    await page.keyboard.press("Delete");
  };
  await page.locator(".toggle").nth(1).focus();
  await remove();
  await until(screen.focused, "toggle of three");
  await remove();
  await until(screen.focused, "toggle of one");
  await remove();
  await until(screen.focused, "new-todo");
});

scenario("the arrows stay in their column and lead back to the field", { tasks: THREE },
  async ({ page, screen }) => {
    await page.getByRole("button", { name: "Edit two" }).focus();
    await page.keyboard.press("ArrowUp");
    assert.equal(await screen.focused(), "change of one");
    await page.keyboard.press("ArrowUp");
    assert.equal(await screen.focused(), "new-todo");
  });

scenario("Tab reaches every control in the order it is seen", { tasks: [{ title: "one", completed: true }] },
  async ({ page }) => {
    const names = [];
    for (let i = 0; i < 10; i++) {
      names.push(await page.evaluate(() => {
        const { activeElement: at } = document;
        return at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
      }));
      await page.keyboard.press("Tab");
    }
    assert.deepEqual(names, [
      "New task", "Mark all as complete", "Search", "one", "Edit one", "Delete one", "All", "Active", "Completed",
      "Clear completed",
    ]);
  });

scenario("Enter that ends a composition does not save", { tasks: THREE }, async ({ page }) => {
  await page.locator(".title").first().dblclick();
  await page.locator(".editing .edit").evaluate((field) => field.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })));
  assert.equal(await page.locator(".editing").count(), 1);
});

scenario("Escape empties the new task field", {}, async ({ page }) => {
  await page.keyboard.type("never mind");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".new-todo").inputValue(), "");
});

scenario("F2 edits from any control of a row", { tasks: THREE }, async ({ page, screen }) => {
  await page.getByRole("button", { name: "Delete three" }).focus();
  await page.keyboard.press("F2");
  assert.equal(await screen.focused(), "edit of three");
});
