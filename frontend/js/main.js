// Wires the parts together; what each does is in its own module.

import { createApi } from "./api.js";
import { watchRoute } from "./router.js";
import {
  changeOps, cleanTitle, clearOp, createOp, createStore, deleteOp, dismiss, edit, enqueue, leaveEdit, picture, seen,
  show, updateOp,
} from "./store.js";
import { createSync } from "./sync.js";
import { uid } from "./uid.js";
import { createView } from "./view.js";

const POLL_MS = 10_000;

const store = createStore(drawSoon);
const sync = createSync(createApi(document.baseURI), store);
const view = createView(document, {
  add,
  edit: (key) => store.apply(edit, key, task(key).title),
  save,
  cancel: () => store.apply(leaveEdit),
  toggle: (key, completed) => update(key, { completed }),
  toggleAll,
  remove: (key) => change(deleteOp(key, task(key))),
  clear: () => change(clearOp()),
  dismiss: () => store.apply(dismiss),
  resume: () => sync.resume(),
  insist: () => answerRefusal((op) => change(again(op))),
  rewrite: () => answerRefusal(rewrite),
  readd: () => answerRefusal((op) => add(op.patch.title)),
});

// Many changes in one go are drawn once.
let drawing = false;
function drawSoon() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    view.draw(picture(store.state));
  });
}

// ---- What people do

function task(key) {
  return seen(store.state).get(key);
}

function change(...ops) {
  store.apply(enqueue, ...ops);
  sync.push();
}

function add(text) {
  const title = cleanTitle(text);
  if (title) change(createOp(uid(), title));
  return Boolean(title);
}

function update(key, patch) {
  change(...changeOps(key, task(key), patch));
}

/** Leaving the editor saves, however it is left; leaving it twice does nothing. */
function save(key, text) {
  if (store.state.editing?.key !== key) return;
  store.apply(leaveEdit);
  const title = cleanTitle(text);
  if (title) update(key, { title });
  else change(deleteOp(key, task(key)));
}

async function toggleAll(completed) {
  if (!picture(store.state).whole) await sync.everything();
  change(...[...seen(store.state)].flatMap(([key, task]) => changeOps(key, task, { completed })));
}

// ---- What to do about a change that was refused

function answerRefusal(how) {
  const { op } = store.state.notice;
  store.apply(dismiss);
  how(op);
}

function again({ kind, key, patch }) {
  return kind === "delete" ? deleteOp(key, task(key)) : updateOp(key, task(key), patch);
}

function rewrite({ kind, key, patch }) {
  if (kind === "create") view.offer(patch.title);
  else store.apply(edit, key, patch.title);
}

// ---- What happens by itself

watchRoute(window, (filter) => {
  store.apply(show, filter);
  sync.follow();
});

setInterval(() => document.hidden || sync.poll(), POLL_MS);
document.addEventListener("visibilitychange", () => document.hidden || sync.poll());
window.addEventListener("online", sync.resume);
window.addEventListener("beforeunload", (event) => {
  if (store.state.paused && store.state.queue.length) event.preventDefault();
});

let atEnd = false;
new IntersectionObserver(async ([entry]) => {
  atEnd = entry.isIntersecting;
  while (atEnd && store.state.next) {
    await sync.more();
    await new Promise(requestAnimationFrame);
    if (store.state.paused) break;
  }
}, { rootMargin: "800px" }).observe(view.end);
