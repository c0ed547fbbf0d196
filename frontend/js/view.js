// Draws a picture of the store into the document, and turns what people do there into calls of `on`.
// Text goes in as text only; rows are kept and patched, so focus, selection and scrolling survive.

import { createDetails } from "./details.js";
import { watchDrag } from "./drag.js";
import { watchKeys } from "./keys.js";
import { createList } from "./list.js";
import { drawNotice } from "./notice.js";
import { asksToSignIn } from "./api.js";
import { createSignIn } from "./signin.js";

const NOTHING = {
  all: "",
  active: "Nothing left to do.",
  completed: "Nothing completed yet.",
};
const SEARCH_PAUSE_MS = 150;

export function createView(document, on) {
  const find = (selector) => document.querySelector(selector);
  const parts = {
    add: find(".new-todo"), main: find(".main"), all: find(".toggle-all"), list: find(".todo-list"),
    above: find(".above"), below: find(".below"), nothing: find(".nothing"), footer: find(".footer"),
    count: find(".todo-count"), clear: find(".clear-completed"), empty: find(".empty"),
    loading: find(".loading"), end: find(".end"), part: find(".part"), notice: find(".notice"), hint: find(".hint"),
    template: find("#row"), signOut: find(".sign-out"), search: find(".search"), tags: find(".tags"),
    bulk: find(".bulk"), toast: find(".toast"), keys: find(".keys"), say: find(".say"),
  };
  const list = createList(parts, on.missing);
  const signIn = createSignIn(find(".sign-in"), on);
  const details = createDetails(find(".details-of"), on);
  let drawn = null;

  listen(document, parts, on, list);
  watchKeys(document, parts, on, list);
  watchDrag(parts.list, (key, target, after) => on.move(key, after ? list.after(target) : target));
  parts.notice.addEventListener("click", ({ target }) => {
    if (target.dataset.act === "askToken") signIn.open(drawn.paused.problem);
  });

  function draw(picture) {
    parts.main.hidden = parts.footer.hidden = parts.hint.hidden = !picture.loaded || picture.empty;
    if (!list.draw(picture)) parts.add.focus();
    drawFrame(document, parts, picture);
    drawTags(parts.tags, picture);
    drawBulk(parts.bulk, picture.selected);
    drawToast(parts.toast, picture.deleted);
    drawNotice(parts.notice, picture);
    signIn.draw(asksToSignIn(picture.paused?.problem) ? picture.paused.problem : null);
    drawn = picture;
  }

  return {
    draw,
    /** Shows a task that was just added. */
    welcome(key) {
      list.reveal(key)?.classList.add("fresh");
    },
    /** Puts a text back where new tasks are written; false if another one is begun there. */
    offer(text) {
      parts.add.focus();
      if (parts.add.value.trim()) return false;
      parts.add.value = text;
      return true;
    },
    openDetails: details.open,
    sight: list.sight,
    missing: list.missing,
    between: list.between,
    blameSignIn: signIn.blame,
    /** Has assistive technology say something that is only seen otherwise. */
    say: (text) => (parts.say.textContent = text),
    end: parts.end,
  };
}

// ---- Drawing

function drawFrame(document, parts, picture) {
  const { active, activeIsExact, completed, whole, view, loaded, empty, more, paused } = picture;
  parts.empty.hidden = !empty;
  parts.loading.hidden = loaded || paused;
  parts.end.hidden = !more;
  parts.part.hidden = !more && picture.rows.every(({ away }) => away === undefined);
  parts.all.checked = whole && active === 0;
  parts.clear.hidden = whole && completed === 0;
  parts.nothing.textContent = picture.rows.length || more ? "" : nothingText(view);
  drawCount(parts.count, active, activeIsExact);
  for (const link of document.querySelectorAll(".filters a")) {
    const here = link.dataset.filter === view.filter;
    link.classList.toggle("selected", here);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function nothingText({ filter, tag, text }) {
  return tag || text ? "Nothing here matches." : NOTHING[filter];
}

function drawCount(count, active, exact) {
  const number = `${active}${exact ? "" : "+"}`;
  const [strong, words] = count.children;
  if (strong.textContent !== number) strong.textContent = number;
  words.textContent = active === 1 && exact ? " item left" : " items left";
}

function drawTags(place, { tags, view }) {
  place.hidden = tags.length === 0;
  const before = [...place.children];
  const after = tags.map((tag, i) => {
    const chip = before.find(({ textContent }) => textContent === tag) ?? newChip(place.ownerDocument, tag);
    chip.setAttribute("aria-pressed", String(tag === view.tag));
    return chip === before[i] ? before[i] : chip;
  });
  if (after.length !== before.length || after.some((chip, i) => chip !== before[i])) place.replaceChildren(...after);
}

function newChip(document, tag) {
  const chip = document.createElement("button");
  chip.type = "button";
  chip.className = "chip";
  chip.dir = "auto";
  chip.textContent = tag;
  return chip;
}

function drawBulk(bulk, count) {
  bulk.hidden = count === 0;
  bulk.querySelector(".bulk-count").textContent = `${count} selected`;
}

function drawToast(toast, deleted) {
  toast.hidden = deleted.length === 0;
  if (!deleted.length) return;
  const [{ title }] = deleted;
  toast.querySelector(".toast-text").textContent =
    deleted.length === 1 ? `Deleted “${title}”` : `Deleted ${deleted.length} tasks`;
}

// ---- Listening

function listen(document, parts, on, list) {
  const { add, all, clear, notice, signOut, search, tags, bulk, toast } = parts;
  add.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (on.add(add.value)) add.value = "";
  });
  add.addEventListener("paste", (event) => pasteLines(event, add, on));
  all.addEventListener("change", () => on.toggleAll(all.checked));
  clear.addEventListener("click", on.clear);
  signOut.addEventListener("click", on.signOut);
  let pause = 0;
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => on.search(search.value.trim()), SEARCH_PAUSE_MS);
  });
  tags.addEventListener("click", ({ target }) => {
    if (target.matches(".chip")) on.showTag(target.textContent);
  });
  bulk.addEventListener("click", ({ target }) => on[target.closest("button")?.dataset.act]?.());
  toast.addEventListener("click", ({ target }) => on[target.closest("button")?.dataset.act]?.());
  notice.addEventListener("click", ({ target }) => {
    if (target.closest(".notice-act")) on[target.dataset.act]?.();
    if (target.closest(".notice-close")) on.dismiss();
  });
  listenToRows(parts.list, on, list);
}

function listenToRows(rows, on, list) {
  let last = null; // the row that was clicked last, where a range begins
  rows.addEventListener("change", ({ target }) => {
    if (target.matches(".toggle")) on.toggle(keyAt(target), target.checked);
  });
  rows.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest(".destroy")) return on.remove(keyAt(target));
    if (target.closest(".change")) return on.openDetails(keyAt(target));
    if (target.closest(".tag")) return on.showTag(target.textContent);
    if (!target.closest(".text")) return;
    const key = keyAt(target);
    if (event.shiftKey) on.selectRange(last ?? key, key);
    else if (event.ctrlKey || event.metaKey) on.select([key]);
    last = key;
  });
  rows.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".text")) event.preventDefault(); // no text is selected
  });
  rows.addEventListener("dblclick", ({ target }) => {
    if (target.closest(".title, .details, .notes") && !target.closest(".tag")) on.edit(keyAt(target));
  });
  rows.addEventListener("focusout", ({ target }) => {
    if (target.matches(".edit")) on.save(keyAt(target), target.value);
  });
}

/** Many lines become many tasks; one line goes into the field as usual. */
function pasteLines(event, field, on) {
  const text = event.clipboardData.getData("text/plain");
  if (!/[\r\n]/.test(text.trim())) return;
  event.preventDefault();
  const { value, selectionStart, selectionEnd } = field;
  on.addLines((value.slice(0, selectionStart) + text + value.slice(selectionEnd)).split(/[\r\n]+/));
  field.value = "";
}

function keyAt(target) {
  return target.closest("li").dataset.key;
}
