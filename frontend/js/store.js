// What the page knows, and every way in which that changes. Nothing here touches the network or the
// document.
//
// `saved` is what the server last told. `queue` holds the changes that it has not confirmed, oldest first.
// What a person sees is the queue played over the saved tasks: a change shows at once, and one that is
// refused undoes itself by leaving the queue.
//
// An op is { kind, key, id, patch, base }: kind is create, update, delete or clear (delete whatever is
// completed); base holds the members that the change builds on, as they were seen when it was made.

const MATCHES = {
  all: () => true,
  active: (task) => !task.completed,
  completed: (task) => task.completed,
};

const BLANK = {
  id: Infinity, revision: 0, title: "", notes: "", completed: false, priority: 0, tags: [], due_at: null,
};

export function initialState() {
  return {
    filter: "all", // what is shown
    source: "all", // what `saved` was read as: the filter of the list that pages come from
    saved: new Map(),
    reach: 0, // the tasks of the source are all in `saved` up to this id
    next: null, // the query of the page after that
    etag: null,
    loaded: false,
    epoch: 0, // counts what makes a list that is still on its way out of date
    queue: [],
    editing: null, // { key, text }
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
export function firstQuery({ source }) {
  return source === "all" ? "" : `?completed=${source === "completed"}`;
}

/** Whether all tasks are known. */
export function isWhole({ source, reach }) {
  return source === "all" && reach === Infinity;
}

/** Everything to draw; `more` says that the list shown goes on. */
export function picture(state) {
  const { source, filter, loaded, reach, queue, editing, refusals } = state;
  const all = [...seen(state)];
  const active = all.filter(([, task]) => !task.completed).length;
  const unsaved = new Set(queue.map((op) => op.key));
  return {
    rows: all
      .filter(([key, task]) => MATCHES[filter](task) || editing?.key === key)
      .map(([key, task]) => ({ key, task, unsaved: unsaved.has(key) })),
    active,
    activeIsExact: reach === Infinity && source !== "completed",
    completed: all.length - active,
    whole: isWhole(state),
    more: loaded && reach !== Infinity,
    empty: isWhole(state) && all.length === 0,
    filter,
    loaded,
    editing,
    refusal: refusals[0],
    paused: state.paused && { problem: state.paused, waiting: queue.length },
  };
}

/** All known tasks by key, as a person sees them: the queue played over what is saved. */
export function seen(state) {
  if (!PLAYED.has(state)) {
    const tasks = new Map(state.saved);
    for (const op of state.queue) PLAY[op.kind](tasks, op);
    PLAYED.set(state, tasks);
  }
  return PLAYED.get(state);
}

const PLAYED = new WeakMap(); // a state never changes, so it is played once

const PLAY = {
  create(tasks, { key, patch }) {
    if (!tasks.has(key)) tasks.set(key, { ...BLANK, ...patch });
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

/** Up to `most` ops that may be sent now: those on one task go in their order, creates in theirs, and a
 *  clear alone. */
export function sendable(queue, sending, most) {
  const ready = [];
  const held = new Set();
  for (const op of queue) {
    if (ready.length >= most || (op.kind === "clear" && held.size)) break;
    const lines = op.kind === "create" ? ["create", op.key] : [op.key];
    if (!sending.has(op) && !lines.some((line) => held.has(line))) ready.push(op);
    if (op.kind === "clear") break;
    for (const line of lines) held.add(line);
  }
  return ready;
}

/** Whether somebody else changed what the op builds on, to something other than what it asks for. */
export function conflicts(op, current) {
  return Object.keys(op.base).some((member) =>
    current[member] !== op.base[member] && current[member] !== op.patch?.[member]);
}

/** Whether the task already is what the op wants, as after a repeat whose first answer was lost. */
export function isDone(op, current) {
  return op.kind === "update" &&
    Object.entries(op.patch).every(([member, value]) => current[member] === value);
}

// ---- Changing: each takes a state and returns the next one

export function show(state, filter) {
  return { ...state, filter, editing: null };
}

/** Starts another list if the one at hand is not known far enough to be filtered here. */
export function aim(state) {
  const { source, filter, loaded } = state;
  if (!loaded || source === filter || isWhole(state)) return state;
  return startOver(state, filter);
}

/** Forgets the list at hand and starts the one of `source`; the queue stays. */
export function startOver(state, source) {
  const { saved, reach, next, etag, loaded } = initialState();
  return { ...state, source, saved, reach, next, etag, loaded, epoch: state.epoch + 1 };
}

/** Takes in the part of the source that starts after the id `from`. */
export function received(state, { from, tasks, next, etag }) {
  const to = next ? tasks.at(-1).id : Infinity;
  const kept = [...state.saved.values()].filter((task) =>
    task.id <= from || task.id > to || keyOf(task) === state.editing?.key);
  const merged = new Map([...kept, ...tasks].map((task) => [keyOf(task), task]));
  return {
    ...state,
    saved: new Map([...merged].sort(([, a], [, b]) => a.id - b.id)),
    reach: to,
    next,
    etag: from ? state.etag : etag,
    loaded: true,
  };
}

/** Takes in one task that was read again. */
export function reread(state, task) {
  return { ...state, saved: withTask(state.saved, task), epoch: state.epoch + 1 };
}

export function enqueue(state, ...ops) {
  return { ...state, queue: [...state.queue, ...ops] };
}

/** The server has done the op; `task` is what it answered with. */
export function settled(state, op, task) {
  const saved = SETTLE[op.kind](state.saved, op, task);
  const queue = without(state.queue, op).map((later) =>
    op.kind === "create" && later.key === op.key ? { ...later, id: task.id } : later);
  return { ...state, saved, queue, epoch: state.epoch + 1 };
}

const SETTLE = {
  create: (saved, op, task) => withTask(saved, task),
  update: (saved, op, task) => withTask(saved, task),
  delete: (saved, { key }) => new Map([...saved].filter(([other]) => other !== key)),
  clear: (saved) => new Map([...saved].filter(([, task]) => !task.completed)),
};

/** The server has refused the op; after a create, all that builds on the task goes with it. */
export function refused(state, op, problem) {
  const queue = without(state.queue, op).filter(({ key }) => op.kind !== "create" || key !== op.key);
  return { ...state, queue, refusals: [...state.refusals, { problem, op }] };
}

/** The op has nothing left to do. */
export function dropped(state, op) {
  return { ...state, queue: without(state.queue, op) };
}

/** The task of the op is gone from the server. */
export function vanished(state, op) {
  const saved = new Map([...state.saved].filter(([key]) => key !== op.key));
  return { ...state, saved, epoch: state.epoch + 1 };
}

/** Somebody has decided about the oldest refusal. */
export function dismiss(state) {
  return { ...state, refusals: state.refusals.slice(1) };
}

export function paused(state, problem) {
  return { ...state, paused: problem };
}

export function edit(state, key, text) {
  return { ...state, editing: { key, text } };
}

export function leaveEdit(state) {
  return { ...state, editing: null };
}

function without(queue, op) {
  return queue.filter((other) => other !== op);
}

// An answer may overtake another: the higher revision is the later state.
function withTask(saved, task) {
  const known = saved.get(keyOf(task));
  return known?.revision > task.revision ? saved : new Map(saved).set(keyOf(task), task);
}

// ---- Ops

export function createOp(uid, title) {
  return { kind: "create", key: `u:${uid}`, patch: { uid, title }, base: {} };
}

/** What gives a task the members of the patch: no op if it has them, or if there is no such task. */
export function updateOps(key, task, patch) {
  const members = Object.keys(patch);
  if (!task || members.every((member) => task[member] === patch[member])) return [];
  const base = Object.fromEntries(members.map((member) => [member, task[member]]));
  return [{ kind: "update", key, id: task.id, patch, base }];
}

/** What deletes a task, unless it reads otherwise by then. */
export function deleteOps(key, task) {
  if (!task) return [];
  return [{ kind: "delete", key, id: task.id, base: { title: task.title, notes: task.notes } }];
}

export function clearOp() {
  return { kind: "clear", key: "", base: {} };
}

// ---- The one holder of the state

export function createStore(changed) {
  let state = initialState();
  return {
    get state() {
      return state;
    },
    /** apply(settled, op, task): replaces the state by settled(state, op, task). */
    apply(transition, ...details) {
      state = transition(state, ...details);
      changed();
    },
  };
}
