import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { uid } from "../../../frontend/js/uid.js";

globalThis.crypto ??= webcrypto;

test("a uid is a UUID of version 7 that starts with the time", () => {
  assert.equal(uid(0x0192_3456_789a, new Uint8Array(10).fill(0xff)), "01923456-789a-7fff-bfff-ffffffffffff");
  assert.equal(uid(0, new Uint8Array(10)), "00000000-0000-7000-8000-000000000000");
});

test("no two are alike", () => {
  assert.equal(new Set(Array.from({ length: 1000 }, () => uid())).size, 1000);
});
