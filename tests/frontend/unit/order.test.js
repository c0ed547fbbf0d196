import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, placing } from "../../../frontend/js/order.js";

/** Tasks a, b, c... with the orders given. */
const list = (...orders) => orders.map((order, i) => [String.fromCharCode(97 + i), { id: i + 1, order }]);

for (const { name, all, key, next, expected } of [
  { name: "where the neighbour above is not known", all: [null, 2, 3], key: "c", next: "b", expected: null },
  { name: "where the neighbour below is not known", all: [1, 2, null, 3], key: "a", next: "c", expected: null },
  { name: "before what is not known", all: [1, 2, null], key: "a", next: null, expected: null },
  { name: "between two that are known", all: [null, 2, 3, 4], key: "d", next: "c", expected: [["d", 2.5]] },
  { name: "past the last order that is known", all: [null, 2, undefined, undefined], key: "d", next: null,
    expected: [["c", 3], ["d", 4]] },
  { name: "among those without an order, of which some are not known", all: [null, undefined, undefined],
    key: "c", next: "a", expected: null },
  { name: "below some without an order that are not known", all: [null, undefined, undefined, undefined],
    key: "d", next: "c", expected: null },
  { name: "where no number is left and others are not known", all: [null, 1, 1 + Number.EPSILON, 5],
    key: "d", next: "c", expected: null },
])
  test(`placing ${name}`, () => {
    const tasks = all.map((order, i) => [String.fromCharCode(97 + i), order === null ? null : { id: i + 1, order }]);
    assert.deepEqual(placing(tasks, key, next), expected);
  });

test("tasks without an order come last, equal ones by id", () => {
  const tasks = [{ id: 1, order: null }, { id: 2, order: 5 }, { id: 3, order: -1 }, { id: 4, order: 5 }, { id: 5 }];
  assert.deepEqual(tasks.sort(compare).map(({ id }) => id), [3, 2, 4, 1, 5]);
});

const [low, high] = [1, 1 + Number.EPSILON]; // nothing is between them
for (const { name, orders, key, next, cost } of [
  { name: "between two", orders: [1, 2, 3], key: "c", next: "b", cost: 1 },
  { name: "to the start", orders: [1, 2, 3], key: "c", next: "a", cost: 1 },
  { name: "to the end", orders: [1, 2, 3], key: "a", next: null, cost: 1 },
  { name: "to the start of a list without orders", orders: [null, null, null], key: "c", next: "a", cost: 1 },
  { name: "before the first without an order", orders: [1, null, null], key: "c", next: "b", cost: 1 },
  { name: "among those without an order", orders: [null, null, null, null], key: "d", next: "c", cost: 3 },
  { name: "to the end of a list without orders", orders: [null, null, null], key: "a", next: null, cost: 3 },
  { name: "past the ordered ones", orders: [7, null, null], key: "a", next: "c", cost: 2 },
  { name: "where no number is left", orders: [low, high, 5], key: "c", next: "b", cost: 2 },
  { name: "alone", orders: [null], key: "a", next: null, cost: 1 },
])
  test(`placing ${name}`, () => {
    const before = list(...orders);
    const patches = placing(before, key, next);
    assert.equal(patches.length, cost);
    assert.equal(patches.at(-1)[0], key);
    const changed = new Map(patches);
    const after = before.map(([other, task]) => [other, { ...task, order: changed.get(other) ?? task.order }]);
    const expected = before.map(([other]) => other).filter((other) => other !== key);
    expected.splice(next === null ? expected.length : expected.indexOf(next), 0, key);
    assert.deepEqual(after.sort(([, a], [, b]) => compare(a, b)).map(([other]) => other), expected);
  });
