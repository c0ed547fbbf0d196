// A server that lets in only who shows a token.

import assert from "node:assert/strict";
import { scenario, until } from "./bench.js";

const LOCKED = { tasks: [{ title: "write letter" }], auth: "token" };
const error = (page) => page.locator(".sign-in-error").innerText();

async function signIn(page, token) {
  await page.locator(".token").fill(token);
  await page.locator(".token").press("Enter");
}

scenario("a token lets in, a reload does not ask again, signing out does", LOCKED,
  async ({ page, screen, server }) => {
    assert.equal(await page.evaluate(() => document.activeElement.className), "token");
    await signIn(page, server.token);
    await until(screen.titles, ["write letter"]);
    await until(() => screen.isShown(".sign-in"), false);
    assert.equal(await screen.isShown(".notice"), false);
    await screen.add("call the bank");
    await until(server.titles, ["write letter", "call the bank"]);
    await page.reload();
    await until(screen.titles, ["write letter", "call the bank"]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator(".sign-in[open]").waitFor();
    await until(screen.titles, []);
  });

scenario("the token is kept by this tab only", LOCKED, async ({ page, screen, server }) => {
  await signIn(page, server.token);
  await until(screen.titles, ["write letter"]);
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), document.cookie, location.href].join());
  assert.ok(!kept.includes(server.token));
  const other = await page.context().newPage();
  await other.goto(server.url);
  await other.locator(".sign-in[open]").waitFor();
});

scenario("a wrong token is refused in the server's words", LOCKED, async ({ page, screen, server }) => {
  await signIn(page, "two words");
  assert.match(await error(page), /one word without blanks/);
  await signIn(page, "wrong");
  await until(async () => /token/.test(await error(page)) && !/blanks/.test(await error(page)), true);
  assert.equal(await page.locator(".token").getAttribute("aria-invalid"), "true");
  await signIn(page, server.token);
  await until(screen.titles, ["write letter"]);
});

scenario("who does not sign in can do so later, and loses nothing", LOCKED, async ({ page, screen, server }) => {
  await page.getByRole("button", { name: "Not now" }).click();
  await screen.add("call the bank");
  await until(() => screen.notice(), "Sign in to see your tasks One change waits here. Sign in");
  await page.locator(".notice-act").click();
  await signIn(page, server.token);
  await until(server.titles, ["write letter", "call the bank"]);
  await until(screen.titles, ["write letter", "call the bank"]);
});

// ---- At an issuer

const ISSUER = { tasks: [{ title: "write letter" }, { title: "done", completed: true }], auth: "oidc", path: "#/active" };

async function goToIssuer(page) {
  await page.locator(".sign-in").getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "I am Alice" }).waitFor();
}

scenario("signing in at the issuer comes back to the page as it was", ISSUER, async ({ page, screen, server }) => {
  assert.equal(await page.locator(".issuer").innerText(), new URL(server.issuer.url).host);
  assert.equal(await page.locator(".token").isVisible(), false);
  await goToIssuer(page);
  await page.getByRole("link", { name: "I am Alice" }).click();
  await until(screen.titles, ["write letter"]);
  assert.equal(page.url(), `${server.url}/#/active`);
  assert.equal(await screen.isShown(".sign-in"), false);
  await screen.add("call the bank");
  await until(server.titles, ["write letter", "done", "call the bank"]);
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), document.cookie, location.href].join());
  assert.ok(!/eyJ/.test(kept), kept);
  await page.reload();
  await until(screen.titles, ["write letter", "call the bank"]);
});

scenario("what was written before signing in is sent afterwards", ISSUER, async ({ page, screen, server }) => {
  await page.getByRole("button", { name: "Not now" }).click();
  await screen.add("call the bank");
  await page.locator(".notice-act").click();
  await goToIssuer(page);
  await page.getByRole("link", { name: "I am Alice" }).click();
  await until(server.titles, ["write letter", "done", "call the bank"]);
  await until(screen.titles, ["write letter", "call the bank"]);
});

scenario("who is not let in by the issuer is told so", ISSUER, async ({ page, server }) => {
  await goToIssuer(page);
  await page.getByRole("link", { name: "I am nobody" }).click();
  await page.locator(".sign-in[open]").waitFor();
  await until(() => error(page), "Nobody by that name.");
  assert.equal(page.url(), `${server.url}/#/active`);
});

scenario("a code that somebody else came by lets nobody in", ISSUER, async ({ page, screen, server }) => {
  await goToIssuer(page);
  const href = await page.getByRole("link", { name: "I am Alice" }).getAttribute("href");
  const other = await page.context().newPage(); // another tab has begun nothing
  await other.goto(href);
  await other.locator(".sign-in[open]").waitFor();
  assert.equal(await other.locator(".todo-list li").count(), 0);
  const { searchParams } = new URL(href);
  const answer = await server.send("POST", "/sign-in",
    { code: searchParams.get("code"), verifier: "guessed", redirect_uri: `${server.url}/` });
  assert.equal(answer.status, 401);
  await page.getByRole("link", { name: "I am Alice" }).click(); // the guess has spent the code
  await page.locator(".sign-in[open]").waitFor();
  await until(async () => /begin it once more/.test(await error(page)), true);
  assert.deepEqual(await screen.titles(), []);
});
