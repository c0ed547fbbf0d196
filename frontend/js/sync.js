// Keeps the store and the server alike: reads pages and what changed, sends the queue, and goes on by
// itself after a failure that passes. An op may be sent twice, since an answer may be lost, so each is
// safe to repeat: by its Idempotency-Key, and by the revision that it names.

import { asksToSignIn, Problem } from "./api.js";
import { compare, START } from "./order.js";
import { keyOfPage } from "./pages.js";
import {
  absorbed, aim, brought, conflicts, dropped, firstQuery, forgotten, isDone, isWhole, paused, rebased, received,
  refused, reread, sendable, settled, startOver, vanished,
} from "./store.js";

const PAGE = 1000;
const UNASKED = 2000; // tasks that are read before anybody scrolls for them
const AT_ONCE = 5; // of the six connections that browsers open to one server; the stream has one
const TRIES = 5; // against others who keep changing the same task
const LONGEST_WAIT_S = 30;

/** `firstPage()` is how many tasks to read first: few, so that the first rows come soon; `sight()` the places of
 *  the first and the last row in sight; `done()` is called when the server has taken a change. */
export function createSync(api, store, { firstPage, sight, done = () => {} }) {
  const sending = new Set();
  let reading = null;
  let failures = 0;
  let timer = null;

  // ---- Reading

  async function page(limit) {
    const { epoch, reach, next } = store.state;
    const query = next ?? firstQuery(store.state);
    const answer = await api.list(withLimit(query, limit));
    if (store.state.epoch === epoch) await take(answer.revision, received, { from: reach, query, ...answer });
  }

  /** Reads a page again that was sent away. */
  async function back(key) {
    const { epoch, pages } = store.state;
    const page = pages.find((one) => one.away && keyOfPage(one) === key);
    if (!page) return;
    const first = await api.list(withLimit(page.query, PAGE));
    const tasks = [...first.tasks];
    let { next } = first;
    while (next && compare(tasks.at(-1), page.to) < 0) {
      const answer = await api.list(withLimit(next, PAGE));
      tasks.push(...answer.tasks);
      next = answer.next;
    }
    if (store.state.epoch === epoch) await take(first.revision, brought, page, tasks);
  }

  /** Takes in what was listed at this revision, and again what has changed since if that came in first. */
  async function take(revision, ...change) {
    const isOld = revision < store.state.revision;
    store.apply(...change);
    if (isOld) await renew(revision, null);
  }

  async function follow() {
    store.apply(aim);
    while (!store.state.loaded) {
      await page(firstPage());
      store.apply(aim);
    }
    while (store.state.next && store.state.saved.size < UNASKED) await page(PAGE);
  }

  /** Asks what changed since the last time. */
  async function renew(since = store.state.revision, etag = store.state.etag) {
    const { epoch } = store.state;
    let answer = await api.changes(since, etag);
    const tasks = answer ? [...answer.tasks] : [];
    for (; answer?.next; tasks.push(...answer.tasks)) answer = await api.changes(answer.next);
    if (answer && store.state.epoch === epoch) store.apply(absorbed, { ...answer, tasks });
  }

  /** Reads what is known once more, after so long that the server cannot say what changed. */
  async function restart() {
    const { epoch, reach } = store.state;
    const query = firstQuery(store.state);
    const first = await api.list(withLimit(query, PAGE));
    const tasks = [...first.tasks];
    let { next } = first;
    while (next && tasks.length < store.state.saved.size) {
      const answer = await api.list(next);
      tasks.push(...answer.tasks);
      next = answer.next;
    }
    const all = { ...first, from: START, query, tasks, next };
    if (store.state.epoch === epoch && reach !== START) await take(first.revision, received, all);
  }

  async function refresh() {
    try {
      if (store.state.stale) await restart();
      else if (store.state.loaded) await renew();
    } catch (problem) {
      if (problem.code !== "changes_purged") throw problem;
      await restart();
    }
    await follow();
  }

  async function everything() {
    const { filter, tag, text } = store.state.source;
    if (filter !== "all" || tag || text) store.apply(startOver);
    await rest();
  }

  async function rest() {
    while (store.state.reach === START || store.state.next) await page(PAGE);
    for (const one of store.state.pages) if (one.away) await back(keyOfPage(one));
  }

  /** Reads, and then sends away what is far from sight. */
  const near = (how) => async () => {
    await how();
    store.apply(forgotten, sight);
  };

  /** One reader at a time. */
  async function read(how) {
    while (reading) await reading;
    reading = how().then(recover, pause).finally(() => (reading = null));
    return reading;
  }

  // ---- Sending

  function push() {
    if (isHeld()) return;
    for (const op of sendable(store.state.queue, sending, AT_ONCE - sending.size)) send(op);
  }

  async function send(op) {
    sending.add(op.uid);
    try {
      await DELIVER[op.kind](op);
      done();
      recover();
    } catch (problem) {
      if (problem.temporary || asksToSignIn(problem)) pause(problem);
      else store.apply(refused, op, problem);
    }
    sending.delete(op.uid);
    push();
  }

  const DELIVER = {
    async create(op) {
      try {
        store.apply(settled, op, await api.create(op.items.map(({ patch }) => patch), op.uid));
      } catch (problem) {
        if (problem.code !== "uid_taken") throw problem;
        await renew(); // an earlier try had arrived, too long ago for the key to be known
        store.apply(dropped, op);
      }
    },
    update: (op) => guarded(op, ({ id, revision }) => api.update({ id, revision }, op.patch, `${op.uid}-${revision}`)),
    delete: (op) => guarded(op, (at) => api.remove(at)),
    async clear(op) {
      await api.clearCompleted();
      store.apply(settled, op);
    },
  };

  /** Changes a task only from what the person saw; what others changed beside it stays as it is. */
  async function guarded(op, change) {
    try {
      let { id, revision } = op;
      for (let tries = 1; ; tries++) {
        const changed = await change({ id, revision }).catch((problem) => {
          if (problem.status !== 412 || tries === TRIES) throw problem;
        });
        if (changed) return store.apply(settled, op, [changed]);
        const task = await api.get(id);
        store.apply(reread, task);
        if (isDone(op, task)) return store.apply(settled, op, [task]);
        if (conflicts(op, task)) throw conflict(op, task);
        ({ revision } = task);
        store.apply(rebased, op, revision);
      }
    } catch (problem) {
      if (problem.status !== 404) throw problem;
      store.apply(vanished, op);
      if (op.kind === "update") throw gone(op);
      store.apply(dropped, op);
    }
  }

  // ---- Failing and going on

  /** Whether nothing is sent: until some time has passed, or until somebody has signed in. */
  function isHeld() {
    return timer || asksToSignIn(store.state.paused);
  }

  function pause(problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (isHeld()) return;
    const wait = Math.max(problem.retryAfter ?? 0, Math.min(2 ** failures++, LONGEST_WAIT_S));
    if (problem.temporary) timer = setTimeout(resume, wait * 1000);
    store.apply(paused, problem);
  }

  function resume() {
    clearTimeout(timer);
    timer = null;
    if (asksToSignIn(store.state.paused)) store.apply(paused, null);
    push();
    return read(refresh);
  }

  function recover() {
    failures = 0;
    clearTimeout(timer);
    timer = null;
    if (store.state.paused) store.apply(paused, null);
    push();
  }

  return {
    /** Sends what is queued. */
    push,
    /** Tries again now instead of later. */
    resume,
    isHeld,
    /** Reads what the view shows. */
    follow: () => read(near(follow)),
    /** Reads what others changed, unless there is something to do first. */
    poll: () => (reading || isHeld() ? undefined : read(near(refresh))),
    /** Reads the next page, if there is one. */
    more: () => read(near(async () => store.state.next && page(PAGE))),
    /** Reads the page with this key, if it is away. */
    back: (key) => read(near(() => back(key))),
    /** Reads all of the list that is shown. */
    rest: () => read(rest),
    /** Reads all tasks there are. */
    everything: () => read(everything),
    /** Reads all that is known anew. */
    restart: () => read(restart),
  };
}

function withLimit(query, limit) {
  const parameters = new URLSearchParams(query);
  parameters.set("limit", limit);
  return `?${parameters}`;
}

function conflict(op, current) {
  return new Problem({
    status: 412,
    code: "revision_mismatch",
    title: "This task was changed elsewhere",
    versions: { mine: versionOf(op, op.patch), theirs: versionOf(op, current) },
  });
}

/** What a version says of what the op changes; null if it deletes. */
function versionOf({ base }, version) {
  return version && Object.fromEntries(Object.keys(base).map((member) => [member, version[member]]));
}

function gone({ patch }) {
  return new Problem({
    status: 404,
    code: "task_missing",
    title: "This task was deleted elsewhere",
    detail: patch.title ? `Your text was “${patch.title}”.` : "",
  });
}
