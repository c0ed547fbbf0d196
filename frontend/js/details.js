// Everything about one task, in a dialog.

import { dueLabel, dueWords, readDue } from "./due.js";

const TAGS_MAX = 20;
const TAG_MAX = 50;
const PRIORITY_OF_LEVEL = { none: 0, high: 1, medium: 5, low: 9 };

export function createDetails(dialog, on) {
  const form = dialog.querySelector("form");
  const { title, notes, due, priority, tags } = form.elements;
  const meaning = dialog.querySelector(".due-meaning");
  let key = null;
  let before = null;

  due.addEventListener("input", drawDue);
  tags.addEventListener("input", () => tags.setCustomValidity(""));
  title.addEventListener("input", () => title.setCustomValidity(""));
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const patch = read();
    if (!patch) return;
    dialog.close();
    on.saveDetails(key, patch, before);
  });

  function drawDue() {
    const dueAt = readDue(due.value);
    due.setCustomValidity(dueAt === null ? "Write a day such as today, fri, 2w, 3 mar or 2027-01-31." : "");
    meaning.textContent = dueAt ? dueLabel(dueAt).text : due.validationMessage;
  }

  /** What the form says, or null if something in it cannot be; the field is shown then. */
  function read() {
    const named = [...new Set(tags.value.split(/[\s,]+/).map((tag) => tag.replace(/^#/, "")).filter(Boolean))];
    const isTooMuch = named.length > TAGS_MAX || named.some((tag) => [...tag].length > TAG_MAX);
    tags.setCustomValidity(isTooMuch ? `At most ${TAGS_MAX} tags of ${TAG_MAX} characters.` : "");
    title.setCustomValidity(title.value.trim() ? "" : "A task needs a title.");
    if (!form.reportValidity()) return null;
    return {
      title: title.value,
      notes: notes.value,
      due_at: due.value === dueWords(before.due_at) ? before.due_at : readDue(due.value) || null,
      priority: priority.value === levelOf(before.priority) ? before.priority : PRIORITY_OF_LEVEL[priority.value],
      tags: named,
    };
  }

  return {
    open(taskKey, task) {
      [key, before] = [taskKey, task];
      title.value = task.title;
      notes.value = task.notes;
      due.value = dueWords(task.due_at);
      priority.value = levelOf(task.priority);
      tags.value = task.tags.join(" ");
      for (const field of [title, tags]) field.setCustomValidity("");
      drawDue();
      dialog.showModal();
      title.select();
    },
  };
}

function levelOf(priority) {
  return priority === 0 ? "none" : priority < 5 ? "high" : priority === 5 ? "medium" : "low";
}
