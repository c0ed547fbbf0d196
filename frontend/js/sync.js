// Keeps the store and the server alike: reads pages, sends the queue, and goes on by itself after a
// failure that passes. An op may be sent twice, since an answer may be lost, so each is safe to repeat:
// a create by its uid, the others by the revision that they name.

import { asksToSignIn, Problem } from "./api.js";
import {
  aim, conflicts, dropped, firstQuery, isDone, paused, received, refused, reread, sendable, settled,
  startOver, vanished,
} from "./store.js";

const PAGE = 1000;
const UNASKED = 2000; // tasks that are read before anybody scrolls for them
const AT_ONCE = 6; // what browsers open to one server
const TRIES = 5; // against others who keep changing the same task
const LONGEST_WAIT_S = 30;

/** `firstPage()` is how many tasks to read first: few, so that the first rows come soon. */
export function createSync(api, store, firstPage) {
  const sending = new Set();
  let reading = null;
  let failures = 0;
  let timer = null;

  // ---- Reading

  async function page(limit) {
    const { epoch, reach, next } = store.state;
    const answer = await api.list({ query: withLimit(next ?? firstQuery(store.state), limit) });
    if (store.state.epoch === epoch) store.apply(received, { from: reach, ...answer });
  }

  async function follow() {
    store.apply(aim);
    while (!store.state.loaded) {
      await page(firstPage());
      store.apply(aim);
    }
    while (store.state.next && store.state.saved.size < UNASKED) await page(PAGE);
  }

  /** Asks whether anything changed, and if so reads once more what is known. */
  async function renew() {
    const { epoch, reach, etag } = store.state;
    const first = await api.list({ query: withLimit(firstQuery(store.state), PAGE), etag });
    if (!first) return;
    const tasks = [...first.tasks];
    let { next } = first;
    while (next && tasks.at(-1).id < reach) {
      const answer = await api.list({ query: next });
      tasks.push(...answer.tasks);
      next = answer.next;
    }
    if (store.state.epoch === epoch) store.apply(received, { from: 0, tasks, next, etag: first.etag });
  }

  async function refresh() {
    if (store.state.loaded) await renew();
    await follow();
  }

  async function everything() {
    if (store.state.source !== "all") store.apply(startOver, "all");
    while (!store.state.loaded || store.state.next) await page(PAGE);
  }

  /** One reader at a time. */
  async function read(how) {
    while (reading) await reading;
    reading = how().then(recover, pause).finally(() => (reading = null));
    return reading;
  }

  // ---- Sending

  function push() {
    if (isHeld()) return;
    const ready = sendable(store.state.queue, sending, AT_ONCE - sending.size);
    for (const op of ready) send(op);
  }

  async function send(op) {
    sending.add(op);
    try {
      await DELIVER[op.kind](op);
      recover();
    } catch (problem) {
      if (problem.temporary || asksToSignIn(problem)) pause(problem);
      else store.apply(refused, op, problem);
    }
    sending.delete(op);
    push();
  }

  const DELIVER = {
    async create(op) {
      try {
        store.apply(settled, op, await api.create(op.patch));
      } catch (problem) {
        if (problem.code !== "uid_taken") throw problem;
        await renew(); // an earlier try had arrived
        store.apply(dropped, op);
      }
    },
    update: (op) => guarded(op, (task) => api.update(task, op.patch)),
    delete: (op) => guarded(op, (task) => api.remove(task)),
    async clear(op) {
      await api.clearCompleted();
      store.apply(settled, op);
    },
  };

  /** Changes a task only from what the person saw; what others changed beside it stays as it is. */
  async function guarded(op, change) {
    try {
      let task = store.state.saved.get(op.key) ?? (await api.get(op.id));
      for (let tries = 1; !isDone(op, task); tries++) {
        if (conflicts(op, task)) throw conflict(task);
        const changed = await change(task).catch((problem) => {
          if (problem.status !== 412 || tries === TRIES) throw problem;
        });
        if (changed) return store.apply(settled, op, changed);
        task = await api.get(task.id);
        store.apply(reread, task);
      }
      store.apply(settled, op, task);
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
    /** Reads what the filter shows. */
    follow: () => read(follow),
    /** Reads what others changed, unless there is something to do first. */
    poll: () => (reading || isHeld() || store.state.queue.length ? undefined : read(refresh)),
    /** Reads the next page, if there is one. */
    more: () => read(async () => store.state.next && page(PAGE)),
    /** Reads all tasks there are. */
    everything: () => read(everything),
  };
}

function withLimit(query, limit) {
  const parameters = new URLSearchParams(query);
  parameters.set("limit", limit);
  return `?${parameters}`;
}

function conflict(current) {
  return new Problem({
    status: 412,
    code: "revision_mismatch",
    title: "This task was changed elsewhere",
    detail: `It now reads “${current.title}”.`,
  });
}

function gone({ patch }) {
  return new Problem({
    status: 404,
    code: "task_missing",
    title: "This task was deleted elsewhere",
    detail: patch.title ? `Your text was “${patch.title}”.` : "",
  });
}
