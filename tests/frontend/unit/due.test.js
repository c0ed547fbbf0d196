import assert from "node:assert/strict";
import { test } from "node:test";
import { dueLabel } from "../../../frontend/js/due.js";

const NOW = new Date(2026, 2, 27, 15, 0); // a Friday, two days before clocks change in Europe

for (const [due, text, late] of [
  [new Date(2026, 2, 27, 18, 0), "today", false],
  [new Date(2026, 2, 27, 14, 59), "today", true],
  [new Date(2026, 2, 28, 0, 0), "tomorrow", false],
  [new Date(2026, 2, 26, 23, 59), "yesterday", true],
  [new Date(2026, 2, 29, 12, 0), "Sunday", false],
  [new Date(2026, 2, 30, 0, 0), "Monday", false],
  [new Date(2026, 3, 2, 23, 0), "Thursday", false],
  [new Date(2026, 3, 3, 1, 0), "Apr 3", false],
  [new Date(2026, 2, 20, 1, 0), "Mar 20", true],
  [new Date(2027, 0, 1, 1, 0), "Jan 1, 2027", false],
])
  test(`${due.toDateString()} is ${text}`, () =>
    assert.deepEqual(dueLabel(due.toISOString(), NOW, "en-US"), { text, late }));
