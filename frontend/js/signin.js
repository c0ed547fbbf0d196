// Asks for a token when the server wants one.

import { sentences } from "./words.js";

export function createSignIn(dialog, on) {
  const form = dialog.querySelector("form");
  const field = dialog.querySelector(".token");
  const error = dialog.querySelector(".sign-in-error");
  let told = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (on.signIn(field.value)) field.value = "";
    else say("This is not a token: a token is one word without blanks.");
  });
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());

  function say(text) {
    error.textContent = text;
    error.hidden = !text;
    field.setAttribute("aria-invalid", String(Boolean(text)));
    field.focus();
  }

  function open(problem) {
    if (!dialog.open) dialog.showModal();
    say(problem.code === "token_required" ? "" : sentences(problem.detail || problem.title));
  }

  return {
    open,
    /** Asks as soon as the server does, once for each time. */
    draw(problem) {
      if (problem && problem !== told) open(problem);
      if (!problem && dialog.open) dialog.close();
      told = problem;
    },
  };
}
