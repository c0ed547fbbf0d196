// What the page knows, and every way in which that changes. Nothing here touches the network or the
// document.
//
// `saved` is what the server last told. `queue` holds the changes that it has not confirmed, oldest first.
// What a person sees is the queue played over the saved tasks: a change shows at once, and one that is
// refused undoes itself by leaving the queue.
//
// An op is { uid, kind, key, id, revision, patch, base }: kind is create, update, delete or clear (delete
// whatever is completed). It names the revision that it builds on, and base holds what it changes as that
// was seen. A create has items instead, [{ key, patch }].

import { compare, END, placeOf, START } from "./order.js";
import { cleared, countOf, farAway, isAway, isIn, keyOfPage, noted, sentAway } from "./pages.js";

const MATCHES = {
  all: () => true,
  active: (task) => !task.completed,
  completed: (task) => task.completed,
};

const EVERYTHING = { filter: "all", tag: "", text: "" };

const AT_HAND_MAX = 5000; // tasks; of a longer list the pages far from sight are sent away

const BLANK = {
  id: Infinity, revision: 0, title: "", notes: "", completed: false, priority: 0, order: null, tags: [],
  due_at: null, expires_at: null,
};

export function initialState() {
  return {
    view: EVERYTHING, // what is shown
    source: EVERYTHING, // what `saved` was read as
    saved: new Map(),
    gone: new Set(), // ids that were deleted; an answer that was on its way then may still name them
    reach: START, // the tasks of the source were all read up to this place,
    pages: [], // in these pages; they are in `saved` unless their page is away
    next: null, // the query of the page after that
    etag: null,
    revision: 0, // of the owner: what changed after it is not known yet
    loaded: false,
    stale: false, // the list is one that was kept from an earlier page
    epoch: 0, // counts the lists that were begun
    queue: [],
    editing: null, // { key, text, base }: what the editor started with, and the task as it was then
    selected: new Set(),
    deleted: [], // the tasks that an undo brings back
    paused: null, // the problem that keeps the queue from moving
    refusals: [], // { problem, op }: changes that the server did not take, until somebody decides
  };
}

/** Names a task on this page for as long as the page lives. */
export function keyOf(task) {
  return task.uid ? `u:${task.uid}` : `i:${task.id}`;
}

/** A title as one line: what a paste brings of tabs and breaks becomes blanks. */
export function cleanTitle(text) {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

// ---- Reading

/** The query that lists the source from its start. */
export function firstQuery({ source: { filter, tag, text } }) {
  const query = new URLSearchParams();
  if (filter !== "all") query.set("completed", filter === "completed");
  if (tag) query.set("tag", tag);
  if (text) query.set("q", text);
  query.set("sort", "order");
  return `?${query}`;
}

/** Whether all tasks were read, so that they are counted. */
function isRead({ source, reach }) {
  return source === EVERYTHING && reach === END;
}

/** Whether all tasks of the source are known. */
export function isComplete({ reach, pages }) {
  return reach === END && !pages.some(({ away }) => away);
}

/** Whether all tasks are known. */
export function isWhole(state) {
  return isRead(state) && isComplete(state);
}

/** Whether a task is among those that `view` asks for, as the server decides it. */
function matcher({ filter, tag, text }) {
  const wanted = lowered(text);
  return (task) => MATCHES[filter](task) && (!tag || task.tags.includes(tag)) &&
    (!text || lowered(task.title).includes(wanted) || lowered(task.notes).includes(wanted));
}

function lowered(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Everything to draw; `more` says that the list shown goes on. A row with `away` stands for so many tasks. */
export function picture(state, now = Date.now()) {
  const { view, source, loaded, reach, queue, editing, selected, refusals, deleted } = state;
  const matches = matcher(view);
  const unsaved = new Set(queue.flatMap(keysOf));
  const pages = pagesAway(state);
  const rows = isListed(state) ? pages.map(rowOfPage) : [];
  const tags = new Set([...(view.tag ? [view.tag] : []), ...pages.flatMap(({ away }) => away.tags)]);
  let count = sum(pages.map(({ away }) => countOf(away)));
  let active = sum(pages.map(({ away }) => away.active.length));
  for (const [key, task] of seen(state)) {
    if (task.expires_at && Date.parse(task.expires_at) <= now) continue;
    count++;
    if (!task.completed) active++;
    for (const tag of task.tags) tags.add(tag);
    if (matches(task) || editing?.key === key)
      rows.push({ key, task, unsaved: unsaved.has(key), selected: selected.has(key) });
  }
  rows.sort((a, b) => compare(a.task, b.task));
  const shown = rows.reduce((place, row) => (row.place = place) + (row.away ?? 1), 1) - 1;
  return {
    rows, // each with its place in the list, from 1
    shown, // what they stand for
    tags: [...tags].sort((a, b) => a.localeCompare(b)),
    count,
    active,
    activeIsExact: reach === END && source.filter !== "completed" && !source.tag && !source.text,
    completed: count - active,
    whole: isRead(state),
    more: loaded && reach !== END,
    empty: isRead(state) && count === 0,
    view,
    loaded,
    editing,
    selected: rows.filter((row) => row.selected).length,
    deleted,
    refusal: refusals[0],
    paused: state.paused && { problem: state.paused, waiting: queue.length },
  };
}

/** The pages away, as a person sees them. */
function pagesAway({ pages, queue }) {
  const isClearing = queue.some(({ kind }) => kind === "clear");
  return (isClearing ? cleared(pages) : pages).filter(({ away }) => away);
}

function isListed({ view, source }) {
  return firstQuery({ source }) === firstQuery({ source: view });
}

function rowOfPage(page) {
  return { key: keyOfPage(page), task: page.to, away: countOf(page.away) };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** All known tasks by key, as a person sees them: the queue played over what is saved. */
export function seen(state) {
  if (!PLAYED.has(state.saved)) PLAYED.set(state.saved, new WeakMap());
  const played = PLAYED.get(state.saved);
  if (!played.has(state.queue)) played.set(state.queue, play(state));
  return played.get(state.queue);
}

const PLAYED = new WeakMap(); // neither of the two ever changes, so they are played once

function play({ saved, queue }) {
  if (!queue.length) return saved;
  const tasks = new Map(saved);
  for (const op of queue) PLAY[op.kind](tasks, op);
  return tasks;
}

const PLAY = {
  create(tasks, { items }) {
    for (const { key, patch } of items) if (!tasks.has(key)) tasks.set(key, { ...BLANK, ...patch });
  },
  update(tasks, { key, patch }) {
    if (tasks.has(key)) tasks.set(key, { ...tasks.get(key), ...patch });
  },
  delete(tasks, { key }) {
    tasks.delete(key);
  },
  clear(tasks) {
    for (const [key, task] of tasks) if (task.completed) tasks.delete(key);
  },
};

/** All known tasks in the order of the list, as [key, task], and [key, null] for a page that is away. */
export function sorted(state) {
  const pages = pagesAway(state).map((page) => [keyOfPage(page), page.to, true]);
  return [...pages, ...seen(state)].sort(([, a], [, b]) => compare(a, b))
    .map(([key, task, away]) => [key, away ? null : task]);
}

function keysOf({ key, items }) {
  return items ? items.map((item) => item.key) : [key];
}

/** Up to `most` ops that may be sent now: those on one task go in their order, creates in theirs, and a
 *  clear alone. `sending` holds the uids of those on their way. */
export function sendable(queue, sending, most) {
  const ready = [];
  const held = new Set();
  for (const op of queue) {
    if (ready.length >= most || (op.kind === "clear" && held.size)) break;
    const lines = op.kind === "create" ? ["create", ...keysOf(op)] : [op.key];
    if (!sending.has(op.uid) && !lines.some((line) => held.has(line))) ready.push(op);
    if (op.kind === "clear") break;
    for (const line of lines) held.add(line);
  }
  return ready;
}

/** Whether somebody else changed what the op builds on, to something other than what it asks for. */
export function conflicts(op, current) {
  return Object.keys(op.base).some((member) => !isSame(current[member], op.base[member]) &&
    !(op.patch && isSame(current[member], op.patch[member])));
}

/** Whether the task already is what the op wants, as after a repeat whose first answer was lost. */
export function isDone(op, current) {
  return op.kind === "update" &&
    Object.entries(op.patch).every(([member, value]) => isSame(current[member], value));
}

function isSame(a, b) {
  return a === b || (Array.isArray(a) && Array.isArray(b) && a.join(" ") === b.join(" ")); // tags have no blanks
}

// ---- Changing: each takes a state and returns the next one

export function show(state, change) {
  return { ...state, view: { ...state.view, ...change }, editing: null, selected: new Set() };
}

/** Starts another list if the one at hand is not known far enough to be filtered here. */
export function aim(state) {
  if (!state.loaded || isWhole(state) || isListed(state)) return state;
  return startOver(state, state.view);
}

/** Forgets the list at hand and starts the one of `source`; the queue stays. */
export function startOver(state, source = EVERYTHING) {
  const { saved, reach, pages, next, etag, loaded } = initialState();
  const isAll = firstQuery({ source }) === firstQuery({ source: EVERYTHING });
  const { epoch } = state;
  return { ...state, source: isAll ? EVERYTHING : source, saved, reach, pages, next, etag, loaded, epoch: epoch + 1 };
}

/** Takes in the page of the source that starts after the place `from`, which `query` lists. */
export function received(state, { from, query, tasks, next, etag, revision }) {
  const page = { from, to: next ? placeOf(tasks.at(-1)) : END, query, away: null };
  const saved = new Map(state.saved);
  const listed = new Set(tasks.map(({ id }) => id));
  for (const [key, task] of from === START ? state.saved : [])
    if (isIn(page, task) && !listed.has(task.id) && task.revision <= revision && key !== state.editing?.key)
      saved.delete(key);
  for (const task of tasks) if (!state.gone.has(task.id)) keepLatest(saved, task);
  const first = from === START ? { etag, revision } : {};
  const pages = from === START ? [page] : [...state.pages, page];
  return {
    ...state, saved, pages, reach: page.to, next, loaded: true, stale: state.stale && from !== START, ...first,
  };
}

/** Forgets what nobody needs while no list is on its way: which tasks are gone, and those of pages far from sight
 *  until no more are at hand than enough. `sight()` gives the places of the first and the last row in sight. */
export function forgotten(state, sight) {
  const known = state.gone.size ? { ...state, gone: new Set() } : state;
  return state.saved.size > AT_HAND_MAX ? sendAway(known, farAway(state.pages, sight())) : known;
}

/** Leaves alone the pages of tasks that somebody is busy with. */
function sendAway(state, far) {
  const busy = new Set([...state.queue.flatMap(keysOf), ...state.selected, state.editing?.key]);
  const saved = new Map(state.saved);
  const sent = new Map();
  for (const page of far) {
    if (saved.size <= AT_HAND_MAX) break;
    const tasks = [...saved].filter(([, task]) => isIn(page, task));
    if (tasks.some(([key]) => busy.has(key))) continue;
    for (const [key] of tasks) saved.delete(key);
    sent.set(page, sentAway(page, tasks.map(([, task]) => task)));
  }
  return sent.size ? { ...state, saved, pages: state.pages.map((page) => sent.get(page) ?? page) } : state;
}

/** Takes in the tasks of a page that was away. */
export function brought(state, page, tasks) {
  const saved = new Map(state.saved);
  for (const task of tasks) if (isIn(page, task) && !state.gone.has(task.id)) keepLatest(saved, task);
  const key = keyOfPage(page);
  return { ...state, saved, pages: state.pages.map((one) => (keyOfPage(one) === key ? { ...one, away: null } : one)) };
}

/** Shows the tasks that an earlier page saw, until the server can be asked. */
export function recalled(state, tasks) {
  if (state.loaded || !tasks.length) return state;
  const saved = new Map(tasks.map((task) => [keyOf(task), task]));
  return { ...state, saved, reach: END, loaded: true, stale: true };
}

/** Takes up the changes that an earlier page left. */
export function restored(state, ops) {
  const known = new Set(state.queue.map(({ uid }) => uid));
  return { ...state, queue: [...ops.filter(({ uid }) => !known.has(uid)), ...state.queue] };
}

/** Takes in what changed, deletions included, up to `revision`. */
export function absorbed(state, { tasks, etag, revision = 0 }) {
  const saved = new Map(state.saved);
  const gone = new Set(state.gone);
  const matches = matcher(state.source);
  let { pages } = state;
  for (const task of tasks) {
    const key = keyOf(task);
    if (task.deleted) gone.add(task.id);
    const isGone = gone.has(task.id);
    const isListed = !isGone && matches(task);
    if (task.revision >= state.revision && key !== state.editing?.key) pages = noted(pages, task, isListed);
    const isAtHand = isListed && compare(task, state.reach) <= 0 && !isAway(pages, task);
    if (isAtHand) keepLatest(saved, task);
    else if ((isGone || !(saved.get(key)?.revision > task.revision)) && key !== state.editing?.key) saved.delete(key);
  }
  return { ...state, saved, gone, pages, etag, revision: Math.max(state.revision, revision) };
}

/** Takes in one task that was read again. */
export function reread(state, task) {
  return withTasks(state, [task]);
}

export function enqueue(state, ...ops) {
  return { ...state, queue: [...state.queue, ...ops] };
}

/** The op goes on from a later revision of its task. */
export function rebased(state, op, revision) {
  const queue = state.queue.map((other) => (other.uid === op.uid ? { ...other, revision } : other));
  return { ...state, queue };
}

/** The server has done the op; `tasks` is what it answered with. */
export function settled(state, op, tasks = []) {
  const results = new Map(tasks.map((task) => [keyOf(task), task]));
  const queue = without(state.queue, op).map((later) => {
    const result = results.get(later.key);
    return result ? { ...later, id: result.id, revision: result.revision } : later;
  });
  return SETTLE[op.kind]({ ...state, queue }, op, tasks);
}

const SETTLE = {
  create: (state, op, tasks) => withTasks(state, tasks),
  update: (state, op, tasks) => withTasks(state, tasks),
  delete: (state, op) => vanished(state, op),
  clear: (state) => ({
    ...state,
    saved: new Map([...state.saved].filter(([, task]) => !task.completed)),
    pages: cleared(state.pages),
    gone: new Set([...state.gone, ...[...state.saved.values()].filter((task) => task.completed).map(({ id }) => id)]),
  }),
};

/** The server has refused the op; after a create, all that builds on its tasks goes with it. */
export function refused(state, op, problem) {
  const lost = new Set(op.kind === "create" ? keysOf(op) : []);
  const queue = without(state.queue, op).filter(({ key }) => !lost.has(key));
  return { ...state, queue, refusals: [...state.refusals, { problem, op }] };
}

/** The op has nothing left to do. */
export function dropped(state, op) {
  return { ...state, queue: without(state.queue, op) };
}

/** The task of the op is gone from the server. */
export function vanished(state, op) {
  const saved = new Map(state.saved);
  saved.delete(op.key);
  return { ...state, saved, pages: noted(state.pages, op, false), gone: new Set(state.gone).add(op.id) };
}

/** Somebody has decided about the oldest refusal. */
export function dismiss(state) {
  return { ...state, refusals: state.refusals.slice(1) };
}

export function paused(state, problem) {
  return { ...state, paused: problem };
}

export function edit(state, key, text, base) {
  return { ...state, editing: { key, text, base } };
}

export function leaveEdit(state) {
  return { ...state, editing: null };
}

/** Selects the tasks, or no longer if all of them are. */
export function select(state, keys) {
  const selected = new Set(state.selected);
  const isOn = keys.some((key) => !selected.has(key));
  for (const key of keys) selected[isOn ? "add" : "delete"](key);
  return { ...state, selected };
}

export function selectNone(state) {
  return { ...state, selected: new Set() };
}

/** What an undo would bring back from now on. */
export function remember(state, tasks) {
  return { ...state, deleted: tasks };
}

function without(queue, op) {
  return queue.filter(({ uid }) => uid !== op.uid);
}

function withTasks(state, tasks) {
  const saved = new Map(state.saved);
  let { pages } = state;
  for (const task of tasks) {
    pages = noted(pages, task, true);
    if (!isAway(pages, task)) keepLatest(saved, task);
  }
  return { ...state, saved, pages };
}

// An answer may overtake another: the higher revision is the later state.
function keepLatest(saved, task) {
  if (!(saved.get(keyOf(task))?.revision > task.revision)) saved.set(keyOf(task), task);
}

// ---- Ops; `uid` names the op, and a new task, wherever they go

/** Makes tasks in one batch: what is made, as patches that hold a uid each. */
export function createOp(uid, patches) {
  const items = patches.map((patch) => ({ key: keyOf(patch), patch }));
  return { uid, kind: "create", key: items[0].key, items, base: {} };
}

/** What gives a task the members of the patch: no op if it has them, or if there is no such task. */
export function updateOps(uid, key, task, patch) {
  const members = Object.keys(patch).filter((member) => task && !isSame(task[member], patch[member]));
  if (!members.length) return [];
  const pick = (from) => Object.fromEntries(members.map((member) => [member, from[member]]));
  return [{ uid, kind: "update", key, id: task.id, revision: task.revision, patch: pick(patch), base: pick(task) }];
}

/** What deletes a task, unless it reads otherwise by then. */
export function deleteOps(uid, key, task) {
  if (!task) return [];
  const base = { title: task.title, notes: task.notes };
  return [{ uid, kind: "delete", key, id: task.id, revision: task.revision, base }];
}

export function clearOp(uid) {
  return { uid, kind: "clear", key: "", base: {} };
}

/** What a task that was deleted is made of anew. */
export function remade(task, uid) {
  const { title, notes, completed, priority, order, tags, due_at, expires_at } = task;
  return { uid, title, notes, completed, priority, order, tags, due_at, expires_at };
}

// ---- The one holder of the state

export function createStore(changed) {
  let state = initialState();
  return {
    get state() {
      return state;
    },
    /** apply(settled, op, tasks): replaces the state by settled(state, op, tasks). */
    apply(transition, ...details) {
      const before = state;
      state = transition(state, ...details);
      if (state !== before) changed();
    },
  };
}
