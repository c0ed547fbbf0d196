// On a train: the server goes away, the page is closed and opened again, and nothing is lost.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const TWO = [{ title: "write letter", notes: "by hand" }, { title: "buy milk" }];
const TRAIN = { tasks: TWO, serviceWorkers: "allow" };
const mirror = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("todos-libtasks")));

/** How many changes are kept on the disk. */
function kept(page) {
  return page.evaluate(() => new Promise((resolve) => {
    const request = indexedDB.open("tasks");
    request.onsuccess = () => {
      const count = request.result.transaction("queue").objectStore("queue").count();
      count.onsuccess = () => resolve(count.result);
    };
  }));
}

/** Waits until the page can be opened without the server. */
async function ready(page) {
  await page.waitForFunction(async () => {
    const wanted = ["page.css", "js/main.js", "js/view.js", location.pathname];
    const found = await Promise.all(wanted.map((path) => caches.match(new URL(path, location.href))));
    return navigator.serviceWorker.controller && found.every(Boolean);
  });
  await until(async () => (await mirror(page))?.length, TWO.length);
}

scenario("changes outlive the page and the server", TRAIN, async ({ page, screen, server }) => {
  await ready(page);
  await server.kill();
  await screen.add("call the bank");
  await screen.row("buy milk").locator(".toggle").check();
  await screen.edit("write letter", "write two letters");
  await page.keyboard.press("Enter");
  await until(screen.titles, ["write two letters", "buy milk", "call the bank"]);
  await until(() => kept(page), 3);
  await page.reload();
  await until(screen.titles, ["write two letters", "buy milk", "call the bank"]);
  await until(screen.completed, ["buy milk"]);
  assert.equal(await screen.row("write two letters").locator(".notes").innerText(), "by hand");
  assert.equal(await page.locator(".unsaved").count(), 3);
  await screen.add("and one more");
  await server.restart();
  await until(server.titles, ["write two letters", "buy milk", "call the bank", "and one more"]);
  await until(() => page.locator(".unsaved").count(), 0);
  await until(screen.titles, ["write two letters", "buy milk", "call the bank", "and one more"]);
  assert.deepEqual((await server.list("?completed=true")).map(({ title }) => title), ["buy milk"]);
  await page.reload();
  await until(screen.titles, ["write two letters", "buy milk", "call the bank", "and one more"]);
  await until(() => page.locator(".unsaved").count(), 0);
});

scenario("a conflict of a change that waited is shown after the page was closed", TRAIN,
  async ({ page, screen, server }) => {
    await ready(page);
    await server.kill();
    await screen.edit("write letter", "mine");
    await page.keyboard.press("Enter");
    await until(() => kept(page), 1);
    await page.goto("about:blank");
    await server.restart();
    const [task] = await server.list();
    await server.send("PATCH", `/tasks/${task.id}`, { title: "theirs" });
    await page.goto(server.url);
    await until(() => screen.notice(), "This task was changed elsewhere Yours mine Theirs theirs Keep mine Keep theirs");
    await page.getByRole("button", { name: "Keep mine" }).click();
    await until(server.titles, ["mine", "buy milk"]);
  });

scenario("the mirror says id, title and completed", { tasks: TWO }, async ({ page, screen, server }) => {
  await screen.row("buy milk").locator(".toggle").check();
  await until(() => mirror(page), (await server.list()).map(({ id, title }) =>
    ({ id, title, completed: title === "buy milk" })));
});

async function signIn(page, screen, token) {
  await page.locator(".token").fill(token);
  await page.locator(".token").press("Enter");
  await until(screen.titles, TWO.map(({ title }) => title));
}

scenario("signing out leaves nothing on the disk", { tasks: TWO, auth: "token" }, async ({ page, screen, server }) => {
  await signIn(page, screen, server.token);
  await screen.add("secret");
  await until(server.titles, ["write letter", "buy milk", "secret"]);
  await until(async () => JSON.stringify(await onDisk(page)).includes("secret"), true);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".sign-in[open]").waitFor();
  assert.equal(await mirror(page), null);
  assert.deepEqual(await onDisk(page), { queue: [], list: [] });
});

scenario("what somebody could not send waits for nobody else", { ...TRAIN, auth: "token" },
  async ({ page, screen, server, open }) => {
    await signIn(page, screen, server.token);
    await server.kill();
    await screen.add("hers");
    await until(() => kept(page), 1);
    await page.close({ runBeforeUnload: false });
    await server.restart();
    const other = await open();
    await signIn(other.page, other.screen, server.otherToken());
    await other.screen.add("his");
    await until(server.titles, ["write letter", "buy milk", "his"]);
    assert.deepEqual(await other.screen.titles(), ["write letter", "buy milk", "his"]);
    assert.ok(!JSON.stringify(await onDisk(other.page)).includes(server.token), "a token is on the disk");
    const again = await open();
    await again.page.locator(".token").fill(server.token);
    await again.page.locator(".token").press("Enter");
    await until(server.titles, ["write letter", "buy milk", "his", "hers"]);
  });

/** What is in IndexedDB. */
function onDisk(page) {
  return page.evaluate(async () => {
    const answered = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const db = await answered(indexedDB.open("tasks"));
    const all = (name) => answered(db.transaction(name).objectStore(name).getAll());
    return { queue: await all("queue"), list: await all("list") };
  });
}
