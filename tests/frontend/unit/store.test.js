import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aim, cleanTitle, clearOp, conflicts, createOp, deleteOps, dismiss, dropped, edit, enqueue, firstQuery,
  initialState, isDone, isWhole, keyOf, leaveEdit, picture, received, refused, reread, seen, sendable, settled,
  show, startOver, updateOps, vanished,
} from "../../../frontend/js/store.js";

const task = (id, more = {}) => ({
  id, uid: null, revision: id, title: `task ${id}`, notes: "", completed: false, ...more,
});

/** A state that has read the tasks given, up to `next` if there is more. */
const reading = (tasks, next = null, state = initialState()) =>
  received(state, { from: state.reach, tasks, next, etag: '"r9.0"' });
const titles = (state) => picture(state).rows.map((row) => row.task.title);
const apply = (state, ...steps) => steps.reduce((at, [step, ...details]) => step(at, ...details), state);

const TWO = reading([task(1), task(2, { completed: true })]);
const [completeOne] = updateOps("i:1", task(1), { completed: true });
const [renameOne] = updateOps("i:1", task(1), { title: "renamed" });
const [deleteTwo] = deleteOps("i:2", task(2));
const create = createOp("u1", "new");

// ---- Titles and keys

for (const [text, expected] of [
  ["  milk ", "milk"], ["a\tb\r\nc", "a b c"], ["\u2028", ""], ["", ""], ["\u0000\u0085", ""],
  [" e\u0301 ", "e\u0301"],
])
  test(`cleanTitle(${JSON.stringify(text)})`, () => assert.equal(cleanTitle(text), expected));

test("a uid and an id never give the same key", () => {
  assert.notEqual(keyOf({ id: 7, uid: null }), keyOf({ id: 8, uid: "7" }));
  assert.notEqual(keyOf({ id: 7, uid: null }), keyOf({ id: 8, uid: "i:7" }));
});

// ---- Reading

test("pages follow each other and the last one makes the list whole", () => {
  const first = reading([task(1), task(2)], "?cursor=x");
  assert.deepEqual([isWhole(first), first.reach, picture(first).more], [false, 2, true]);
  assert.deepEqual([picture(first).activeIsExact, picture(first).empty], [false, false]);
  const both = reading([task(3)], null, first);
  assert.deepEqual(titles(both), ["task 1", "task 2", "task 3"]);
  assert.deepEqual([isWhole(both), picture(both).more, both.etag], [true, false, '"r9.0"']);
});

test("reading again takes over what others changed, added and deleted", () => {
  const theirs = [task(2, { title: "theirs" }), task(3)];
  const again = received(TWO, { from: 0, tasks: theirs, next: null, etag: "e" });
  assert.deepEqual(titles(again), ["theirs", "task 3"]);
  assert.equal(again.etag, "e");
});

test("reading again leaves alone what lies beyond the page", () => {
  const known = reading([task(1), task(2), task(3)]);
  const again = received(known, { from: 0, tasks: [task(2)], next: "?cursor=x", etag: "e" });
  assert.deepEqual(titles(again), ["task 2", "task 3"]);
});

test("a task that is being edited stays though others deleted it", () => {
  const editing = edit(TWO, "i:1", "task 1");
  assert.deepEqual(titles(received(editing, { from: 0, tasks: [], next: null, etag: "e" })), ["task 1"]);
});

test("an empty list is empty only when it is known to be", () => {
  assert.equal(picture(initialState()).empty, false);
  assert.equal(picture(reading([])).empty, true);
  assert.equal(picture(enqueue(reading([]), create)).empty, false);
});

// ---- Filters

for (const [filter, expected] of [
  ["all", ["task 1", "task 2"]], ["active", ["task 1"]], ["completed", ["task 2"]],
])
  test(`a whole list is filtered here: ${filter}`, () => {
    const shown = apply(TWO, [show, filter], [aim]);
    assert.deepEqual(titles(shown), expected);
    assert.deepEqual([picture(shown).active, picture(shown).completed], [1, 1]);
    assert.equal(firstQuery(shown), "");
  });

for (const [filter, query] of [["all", ""], ["active", "?completed=false"], ["completed", "?completed=true"]])
  test(`a list that goes on is asked for: ${filter}`, () => {
    const other = filter === "all" ? "active" : "all";
    const part = reading([task(1)], "?cursor=x", startOver(initialState(), other));
    const shown = apply(part, [show, filter], [aim]);
    assert.deepEqual([shown.loaded, shown.reach, shown.next, shown.etag], [false, 0, null, null]);
    assert.equal(firstQuery(shown), query);
    assert.ok(shown.epoch > part.epoch);
  });

test("a list that is shown already is not asked for again", () => {
  const part = reading([task(1)], "?cursor=x");
  assert.equal(aim(part), part);
});

test("another filter ends an edit", () => {
  assert.equal(show(edit(TWO, "i:1", "x"), "active").editing, null);
  assert.equal(leaveEdit(edit(TWO, "i:1", "x")).editing, null);
});

test("the row that is being edited is shown in any filter", () => {
  assert.deepEqual(titles(edit(show(TWO, "active"), "i:2", "x")), ["task 1", "task 2"]);
});

// ---- The queue

test("a change shows before the server has it", () => {
  const state = enqueue(TWO, completeOne, deleteTwo, create);
  const { rows, active } = picture(state);
  assert.deepEqual(rows.map((row) => [row.task.title, row.task.completed, row.unsaved]),
    [["task 1", true, true], ["new", false, true]]);
  assert.equal(active, 1);
  assert.deepEqual(titles(TWO), ["task 1", "task 2"]);
});

test("clear hides what is completed, a change before it included", () => {
  assert.deepEqual(titles(enqueue(TWO, clearOp())), ["task 1"]);
  assert.deepEqual(titles(enqueue(TWO, completeOne, clearOp())), []);
});

test("what the server answers replaces what was guessed", () => {
  const made = task(9, { uid: "u1", title: "new", revision: 12 });
  const state = apply(TWO, [enqueue, create], [settled, create, made]);
  assert.deepEqual([state.queue, seen(state).get("u:u1")], [[], made]);
});

test("a change to a task that was being created learns its id", () => {
  const waiting = enqueue(TWO, create);
  const [rename] = updateOps("u:u1", seen(waiting).get("u:u1"), { title: "newer" });
  const state = apply(waiting, [enqueue, rename], [settled, create, task(9, { uid: "u1" })]);
  assert.equal(state.queue[0].id, 9);
});

test("a create that was read before its answer came is there once", () => {
  const state = enqueue(reading([task(9, { uid: "u1", title: "new" })]), create);
  assert.deepEqual(titles(state), ["new"]);
});

test("an answer that was overtaken does not bring back the past", () => {
  const later = reread(TWO, task(1, { revision: 20, title: "latest" }));
  const answer = task(1, { revision: 15, title: "renamed" });
  const state = apply(later, [enqueue, renameOne], [settled, renameOne, answer]);
  assert.deepEqual(titles(state), ["latest", "task 2"]);
});

test("settled deletes and clears leave", () => {
  assert.deepEqual(titles(apply(TWO, [enqueue, deleteTwo], [settled, deleteTwo])), ["task 1"]);
  const clear = clearOp();
  assert.deepEqual(titles(apply(TWO, [enqueue, clear], [settled, clear])), ["task 1"]);
});

test("what makes a list on its way out of date is counted", () => {
  for (const [step, ...details] of [
    [settled, renameOne, task(1)], [reread, task(1)], [vanished, renameOne], [startOver, "all"],
  ])
    assert.equal(step(TWO, ...details).epoch, TWO.epoch + 1, step.name);
});

// ---- Refusals

test("a refused change undoes itself and is told", () => {
  const problem = { title: "no" };
  const state = apply(TWO, [enqueue, renameOne], [refused, renameOne, problem]);
  assert.deepEqual(titles(state), ["task 1", "task 2"]);
  assert.deepEqual(picture(state).refusal, { problem, op: renameOne });
  assert.equal(picture(dismiss(state)).refusal, undefined);
});

test("refusals are told one after the other", () => {
  const state = apply(TWO, [refused, renameOne, { title: "a" }], [refused, deleteTwo, { title: "b" }]);
  assert.equal(picture(state).refusal.problem.title, "a");
  assert.equal(picture(dismiss(state)).refusal.problem.title, "b");
});

test("what builds on a refused create goes with it, other changes stay", () => {
  const [onIt] = updateOps("u:u1", task(Infinity), { completed: true });
  const state = apply(TWO, [enqueue, create, onIt, renameOne], [refused, create, {}]);
  assert.deepEqual(state.queue, [renameOne]);
});

test("a task that is gone leaves, and an op with nothing left to do too", () => {
  const state = apply(TWO, [enqueue, renameOne], [vanished, renameOne], [dropped, renameOne]);
  assert.deepEqual([titles(state), state.queue], [["task 2"], []]);
});

// ---- What may be sent

const on = (key) => ({ kind: "update", key });
const [a, a2, b, clear] = [on("a"), on("a"), on("b"), clearOp()];
const [c1, c2] = [createOp("1", "x"), createOp("2", "y")];
const afterC1 = on("u:1");
for (const { name, queue, sending = [], most = 9, expected } of [
  { name: "nothing", queue: [], expected: [] },
  { name: "different tasks at once", queue: [a, b], expected: [a, b] },
  { name: "one task in order", queue: [a, a2, b], expected: [a, b] },
  { name: "not twice", queue: [a, a2, b], sending: [a], expected: [b] },
  { name: "creates in order", queue: [c1, c2, a], expected: [c1, a] },
  { name: "a change after its create", queue: [c1, afterC1], sending: [c1], expected: [] },
  { name: "a clear after all before it", queue: [a, clear, b], expected: [a] },
  { name: "a clear alone", queue: [clear, a], expected: [clear] },
  { name: "nothing beside a clear", queue: [clear, a], sending: [clear], expected: [] },
  { name: "no more than asked for", queue: [a, b], most: 1, expected: [a] },
  { name: "none if none is asked for", queue: [clear], most: 0, expected: [] },
])
  test(`sendable: ${name}`, () => assert.deepEqual(sendable(queue, new Set(sending), most), expected));

// ---- Conflicts

for (const [name, op, current, conflict, done] of [
  ["as it was", renameOne, task(1), false, false],
  ["another member changed", renameOne, task(1, { completed: true }), false, false],
  ["the same member changed", renameOne, task(1, { title: "theirs" }), true, false],
  ["changed to what is wanted", renameOne, task(1, { title: "renamed" }), false, true],
  ["delete, as it was", deleteTwo, task(2), false, false],
  ["delete, completed meanwhile", deleteTwo, task(2, { completed: true }), false, false],
  ["delete, rewritten meanwhile", deleteTwo, task(2, { notes: "important" }), true, false],
])
  test(`conflicts: ${name}`, () => {
    assert.equal(conflicts(op, current), conflict);
    assert.equal(isDone(op, current), done);
  });

test("no op for a change that changes nothing or a task that is gone", () => {
  assert.deepEqual(updateOps("i:1", task(1), { title: "task 1" }), []);
  assert.deepEqual(updateOps("i:1", undefined, { title: "x" }), []);
  assert.deepEqual(deleteOps("i:1", undefined), []);
});
