// Putting fresh parts of a page in place without disturbing whoever is reading or typing.

const parser = new DOMParser();
// The policy lets our own server's fragments through and nothing else is ever parsed (Content-Security-Policy).
const policy = window.trustedTypes?.createPolicy("fragments", { createHTML: (html) => html });
const parse = (html) => parser.parseFromString(policy ? policy.createHTML(html) : html, "text/html");

/**
 * Replace the live parts of the page by those in `html`; `fresh` also renews the forms, keeping what was typed.
 * Returns what the server said with them, `{ error, notice }`, or null when `html` holds no part of this page.
 */
export function swap(html, { fresh = false } = {}) {
  const incoming = parse(html);
  const scroller = document.querySelector(".messages");
  const atEnd = !scroller || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const heard = new Set([...document.querySelectorAll("[data-announce]")].map((item) => item.id));
  const error = incoming.querySelector('[data-region="error"]')?.textContent.trim() || "";
  const notice = incoming.querySelector("[data-said]")?.dataset.said || "";
  let found = false;
  for (const part of incoming.querySelectorAll("[data-region]")) {
    const name = part.dataset.region;
    const here = document.querySelector(`[data-region="${name}"]`);
    if (!here || here === part || name === "error") continue;
    found = true;
    if (name === "messages") morph(here, part, fresh);
    else if (name !== "desk" || fresh || here.dataset.shape !== part.dataset.shape) replace(here, part);
  }
  if (atEnd) toBottom();
  announce([...document.querySelectorAll("[data-announce]")].filter((item) => !heard.has(item.id)));
  showAges();
  showCount();
  return found || error ? { error, notice } : null;
}

/** Say something to those who listen to the page rather than look at it. */
export function say(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => (announcer.textContent = text));
}

/** Show the latest message. */
export function toBottom() {
  const scroller = document.querySelector(".messages");
  if (scroller && !location.hash.startsWith("#m")) scroller.scrollTop = scroller.scrollHeight;
}

/** Keep the latest message in sight when the room for them changes: a keyboard opens, a form grows. */
export function stayAtBottom() {
  const scroller = document.querySelector(".messages");
  if (!scroller) return;
  let atEnd = true;
  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  });
  new ResizeObserver(() => atEnd && toBottom()).observe(scroller);
}

/** Write how long ago (or for how long) each moment is, in the reader's language. */
export function showAges() {
  const language = document.documentElement.lang;
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  for (const time of document.querySelectorAll("time[data-ago]")) {
    time.title ||= time.textContent;
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000));
    const [amount, unit] =
      minutes < 90 ? [minutes, "minute"] : minutes < 2160 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
    time.textContent =
      time.dataset.ago === "for"
        ? new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(amount)
        : ago.format(-amount, amount ? unit : "second");
  }
}

/** Show in the tab how many people wait. */
export function showCount() {
  const count = Number(document.querySelector('[data-region="waiting"]')?.dataset.count || 0);
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

function announce(items) {
  const said = items.slice(-3).map((item) => item.dataset.announce);
  if (said.length) say(said.join(" "));
}

// Replace a part whole: typed text, open details and the keyboard's place stay.
function replace(here, part) {
  const typed = new Map([...here.querySelectorAll("[data-keep]")].map((field) => [field.dataset.keep, field]));
  const active = here.contains(document.activeElement) ? document.activeElement : null;
  copyOpen(here, part);
  here.replaceWith(part);
  for (const field of part.querySelectorAll("[data-keep]")) {
    const former = typed.get(field.dataset.keep);
    if (former?.value) field.value = former.value;
  }
  if (!active) return;
  const again = [...part.querySelectorAll("a, button, input, textarea, select, summary")].find((item) => same(item, active));
  (again || document.getElementById("main")).focus({ preventScroll: true });
  if (again && typeof active.selectionStart === "number") {
    again.setSelectionRange(active.selectionStart, active.selectionEnd);
  }
}

// Messages are only added or changed one by one, so that reading, selecting and correcting are not disturbed.
function morph(here, part, fresh) {
  const list = here.querySelector("[data-keyed]");
  const known = new Map([...list.children].map((item) => [item.id, item]));
  for (const item of [...part.querySelector("[data-keyed]").children]) {
    const old = known.get(item.id);
    known.delete(item.id);
    if (!old) list.append(item);
    else if (plain(old) !== plain(item)) {
      const focused = old.contains(document.activeElement);
      if (focused && !fresh) continue; // somebody is choosing there
      copyOpen(old, item);
      old.replaceWith(item);
      if (focused) item.querySelector("summary")?.focus();
    }
  }
  for (const gone of known.values()) gone.remove();
  here.querySelector(".empty")?.toggleAttribute("hidden", list.children.length > 0);
}

function plain(item) {
  const copy = item.cloneNode(true);
  for (const details of copy.querySelectorAll("details")) details.removeAttribute("open");
  return copy.outerHTML;
}

function copyOpen(from, to) {
  for (const details of from.querySelectorAll("details[open][id]")) {
    to.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
}

function same(one, other) {
  if (one.id || other.id) return one.id === other.id;
  const marks = ["name", "value", "href", "aria-label"];
  return one.tagName === other.tagName && marks.every((mark) => one.getAttribute(mark) === other.getAttribute(mark));
}
