// The order of the list, which is the server's: by `order`, those without one last, then by id.

export const START = { order: -Infinity, id: 0 };
export const END = { order: Infinity, id: Infinity };

export function placeOf({ order, id }) {
  return { order: order ?? Infinity, id };
}

export function compare(a, b) {
  const [x, y] = [a.order ?? Infinity, b.order ?? Infinity];
  return x < y ? -1 : x > y ? 1 : a.id - b.id;
}

/** What gives the task a place before `next` (null: at the end) in the sorted tasks `all`: patches as
 *  [key, order], the task's own last. Tasks without an order that stay before it need one first, which is
 *  why moving among them costs more than one. In place of tasks that are not known there is a null; the
 *  answer is null if it would depend on them. */
export function placing(all, key, next) {
  const others = all.filter(([other]) => other !== key);
  const at = next === null ? others.length : others.findIndex(([other]) => other === next);
  if (others[at - 1]?.[1] === null || others[at]?.[1] === null) return null;
  const known = others.slice(others.slice(0, at).findLastIndex(([, task]) => task === null) + 1, at);
  const isCut = known.length < at;
  const before = others[at - 1]?.[1].order;
  const after = others[at]?.[1].order ?? null;
  if (at > 0 && (before ?? null) === null)
    return isCut && (known[0][1].order ?? null) === null ? null : numbered(known, key);
  const order = between(at > 0 ? before : null, after);
  if (order === null) return isCut ? null : renumbered(known, key);
  return [[key, order]];
}

/** A number between two; null if there is none left. */
function between(before, after) {
  if (after === null) return before === null ? 0 : Math.floor(before) + 1;
  if (before === null) return Math.ceil(after) - 1;
  const middle = (before + after) / 2;
  return before < middle && middle < after ? middle : null;
}

function numbered(tasks, key) {
  let last = tasks.reduce((most, [, { order }]) => Math.max(most, order ?? -1), -1);
  const patches = tasks.filter(([, { order }]) => (order ?? null) === null).map(([other]) => [other, ++last]);
  return [...patches, [key, last + 1]];
}

// Downwards from the neighbour above: the tasks above move up by whole numbers, those below stay.
function renumbered(tasks, key) {
  const base = tasks.at(-1)[1].order;
  const moved = tasks.map(([other], i) => [other, base - (tasks.length - i)]);
  return [...moved, [key, base - 0.5]];
}
