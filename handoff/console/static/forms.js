// Forms that send without leaving the page. Each carries an id of its own: sending it twice does it once.

import { forget, forgetAll } from "./drafts.js";
import { signIn } from "./live.js";
import { say, swap, toBottom } from "./page.js";

/** Take charge of forms and of the Enter key. */
export function sendForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("keydown", onKey);
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy;
  });
}

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  form.dataset.busy = "yes";
  if (form.matches("[data-leave]")) forgetAll();
  if (!form.matches("[data-act]")) return; // the browser goes there as usual
  event.preventDefault();
  send(form, event.submitter);
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  wait(form, button, true);
  complain(form, "");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { "X-Fragment": "1" },
      signal: AbortSignal.timeout(20000),
    });
    if (answer.status === 401) {
      signIn();
      return;
    }
    const html = await answer.text();
    wait(form, button, false);
    if (answer.ok) clear(form);
    const told = swap(html, { fresh: true });
    if (answer.ok && told) done(form, told.notice);
    else complain(form, told?.error || document.body.dataset.unreachable);
  } catch {
    // Nobody knows whether it arrived: the form keeps its id, so sending it again is harmless.
    wait(form, button, false);
    complain(form, document.body.dataset.unreachable);
  }
}

function done(form, notice) {
  if (notice) say(notice);
  document.getElementById(form.closest("details")?.id)?.removeAttribute("open");
  if (!form.closest('[data-region="desk"]')) return;
  toBottom();
  document.getElementById("answer")?.focus({ preventScroll: true });
}

// Beside the form itself when it has a line for it, else at the head of the forms, which may just have been renewed.
function complain(form, text) {
  const desk = document.getElementById("desk-error");
  const own = document.contains(form) ? form.querySelector(":scope > .error") : null;
  for (const line of [own, desk]) {
    if (!line) continue;
    line.textContent = line === (own || desk) ? text : "";
    line.hidden = !line.textContent;
  }
}

function wait(form, button, yes) {
  if (yes) form.setAttribute("aria-busy", "true");
  else {
    form.removeAttribute("aria-busy");
    delete form.dataset.busy;
  }
  for (const field of form.querySelectorAll("textarea, input")) field.readOnly = yes;
  button?.setAttribute("aria-disabled", String(yes));
}

function clear(form) {
  for (const field of form.querySelectorAll("[data-keep]")) {
    field.value = "";
    forget(field);
  }
}

// Enter sends; with Ctrl, Cmd or Shift it starts a new line. On a touch screen Enter always starts a new line.
function onKey(event) {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !field.matches?.('textarea[data-enter="send"]')) return;
  if (event.shiftKey || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey || event.altKey) {
    field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (field.value.trim()) {
    field.form.requestSubmit(field.form.querySelector("button[name=kind]"));
  }
}
