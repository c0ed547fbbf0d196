// The address decides which tasks are shown.

const ROUTES = { "#/": "all", "#/active": "active", "#/completed": "completed" };

export function filterOf(hash) {
  return ROUTES[hash] ?? "all";
}

/** Calls show(filter) now and whenever the address changes, by a link or by the back button. */
export function watchRoute(window, show) {
  const update = () => show(filterOf(window.location.hash));
  window.addEventListener("hashchange", update);
  update();
}
