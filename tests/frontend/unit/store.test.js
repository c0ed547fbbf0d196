import assert from "node:assert/strict";
import { test } from "node:test";
import { END, placeOf, START } from "../../../frontend/js/order.js";
import {
  absorbed, aim, brought, cleanTitle, clearOp, conflicts, createOp, deleteOps, dismiss, dropped, edit, enqueue,
  firstQuery, forgotten, initialState, isDone, isWhole, keyOf, leaveEdit, picture, rebased, received, refused, remade,
  reread, seen, select, selectNone, sendable, settled, show, sorted, startOver, updateOps, vanished,
} from "../../../frontend/js/store.js";

const task = (id, more = {}) => ({
  id, uid: null, revision: id, title: `task ${id}`, notes: "", completed: false, order: null, tags: [], ...more,
});

/** A state that has read the tasks given, up to `next` if there is more. */
const reading = (tasks, next = null, state = initialState()) =>
  received(state, { from: state.reach, tasks, next, etag: '"r9.0"', revision: 9 });
const titles = (state) => picture(state).rows.map((row) => row.task.title);
const apply = (state, ...steps) => steps.reduce((at, [step, ...details]) => step(at, ...details), state);

const TWO = reading([task(1), task(2, { completed: true })]);
const [completeOne] = updateOps("op1", "i:1", task(1), { completed: true });
const [renameOne] = updateOps("op2", "i:1", task(1), { title: "renamed" });
const [deleteTwo] = deleteOps("op3", "i:2", task(2));
const create = createOp("op4", [{ uid: "u1", title: "new" }]);

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
  assert.deepEqual([isWhole(first), first.reach, picture(first).more], [false, placeOf(task(2)), true]);
  assert.deepEqual([picture(first).activeIsExact, picture(first).empty], [false, false]);
  const both = reading([task(3)], null, first);
  assert.deepEqual(titles(both), ["task 1", "task 2", "task 3"]);
  assert.deepEqual([isWhole(both), picture(both).more, both.etag, both.revision], [true, false, '"r9.0"', 9]);
});

test("the list is in the order that people gave it", () => {
  const state = reading([task(1, { order: 2 }), task(2, { order: 1 }), task(3)]);
  assert.deepEqual(titles(state), ["task 2", "task 1", "task 3"]);
  assert.deepEqual(sorted(state).map(([key]) => key), ["i:2", "i:1", "i:3"]);
});

const again = (state, tasks, next = null) =>
  received(state, { from: START, tasks, next, etag: "e", revision: 50 });

test("reading again takes over what others changed, added and deleted", () => {
  const state = again(TWO, [task(2, { title: "theirs", revision: 40 }), task(3)]);
  assert.deepEqual(titles(state), ["theirs", "task 3"]);
  assert.deepEqual([state.etag, state.revision], ["e", 50]);
});

test("reading again leaves alone what lies beyond the page", () => {
  const known = reading([task(1), task(2), task(3)]);
  assert.deepEqual(titles(again(known, [task(2)], "?cursor=x")), ["task 2", "task 3"]);
});

test("a page that was on its way does not undo what came in meanwhile", () => {
  const [removeOne] = deleteOps("d", "i:1", task(1));
  const state = apply(TWO, [enqueue, removeOne], [settled, removeOne], [reread, task(3, { revision: 60 })]);
  const page = { from: START, tasks: [task(1), task(2)], next: null, etag: "e", revision: 50 };
  assert.deepEqual(titles(received(state, page)), ["task 2", "task 3"]);
});

test("a task that is being edited stays though others deleted it", () => {
  assert.deepEqual(titles(again(edit(TWO, "i:1", "task 1"), [])), ["task 1"]);
  const change = { tasks: [{ id: 1, uid: null, deleted: true, revision: 20 }], etag: null, revision: 20 };
  assert.deepEqual(titles(absorbed(edit(TWO, "i:1", "x"), change)), ["task 1", "task 2"]);
  assert.deepEqual(titles(absorbed(TWO, change)), ["task 2"]);
});

// ---- What changed

const changes = (state, ...tasks) => absorbed(state, { tasks, etag: "e", revision: 30 });

test("changes come in, deletions stay deleted", () => {
  const dead = { id: 1, uid: null, deleted: true, revision: 29 };
  const state = changes(TWO, task(3), task(2, { title: "theirs", revision: 28 }), dead);
  assert.deepEqual(titles(state), ["theirs", "task 3"]);
  assert.deepEqual([state.revision, state.etag], [30, "e"]);
  assert.deepEqual(titles(changes(state, task(1, { revision: 27 }))), ["theirs", "task 3"]);
});

test("an older change does not undo a newer one", () => {
  const newer = changes(TWO, task(1, { title: "newest", revision: 29 }));
  assert.deepEqual(titles(changes(newer, task(1, { title: "older", revision: 20 }))), ["newest", "task 2"]);
  assert.equal(absorbed(newer, { tasks: [], etag: null, revision: 7 }).revision, 30);
});

test("a change beyond what was read waits for its page", () => {
  const part = reading([task(1), task(2)], "?cursor=x");
  assert.deepEqual(titles(changes(part, task(7))), ["task 1", "task 2"]);
  assert.deepEqual(titles(changes(part, task(7, { order: 1 }))), ["task 7", "task 1", "task 2"]);
  assert.deepEqual(titles(changes(reading([task(1, { order: 1 })], "?x"), task(1, { revision: 9 }))), []);
});

test("a change that leaves what the list was asked for leaves the list", () => {
  const source = { filter: "active", tag: "", text: "" };
  const part = reading([task(1), task(2)], "?x", startOver(initialState(), source));
  assert.deepEqual(titles(changes(show(part, source), task(1, { completed: true, revision: 9 }))), ["task 2"]);
});

test("what has expired is not shown", () => {
  const state = reading([task(1, { expires_at: "2026-01-01T00:00:00Z" }), task(2)]);
  assert.deepEqual(picture(state, Date.parse("2025-12-31")).rows.length, 2);
  assert.deepEqual(picture(state, Date.parse("2026-01-01")).rows.length, 1);
});

test("an empty list is empty only when it is known to be", () => {
  assert.equal(picture(initialState()).empty, false);
  assert.equal(picture(reading([])).empty, true);
  assert.equal(picture(enqueue(reading([]), create)).empty, false);
});

// ---- Long lists

const PAGE = 1000;
const NUMBER_OF_PAGES = 8;
const pageOf = (i) => Array.from({ length: PAGE }, (_, j) =>
  task(i * PAGE + j + 1, { completed: j % 10 === 0, tags: [`tag${i}`] }));
const LONG = Array.from({ length: NUMBER_OF_PAGES }, (_, i) => i).reduce((state, i) => received(state, {
  from: state.reach, query: `?page=${i}`, tasks: pageOf(i), next: i < NUMBER_OF_PAGES - 1 ? "?next" : null, etag: "e",
  revision: 9000,
}), initialState());
const around = (id) => () => [placeOf(task(id)), placeOf(task(id + 10))];
const AT_START = forgotten(LONG, around(1));
const figures = (state) => {
  const { count, active, shown, whole, activeIsExact } = picture(state);
  return { count, active, shown, whole, activeIsExact };
};
const EXACT = { count: 8000, active: 7200, shown: 8000, whole: true, activeIsExact: true };
const later = (state, ...tasks) => absorbed(state, { tasks, etag: "e", revision: 9001 });
const changed = (id, more) => task(id, { revision: 9001, ...more });

test("of a long list the pages that are far away are forgotten, and still counted", () => {
  assert.deepEqual([AT_START.saved.size, isWhole(LONG), isWhole(AT_START)], [5000, true, false]);
  assert.deepEqual([figures(LONG), figures(AT_START)], [EXACT, EXACT]);
  assert.deepEqual(AT_START.pages.map(({ away }) => Boolean(away)),
    [false, false, false, false, false, true, true, true]);
  assert.deepEqual(picture(AT_START).tags, picture(LONG).tags);
});

test("what is forgotten is a row that stands for its tasks", () => {
  const { rows } = picture(forgotten(LONG, around(7900)));
  assert.deepEqual(rows.slice(0, 3).map(({ away, place }) => [away, place]), [[1000, 1], [1000, 1001], [1000, 2001]]);
  assert.deepEqual([rows[3].task.id, rows[3].place, rows.length], [3001, 3001, 5003]);
});

test("a list that is forgotten far enough forgets no more", () => {
  assert.equal(forgotten(AT_START, around(1)), AT_START);
  assert.equal(forgotten(TWO, () => assert.fail()), TWO);
});

test("nobody loses what he is busy with", () => {
  const [update] = updateOps("u", "i:7500", task(7500), { title: "mine" });
  const busy = apply(LONG, [enqueue, update], [select, ["i:6500"]], [edit, "i:5500", "x", task(5500)]);
  assert.deepEqual(forgotten(busy, around(1)).pages.map(({ away }) => Boolean(away)),
    [false, false, true, true, true, false, false, false]);
});

test("a page comes back as it is by then", () => {
  const page = AT_START.pages[6];
  const tasks = [...pageOf(6).slice(1), task(7001, { revision: 1 })];
  const state = brought(AT_START, page, tasks);
  assert.equal(state.saved.size, 5999); // what lies behind it is not taken
  assert.deepEqual(figures(state), { ...EXACT, count: 7999, shown: 7999 });
});

test("a task that was deleted while its page was on its way stays deleted", () => {
  const [removal] = deleteOps("d", "i:6500", task(6500));
  const state = brought(vanished(AT_START, removal), AT_START.pages[6], pageOf(6));
  assert.deepEqual([state.saved.has("i:6500"), picture(state).count], [false, 7999]);
});

for (const { name, tasks, count = 8000, active = 7200, atHand = 5000 } of [
  { name: "completed", tasks: [changed(6500, { completed: true })], active: 7199 },
  { name: "completed twice", tasks: [changed(6500, { completed: true }), changed(6500, { completed: true })], active: 7199 },
  { name: "reopened", tasks: [changed(6501)], active: 7201 },
  { name: "deleted", tasks: [{ id: 6500, uid: null, deleted: true, revision: 9001 }], count: 7999, active: 7199 },
  { name: "moved to where one looks", tasks: [changed(6500, { order: 1 })], atHand: 5001 },
  { name: "known already", tasks: [task(6500, { completed: true, revision: 8000 })] },
])
  test(`what is forgotten and ${name} elsewhere is counted`, () => {
    const state = later(AT_START, ...tasks);
    assert.deepEqual([figures(state), state.saved.size], [{ ...EXACT, count, active, shown: count }, atHand]);
  });

test("a task that others move away is at hand no more", () => {
  const state = later(forgotten(LONG, around(7900)), changed(7500, { order: 3 }));
  assert.deepEqual([state.saved.has("i:7500"), figures(state)], [false, EXACT]);
});

test("clearing counts what is forgotten, before the server has done it and after", () => {
  const op = clearOp("c");
  const without = { ...EXACT, count: 7200, shown: 7200 };
  const asked = enqueue(AT_START, op);
  assert.deepEqual([figures(asked), figures(settled(asked, op))], [without, without]);
});

test("an answer about what is forgotten brings back nothing", () => {
  const [update] = updateOps("u", "i:6500", task(6500), { completed: true });
  const state = settled(enqueue(AT_START, update), update, [changed(6500, { completed: true })]);
  assert.deepEqual([state.saved.has("i:6500"), figures(state)], [false, { ...EXACT, active: 7199 }]);
});

test("another filter asks the server when not all is at hand", () => {
  const shown = show(AT_START, { filter: "active" });
  assert.equal(picture(shown).rows.some(({ away }) => away), false);
  assert.deepEqual([aim(shown).saved.size, aim(shown).pages], [0, []]);
  assert.equal(aim(show(LONG, { filter: "active" })).saved.size, 8000);
});

test("in order, what is forgotten is a gap", () => {
  const order = sorted(forgotten(LONG, around(7900)));
  assert.deepEqual(order.slice(0, 4).map(([, known]) => known?.id ?? null), [null, null, null, 3001]);
  assert.equal(order.length, 5003);
});

test("which tasks are gone is forgotten when no answer can name them any more", () => {
  const [removal] = deleteOps("d", "i:1", task(1));
  assert.deepEqual([...forgotten(vanished(TWO, removal), () => assert.fail()).gone], []);
});

// ---- Filters

const MIXED = [
  task(1, { tags: ["home"] }), task(2, { completed: true, tags: ["home", "shop"] }), task(3, { notes: "Buy MILK" }),
];
for (const [view, expected] of [
  [{ filter: "all" }, [1, 2, 3]], [{ filter: "active" }, [1, 3]], [{ filter: "completed" }, [2]],
  [{ tag: "home" }, [1, 2]], [{ tag: "home", filter: "active" }, [1]], [{ tag: "none" }, []],
  [{ text: "milk" }, [3]], [{ text: "TASK 2" }, [2]], [{ text: "2", tag: "shop" }, [2]],
])
  test(`a whole list is filtered here: ${JSON.stringify(view)}`, () => {
    const shown = apply(reading(MIXED), [show, view], [aim]);
    assert.deepEqual(picture(shown).rows.map((row) => row.task.id), expected);
    assert.deepEqual([picture(shown).active, picture(shown).completed, isWhole(shown)], [2, 1, true]);
  });

for (const [view, query] of [
  [{ filter: "all" }, "?sort=order"],
  [{ filter: "active" }, "?completed=false&sort=order"],
  [{ filter: "completed" }, "?completed=true&sort=order"],
  [{ tag: "a&b", text: "x y" }, "?tag=a%26b&q=x+y&sort=order"],
])
  test(`a list that goes on is asked for: ${query}`, () => {
    const other = { filter: "all", tag: "other", text: "" };
    const part = reading([task(1)], "?cursor=x", startOver(initialState(), other));
    const shown = apply(part, [show, view], [aim]);
    assert.deepEqual([shown.loaded, shown.reach, shown.next, shown.etag], [false, START, null, null]);
    assert.equal(firstQuery(shown), query);
    assert.ok(shown.epoch > part.epoch);
  });

test("back to everything, the list can become whole", () => {
  const part = reading([task(1)], "?cursor=x", startOver(initialState(), { filter: "active", tag: "", text: "" }));
  const all = reading([task(1)], null, apply(part, [show, { filter: "all" }], [aim]));
  assert.deepEqual([isWhole(all), all.reach], [true, END]);
});

test("the tags that there are", () => {
  assert.deepEqual(picture(reading(MIXED)).tags, ["home", "shop"]);
  assert.deepEqual(picture(show(reading(MIXED), { tag: "gone" })).tags, ["gone", "home", "shop"]);
});

test("a list that is shown already is not asked for again", () => {
  const part = reading([task(1)], "?cursor=x");
  assert.equal(aim(part), part);
});

test("another filter ends an edit", () => {
  assert.equal(show(edit(TWO, "i:1", "x"), { filter: "active" }).editing, null);
  assert.equal(leaveEdit(edit(TWO, "i:1", "x")).editing, null);
});

test("the row that is being edited is shown in any filter", () => {
  assert.deepEqual(titles(edit(show(TWO, { filter: "active" }), "i:2", "x")), ["task 1", "task 2"]);
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
  assert.deepEqual(titles(enqueue(TWO, clearOp("c"))), ["task 1"]);
  assert.deepEqual(titles(enqueue(TWO, completeOne, clearOp("c"))), []);
});

test("what the server answers replaces what was guessed", () => {
  const made = task(9, { uid: "u1", title: "new", revision: 12 });
  const state = apply(TWO, [enqueue, create], [settled, create, [made]]);
  assert.deepEqual([state.queue, seen(state).get("u:u1")], [[], made]);
});

test("a change to a task that was being created learns its id", () => {
  const waiting = enqueue(TWO, create);
  const [rename] = updateOps("op9", "u:u1", seen(waiting).get("u:u1"), { title: "newer" });
  const state = apply(waiting, [enqueue, rename], [settled, create, [task(9, { uid: "u1", revision: 14 })]]);
  assert.deepEqual([state.queue[0].id, state.queue[0].revision], [9, 14]);
});

test("a create that was read before its answer came is there once", () => {
  const state = enqueue(reading([task(9, { uid: "u1", title: "new" })]), create);
  assert.deepEqual(titles(state), ["new"]);
});

test("an answer that was overtaken does not bring back the past", () => {
  const later = reread(TWO, task(1, { revision: 20, title: "latest" }));
  const answer = task(1, { revision: 15, title: "renamed" });
  const state = apply(later, [enqueue, renameOne], [settled, renameOne, [answer]]);
  assert.deepEqual(titles(state), ["latest", "task 2"]);
});

test("settled deletes and clears leave", () => {
  assert.deepEqual(titles(apply(TWO, [enqueue, deleteTwo], [settled, deleteTwo])), ["task 1"]);
  const clear = clearOp("c");
  assert.deepEqual(titles(apply(TWO, [enqueue, clear], [settled, clear])), ["task 1"]);
});

test("an op goes on from a later revision", () => {
  const [later] = rebased(enqueue(TWO, renameOne), renameOne, 30).queue;
  assert.deepEqual([later.revision, renameOne.revision], [30, 1]);
  assert.deepEqual(settled({ ...TWO, queue: [later] }, renameOne, [task(1)]).queue, []);
});

test("a batch is made, refused and settled as one", () => {
  const batch = createOp("b", [{ uid: "x", title: "one" }, { uid: "y", title: "two" }]);
  const [onSecond] = updateOps("o", "u:y", task(Infinity), { completed: true });
  const state = enqueue(TWO, batch, onSecond);
  assert.deepEqual(picture(state).rows.map((row) => row.unsaved), [false, false, true, true]);
  const made = [task(8, { uid: "x" }), task(9, { uid: "y", revision: 33 })];
  assert.deepEqual(settled(state, batch, made).queue.map(({ id, revision }) => [id, revision]), [[9, 33]]);
  assert.deepEqual(refused(state, batch, {}).queue, []);
});

// ---- Selection and undo

test("selecting again deselects, a part selects the rest", () => {
  const one = select(TWO, ["i:1"]);
  assert.deepEqual([picture(one).selected, picture(one).rows.map((row) => row.selected)], [1, [true, false]]);
  assert.equal(picture(select(one, ["i:1", "i:2"])).selected, 2);
  assert.equal(picture(select(select(one, ["i:1", "i:2"]), ["i:1", "i:2"])).selected, 0);
  assert.equal(picture(selectNone(one)).selected, 0);
  assert.equal(picture(show(one, {})).selected, 0);
});

test("an undo makes the task anew with all that it held", () => {
  const lost = task(3, {
    uid: "old", notes: "n", completed: true, priority: 1, order: 2, tags: ["t"], due_at: "d", expires_at: null,
  });
  const { id, revision, ...rest } = lost;
  assert.deepEqual(remade(lost, "new"), { ...rest, uid: "new" });
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
  const [onIt] = updateOps("op9", "u:u1", task(Infinity), { completed: true });
  const state = apply(TWO, [enqueue, create, onIt, renameOne], [refused, create, {}]);
  assert.deepEqual(state.queue, [renameOne]);
});

test("a task that is gone leaves, and an op with nothing left to do too", () => {
  const state = apply(TWO, [enqueue, renameOne], [vanished, renameOne], [dropped, renameOne]);
  assert.deepEqual([titles(state), state.queue], [["task 2"], []]);
});

// ---- What may be sent

let count = 0;
const on = (key) => ({ uid: `o${count++}`, kind: "update", key });
const [a, a2, b, clear] = [on("a"), on("a"), on("b"), clearOp("c")];
const [c1, c2] = ["1", "2"].map((uid) => createOp(`c${uid}`, [{ uid, title: uid }]));
const both = createOp("c3", [{ uid: "1", title: "1" }, { uid: "2", title: "2" }]);
const afterC1 = on("u:1");
for (const { name, queue, sending = [], most = 9, expected } of [
  { name: "nothing", queue: [], expected: [] },
  { name: "different tasks at once", queue: [a, b], expected: [a, b] },
  { name: "one task in order", queue: [a, a2, b], expected: [a, b] },
  { name: "not twice", queue: [a, a2, b], sending: [a], expected: [b] },
  { name: "creates in order", queue: [c1, c2, a], expected: [c1, a] },
  { name: "a change after its create", queue: [c1, afterC1], sending: [c1], expected: [] },
  { name: "a change after a batch", queue: [both, on("u:2")], sending: [both], expected: [] },
  { name: "a clear after all before it", queue: [a, clear, b], expected: [a] },
  { name: "a clear alone", queue: [clear, a], expected: [clear] },
  { name: "nothing beside a clear", queue: [clear, a], sending: [clear], expected: [] },
  { name: "no more than asked for", queue: [a, b], most: 1, expected: [a] },
  { name: "none if none is asked for", queue: [clear], most: 0, expected: [] },
])
  test(`sendable: ${name}`, () => assert.deepEqual(sendable(queue, new Set(sending.map(({ uid }) => uid)), most), expected));

// ---- Conflicts

for (const [name, op, current, conflict, done] of [
  ["as it was", renameOne, task(1), false, false],
  ["another member changed", renameOne, task(1, { completed: true }), false, false],
  ["the same member changed", renameOne, task(1, { title: "theirs" }), true, false],
  ["changed to what is wanted", renameOne, task(1, { title: "renamed" }), false, true],
  ["the same tags", updateOps("t", "i:1", task(1, { tags: ["a"] }), { tags: ["b"] })[0], task(1, { tags: ["a"] }), false, false],
  ["other tags", updateOps("t", "i:1", task(1, { tags: ["a"] }), { tags: ["b"] })[0], task(1, { tags: ["c"] }), true, false],
  ["tags as wanted", updateOps("t", "i:1", task(1), { tags: ["b"] })[0], task(1, { tags: ["b"] }), false, true],
  ["delete, as it was", deleteTwo, task(2), false, false],
  ["delete, completed meanwhile", deleteTwo, task(2, { completed: true }), false, false],
  ["delete, rewritten meanwhile", deleteTwo, task(2, { notes: "important" }), true, false],
])
  test(`conflicts: ${name}`, () => {
    assert.equal(conflicts(op, current), conflict);
    assert.equal(isDone(op, current), done);
  });

test("no op for a change that changes nothing or a task that is gone", () => {
  assert.deepEqual(updateOps("o", "i:1", task(1, { tags: ["a"] }), { title: "task 1", tags: ["a"] }), []);
  assert.deepEqual(updateOps("o", "i:1", undefined, { title: "x" }), []);
  assert.deepEqual(deleteOps("o", "i:1", undefined), []);
});

test("an op holds only what it changes", () => {
  const [op] = updateOps("o", "i:1", task(1), { title: "task 1", completed: true });
  assert.deepEqual([op.patch, op.base, op.revision], [{ completed: true }, { completed: false }, 1]);
});
