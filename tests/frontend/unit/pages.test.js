import assert from "node:assert/strict";
import { test } from "node:test";
import { END, placeOf, START } from "../../../frontend/js/order.js";
import { cleared, countOf, farAway, isAway, keyOfPage, noted, sentAway } from "../../../frontend/js/pages.js";

const task = (id, more = {}) => ({ id, completed: false, order: null, tags: [], ...more });
const at = (id) => placeOf(task(id));

/** Pages of ten tasks each, those named away, where every fifth task is completed. */
const pagesOf = (count, ...away) => Array.from({ length: count }, (_, i) => {
  const page = { from: i ? at(10 * i) : START, to: i < count - 1 ? at(10 * i + 10) : END, query: `?${i}`, away: null };
  const tasks = Array.from({ length: 10 }, (_, j) => task(10 * i + j + 1, { completed: j % 5 === 0, tags: [`tag${i}`] }));
  return away.includes(i) ? sentAway(page, tasks.reverse()) : page;
});
const counts = (pages) => pages.map(({ away }) => away && [countOf(away), away.active.length]);

test("a page that is away knows how many tasks it has, and their tags", () => {
  const [page] = pagesOf(1, 0);
  assert.deepEqual([...page.away.completed], [1, 6]);
  assert.deepEqual([...page.away.active], [2, 3, 4, 5, 7, 8, 9, 10]);
  assert.deepEqual(page.away.tags, ["tag0"]);
});

test("pages have keys of their own", () => {
  const keys = pagesOf(5).map(keyOfPage);
  assert.equal(new Set(keys).size, 5);
});

test("a task is away if its page is", () => {
  const pages = pagesOf(3, 1);
  assert.deepEqual([10, 11, 20, 21].map((id) => isAway(pages, task(id))), [false, true, true, false]);
  assert.equal(isAway(pages, task(99, { order: 1 })), false); // has become the first of all
});

for (const { name, changed, isListed = true, expected } of [
  { name: "completed", changed: task(12, { completed: true }), expected: [10, 7] },
  { name: "reopened", changed: task(11), expected: [10, 9] },
  { name: "renamed", changed: task(12), expected: [10, 8] },
  { name: "moved out", changed: task(12, { order: 3 }), expected: [9, 7] },
  { name: "deleted", changed: { id: 20, deleted: true }, isListed: false, expected: [9, 7] },
  { name: "no longer listed", changed: task(16, { completed: true }), isListed: false, expected: [9, 8] },
  { name: "one of another page", changed: task(3, { completed: true }), expected: [10, 8] },
  { name: "deleted, and nowhere known", changed: { id: 500, deleted: true }, isListed: false, expected: [10, 8] },
])
  test(`a task that is away is ${name}`, () => {
    const pages = noted(pagesOf(3, 1), changed, isListed);
    assert.deepEqual(counts(pages), [null, expected, null]);
    assert.deepEqual(counts(noted(pages, changed, isListed)), [null, expected, null]); // told twice
  });

test("a task moves from one page that is away to another", () => {
  const far = { ...pagesOf(3, 0, 2)[0], to: placeOf({ order: 5, id: 1 }) };
  const pages = [far, { ...pagesOf(3)[1], from: far.to }, pagesOf(3, 0, 2)[2]];
  assert.deepEqual(counts(noted(pages, task(25, { order: 2 }), true)), [[11, 9], null, [9, 7]]);
});

test("clearing takes what was completed from pages that are away", () => {
  assert.deepEqual(counts(cleared(pagesOf(2, 1))), [null, [8, 8]]);
});

for (const { first, last, away = [], expected } of [
  { first: at(1), last: at(5), expected: ["?7", "?6", "?5", "?4", "?3", "?2"] },
  { first: at(35), last: at(42), expected: ["?0", "?7", "?1", "?6"] },
  { first: at(35), last: at(42), away: [0, 6], expected: ["?7", "?1"] },
  { first: at(99), last: placeOf({ order: null, id: Infinity }), expected: ["?0", "?1", "?2", "?3", "?4", "?5"] },
  { first: START, last: START, expected: ["?7", "?6", "?5", "?4", "?3", "?2"] },
])
  test(`the farthest pages from ${first.id} to ${last.id}, without ${away}`, () => {
    assert.deepEqual(farAway(pagesOf(8, ...away), [first, last]).map(({ query }) => query), expected);
  });

test("ids stay sorted, whatever comes and goes", () => {
  let pages = pagesOf(3, 0, 1, 2);
  for (let id = 30; id > 0; id--) pages = noted(pages, { id, deleted: true }, false);
  for (let id = 1; id <= 30; id += 2) pages = noted(pages, task(id), true);
  assert.deepEqual(counts(pages), [[5, 5], [5, 5], [5, 5]]);
  assert.deepEqual([...pages[1].away.active], [11, 13, 15, 17, 19]);
});
