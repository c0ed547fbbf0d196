// Wires the parts together; what each does is in its own module.

import { createApi } from "./api.js";
import { watchRoute } from "./router.js";
import {
  cleanTitle, clearOp, createOp, createStore, deleteOps, dismiss, edit, enqueue, isWhole, leaveEdit, picture,
  seen, show, updateOps,
} from "./store.js";
import { createSync } from "./sync.js";
import { createToken } from "./token.js";
import { uid } from "./uid.js";
import { createView } from "./view.js";

const POLL_MS = 10_000;
const FIRST_PAGE = 100; // index.html asks for it ahead of need
const FIRST_PAGE_SIGNED_IN = 200; // another one, since what was asked for ahead showed no token

const store = createStore(drawSoon);
const token = createToken(() => sessionStorage);
const sync = createSync(createApi(document.baseURI, token.headers), store, firstPage);
const view = createView(document, drawnAtOnce({
  add,
  edit: (key) => store.apply(edit, key, task(key).title),
  save,
  cancel: () => store.apply(leaveEdit),
  toggle: (key, completed) => update(key, { completed }),
  toggleAll,
  remove,
  clear: () => change(clearOp()),
  dismiss: () => store.apply(dismiss),
  signIn,
  signOut,
  resume: () => sync.resume(),
  insist: () => answerRefusal(insist),
  rewrite: () => answerRefusal(rewrite),
  readd: () => answerRefusal((op) => add(op.patch.title)),
}));

function firstPage() {
  return token.isSet ? FIRST_PAGE_SIGNED_IN : FIRST_PAGE;
}

// ---- Drawing: what a person did at once, so that the next key meets it; what the server said once a frame

let frame = 0;

function drawSoon() {
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  cancelAnimationFrame(frame);
  frame = 0;
  view.draw(picture(store.state));
}

function drawnAtOnce(acts) {
  const drawn = (act) => (...details) => {
    const before = store.state;
    const result = act(...details);
    if (store.state !== before) draw();
    return result;
  };
  return Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, drawn(act)]));
}

// ---- What people do

function task(key) {
  return seen(store.state).get(key);
}

function change(...ops) {
  if (!ops.length) return;
  store.apply(enqueue, ...ops);
  sync.push();
}

function add(text) {
  const title = cleanTitle(text);
  if (title) change(createOp(uid(), title));
  return Boolean(title);
}

function update(key, patch) {
  change(...updateOps(key, task(key), patch));
}

function remove(key) {
  change(...deleteOps(key, task(key)));
}

/** Leaving the editor saves, however it is left; leaving it twice does nothing. */
function save(key, text) {
  if (store.state.editing?.key !== key) return;
  store.apply(leaveEdit);
  const title = cleanTitle(text);
  if (!title) remove(key);
  else if (task(key)) update(key, { title });
  else add(title);
}

async function toggleAll(completed) {
  if (!isWhole(store.state)) await sync.everything();
  if (!isWhole(store.state)) return;
  change(...[...seen(store.state)].flatMap(([key, task]) => updateOps(key, task, { completed })));
}

function signIn(text) {
  const isToken = token.set(text);
  if (isToken) sync.resume();
  document.body.classList.toggle("signed-in", token.isSet);
  return isToken;
}

/** Leaves nothing behind of what was read. */
function signOut() {
  const { length } = store.state.queue;
  if (length && !confirm(`${length} changes have not been sent. Sign out and lose them?`)) return;
  token.forget();
  location.reload();
}

// ---- What to do about a change that was refused

function answerRefusal(how) {
  const [{ op }] = store.state.refusals;
  if (how(op)) store.apply(dismiss);
}

/** Makes the change once more, now from what the others made of the task. */
function insist({ kind, key, patch }) {
  if (kind === "delete") remove(key);
  else if (task(key)) update(key, patch);
  else add(patch.title ?? "");
  return true;
}

function rewrite({ kind, key, patch }) {
  if (kind === "create" || !task(key)) return view.offer(patch.title);
  store.apply(edit, key, patch.title);
  return true;
}

// ---- What happens by itself

document.body.classList.toggle("signed-in", token.isSet);
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
new IntersectionObserver(async (entries) => {
  atEnd = entries.at(-1).isIntersecting;
  while (atEnd && store.state.next && !store.state.paused) {
    await sync.more();
    await framesDrawn(2); // the rows, then where the end is now
  }
}, { rootMargin: "800px" }).observe(view.end);

async function framesDrawn(count) {
  while (count--) await new Promise(requestAnimationFrame);
}
