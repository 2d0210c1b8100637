// News by server-sent events. They say what has changed; the page then asks for that part again.

import { swap } from "./page.js";

const { live, fragment, topics = "", stay, prefix } = document.body.dataset;
let source = null;
let retry = 0;
let busy = false;
let again = false;
let soon = 0;

/** Keep the page fresh for as long as it is looked at. */
export function listen() {
  if (!live) return;
  open();
  document.addEventListener("visibilitychange", () => {
    // Browsers allow few open streams to one site: pages in the background give theirs back, all but the queue.
    if (document.hidden && !stay) close();
    else if (!document.hidden && !source) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
}

/** Go and sign in, then come back here. */
export function signIn() {
  location.assign(`${prefix}/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function open() {
  close();
  source = new EventSource(live);
  // Whatever changed between the page's making and this moment is fetched now.
  source.addEventListener("hello", () => {
    connected(true);
    refresh();
  });
  source.addEventListener("change", (event) => {
    if (!topics.split(" ").includes(JSON.parse(event.data).topic)) return;
    clearTimeout(soon);
    soon = setTimeout(refresh, 120);
  });
  source.addEventListener("signed-out", signIn);
  source.addEventListener("error", () => {
    connected(false);
    if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    close();
    retry = setTimeout(() => refresh().then(open), 5000);
  });
}

function close() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(fragment, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(15000) });
    if (answer.status === 401) signIn();
    else if (answer.ok) swap(await answer.text());
    else if (answer.status === 403 || answer.status === 404) location.reload();
  } catch {
    connected(false);
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function connected(yes) {
  const line = document.getElementById("connection");
  line.hidden = yes;
  line.textContent = yes ? "" : line.dataset.text;
}
