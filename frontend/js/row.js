// One task on the page.

import { dueLabel } from "./due.js";

const PRIORITIES = [[4, "High priority"], [5, "Medium priority"], [9, "Low priority"]]; // up to which number, as iCalendar has it

export function createRow(template) {
  const element = template.content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(`.${name}`);
  const toggle = part("toggle");
  const title = part("title");
  const field = part("edit");
  let drawn = {};

  function drawTask(task) {
    title.textContent = task.title;
    toggle.checked = task.completed;
    toggle.setAttribute("aria-label", task.title);
    field.setAttribute("aria-label", `New title for ${task.title}`);
    part("change").setAttribute("aria-label", `Edit ${task.title}`);
    part("destroy").setAttribute("aria-label", `Delete ${task.title}`);
    part("grip").setAttribute("aria-label", `Move ${task.title}`);
    element.classList.toggle("completed", task.completed);
    drawDetails(part("details"), task);
    part("notes").textContent = task.notes;
    part("notes").hidden = !task.notes;
  }

  function drawEditing(text) {
    const isEditing = text !== null;
    element.classList.toggle("editing", isEditing);
    if (!isEditing) return;
    field.value = text;
    field.focus();
    field.setSelectionRange(text.length, text.length);
  }

  function drawSelected(selected) {
    element.classList.toggle("picked", selected);
    if (selected) toggle.setAttribute("aria-description", "selected");
    else toggle.removeAttribute("aria-description");
  }

  return {
    element,
    /** Draws what differs from the last time. `text` is what the editor starts with, null outside it. */
    draw({ key, task, unsaved, selected, place }, text, of) {
      element.dataset.key = key;
      if (drawn.task !== task) drawTask(task);
      if (drawn.unsaved !== unsaved) element.classList.toggle("unsaved", unsaved);
      if (drawn.selected !== selected) drawSelected(selected);
      if ((drawn.text ?? null) !== text) drawEditing(text);
      if (drawn.place !== place) element.setAttribute("aria-posinset", place);
      if (drawn.of !== of) element.setAttribute("aria-setsize", of);
      drawn = { task, unsaved, selected, text, place, of };
    },
  };
}

function drawDetails(list, { due_at, priority, tags, completed }) {
  const items = [
    due_at && dueItem(due_at, completed),
    priority && item("priority", PRIORITIES.find(([most]) => priority <= most)[1]),
    ...tags.map(tagItem),
  ].filter(Boolean);
  list.replaceChildren(...items);
  list.hidden = items.length === 0;
}

function dueItem(dueAt, completed) {
  const { text, late } = dueLabel(dueAt);
  return late && !completed ? item("due late", `Was due ${text}`) : item("due", `Due ${text}`);
}

function tagItem(tag) {
  const element = item("tag", tag, "button");
  element.type = "button";
  element.title = `Show only ${tag}`;
  return element;
}

function item(className, text, name = "span") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  element.dir = "auto";
  return element;
}
