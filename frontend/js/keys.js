// Everything that keys do. Letters and signs do something only where nothing is being written.

const ROW_KEYS = {
  ArrowDown: (row) => row.go(row.beside("nextElementSibling")),
  ArrowUp: (row) => row.go(row.beside("previousElementSibling") ?? row.add),
  "Alt+ArrowDown": (row) => row.move(1),
  "Alt+ArrowUp": (row) => row.move(-1),
  "Shift+ArrowDown": (row) => row.extend("nextElementSibling"),
  "Shift+ArrowUp": (row) => row.extend("previousElementSibling"),
  Enter: (row) => row.control.matches(".toggle") && row.act("edit"),
  F2: (row) => row.act("edit"),
  e: (row) => row.act("openDetails"),
  x: (row) => row.select(),
  Delete: (row) => row.act("remove"),
};

const PAGE_KEYS = {
  n: ({ add }) => add.focus(),
  "/": ({ search }) => search.focus(),
  "?": ({ keys }) => keys.showModal(),
  "Ctrl+z": (parts, on) => on.undo(),
  "Meta+z": (parts, on) => on.undo(),
  "Ctrl+a": (parts, on) => on.selectAll(),
  "Meta+a": (parts, on) => on.selectAll(),
  Escape: (parts, on) => on.selectNone(),
};

export function watchKeys(document, parts, on, list) {
  const { add, search, keys } = parts;
  add.addEventListener("keydown", (event) => {
    if (event.key === "Escape") add.value = "";
    if (event.key === "ArrowDown") go(event, parts.list.querySelector(".toggle"));
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") go(event, parts.list.querySelector(".toggle"));
  });
  keys.addEventListener("click", ({ target }) => target.closest(".cancel") && keys.close());
  document.querySelector(".show-keys").addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.target.matches(".edit")) return editKey(event, on);
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    const name = nameOf(event);
    const row = event.target.closest(".todo-list > li");
    const run = row && ROW_KEYS[name] ? () => ROW_KEYS[name](rowActs(event, row, on, list, add)) :
      PAGE_KEYS[name] && (() => PAGE_KEYS[name](parts, on, list));
    if (!run) return;
    if (run() !== false) event.preventDefault();
  });
}

function nameOf({ key, altKey, ctrlKey, metaKey, shiftKey }) {
  const held = [ctrlKey && "Ctrl+", metaKey && "Meta+", altKey && "Alt+", shiftKey && key.length > 1 && "Shift+"];
  return held.filter(Boolean).join("") + key;
}

function editKey({ key, target }, on) {
  if (key === "Enter") on.save(target.closest("li").dataset.key, target.value);
  if (key === "Escape") on.cancel();
}

/** What a key may do with the row that it was pressed in; false leaves the key to the browser. */
function rowActs({ target: control }, element, on, list, add) {
  const { key } = element.dataset;
  const beside = (direction) => element[direction]?.querySelector(`.${control.classList[0]}`);
  const focus = (target) => (target ? target.focus() : false);
  return {
    control,
    add,
    beside,
    go: focus,
    act: (name) => void on[name](key),
    select: () => void on.select([key]),
    extend(direction) {
      const next = element[direction];
      const isOn = element.classList.contains("picked");
      if (!isOn) on.select([key]);
      if (next && !next.classList.contains("picked")) on.select([next.dataset.key]);
      focus(next?.querySelector(`.${control.classList[0]}`));
    },
    move(by) {
      const target = by > 0 ? list.after(key) : list.before(key);
      if (target !== null) on.move(key, by > 0 ? list.after(target) : target);
    },
  };
}

function go(event, target) {
  if (!target) return;
  event.preventDefault();
  target.focus();
}
