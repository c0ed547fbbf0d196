// Asks people to sign in when the server wants it: with a token, or at the issuer that it trusts.

import { sentences } from "./words.js";

const TOKEN = { way: "token" };

export function createSignIn(dialog, on) {
  const form = dialog.querySelector("form");
  const field = dialog.querySelector(".token");
  const error = dialog.querySelector(".sign-in-error");
  let told = null;
  let how = TOKEN;
  let fault = "";

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (how.way === "oidc") on.leave(how).catch(() => say("Your browser lets pages sign in by https only."));
    else if (on.signIn(field.value)) field.value = "";
    else say("This is not a token: a token is one word without blanks.");
  });
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());

  function say(text) {
    error.textContent = text;
    error.hidden = !text;
    field.setAttribute("aria-invalid", String(Boolean(text)));
    (how.way === "oidc" ? form.querySelector("[type=submit]") : field).focus();
  }

  function drawHow() {
    const isAway = how.way === "oidc";
    for (const part of dialog.querySelectorAll(".sign-in-how")) part.hidden = isAway;
    dialog.querySelector(".sign-in-at").hidden = !isAway;
    field.required = !isAway;
    if (isAway) dialog.querySelector(".issuer").textContent = new URL(how.authorization_endpoint).host;
  }

  async function open(problem) {
    how = await on.signInWay().catch(() => TOKEN);
    if (problem !== told) return;
    drawHow();
    if (!dialog.open) dialog.showModal();
    say(sentences(fault || (problem.code === "token_required" ? "" : problem.detail || problem.title)));
    fault = "";
  }

  return {
    open,
    /** What went wrong on the way back from the issuer, to be told when it is asked again. */
    blame: (text) => (fault = text),
    /** Asks as soon as the server does, once for each time. */
    draw(problem) {
      const isNew = problem && problem !== told;
      told = problem;
      if (isNew) open(problem);
      if (!problem && dialog.open) dialog.close();
    },
  };
}
