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
