// What each browser case stands on: a tasksd of its own with an empty store, and a page that must not
// break a rule while the case runs.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startIssuer } from "./issuer.js";

const PATIENCE_MS = 30_000; // a busy machine has stalled the browser for 10 s
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let browser;
before(async () => {
  for (const name of ["TASKSD", "CHROMIUM", "OUTPUT"])
    assert.ok(process.env[name], `${name} is not set; start the tests with tests/frontend/run`);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
});
after(() => browser?.close());

/** A case of its own. `tasks` are there before the page opens at `path`; the file `script` is loaded
 *  before it; a `deaf` page is not told what others change; with `auth` the server wants a token, with `auth: "oidc"` one
 *  of an issuer; `options` are those of the browser's context. */
export function scenario(name, { tasks = [], path = "", script, auth, deaf, ...options }, body) {
  test(name, { timeout: 6 * PATIENCE_MS }, async () => {
    const server = await startServer(auth);
    const context = await browser.newContext({
      viewport: { width: 1000, height: 760 }, serviceWorkers: "block", ...options,
    });
    try {
      for (let from = 0; from < tasks.length; from += 1000)
        await server.create(tasks.slice(from, from + 1000));
      const faults = [];
      const open = async () => {
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        await watch(page, server, faults);
        if (deaf) {
          await page.route(/\/tasks\/events/, (route) => route.fulfill({ status: 503 }));
          await page.route(/\/tasks\/changes/, (route) => route.fulfill({ status: 304 }));
        }
        if (script) await page.addInitScript({ path: script });
        const screen = screenOf(page);
        await page.goto(`${server.url}/${path}`);
        await page.locator(auth ? ".sign-in[open]" : tasks.length ? ".main" : ".empty").waitFor();
        return { page, screen };
      };
      await body({ ...(await open()), open, server, faults });
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
      await server.close();
    }
  });
}

/** Waits until read() gives what is expected. */
export async function until(read, expected) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const actual = await read();
    try {
      return assert.deepEqual(actual, expected);
    } catch (difference) {
      if (Date.now() > end) throw difference;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Collects what must not happen: an error, a policy report, a request that leaves the origin. */
async function watch(page, { url: origin, issuer }, faults) {
  page.on("pageerror", (error) => faults.push(`error: ${error.stack}`));
  page.on("console", (message) => {
    const isNetwork = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isNetwork) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isSigningIn = request.isNavigationRequest() && url.origin === issuer?.url;
    if (url.origin !== origin && url.protocol !== "data:" && !isSigningIn) faults.push(`request to ${url}`);
  });
  await page.exposeFunction("reportPolicy", (directive) => faults.push(`policy: ${directive}`));
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) => reportPolicy(event.effectiveDirective)));
}

/** What a person sees and uses. */
function screenOf(page) {
  let streams = 0;
  page.on("response", (answer) => (streams += answer.url().includes("/events") && answer.status() === 200));
  const row = (title) => page.locator(".todo-list li").filter({ has: page.getByText(title, { exact: true }) });
  return {
    row,
    streams: () => streams,
    titles: () => page.locator(".todo-list li .title").allTextContents(),
    completed: () => page.locator(".todo-list li.completed .title").allTextContents(),
    count: () => page.locator(".todo-count").innerText(),
    notice: () => page.locator(".notice").innerText().then((text) => text.replace(/\s+/g, " ").trim()),
    isShown: (selector) => page.locator(selector).isVisible(),
    focused: () => page.evaluate(() => [
      document.activeElement.classList[0],
      document.activeElement.closest("li")?.querySelector(".title").textContent,
    ].filter(Boolean).join(" of ")),
    async add(...titles) {
      for (const title of titles) {
        await page.locator(".new-todo").fill(title);
        await page.locator(".new-todo").press("Enter");
      }
    },
    async edit(title, text) {
      await row(title).locator(".title").dblclick();
      await page.locator(".editing .edit").fill(text);
    },
  };
}

// ---- The server

async function startServer(auth) {
  const folder = await mkdtemp(join(tmpdir(), "tasks-frontend-"));
  const store = process.env.POSTGRES ? createDatabase() : `sqlite:${join(folder, "tasks.db")}`;
  const issuer = auth === "oidc" ? await startIssuer() : null;
  const token = issuer?.token() ?? (auth && createToken(store));
  const args = ["--db", store, "--migrate", "--auth", auth ?? "none", ...(issuer?.arguments ?? [])];
  let running = await launch(0, args).catch(async (error) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  const { url } = running;
  const send = (method, path, body, headers = {}) => fetch(url + path, {
    method,
    headers: {
      ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }), ...headers,
    },
    body: body && JSON.stringify(body),
  });
  return {
    url,
    token,
    /** Another one, which the page takes for another account though it has the same tasks. */
    otherToken: () => createToken(store),
    issuer,
    send,
    create: async (tasks) => assert.equal((await send("POST", "/tasks", tasks)).status, 201),
    list: async (query = "") => (await send("GET", `/tasks${query}`)).json(),
    titles: async () => (await (await send("GET", "/tasks?limit=1000")).json()).map(({ title }) => title),
    kill: () => stop(running.process, "SIGKILL"),
    restart: async () => void (running = await launch(new URL(url).port, args)),
    async close() {
      await stop(running.process, "SIGKILL");
      await issuer?.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes a token for the store, which is made too. */
function createToken(store) {
  const tasksctl = (...words) =>
    execFileSync(join(dirname(process.env.TASKSD), "../tasksctl/tasksctl"), [...words, "--quiet", "--db", store],
      { encoding: "utf8" }).trim();
  tasksctl("migrate");
  return tasksctl("token", "create");
}

/** Makes a database of its own in the PostgreSQL that POSTGRES names. */
function createDatabase() {
  const name = `page_${process.pid}_${databases++}`;
  execFileSync("psql", ["-qX", `${process.env.POSTGRES}/postgres`, "-c", `CREATE DATABASE ${name}`]);
  return `${process.env.POSTGRES}/${name}`;
}

let databases = 0;

async function launch(port, args) {
  const process_ = spawn(process.env.TASKSD, ["--listen", `127.0.0.1:${port}`, ...args],
    { stdio: ["ignore", "ignore", "pipe"] });
  const lines = [];
  for await (const line of createInterface({ input: process_.stderr })) {
    lines.push(line);
    const url = /serving (http:\/\/[\d.]+:\d+)/.exec(line)?.[1];
    if (!url) continue;
    process_.stderr.resume();
    return { process: process_, url };
  }
  throw new Error(`tasksd did not start: ${lines.join("\n")}`);
}

async function stop(process_, signal) {
  if (process_.exitCode !== null || process_.signalCode !== null) return;
  const ended = new Promise((resolve) => process_.once("exit", resolve));
  process_.kill(signal);
  await ended;
}
