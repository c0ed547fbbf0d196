import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { arrival, challengeOf, comeBack, departure } from "../../../frontend/js/oidc.js";

globalThis.crypto ??= webcrypto; // which node 18 has under that name alone

const HOW = { authorization_endpoint: "https://issuer.example/authorize?tenant=1", client_id: "page", scope: "openid tasks" };
const VISIT = { state: "s", verifier: "v", redirect_uri: "https://tasks.example/" };

test("the challenge is that of RFC 7636, appendix B", async () => {
  assert.equal(await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
});

test("one leaves with a challenge, and the verifier stays", async () => {
  const { url, visit } = await departure(HOW, "https://tasks.example/", (bytes) => `random${bytes}`);
  const query = Object.fromEntries(new URL(url).searchParams);
  assert.deepEqual(query, {
    tenant: "1", response_type: "code", client_id: "page", scope: "openid tasks", state: "random16",
    redirect_uri: "https://tasks.example/", code_challenge: await challengeOf("random32"), code_challenge_method: "S256",
  });
  assert.deepEqual(visit, { state: "random16", verifier: "random32", redirect_uri: "https://tasks.example/" });
});

test("what is random is different each time, and long enough", async () => {
  const [{ visit: a }, { visit: b }] = [await departure(HOW, "x"), await departure(HOW, "x")];
  assert.match(a.verifier, /^[\w-]{43}$/);
  assert.notEqual(a.verifier, b.verifier);
  assert.notEqual(a.state, b.state);
});

test("only the way back of one's own visit counts", () => {
  const back = { code: "c", verifier: "v", redirect_uri: "https://tasks.example/" };
  assert.deepEqual(arrival("?code=c&state=s&iss=x", VISIT), back);
  for (const [search, visit] of [["", VISIT], ["?code=c", VISIT], ["?code=c&state=other", VISIT], ["?code=c&state=s", null],
    ["?code=c&state=", { ...VISIT, state: "" }]])
    assert.equal(arrival(search, visit), null, search);
  assert.deepEqual(arrival("?error=access_denied&state=s", VISIT), { error: "access_denied" });
  assert.deepEqual(arrival("?error=x&error_description=Not+you&state=s", VISIT), { error: "Not you" });
});

test("coming back clears the address and what was remembered", () => {
  const kept = new Map([["tasks-sign-in", JSON.stringify({ ...VISIT, unsent: ["u1"], hash: "#/active" })]]);
  const seen = [];
  const window = {
    location: { search: "?code=c&state=s", pathname: "/a/" },
    history: { replaceState: (...args) => seen.push(args[2]) },
    sessionStorage: { getItem: (name) => kept.get(name) ?? null, removeItem: (name) => kept.delete(name) },
  };
  assert.deepEqual(comeBack(window), { code: "c", verifier: "v", redirect_uri: VISIT.redirect_uri, unsent: ["u1"] });
  assert.deepEqual([seen, kept.size], [["/a/#/active"], 0]);
  assert.equal(comeBack(window), null);
  assert.equal(comeBack({ ...window, location: { search: "?x=1", pathname: "/" } }), null);
});
