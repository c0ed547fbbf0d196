// The pages of a list that was read. Only those near to what is in sight keep their tasks; of the others the ids
// stay, so that the counts hold whatever becomes of their tasks, and they are read again when somebody comes there.
//
// A page is { from, to, query, away }: the tasks after the place `from` up to `to`, and what lists them. away is
// null while they are at hand, else { active, completed, tags }: their ids, sorted, and all of their tags.

import { compare } from "./order.js";

const NONE = new Float64Array();

export function keyOfPage({ from }) {
  return `p:${from.order}:${from.id}`;
}

export function isIn(page, task) {
  return compare(task, page.from) > 0 && compare(task, page.to) <= 0;
}

/** Whether a task with this place is missing though its page was read. */
export function isAway(pages, task) {
  return pages.some((page) => page.away && isIn(page, task));
}

export function countOf({ active, completed }) {
  return active.length + completed.length;
}

/** The page without its tasks, which are these. */
export function sentAway(page, tasks) {
  const idsOf = (some) => Float64Array.from(some, ({ id }) => id).sort();
  return {
    ...page,
    away: {
      active: idsOf(tasks.filter(({ completed }) => !completed)),
      completed: idsOf(tasks.filter(({ completed }) => completed)),
      tags: [...new Set(tasks.flatMap(({ tags }) => tags))],
    },
  };
}

/** The pages after a task has become what it is now; `isListed` says whether it still belongs to the list. */
export function noted(pages, task, isListed) {
  return pages.map((page) => {
    if (!page.away) return page;
    const isHere = isListed && isIn(page, task);
    const active = marked(page.away.active, task.id, isHere && !task.completed);
    const completed = marked(page.away.completed, task.id, isHere && task.completed);
    const isSame = active === page.away.active && completed === page.away.completed;
    return isSame ? page : { ...page, away: { ...page.away, active, completed } };
  });
}

/** The pages after all that was completed is gone. */
export function cleared(pages) {
  return pages.map((page) => (page.away ? { ...page, away: { ...page.away, completed: NONE } } : page));
}

/** The pages at hand that are not in or beside those in sight, the farthest first. `sight` has the places of
 *  the first and the last row. */
export function farAway(pages, [first, last]) {
  const low = pages.findIndex((page) => compare(first, page.to) <= 0);
  const high = pages.findIndex((page) => compare(last, page.to) <= 0);
  const bottom = high < 0 ? pages.length : high; // what is made here lies behind all that was read
  const top = low < 0 ? pages.length : low;
  return pages.map((page, i) => ({ page, distance: Math.max(top - i, i - bottom) }))
    .filter(({ page, distance }) => !page.away && distance > 1)
    .sort((a, b) => b.distance - a.distance)
    .map(({ page }) => page);
}

/** The sorted ids with or without this one. */
function marked(ids, id, isThere) {
  const at = placeIn(ids, id);
  if ((ids[at] === id) === isThere) return ids;
  const next = new Float64Array(ids.length + (isThere ? 1 : -1));
  next.set(ids.subarray(0, at));
  if (isThere) next[at] = id;
  next.set(ids.subarray(isThere ? at : at + 1), isThere ? at + 1 : at);
  return next;
}

/** Where the id is, or would be. */
function placeIn(ids, id) {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle] < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
