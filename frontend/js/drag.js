// Moves a row by its grip, with a mouse, a pen or a finger.

const EDGE_PX = 90; // so near to the edge of the window the list scrolls

export function watchDrag(list, moved) {
  let drag = null; // { key, pointer, target, after, y }

  list.addEventListener("pointerdown", (event) => {
    const row = event.button === 0 && event.target.closest(".grip")?.closest("li");
    if (!row) return;
    event.preventDefault();
    event.target.closest(".grip").focus({ preventScroll: true });
    list.setPointerCapture(event.pointerId);
    drag = { key: row.dataset.key, pointer: event.pointerId, y: event.clientY };
    row.classList.add("dragged");
    requestAnimationFrame(scroll);
  });
  list.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drag?.pointer) return;
    drag.y = event.clientY;
    aim();
  });
  list.addEventListener("pointerup", (event) => event.pointerId === drag?.pointer && end(true));
  list.addEventListener("pointercancel", (event) => event.pointerId === drag?.pointer && end(false));
  list.ownerDocument.addEventListener("keydown", (event) => {
    if (drag && event.key === "Escape") end(false);
  });

  function aim() {
    const { left, width } = list.getBoundingClientRect();
    const row = document.elementFromPoint(left + width / 2, drag.y)?.closest(".todo-list > li");
    if (!row) return;
    const { top, height } = row.getBoundingClientRect();
    mark();
    drag.target = row.dataset.key;
    drag.after = drag.y > top + height / 2;
    mark(row);
  }

  function mark(row) {
    for (const name of ["drop-before", "drop-after"]) {
      for (const marked of list.querySelectorAll(`.${name}`)) marked.classList.remove(name);
      row?.classList.toggle(name, drag.after === (name === "drop-after"));
    }
  }

  function scroll() {
    if (!drag) return;
    const over = Math.max(0, drag.y - (innerHeight - EDGE_PX)) - Math.max(0, EDGE_PX - drag.y);
    if (over) scrollBy(0, over / 4);
    if (over) aim();
    requestAnimationFrame(scroll);
  }

  function end(isMeant) {
    const { key, target, after } = drag;
    drag = null;
    mark();
    list.querySelector(".dragged")?.classList.remove("dragged");
    if (isMeant && target && target !== key) moved(key, target, after);
  }
}
