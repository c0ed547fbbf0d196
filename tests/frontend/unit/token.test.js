import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { createToken } from "../../../frontend/js/token.js";

globalThis.crypto ??= webcrypto; // which node 18 has under that name alone

function storage() {
  const items = new Map();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => items.set(name, value),
    removeItem: (name) => items.delete(name),
  };
}

test("a token is shown until it is forgotten, after a reload too", () => {
  const kept = storage();
  const token = createToken(() => kept);
  assert.deepEqual(token.headers(), {});
  assert.equal(token.set("  abc.def\n"), true);
  assert.deepEqual(token.headers(), { Authorization: "Bearer abc.def" });
  assert.deepEqual(createToken(() => kept).headers(), token.headers());
  token.forget();
  assert.deepEqual([token.isSet, token.headers(), createToken(() => kept).isSet], [false, {}, false]);
});

for (const text of ["", "  ", "two words", "a\nb", "ü", "x".repeat(8193)])
  test(`no token: ${JSON.stringify(text.slice(0, 20))}`, () =>
    assert.equal(createToken(storage).set(text), false));

test("without storage the token lasts as long as the page", () => {
  const token = createToken(() => {
    throw new Error("denied");
  });
  assert.equal(token.set("abc"), true);
  assert.equal(token.isSet, true);
});

test("an account is named without its token", async () => {
  const token = createToken(() => ({ getItem: () => "", setItem() {}, removeItem() {} }));
  assert.equal(await token.account(), "");
  const claims = Buffer.from(JSON.stringify({ iss: "https://issuer.example", sub: "ålice" })).toString("base64url");
  token.set(`e30.${claims}.signature`);
  assert.equal(await token.account(), '["https://issuer.example","ålice"]');
  for (const text of ["tasks_opaque", "a.b.c", "e30.bnVsbA.x"]) {
    token.set(text);
    assert.match(await token.account(), /^[0-9a-f]{64}$/);
  }
  token.forget();
  assert.equal(await token.account(), "");
});
