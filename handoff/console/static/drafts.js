// Text not sent yet survives a reload, a lost session and the way back: kept by the browser, for this tab alone.

const { draft } = document.body.dataset;

/** Keep what is typed in the page's forms, and bring it back. */
export function keepDrafts() {
  if (!draft) return;
  for (const field of document.querySelectorAll("[data-keep]")) {
    if (!field.value) field.value = sessionStorage.getItem(key(field)) || "";
    if (field.value) field.closest("details")?.setAttribute("open", "");
  }
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.keep) return;
    if (field.value) sessionStorage.setItem(key(field), field.value);
    else forget(field);
  });
}

/** Forget what was kept for a field: it has been sent. */
export function forget(field) {
  if (draft) sessionStorage.removeItem(key(field));
}

/** Forget every draft: whoever wrote them signs out. */
export function forgetAll() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("draft:")) sessionStorage.removeItem(name);
}

function key(field) {
  return `draft:${draft}:${field.dataset.keep}`;
}
