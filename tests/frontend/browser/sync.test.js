// The page and the server, when others write too and when the server is away.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const ONE = [{ title: "write letter" }];
const POLL_MS = 10_000;

/** The same change as another client would make it. */
async function elsewhere(server, method, patch) {
  const [task] = await server.list();
  const answer = await server.send(method, `/tasks/${task.id}`, patch);
  assert.equal(answer.status, 200);
}

async function poll(page) {
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
}

// ---- Others write too

scenario("what others change comes in", { tasks: ONE }, async ({ page, screen, server }) => {
  await elsewhere(server, "PATCH", { title: "write two letters", completed: true });
  await server.create([{ title: "theirs" }]);
  await poll(page);
  await until(screen.titles, ["write two letters", "theirs"]);
  assert.deepEqual(await screen.completed(), ["write two letters"]);
  await elsewhere(server, "DELETE");
  await poll(page);
  await until(screen.titles, ["theirs"]);
});

scenario("what others change is seen at once, without asking", { tasks: ONE }, async ({ page, screen, server }) => {
  await until(() => screen.streams() > 0, true);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await elsewhere(server, "PATCH", { title: "write two letters", completed: true });
  await server.create([{ title: "theirs" }, { title: "more" }]);
  await until(screen.titles, ["write two letters", "theirs", "more"]);
  await elsewhere(server, "DELETE");
  await until(screen.titles, ["theirs", "more"]);
  assert.deepEqual(asked, []);
});

scenario("two tabs agree", { tasks: ONE }, async ({ page, screen, server, open }) => {
  const other = await open();
  await until(() => [screen.streams() > 0, other.screen.streams() > 0], [true, true]);
  await screen.add("call the bank");
  await until(other.screen.titles, ["write letter", "call the bank"]);
  await other.screen.row("write letter").locator(".toggle").click();
  await until(screen.completed, ["write letter"]);
  await screen.row("call the bank").locator(".toggle").focus();
  await page.keyboard.press("Delete");
  await until(other.screen.titles, ["write letter"]);
  await until(server.titles, ["write letter"]);
});

scenario("a tab that gets no frames, since it is behind another, agrees too", { tasks: ONE },
  async ({ page, screen, server }) => {
    await until(() => screen.streams() > 0, true);
    await page.evaluate(() => {
      const now = performance.now(); // the next change comes within what would be one frame
      performance.now = () => now;
      globalThis.requestAnimationFrame = () => 1;
    });
    for (const title of ["theirs", "more"]) {
      await server.create([{ title }]);
      await until(async () => (await screen.titles()).at(-1), title);
    }
  });

scenario("a stream that ends goes on where it was", { tasks: ONE }, async ({ page, screen, server }) => {
  await until(() => screen.streams() > 0, true);
  await server.kill();
  await until(() => screen.isShown(".notice"), true);
  await server.restart();
  await server.create([{ title: "theirs" }]);
  await until(screen.titles, ["write letter", "theirs"]);
  await until(() => screen.isShown(".notice"), false);
  await until(() => screen.streams() > 1, true);
});

const FORGOTTEN = [
  {
    name: "asked", events: { status: 503 },
    changes: { status: 410, contentType: "application/problem+json", body: '{"code":"changes_purged","title":"Gone"}' },
  },
  {
    name: "told", changes: { status: 304 },
    events: { contentType: "text/event-stream", body: 'id: 2\nevent: reset\ndata: {"revision":2}\n\n' },
  },
];

for (const { name, events, changes } of FORGOTTEN)
  scenario(`what the server no longer remembers is read anew: ${name}`, { tasks: ONE },
    async ({ page, screen, server }) => {
      await page.route(/\/changes/, (route) => route.fulfill(changes));
      await page.route(/\/events/, (route) => route.fulfill(events));
      await page.reload();
      await until(screen.titles, ["write letter"]);
      await elsewhere(server, "DELETE");
      await server.create([{ title: "theirs" }]);
      await poll(page);
      await until(screen.titles, ["theirs"]);
    });

scenario("asking again costs a 304 as long as nothing changed", { tasks: ONE }, async ({ page }) => {
  await page.clock.install();
  await page.route(/\/events/, (route) => route.fulfill({ status: 503 }));
  await page.reload();
  await page.locator(".todo-list li").waitFor();
  const answer = page.waitForResponse((response) => response.url().includes("/tasks/changes?"));
  await page.clock.fastForward(POLL_MS);
  assert.equal((await answer).status(), 304);
});

scenario("a page that nobody sees asks nothing, and asks at once when it is seen", { tasks: ONE },
  async ({ page, screen, server }) => {
    await page.clock.install();
    await page.route(/\/events/, (route) => route.fulfill({ status: 503 }));
    const asks = page.waitForResponse(/\/tasks\/changes/); // as there is no stream
    await page.reload();
    await page.locator(".todo-list li").waitFor();
    await asks;
    const turn = (hidden) => page.evaluate((isHidden) => {
      Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await turn(true);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await elsewhere(server, "PATCH", { title: "theirs" });
    await page.clock.fastForward(10 * POLL_MS);
    assert.deepEqual([asked, await screen.titles()], [[], ["write letter"]]);
    await turn(false);
    await until(screen.titles, ["theirs"]);
  });

scenario("what others change leaves an open editor alone", { tasks: ONE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "my own");
  await server.create([{ title: "theirs" }]);
  await poll(page);
  await until(screen.titles, ["write letter", "theirs"]);
  assert.equal(await page.locator(".editing .edit").inputValue(), "my own");
  assert.equal(await screen.focused(), "edit of write letter");
});

scenario("a list that was read before a change does not undo it", { tasks: [{ title: "one" }, { title: "two" }] },
  async ({ page, screen, server }) => {
    await server.create([{ title: "three" }]);
    let release;
    const released = new Promise((resolve) => (release = resolve));
    const held = new Promise((resolve) => page.route(/\/tasks\/changes\?/, async (route) => {
      const response = await route.fetch();
      resolve();
      await released;
      await route.fulfill({ response });
    }));
    await poll(page);
    await held;
    await screen.row("one").locator(".toggle").focus();
    await page.keyboard.press("Delete");
    await until(server.titles, ["two", "three"]);
    await until(() => page.locator(".unsaved").count(), 0);
    const answered = page.waitForResponse(/\/tasks\/changes\?/);
    release();
    await (await answered).finished();
    await until(screen.titles, ["two", "three"]);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.deepEqual(await screen.titles(), ["two", "three"]);
  });

scenario("changes of different members are both kept", { tasks: ONE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "write two letters");
  await elsewhere(server, "PATCH", { completed: true });
  await page.keyboard.press("Enter");
  await until(async () => (await server.list()).map(({ title, completed }) => [title, completed]),
    [["write two letters", true]]);
  await until(screen.completed, ["write two letters"]);
});

scenario("a conflict shows the other version and lets one choose mine", { tasks: ONE },
  async ({ page, screen, server }) => {
    await screen.edit("write letter", "mine");
    await elsewhere(server, "PATCH", { title: "theirs" });
    await page.keyboard.press("Enter");
    await until(() => screen.notice(), "This task was changed elsewhere Yours mine Theirs theirs Keep mine Keep theirs");
    assert.deepEqual(await screen.titles(), ["theirs"]);
    await page.getByRole("button", { name: "Keep mine" }).click();
    await until(server.titles, ["mine"]);
    await until(screen.titles, ["mine"]);
    assert.equal(await screen.isShown(".notice"), false);
  });

scenario("a conflict with what came in while one was writing is shown too", { tasks: ONE },
  async ({ page, screen, server }) => {
    await until(() => screen.streams() > 0, true);
    await screen.edit("write letter", "mine");
    await elsewhere(server, "PATCH", { title: "theirs" });
    await until(() => page.locator(".editing .title").textContent(), "theirs");
    await page.keyboard.press("Enter");
    await until(() => screen.notice(),
      "This task was changed elsewhere Yours mine Theirs theirs Keep mine Keep theirs");
    assert.deepEqual(await server.titles(), ["theirs"]);
  });

scenario("a conflict can be left as theirs", { tasks: ONE, deaf: true }, async ({ page, screen, server }) => {
  await elsewhere(server, "PATCH", { title: "theirs" });
  await screen.row("write letter").hover();
  await screen.row("write letter").locator(".destroy").click();
  await until(() => screen.notice(), "This task was changed elsewhere Yours deleted Theirs theirs, no notes Keep mine Keep theirs");
  await page.getByRole("button", { name: "Keep theirs" }).click();
  await until(() => screen.isShown(".notice"), false);
  assert.deepEqual(await screen.titles(), ["theirs"]);
  assert.deepEqual(await server.titles(), ["theirs"]);
});

scenario("an edit of a task that is gone is not lost", { tasks: ONE }, async ({ page, screen, server }) => {
  await screen.edit("write letter", "mine");
  await elsewhere(server, "DELETE");
  await page.keyboard.press("Enter");
  await until(() => screen.notice(),
    "This task was deleted elsewhere Your text was “mine”. Add it again Dismiss");
  await page.getByRole("button", { name: "Add it again" }).click();
  await until(server.titles, ["mine"]);
  await until(screen.titles, ["mine"]);
});

scenario("deleting what is gone already is no error", { tasks: ONE, deaf: true }, async ({ screen, server }) => {
  await elsewhere(server, "DELETE");
  await screen.row("write letter").hover();
  await screen.row("write letter").locator(".destroy").click();
  await until(() => screen.isShown(".empty"), true);
  assert.equal(await screen.isShown(".notice"), false);
});

// ---- The server is away

scenario("changes wait while the server is away and are sent when it is back", { tasks: ONE },
  async ({ page, screen, server }) => {
    await server.kill();
    await screen.add("call the bank", "buy milk");
    await screen.row("buy milk").locator(".toggle").check();
    await screen.edit("write letter", "write two letters");
    await page.keyboard.press("Enter");
    await until(screen.titles, ["write two letters", "call the bank", "buy milk"]);
    await until(() => screen.notice(), "The server cannot be reached 4 changes wait here and will be sent " +
      "as soon as the server answers. Try now");
    await server.restart();
    await until(server.titles, ["write two letters", "call the bank", "buy milk"]);
    await until(async () => (await server.list("?completed=true")).map(({ title }) => title), ["buy milk"]);
    await until(() => screen.isShown(".notice"), false);
    assert.deepEqual(await screen.titles(), ["write two letters", "call the bank", "buy milk"]);
  });

scenario("a person can ask to try now", { tasks: ONE }, async ({ page, screen, server }) => {
  let away = true;
  await page.route(/\/tasks$/, (route) => away ? route.fulfill({
    status: 503,
    contentType: "application/problem+json",
    headers: { "Retry-After": "600" }, // so that nothing is tried by itself
    body: JSON.stringify({ title: "Service Unavailable", detail: "the store is away" }),
  }) : route.continue());
  await screen.add("call the bank");
  await until(() => screen.isShown(".notice"), true);
  away = false;
  await page.getByRole("button", { name: "Try now" }).click();
  await until(server.titles, ["write letter", "call the bank"]);
  await until(() => screen.isShown(".notice"), false);
});

scenario("a page that opens while the server is slow to answer says why and goes on", { tasks: ONE },
  async ({ page, screen }) => {
    let away = true;
    await page.route(/\/tasks\?/, (route) => away ? route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      headers: { "Retry-After": "1" },
      body: JSON.stringify({ title: "Service Unavailable", detail: "the store is busy; try again" }),
    }) : route.continue());
    await page.reload();
    await until(() => screen.notice(), "Service Unavailable The store is busy; try again. The next try is in 1 s. Try now");
    away = false;
    await until(screen.titles, ["write letter"]);
    await until(() => screen.isShown(".notice"), false);
  });

scenario("a change that is held back waits as long as Retry-After says", { tasks: ONE },
  async ({ page, screen, server }) => {
    await page.clock.install();
    let sent = 0;
    await page.route(/\/tasks$/, (route) => sent++ ? route.continue() : route.fulfill({
      status: 429,
      contentType: "application/problem+json",
      headers: { "Retry-After": "20" },
      body: JSON.stringify({ title: "Too Many Requests", detail: "wait", code: "rate_limited" }),
    }));
    await screen.add("call the bank");
    await until(() => screen.notice(), "Too Many Requests Wait. One change waits here and will be sent as soon as " +
      "the server answers. The next try is in 20 s. Try now");
    await page.clock.runFor(5_000); // by itself it would have tried again by now
    assert.equal(sent, 1);
    await page.clock.runFor(20_000);
    await until(server.titles, ["write letter", "call the bank"]);
    assert.equal(sent, 2);
  });

const LOST = [ // what is left, with the revisions that say how often it was written
  {
    name: "create",
    act: ({ screen }) => screen.add("call the bank"),
    left: [["write letter", 1], ["call the bank", 2]],
  },
  {
    name: "edit",
    act: async ({ page, screen }) => {
      await screen.edit("write letter", "mine");
      await page.keyboard.press("Enter");
    },
    left: [["mine", 2]],
  },
  { name: "delete", act: ({ page }) => page.locator(".destroy").click({ force: true }), left: [] },
];

for (const { name, act, left } of LOST) {
  scenario(`of ${name} a lost answer is harmless`, { tasks: ONE }, async ({ page, screen, server }) => {
    let sent = 0;
    await page.route(/\/tasks(\/\d+)?$/, async (route) => {
      if (route.request().method() === "GET" || sent++) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await act({ page, screen });
    await until(async () => [sent > 1, await page.locator(".unsaved, .notice:visible").count()], [true, 0]);
    const stored = (await server.list()).map(({ title, revision }) => [title, revision]);
    assert.deepEqual(stored, left);
    assert.deepEqual(await screen.titles(), left.map(([title]) => title));
  });
}

scenario("changes to one task are sent in their order", { tasks: ONE }, async ({ screen, server }) => {
  const toggle = screen.row("write letter").locator(".toggle");
  for (let i = 0; i < 7; i++) await toggle.click();
  await until(async () => (await server.list())[0].completed, true);
  await until(screen.completed, ["write letter"]);
  assert.equal(await screen.isShown(".notice"), false);
});

// ---- Many tasks

const MANY = Array.from({ length: 4500 }, (_, i) => ({ title: `task ${i + 1}`, completed: i % 450 === 7 }));

const SOME = MANY.slice(0, 2200).map((task, i) => ({ ...task, completed: i % 20 !== 0 }));

scenario("a long list comes in as far as it is looked at", { tasks: MANY }, async ({ page, screen }) => {
  await until(async () => (await screen.count()).endsWith("+ items left"), true);
  const rows = page.locator(".todo-list li");
  await until(async () => {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    return [await screen.count(), await rows.last().locator(".title").textContent()];
  }, ["4490 items left", "task 4500"]);
  assert.ok((await rows.count()) < 100);
});

scenario("a filter of a long list is answered by the server", { tasks: MANY }, async ({ page, screen }) => {
  await page.getByRole("link", { name: "Completed" }).click();
  await until(screen.titles, MANY.filter(({ completed }) => completed).map(({ title }) => title));
});

scenario("mark all reaches what was never shown", { tasks: SOME }, async ({ page, server }) => {
  await page.locator(".toggle-all").click();
  await until(() => server.list("?completed=false&limit=1"), []);
  await until(() => page.locator(".toggle-all").isChecked(), true);
});

scenario("a new task comes into view below a long list", { tasks: MANY.slice(0, 300) }, async ({ screen }) => {
  await until(screen.count, "299 items left");
  await screen.add("the newest");
  const isInView = (row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return top > 0 && bottom <= document.querySelector(".footer").getBoundingClientRect().top;
  };
  await until(() => screen.row("the newest").evaluate(isInView), true);
  assert.equal((await screen.titles()).at(-1), "the newest");
  assert.equal(await screen.focused(), "new-todo");
});
