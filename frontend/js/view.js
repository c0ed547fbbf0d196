// Draws a picture of the store into the document, and turns what people do there into calls of `on`.
// Text goes in as text only; rows are kept and patched, so focus, selection and scrolling survive.

import { asksToSignIn } from "./api.js";
import { createRow } from "./row.js";
import { createSignIn } from "./signin.js";
import { sentences } from "./words.js";

const NOTHING = {
  all: "",
  active: "Nothing left to do.",
  completed: "Nothing completed yet.",
};

export function createView(document, on) {
  const find = (selector) => document.querySelector(selector);
  const parts = {
    add: find(".new-todo"), main: find(".main"), all: find(".toggle-all"), list: find(".todo-list"),
    nothing: find(".nothing"), footer: find(".footer"), count: find(".todo-count"),
    clear: find(".clear-completed"), empty: find(".empty"), loading: find(".loading"), end: find(".end"),
    notice: find(".notice"), hint: find(".hint"), template: find("#row"), signOut: find(".sign-out"),
  };
  let drawn = null;
  const rows = new Map(); // by key, in the order of the list

  const signIn = createSignIn(find(".sign-in"), on);

  listen(document, parts, on);
  parts.notice.addEventListener("click", ({ target }) => {
    if (target.dataset.act === "askToken") signIn.open(drawn.paused.problem);
  });
  return {
    draw(picture) {
      drawRows(parts, rows, picture);
      drawFrame(document, parts, picture);
      drawNotice(parts.notice, picture);
      signIn.draw(asksToSignIn(picture.paused?.problem) ? picture.paused.problem : null);
      drawn = picture;
    },
    /** Puts a text back where new tasks are written; false if another one is begun there. */
    offer(text) {
      parts.add.focus();
      if (parts.add.value.trim()) return false;
      parts.add.value = text;
      return true;
    },
    end: parts.end,
  };
}

// ---- Drawing

function drawRows({ list, template, add }, rows, picture) {
  const hold = focusHold(list, rows, add);
  const wanted = new Set(picture.rows.map(({ key }) => key));
  for (const [key, row] of rows) {
    if (wanted.has(key)) continue;
    row.element.remove();
    rows.delete(key);
  }
  let place = list.firstElementChild;
  let added = null;
  for (const { key, task, unsaved } of picture.rows) {
    const row = rows.get(key) ?? createRow(template, key);
    if (!rows.has(key) && unsaved) added = row.element;
    rows.set(key, row);
    if (row.element === place) place = place.nextElementSibling;
    else list.insertBefore(row.element, place);
    row.draw(task, unsaved, picture.editing?.key === key ? picture.editing.text : null);
  }
  hold();
  added?.classList.add("fresh");
  added?.scrollIntoView({ block: "nearest" });
}

/** Notes where the keyboard is; the function it returns brings it back to the nearest thing that is left. */
function focusHold(list, rows, add) {
  const focused = list.ownerDocument.activeElement;
  const element = focused?.closest?.(".todo-list > li");
  if (!element) return () => {};
  const place = [...list.children].indexOf(element);
  const name = focused.classList.contains("edit") ? "toggle" : focused.classList[0];
  return () => {
    if (element.isConnected && focused.checkVisibility()) return;
    const near = element.isConnected ? element : list.children[Math.min(place, list.children.length - 1)];
    (near ? near.querySelector(`.${name}`) : add).focus();
  };
}

function drawFrame(document, parts, picture) {
  const { active, activeIsExact, completed, whole, filter, loaded, empty, more, paused } = picture;
  parts.main.hidden = parts.footer.hidden = parts.hint.hidden = !loaded || empty;
  parts.empty.hidden = !empty;
  parts.loading.hidden = loaded || paused;
  parts.end.hidden = !more;
  parts.all.checked = whole && active === 0;
  parts.clear.hidden = whole && completed === 0;
  parts.nothing.textContent = picture.rows.length || more ? "" : NOTHING[filter];
  drawCount(parts.count, active, activeIsExact);
  for (const link of document.querySelectorAll(".filters a")) {
    const here = link.dataset.filter === filter;
    link.classList.toggle("selected", here);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function drawCount(count, active, exact) {
  const number = `${active}${exact ? "" : "+"}`;
  const [strong, words] = count.children;
  if (strong.textContent !== number) strong.textContent = number;
  words.textContent = active === 1 && exact ? " item left" : " items left";
}

function drawNotice(notice, { refusal, paused }) {
  const told = refusal ? refusalText(refusal) : paused ? pauseText(paused) : null;
  notice.hidden = !told;
  if (!told) return;
  const [title, detail, action, close] = ["title", "detail", "act", "close"]
    .map((name) => notice.querySelector(`.notice-${name}`));
  title.textContent = told.title;
  detail.textContent = told.detail;
  notice.classList.toggle("waiting", !refusal);
  action.textContent = told.action ?? "";
  action.hidden = !told.action;
  action.dataset.act = told.act;
  close.hidden = !refusal;
}

function pauseText({ problem, waiting }) {
  const held = waiting === 1 ? "One change waits here" : `${waiting} changes wait here`;
  const { title, detail, retryAfter } = problem;
  if (asksToSignIn(problem))
    return { title: "Sign in to see your tasks", detail: waiting ? `${held}.` : "", action: "Sign in", act: "askToken" };
  const promise = waiting && `${held} and will be sent as soon as the server answers.`;
  const next = retryAfter && `The next try is in ${Math.ceil(retryAfter)} s.`;
  return { title, detail: sentences(detail, promise, next), action: "Try now", act: "resume" };
}

const REFUSED = {
  create: "This task was not added",
  update: "This change was not saved",
  delete: "This task was not deleted",
  clear: "The completed tasks were not cleared",
};

function refusalText({ problem, op }) {
  const { title, detail, code } = problem;
  if (code === "revision_mismatch") return { title, detail, action: "Keep mine", act: "insist" };
  if (code === "task_missing")
    return { title, detail, action: op.patch.title && "Add it again", act: "readd" };
  return {
    title: REFUSED[op.kind],
    detail: detail ? `${sentences(detail)} (${title})` : title,
    action: op.patch?.title && "Edit again",
    act: "rewrite",
  };
}

// ---- Listening

function listen(document, parts, on) {
  const { add, list, all, clear, notice, signOut } = parts;
  add.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (on.add(add.value)) add.value = "";
  });
  add.addEventListener("keydown", (event) => {
    if (event.key === "Escape") add.value = "";
    if (event.key === "ArrowDown") move(event, list.querySelector(".toggle"));
  });
  all.addEventListener("change", () => on.toggleAll(all.checked));
  clear.addEventListener("click", on.clear);
  signOut.addEventListener("click", on.signOut);
  list.addEventListener("change", ({ target }) => {
    if (target.matches(".toggle")) on.toggle(keyAt(target), target.checked);
  });
  list.addEventListener("click", ({ target }) => {
    if (target.closest(".destroy")) on.remove(keyAt(target));
    if (target.closest(".change")) on.edit(keyAt(target));
  });
  list.addEventListener("dblclick", ({ target }) => {
    if (target.closest(".title, .details, .notes")) on.edit(keyAt(target));
  });
  list.addEventListener("focusout", ({ target }) => {
    if (target.matches(".edit")) on.save(keyAt(target), target.value);
  });
  list.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.target.matches(".edit")) editKey(event, on);
    else rowKey(event, on, add);
  });
  notice.addEventListener("click", ({ target }) => {
    if (target.closest(".notice-act")) on[target.dataset.act]?.();
    if (target.closest(".notice-close")) on.dismiss();
  });
}

function keyAt(target) {
  return target.closest("li").dataset.key;
}

function editKey({ key, target }, on) {
  if (key === "Enter") on.save(keyAt(target), target.value);
  if (key === "Escape") on.cancel();
}

const ROW_KEYS = {
  ArrowDown: (event) => move(event, beside(event.target, "nextElementSibling")),
  ArrowUp: (event, on, add) => move(event, beside(event.target, "previousElementSibling") ?? add),
  Enter: (event, on) => event.target.matches(".toggle") && edit(event, on),
  F2: (event, on) => edit(event, on),
  Delete: ({ target }, on) => on.remove(keyAt(target)),
};

function rowKey(event, on, add) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  ROW_KEYS[event.key]?.(event, on, add);
}

function edit(event, on) {
  event.preventDefault();
  on.edit(keyAt(event.target));
}

/** The same control in the row before or after. */
function beside(control, direction) {
  return control.closest("li")[direction]?.querySelector(`.${control.classList[0]}`);
}

function move(event, target) {
  if (!target) return;
  event.preventDefault();
  target.focus();
}
