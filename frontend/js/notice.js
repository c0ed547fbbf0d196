// What went wrong, in words that say what to do.

import { asksToSignIn } from "./api.js";
import { dueLabel } from "./due.js";
import { sentences } from "./words.js";

export function drawNotice(notice, { refusal, paused }) {
  const told = refusal ? refusalText(refusal) : paused ? pauseText(paused) : null;
  notice.hidden = !told;
  if (!told) return;
  const part = (name) => notice.querySelector(`.notice-${name}`);
  part("title").textContent = told.title;
  part("detail").textContent = told.detail ?? "";
  notice.classList.toggle("waiting", !refusal);
  part("act").textContent = told.action ?? "";
  part("act").hidden = !told.action;
  part("act").dataset.act = told.act;
  part("versions").hidden = !told.versions;
  part("mine").textContent = told.versions?.mine ?? "";
  part("theirs").textContent = told.versions?.theirs ?? "";
  part("close").hidden = !refusal;
  part("close").textContent = told.versions ? "Keep theirs" : "Dismiss";
}

function pauseText({ problem, waiting }) {
  const held = waiting === 1 ? "One change waits here" : `${waiting} changes wait here`;
  const { title, detail, retryAfter } = problem;
  if (asksToSignIn(problem))
    return { title: "Sign in to see your tasks", detail: waiting ? `${held}.` : "", action: "Sign in", act: "askToken" };
  const promise = waiting && `${held} and will be sent as soon as the server answers.`;
  const next = retryAfter && `The next try is in ${Math.ceil(retryAfter)} s.`;
  return { title, detail: sentences(detail, promise, next), action: "Try now", act: "resume" };
}

const REFUSED = {
  create: "This task was not added",
  update: "This change was not saved",
  delete: "This task was not deleted",
  clear: "The completed tasks were not cleared",
};

function refusalText({ problem, op }) {
  const { title, detail, code, versions } = problem;
  if (versions)
    return {
      title,
      versions: { mine: versionText(versions.mine), theirs: versionText(versions.theirs) },
      action: "Keep mine",
      act: "insist",
    };
  if (code === "task_missing")
    return { title, detail, action: op.patch.title && "Add it again", act: "readd" };
  const isMany = op.items?.length > 1;
  return {
    title: isMany ? "These tasks were not added" : REFUSED[op.kind],
    detail: detail ? `${sentences(detail)} (${title})` : title,
    action: isMany ? "Add one by one" : (op.patch?.title || op.items) && "Edit again",
    act: "rewrite",
  };
}

const MEMBERS = {
  title: (title) => title,
  notes: (notes) => (notes ? `notes “${notes}”` : "no notes"),
  completed: (completed) => (completed ? "completed" : "not completed"),
  priority: (priority) => (priority ? `priority ${priority}` : "no priority"),
  order: () => "another place",
  tags: (tags) => (tags.length ? `tags ${tags.join(", ")}` : "no tags"),
  due_at: (due) => (due ? `due ${dueLabel(due).text}` : "not due"),
};

function versionText(version) {
  if (!version) return "deleted";
  return Object.entries(version).map(([member, value]) => MEMBERS[member](value)).join(", ");
}
