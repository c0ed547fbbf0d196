// The rows that are in sight. A short list is in the document as a whole; of a long one only what can be
// seen, and a little around it, while two spacers are as high as the rest. Rows that leave are used again.
// A row with `away` stands for so many that are not known, and has a height only.

import { compare, placeOf, START } from "./order.js";
import { createRow } from "./row.js";

const WHOLE = 150; // rows
const AROUND_PX = 800;
const AHEAD_PX = 4000; // what is away is missed before it can be seen
const FIRST_GUESS_PX = 52;

/** `missing()` is called when something is away that is nearly in sight. */
export function createList({ list, template, above, below }, missing) {
  const shown = new Map(); // rows in the document by key, in their order
  const spare = [];
  const known = new Map(); // heights by key, as far as they were seen
  let rows = [];
  let count = 0; // of what the rows stand for
  let isLong = false; // or some of it is away
  let offsets = new Float64Array(1); // where each row begins; the last is the height of all
  let editing = null;
  let span = [0, 0];
  let printing = false;
  let begun = false; // the first rows were drawn

  // ---- Where things are

  function layOut() {
    const guess = guessHeight();
    offsets = new Float64Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++)
      offsets[i + 1] = offsets[i] + (known.get(rows[i].key) ?? guess * (rows[i].away ?? 1));
  }

  function guessHeight() {
    let sum = 0;
    for (const height of known.values()) sum += height;
    return known.size ? sum / known.size : FIRST_GUESS_PX;
  }

  /** The last row that begins at or before the offset. */
  function rowAt(offset) {
    let [low, high] = [0, rows.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (offsets[middle] <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The rows that are in the window or as near to it, once the list is scrolled by `shift`. */
  function spanAround(px, shift = 0) {
    const top = shift - above.getBoundingClientRect().top;
    return [rowAt(top - px), Math.min(rows.length, rowAt(top + innerHeight + px) + 1)];
  }

  function spanToDraw(shift) {
    if (!begun) return [0, Math.min(rows.length, rowAt(innerHeight) + 1)]; // asking for places costs a layout
    if (printing || !isLong) return [0, rows.length];
    return withoutAway(spanAround(AROUND_PX, shift));
  }

  /** The longest part of the span that is known. */
  function withoutAway([first, last]) {
    let best = [first, first];
    for (let i = first, begin = first; i <= last; i++) {
      if (i - begin > best[1] - best[0]) best = [begin, i];
      if (i < last && rows[i].away !== undefined) begin = i + 1;
    }
    return best;
  }

  function firstMissing() {
    if (!begun || !isLong) return null;
    const [first, last] = spanAround(AHEAD_PX);
    return rows.slice(first, last).find(({ away }) => away !== undefined)?.key ?? null;
  }

  function measure() {
    if (!isLong) return;
    if (known.size > 20 * WHOLE) known.clear(); // what is far away may be guessed again
    for (const [key, { element }] of shown) known.set(key, element.offsetHeight);
  }

  // ---- Into the document

  function render() {
    const [first, last] = span;
    const wanted = new Set();
    for (let i = first; i < last; i++) if (rows[i].away === undefined) wanted.add(rows[i].key);
    for (const [key, row] of shown) if (!wanted.has(key)) retire(key, row);
    let place = list.firstElementChild;
    for (let i = first; i < last; i++) {
      if (rows[i].away !== undefined) continue; // on paper
      const row = shown.get(rows[i].key) ?? spare.pop() ?? createRow(template);
      shown.set(rows[i].key, row);
      if (row.element === place) place = place.nextElementSibling;
      else list.insertBefore(row.element, place);
      row.draw(rows[i], editing?.key === rows[i].key ? editing.text : null, count);
    }
    above.style.height = `${offsets[first]}px`;
    below.style.height = `${offsets[rows.length] - offsets[last]}px`;
  }

  function retire(key, row) {
    shown.delete(key);
    row.element.remove();
    row.element.classList.remove("fresh");
    if (spare.length < WHOLE) spare.push(row);
  }

  /** Draws what is in sight now, if that is not what is drawn. */
  function follow() {
    if (firstMissing()) missing();
    const [first, last] = spanToDraw();
    if (first === span[0] && last === span[1]) return;
    const place = editing ? rows.findIndex((row) => row.key === editing.key) : first;
    if (place < first || place >= last) return document.activeElement.blur(); // saves, and comes here again
    const hold = holdFocus();
    span = [first, last];
    render();
    hold();
    measure();
  }

  /** Draws the rest of a short list once its first rows, which nobody should wait for, are on the screen. */
  function begin() {
    begun = true;
    requestAnimationFrame(() => requestAnimationFrame(follow));
  }

  /** Notes where the keyboard is; the function it returns brings it to the nearest row that is left, and
   *  says whether there was one. */
  function holdFocus() {
    const focused = document.activeElement;
    const element = focused?.closest?.(".todo-list > li");
    if (!element) return () => true;
    const key = element.dataset.key;
    const at = [...list.children].indexOf(element);
    const name = focused.classList.contains("edit") ? "toggle" : focused.classList[0];
    return () => {
      const same = shown.get(key)?.element;
      if (same?.contains(document.activeElement) && document.activeElement.checkVisibility()) return true;
      const near = same ?? list.children[Math.min(at, list.children.length - 1)];
      near?.querySelector(`.${name}`)?.focus({ preventScroll: true });
      return Boolean(near);
    };
  }

  /** Notes what is at the top of the window, so that it stays there whatever changes above. */
  function holdSight() {
    const sight = begun && rows.length && scrollY > 0 && topRow();
    if (!sight) return { shift: () => 0, restore() {} };
    const { index, top } = sight;
    const { key } = rows[index];
    const before = rows[index - 1]?.task ?? START;
    let shift = 0;
    let held = key;
    return {
      /** How far the list will have to be scrolled. */
      shift() {
        if (!isLong) return 0;
        const same = rows.findIndex((row) => row.key === key);
        const at = same < 0 ? rows.findIndex(({ task }) => compare(task, before) > 0) : same;
        if (at < 0) return 0;
        held = rows[at].key;
        return (shift = above.getBoundingClientRect().top + offsets[at] - top);
      },
      restore() {
        const element = shown.get(held)?.element;
        const moved = element ? element.getBoundingClientRect().top - top : shift;
        if (Math.abs(moved) >= 1) scrollBy(0, moved); // less would only stop a scroll that is under way
      },
    };
  }

  /** The first row in the window, and where it begins: as it is drawn, if it is. Null below a short list. */
  function topRow() {
    const drawn = [...list.children].findIndex((row) => row.getBoundingClientRect().bottom > 0);
    if (drawn >= 0) return { index: span[0] + drawn, top: list.children[drawn].getBoundingClientRect().top };
    if (!isLong) return null;
    const { top } = above.getBoundingClientRect();
    const index = rowAt(-top);
    return { index, top: top + offsets[index] };
  }

  let frame = 0;
  addEventListener("scroll", () => (frame ||= requestAnimationFrame(() => {
    frame = 0;
    follow();
  })), { passive: true });
  addEventListener("resize", () => {
    known.clear();
    layOut();
    follow();
  });
  for (const [event, isPrinting] of [["beforeprint", true], ["afterprint", false]])
    addEventListener(event, () => {
      printing = isPrinting;
      follow();
    });

  return {
    /** Draws the rows, and the text of an open editor; false if the row that had the keyboard is gone and none
     *  is left. */
    draw(picture) {
      const hold = holdFocus();
      const sight = holdSight();
      ({ rows, shown: count, editing } = picture);
      isLong = rows.length > WHOLE || rows.some(({ away }) => away !== undefined);
      if (!begun || isLong) layOut();
      else offsets = new Float64Array(rows.length + 1);
      span = spanToDraw(sight.shift());
      render();
      sight.restore();
      if (begun) measure();
      else if (rows.length) begin();
      if (firstMissing()) missing();
      return hold();
    },
    /** The places of the first and the last row in the window. */
    sight() {
      const [first, last] = rows.length ? spanAround(0) : [0, 0];
      return [rows[first], rows[last - 1]].map((row) => (row ? placeOf(row.task) : START));
    },
    /** The key of a row that is away and nearly in sight; null if there is none. */
    missing: firstMissing,
    /** Brings a row into sight, and returns its element. */
    reveal(key) {
      const at = rows.findIndex((row) => row.key === key);
      if (at < 0) return null;
      if (!shown.has(key)) {
        scrollBy(0, above.getBoundingClientRect().top + offsets[at] - innerHeight / 2);
        follow();
      }
      const element = shown.get(key)?.element;
      element?.scrollIntoView({ block: "nearest" });
      return element;
    },
    /** The rows from one to another, as they follow each other. */
    between(key, other) {
      const [from, to] = [key, other].map((wanted) => rows.findIndex((row) => row.key === wanted)).sort((a, b) => a - b);
      return from < 0 ? [] : rows.slice(from, to + 1).map((row) => row.key);
    },
    /** The key of the row after another: null at the end. */
    after: (key) => rows[rows.findIndex((row) => row.key === key) + 1]?.key ?? null,
    before: (key) => rows[rows.findIndex((row) => row.key === key) - 1]?.key ?? null,
  };
}
