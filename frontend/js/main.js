// Wires the parts together; what each does is in its own module.

import { createApi } from "./api.js";
import { openKeep } from "./keep.js";
import { createLive } from "./live.js";
import { comeBack, leave } from "./oidc.js";
import { placing } from "./order.js";
import { watchRoute } from "./router.js";
import {
  cleanTitle, clearOp, createOp, createStore, deleteOps, dismiss, edit, enqueue, isComplete, isWhole, leaveEdit,
  picture, recalled, remade, remember, restored, seen, select, selectNone, show, sorted, updateOps,
} from "./store.js";
import { createSync } from "./sync.js";
import { createToken } from "./token.js";
import { uid } from "./uid.js";
import { createView } from "./view.js";

const UNDO_MS = 10_000;
const FIRST_PAGE = 100; // index.html asks for it ahead of need
const FIRST_PAGE_SIGNED_IN = 200; // another one, since what was asked for ahead showed no token
const BATCH_MAX = { tasks: 1000, chars: 150_000 }; // below the server's 1 MiB whatever the characters are
const UNSEEN_MS = 200; // a page behind others is drawn when it is seen again
const FRAME_MS = 16;
const MOVES_MAX = 1000; // tasks that get an order so that one of them can be moved

const store = createStore(changed);
const token = createToken(() => sessionStorage);
const api = createApi(document.baseURI, token.headers);
const sync = createSync(api, store, { firstPage, sight: () => view.sight() });
const live = createLive(api, store, sync);
const view = createView(document, drawnAtOnce({
  add,
  addLines,
  edit: (key) => store.apply(edit, key, task(key).title, task(key)),
  save,
  cancel: () => store.apply(leaveEdit),
  openDetails: (key) => view.openDetails(key, task(key)),
  saveDetails: (key, patch, base) => revise(key, { ...patch, title: cleanTitle(patch.title) }, base),
  toggle: (key, completed) => update(key, { completed }),
  toggleAll,
  remove: (key) => remove([key]),
  clear,
  undo,
  forgetDeleted: () => store.apply(remember, []),
  move,
  select: (keys) => store.apply(select, keys),
  selectAll,
  selectRange,
  selectNone: () => store.state.selected.size && store.apply(selectNone),
  completeSelected: () => updateAll(selected(), { completed: true }),
  removeSelected: () => remove(selected()),
  search: (text) => look({ text }),
  showTag: (tag) => look({ tag: store.state.view.tag === tag ? "" : tag }),
  dismiss: () => store.apply(dismiss),
  signInWay: api.signInWay,
  leave: leaveToSignIn,
  signIn,
  signOut,
  resume: () => sync.resume(),
  insist: () => answerRefusal(insist),
  rewrite: () => answerRefusal(rewrite),
  readd: () => answerRefusal((op) => add(op.patch.title)),
  missing: bringBack,
}));

function firstPage() {
  return token.isSet ? FIRST_PAGE_SIGNED_IN : FIRST_PAGE;
}

// ---- Drawing: what a person did at once, so that the next key meets it; what the server said at once too, but
// no more than once a frame. Not in a frame only: a page behind others may wait a second for one.

let frame = 0;
let drawnAt = 0; // so far never: the document itself says that the tasks are being read

function changed() {
  drawSoon();
  if (keep && account !== null) keepSoon();
}

function drawSoon() {
  const { loaded, paused } = store.state;
  if (!drawnAt && !loaded && !paused) return;
  const wait = drawnAt + FRAME_MS - performance.now();
  if (drawnAt && wait < 0) queueMicrotask(drawIfDue);
  else if (drawnAt && !frame) setTimeout(drawIfDue, wait);
  frame ||= requestAnimationFrame(draw);
}

function drawIfDue() {
  if (frame) draw();
}

function draw() {
  cancelAnimationFrame(frame);
  frame = 0;
  drawnAt = performance.now();
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

function selected() {
  return [...store.state.selected];
}

function change(...ops) {
  if (!ops.length) return;
  store.apply(enqueue, ...ops);
  sync.push();
}

function add(text) {
  const title = cleanTitle(text);
  if (title) create([{ title }]);
  return Boolean(title);
}

/** Makes a task of each line, in one batch as far as the server takes it. */
function addLines(lines) {
  create(lines.map(cleanTitle).filter(Boolean).map((title) => ({ title })));
}

function create(patches) {
  const named = patches.map((patch) => ({ uid: uid(), ...patch }));
  const ops = batches(named).map((batch) => createOp(uid(), batch));
  change(...ops);
  if (!ops.length) return;
  draw();
  view.welcome(ops.at(-1).items.at(-1).key);
}

function batches(patches) {
  const all = [];
  let chars = 0;
  for (const patch of patches) {
    const length = JSON.stringify(patch).length;
    const isFull = !all.length || all.at(-1).length === BATCH_MAX.tasks || chars + length > BATCH_MAX.chars;
    if (isFull) all.push([]);
    chars = isFull ? length : chars + length;
    all.at(-1).push(patch);
  }
  return all;
}

function update(key, patch) {
  updateAll([key], patch);
}

function updateAll(keys, patch) {
  change(...keys.flatMap((key) => updateOps(uid(), key, task(key), patch)));
  if (store.state.selected.size) store.apply(selectNone);
}

function remove(keys) {
  const tasks = keys.map(task).filter(Boolean);
  change(...keys.flatMap((key) => deleteOps(uid(), key, task(key))));
  if (store.state.selected.size) store.apply(selectNone);
  offerUndo(tasks);
}

function clear() {
  const tasks = [...seen(store.state).values()].filter(({ completed }) => completed);
  change(clearOp(uid()));
  if (isWhole(store.state)) offerUndo(tasks);
}

/** Leaving the editor saves, however it is left; leaving it twice does nothing. */
function save(key, text) {
  if (store.state.editing?.key !== key) return;
  const { base } = store.state.editing;
  store.apply(leaveEdit);
  const title = cleanTitle(text);
  if (!title) remove([key]);
  else if (task(key)) revise(key, { title }, base);
  else add(title);
}

/** Changes a task from how it was when the person began, so that what others did meanwhile is not lost. */
function revise(key, patch, base) {
  change(...updateOps(uid(), key, task(key)?.id === base.id ? base : task(key), patch));
}

async function toggleAll(completed) {
  if (!isWhole(store.state)) await sync.everything();
  if (isWhole(store.state)) updateAll([...seen(store.state).keys()], { completed });
}

async function selectAll() {
  if (!isComplete(store.state)) await sync.rest();
  if (isComplete(store.state))
    store.apply(select, picture(store.state).rows.map(({ key }) => key));
}

/** Selects the tasks between two rows. */
async function selectRange(key, other) {
  if (!view.between(key, other).every(task)) await sync.rest();
  if (view.between(key, other).every(task)) store.apply(select, view.between(key, other));
}

/** Moves a task before another one; null is the end. */
function move(key, next) {
  const moves = placing(sorted(store.state), key, next);
  if (!moves || moves.length > MOVES_MAX) return view.say("This is too far down to be moved.");
  change(...moves.flatMap(([moved, order]) => updateOps(uid(), moved, task(moved), { order })));
  const { rows, shown } = picture(store.state);
  view.say(`Moved to place ${rows.find((row) => row.key === key)?.place} of ${shown}.`);
}

let isBringing = false;

/** Reads again what was sent away, as long as somebody looks at its place. */
async function bringBack() {
  if (isBringing) return;
  isBringing = true;
  try {
    for (let key; (key = view.missing()) && !store.state.paused; await framesDrawn(1)) await sync.back(key);
  } finally {
    isBringing = false;
  }
}

function look(how) {
  store.apply(show, how);
  firstTry = sync.follow().then(shown).then(live.wake);
}

// ---- Undo

let undoTimer = 0;

function offerUndo(tasks) {
  if (!tasks.length) return;
  clearTimeout(undoTimer);
  store.apply(remember, tasks);
  undoTimer = setTimeout(() => store.apply(remember, []), UNDO_MS);
}

function undo() {
  const { deleted } = store.state;
  if (!deleted.length) return;
  clearTimeout(undoTimer);
  store.apply(remember, []);
  create(deleted.map((gone) => remade(gone, uid())));
}

// ---- What outlives the page, for each account of its own

const LIST_PAUSE_MS = 1000;
let keep = null; // once what an earlier page left has been taken up
let account = null; // whose it is; null while nobody can tell
let adopted = []; // changes that this person made before signing in elsewhere
let firstTry = null; // to read the list
let keptList = null;
let listTimer = 0;

function keepSoon() {
  keep.save(account, store.state.queue);
  const tasks = seen(store.state);
  if (tasks === keptList || !store.state.loaded) return;
  keptList = tasks;
  listTimer ||= setTimeout(keepList, LIST_PAUSE_MS);
}

function keepList() {
  listTimer = 0;
  const tasks = sorted(store.state).map(([, known]) => known);
  const end = tasks.indexOf(null); // what comes behind tasks that are away is not the start of the list
  if (account !== null && end !== 0) keep.saveList(account, end < 0 ? tasks : tasks.slice(0, end));
}

async function recall() {
  const opened = await openKeep();
  await takeUp(opened);
  const tasks = account === null ? [] : await opened.list(account);
  await firstTry;
  if (store.state.paused?.status === 0) store.apply(recalled, tasks);
}

/** Goes on with what the account left unsent. Another account than the last one must meet nothing of it. */
async function takeUp(opened) {
  const name = await token.account();
  if (account && name !== account) return reload();
  const ops = name === null ? [] : await opened.queue(name, adopted);
  [keep, account] = [opened, name];
  store.apply(restored, ops);
  sync.push();
}

function keepShell() {
  const worker = navigator.serviceWorker;
  if (!worker) return;
  const urls = [location.pathname, ...performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => !new URL(name).pathname.startsWith("/tasks"))];
  worker.register(scriptUrl("sw.js")).then(() => worker.ready).then(({ active }) => active.postMessage(urls)).catch(() => {});
}

/** The one address that is made a script's; Trusted Types want it said. */
function scriptUrl(url) {
  const policy = globalThis.trustedTypes?.createPolicy("tasks", { createScriptURL: (text) => text });
  return policy ? policy.createScriptURL(url) : url;
}

// ---- Signing in and out

let isLeaving = false;

function signIn(text) {
  const isToken = token.set(text);
  if (isToken) Promise.resolve(keep && takeUp(keep)).then(() => isLeaving || sync.resume());
  drawSignedIn();
  return isToken;
}

/** Goes to the issuer; what has not been sent is kept until one is back. */
async function leaveToSignIn(how) {
  isLeaving = Boolean(keep?.isLasting && account !== null);
  const unsent = account ? [] : store.state.queue.map(({ uid }) => uid);
  await leave(how, unsent, window);
}

/** Exchanges what one came back with from the issuer, before anything is asked as nobody. */
async function arrive() {
  const back = comeBack(window);
  if (!back) return;
  try {
    const { unsent, error, ...code } = back;
    if (!code.code) throw new Error(error);
    token.set(await api.signIn(code));
    adopted = unsent;
  } catch (problem) {
    view.blameSignIn(problem.detail || problem.message || "The issuer did not let you in.");
  }
}

/** Leaves nothing behind of what was read. */
function signOut() {
  const { length } = store.state.queue;
  if (length && !confirm(`${length} changes have not been sent. Sign out and lose them?`)) return;
  token.forget();
  const left = account;
  account = null;
  Promise.resolve(keep?.clear(left)).finally(reload);
}

function reload() {
  isLeaving = true;
  location.reload();
}

function drawSignedIn() {
  document.body.classList.toggle("signed-in", token.isSet);
}

// ---- What to do about a change that was refused

function answerRefusal(how) {
  const [{ op }] = store.state.refusals;
  if (how(op)) store.apply(dismiss);
}

/** Makes the change once more, now from what the others made of the task. */
function insist({ kind, key, patch }) {
  if (kind === "delete") remove([key]);
  else if (task(key)) update(key, patch);
  else add(patch.title ?? "");
  return true;
}

/** Lets the person have another try; of many tasks, each then stands for itself. */
function rewrite({ kind, key, patch, items }) {
  if (items?.length > 1) {
    change(...items.map((item) => createOp(uid(), [item.patch])));
    return true;
  }
  if (kind === "create") return view.offer(items[0].patch.title);
  if (!task(key)) return view.offer(patch.title);
  store.apply(edit, key, patch.title, task(key));
  return true;
}

// ---- What happens by itself

await arrive();
drawSignedIn();
watchRoute(window, (filter) => look({ filter }));

window.addEventListener("online", sync.resume);
window.addEventListener("beforeunload", (event) => {
  const isLost = store.state.paused && store.state.queue.length && !(keep?.isLasting && account !== null);
  if (isLost && !isLeaving) event.preventDefault();
});

// What can wait until the first rows are on the screen.
firstTry.then(() => {
  watchEnd();
  recall();
  keepShell();
});

/** Reads on when the end of what was read comes near. */
function watchEnd() {
  let atEnd = false;
  new IntersectionObserver(async (entries) => {
    atEnd = entries.at(-1).isIntersecting;
    while (atEnd && store.state.next && !store.state.paused) {
      await sync.more();
      await framesDrawn(2); // the rows, then where the end is now
    }
  }, { rootMargin: "800px" }).observe(view.end);
}

async function framesDrawn(count) {
  while (count--) await new Promise(requestAnimationFrame);
}

/** Resolves when what was drawn last is on the screen, or soon if the page is behind others. */
function shown() {
  return Promise.race([framesDrawn(2), new Promise((resolve) => setTimeout(resolve, UNSEEN_MS))]);
}
