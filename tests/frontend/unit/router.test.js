import assert from "node:assert/strict";
import { test } from "node:test";
import { filterOf, watchRoute } from "../../../frontend/js/router.js";

for (const [hash, filter] of [
  ["", "all"], ["#/", "all"], ["#/active", "active"], ["#/completed", "completed"], ["#/Active", "all"],
  ["#active", "all"], ["#/active/", "all"], ["#/constructor", "all"], ["#__proto__", "all"],
])
  test(`${hash || "no hash"} shows ${filter}`, () => assert.equal(filterOf(hash), filter));

test("every change of the address is shown", () => {
  const window = Object.assign(new EventTarget(), { location: { hash: "#/active" } });
  const shown = [];
  watchRoute(window, (filter) => shown.push(filter));
  window.location.hash = "#/completed";
  window.dispatchEvent(new Event("hashchange"));
  assert.deepEqual(shown, ["active", "completed"]);
});
