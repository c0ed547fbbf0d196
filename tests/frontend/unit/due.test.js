import assert from "node:assert/strict";
import { test } from "node:test";
import { dueLabel, dueWords, readDue } from "../../../frontend/js/due.js";

const NOW = new Date(2026, 2, 27, 15, 0); // a Friday, two days before clocks change in Europe

for (const [due, text, late] of [
  [new Date(2026, 2, 27, 18, 0), "today 6:00 PM", false],
  [new Date(2026, 2, 27, 14, 59), "today 2:59 PM", true],
  [new Date(2026, 2, 27), "today", false],
  [new Date(2026, 2, 28, 0, 0), "tomorrow", false],
  [new Date(2026, 2, 26, 23, 59), "yesterday 11:59 PM", true],
  [new Date(2026, 2, 26), "yesterday", true],
  [new Date(2026, 2, 29, 12, 0), "Sunday 12:00 PM", false],
  [new Date(2026, 2, 30, 0, 0), "Monday", false],
  [new Date(2026, 3, 2), "Thursday", false],
  [new Date(2026, 3, 3), "Apr 3", false],
  [new Date(2026, 2, 20), "Mar 20", true],
  [new Date(2027, 0, 1), "Jan 1, 2027", false],
])
  test(`${due.toDateString()} is ${text}`, () => {
    const label = dueLabel(due.toISOString(), NOW, "en-US");
    assert.deepEqual({ ...label, text: label.text.replace("\u202f", " ") }, { text, late });
  });

for (const [words, ...day] of [
  ["today", 2026, 2, 27], ["Today", 2026, 2, 27], [" tomorrow ", 2026, 2, 28], ["tom", 2026, 2, 28],
  ["fri", 2026, 3, 3], ["sat", 2026, 2, 28], ["Sunday", 2026, 2, 29], ["next thu", 2026, 3, 2], ["on monday", 2026, 2, 30],
  ["2w", 2026, 3, 10], ["+3d", 2026, 2, 30], ["in 3 days", 2026, 2, 30], ["1 week", 2026, 3, 3], ["1m", 2026, 3, 27],
  ["next week", 2026, 3, 3], ["next month", 2026, 3, 27], ["2y", 2028, 2, 27], ["11 months", 2027, 1, 27],
  ["2027-01-31", 2027, 0, 31], ["3 mar", 2027, 2, 3], ["mar 30", 2026, 2, 30], ["30 march", 2026, 2, 30],
  ["Mar 27", 2026, 2, 27], ["1. may 2030", 2030, 4, 1], ["may 1, 2030", 2030, 4, 1],
  ["tomorrow 17:00", 2026, 2, 28, 17, 0], ["fri at 9am", 2026, 3, 3, 9, 0], ["12am", 2026, 2, 27, 0, 0],
  ["12:30 pm", 2026, 2, 27, 12, 30], ["2027-01-31 08:05", 2027, 0, 31, 8, 5], ["18:30", 2026, 2, 27, 18, 30],
])
  test(`due ${words}`, () => assert.equal(readDue(words, NOW), new Date(...day).toISOString()));

test("the last day of a month stays in the month", () =>
  assert.equal(readDue("1m", new Date(2026, 0, 31)), new Date(2026, 1, 28).toISOString()));

for (const words of [
  "soon", "t", "5", "2x", "2026-02-30", "31 feb", "25:00", "13pm", "0am", "12:60", "fri fri", "fridge", "m", "su",
  "-1d", "99999d", "constructor", "10000-01-01", "tomorrow 5",
])
  test(`not due ${words}`, () => assert.equal(readDue(words, NOW), null));

test("no words, no date", () => assert.equal(readDue("  ", NOW), ""));

for (const due of [new Date(2026, 2, 29), new Date(2026, 2, 29, 9, 5), new Date(2031, 11, 1, 23, 59)])
  test(`the words of ${due.toISOString()} mean it`, () =>
    assert.equal(readDue(dueWords(due.toISOString()), NOW), due.toISOString()));
