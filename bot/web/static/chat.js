/* The chat page. What the customer writes is kept until the server has committed it; what the server says is shown by
   number, so a cut connection loses nothing and repeats nothing. */
import { filesOf, refusalOf, upload } from "./chat_files.js";
import { identity } from "./chat_identity.js";
import { find, fit, isWebAddress, linked, listen, make, outside, stayAtEnd, submitOnEnter } from "./page.js";

const TEXT_LIMIT = 4000;
const FILE_TRIES = 6; // a file is kept in memory only: it is not tried for ever
const KEPT = "filrouge.unsent."; // one entry a message, so that two windows do not overwrite each other
const RELOADED = "filrouge.reloaded"; // for a new session, which may not have come

const words = JSON.parse(find("chat").dataset.words);
const session = find("chat").dataset.session;
const language = document.documentElement.lang;
const log = find("log");
const scroll = find("scroll");
const typing = find("typing");
const text = find("text");
const chosen = find("file");
const takes = { most: Number(find("chat").dataset.fileBytes), types: chosen.accept.split(",") };
const problem = find("problem");

// As the bot writes times itself: "3:30 pm" in English, whatever the country's habit.
const clock = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  hour: "numeric",
  minute: "2-digit",
  hour12: language === "en",
});
const calendar = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

// Showing lines

let lastNumber = 0;
let lastDay = "";
let view = "";
let known = false;
let ready = false;
let withAdvisor = false;

const dayOf = (at) => {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? words.today : days === 1 ? words.yesterday : calendar.format(at);
};

const lineElement = ({ direction, author, name, text: content, file, at }) => {
  const element = make("article", `line ${direction} ${author}`);
  const speaker = `${author}/${name}`;
  const before = log.lastElementChild;
  if (before?.dataset.speaker === speaker) {
    before.classList.remove("last");
  } else {
    element.classList.add("first");
    element.append(make("p", direction === "in" ? "unseen" : "who", direction === "in" ? words.you : name || words.assistant));
  }
  element.dataset.speaker = speaker;
  element.classList.add("last");
  const bubble = make("div", "bubble");
  if (file) bubble.classList.add("file");
  linked(bubble, file || content);
  element.append(bubble);
  const when = make("p", "when");
  when.append(timeElement(at));
  element.append(when);
  if (ready) element.classList.add("new");
  return element;
};

const choices = (buttons) => {
  const group = make("div", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words.choices);
  for (const { title, token, url } of buttons) {
    const choice = make(url ? "a" : "button", "choice", title);
    if (url) {
      if (!isWebAddress(url)) continue;
      outside(choice, url);
    } else {
      choice.type = "button";
      choice.addEventListener("click", () => say({ press: token, title }));
    }
    group.append(choice);
  }
  return group;
};

const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; };

const forgetChoices = () => log.querySelectorAll(".choices").forEach((group) => group.remove());

const showLine = (line) => {
  if (line.number <= lastNumber) return;
  lastNumber = line.number;
  mayLeave();
  const follow = !ready || line.direction === "in" || atEnd();
  const at = new Date(line.at);
  if (line.direction === "in") {
    sent(line.id);
    forgetChoices();
  } else {
    quiet();
    withAdvisor = line.author === "advisor";
    if (line.buttons.length) forgetChoices();
  }
  const waiting = line.direction === "in" && find(`waiting-${line.id}`);
  if (waiting) settle(waiting, at); // already there: nothing is read out twice
  else addLine(line, at);
  if (follow) toEnd();
};

/** Other lines are to be shown than before: somebody signed in, or what they proved is over. */
const clear = () => {
  while (log.children.length > 1) log.lastElementChild.remove(); // the first is the greeting
  lastNumber = 0;
  lastDay = "";
  ready = false;
  withAdvisor = false;
  quiet();
  mayLeave();
  find("elsewhere").hidden = true;
};

const addLine = (line, at) => {
  log.querySelectorAll(".waiting").forEach((element) => element.remove()); // what waits stands last
  log.lastElementChild.classList.add("last");
  separateDays(at);
  const element = lineElement({ ...line, at });
  if (line.buttons.length) element.querySelector(".when").before(choices(line.buttons));
  log.append(element);
  unsent.forEach(showWaiting);
};

const settle = (element, at) => {
  element.removeAttribute("id");
  element.classList.remove("waiting");
  element.querySelector(".when").replaceChildren(timeElement(at));
  expectAnswer(); // the stream may be faster than the answer to the POST
};

const separateDays = (at) => {
  if (dayOf(at) === lastDay) return;
  lastDay = dayOf(at);
  log.append(make("p", "day", lastDay));
};

const timeElement = (at) => {
  const time = make("time", "", clock.format(at));
  time.dateTime = at.toISOString();
  return time;
};

const showWaiting = (message) => {
  if (find(`waiting-${message.id}`)) return;
  separateDays(new Date());
  const shown = { text: message.text || message.title, file: message.file?.name };
  const element = lineElement({ direction: "in", author: "customer", name: "", at: new Date(), ...shown });
  element.id = `waiting-${message.id}`;
  element.classList.add("waiting");
  element.querySelector(".when").textContent = words.waiting;
  log.append(element);
};

let typingUntil = 0;
const expectAnswer = () => {
  if (withAdvisor) return;
  clearTimeout(typingUntil);
  typing.hidden = false;
  typingUntil = setTimeout(quiet, 12_000);
  toEnd();
};
const quiet = () => {
  clearTimeout(typingUntil);
  typing.hidden = true;
};

// Sending: one at a time, in order, kept until committed

let unsent = [];
let sending = false;
let pause = 1000;
let retry = 0;

const keep = (message) => {
  if (message.file) return;
  try {
    localStorage.setItem(KEPT + message.id, JSON.stringify({ ...message, session }));
  } catch { /* storage is switched off: messages are kept as long as the page is open */ }
};
const restore = () => {
  try {
    const brought = (sessionStorage.getItem(RELOADED) || "").split(" ");
    const mine = (message) => message.session === session || brought.includes(message.id);
    const kept = keptNames().map((name) => JSON.parse(localStorage.getItem(name)));
    kept.filter((message) => !mine(message)).forEach((message) => sent(message.id)); // somebody else's
    unsent = kept.filter(mine).sort((one, other) => one.at - other.at);
  } catch {
    unsent = [];
  }
};
const keptNames = () => Object.keys(localStorage).filter((name) => name.startsWith(KEPT));
const sent = (id) => {
  unsent = unsent.filter((message) => message.id !== id);
  try {
    localStorage.removeItem(KEPT + id);
  } catch { /* as above */ }
};

const newId = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // without https there is no randomUUID
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

const say = (what) => {
  const message = { id: newId(), at: Date.now(), ...what };
  unsent.push(message);
  keep(message);
  forgetChoices();
  complain("");
  showWaiting(message);
  toEnd();
  sendNext();
  if (matchMedia("(hover: hover)").matches) text.focus(); // on a phone this would open the keyboard
};

const sendFiles = (files) => {
  for (const file of files) {
    const why = refusalOf(file, takes);
    if (why) complain(worded(why));
    else say({ file, tries: 0 });
  }
};

const worded = (code) => (words[code] || words.refused).replace("{size}", Math.floor(takes.most / 1_048_576).toLocaleString(language));

const showProgress = (message, part) => {
  const place = find(`waiting-${message.id}`)?.querySelector(".when");
  if (!place) return;
  let bar = place.querySelector("progress");
  if (!bar) {
    bar = make("progress");
    bar.setAttribute("aria-label", words.sending_file);
    place.replaceChildren(words.sending_file, bar);
  }
  bar.value = part;
};

const later = (milliseconds) => {
  clearTimeout(retry);
  retry = setTimeout(sendNext, milliseconds);
};

const sendNext = async () => {
  if (sending || !unsent.length) return;
  sending = true;
  clearTimeout(retry);
  const message = unsent[0];
  const answer = await (message.file ? upload("/chat/files", message, session, (part) => showProgress(message, part)) : post(message));
  sending = false;
  if (!unsent.includes(message)) return sendNext(); // forgotten meanwhile
  if (answer?.status === 202) return committed(message, answer);
  if (answer?.status === 401) return newSession();
  if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) return takeBack(message, answer);
  if (message.file && answer?.status !== 429 && (message.tries += 1) >= FILE_TRIES) return takeBack(message, null);
  const wait = Number(answer?.headers.get("Retry-After")) * 1000 || pause;
  if (answer?.status === 429) complain(words.slow);
  pause = Math.min(pause * 2, 30_000);
  later(wait);
};

const post = async (message) => {
  try {
    return await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Chat-Session": session },
      body: JSON.stringify({ ...message, framed: parent !== window }),
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    return null; // no connection: tried again later
  }
};

/** The session's cookie is gone: the page brings a new one, unless this browser keeps none. */
const newSession = () => {
  try {
    if (!sessionStorage.getItem(RELOADED)) {
      sessionStorage.setItem(RELOADED, unsent.map((message) => message.id).join(" ") || "1"); // the same person's, who waits for it
      return location.reload();
    }
    sessionStorage.removeItem(RELOADED);
  } catch { /* nothing is kept here, the cookie neither */ }
  complain(words.no_cookies);
  const own = make("a", "", words.own_window);
  own.href = "/";
  own.target = "_blank";
  problem.append(" ", own);
  later(30_000);
};

const committed = async (message, answer) => {
  if ((await answer.json().catch(() => ({}))).session === "new") return who.gone();
  pause = 1000;
  try { sessionStorage.removeItem(RELOADED); } catch { /* see newSession */ }
  complain("");
  sent(message.id);
  const waiting = find(`waiting-${message.id}`);
  if (waiting) {
    waiting.classList.remove("waiting");
    waiting.querySelector(".when").textContent = "";
    expectAnswer();
  }
  sendNext();
};

/** The server will never take it: the words go back where they can be changed. */
const takeBack = async (message, answer) => {
  let code = message.file ? "file_lost" : "";
  try {
    if (answer) code = (await answer.json()).error;
  } catch { /* a proxy's own page */ }
  if (code === "other_session") return who.begin(); // words of somebody who is no longer here are nobody's
  sent(message.id);
  find(`waiting-${message.id}`)?.remove();
  if (message.text) {
    text.value = [message.text, text.value].filter(Boolean).join("\n");
    grow();
  }
  complain(worded(code === "too_large" ? "too_long" : code));
  sendNext();
};

const complain = (what) => {
  problem.textContent = what;
  problem.hidden = !what;
};

// Listening

const show = (state) => {
  const place = find("state");
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  place.textContent = words[state];
};

const nowShow = (told) => {
  known = told.known;
  mayLeave();
  if (told.view === view) return;
  view = told.view;
  if (!lastNumber) return;
  clear();
  unsent.forEach(showWaiting);
  reopen();
};

const nowReady = (told) => {
  if (told.session !== session) return who.begin();
  known = told.known;
  mayLeave();
  ready = true;
  log.setAttribute("aria-live", "polite");
  later(0);
};

// Going on elsewhere

const elsewhere = async (button) => {
  const tab = window.open("about:blank", "_blank"); // opened now: after a wait, browsers take it for an advertisement
  if (tab) tab.opener = null;
  let url = "";
  try {
    const answer = await fetch("/chat/continue", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Chat-Session": session },
      body: JSON.stringify({ channel: button.dataset.channel }),
    });
    if (answer.ok) url = (await answer.json()).url;
  } catch { /* told below */ }
  if (!url) {
    tab?.close();
    complain(words.continue_failed);
    return;
  }
  complain("");
  const link = find("elsewhere-link");
  link.href = url;
  link.textContent = link.href;
  find("elsewhere-help").textContent = words.continue_help.replace("{channel}", button.dataset.shown);
  find("elsewhere-copy").textContent = words.copy;
  const follow = atEnd();
  find("elsewhere").hidden = false;
  if (follow) toEnd();
  if (tab) tab.location.replace(link.href);
};

const copyLink = async () => {
  try {
    await navigator.clipboard.writeText(find("elsewhere-link").href);
    find("elsewhere-copy").textContent = words.copied;
  } catch {
    getSelection().selectAllChildren(find("elsewhere-link")); // without https: selected, ready to be copied
  }
};

// Leaving: the browser is somebody else's now

const mayLeave = () => { find("not-me").hidden = !known && !lastNumber; };

const forget = () => {
  unsent = [];
  try {
    keptNames().forEach((name) => localStorage.removeItem(name));
  } catch { /* nothing is kept */ }
  text.value = "";
  grow();
  complain("");
  clear();
};

const who = identity({ session, shops: find("chat").dataset.shops.split(" ").filter(Boolean), forget });

const askToLeave = (asks) => {
  find("leaving").hidden = !asks;
  find(asks ? "leaving-help" : "not-me").focus();
};

find("not-me").addEventListener("click", () => askToLeave(true));
find("leaving-no").addEventListener("click", () => askToLeave(false));
find("leaving").addEventListener("keydown", (event) => {
  if (event.key === "Escape") askToLeave(false);
});
find("leaving-yes").addEventListener("click", async () => {
  if (!(await who.leave())) complain(words.refused);
});

// The box

const grow = () => {
  fit(text);
  const length = [...text.value].length;
  const count = find("count");
  count.hidden = length < TEXT_LIMIT * 0.9;
  count.textContent = `${length.toLocaleString(language)} / ${TEXT_LIMIT.toLocaleString(language)}`;
  if (length <= TEXT_LIMIT && problem.textContent === words.too_long) complain("");
};

const submit = () => {
  const written = text.value.trim();
  if (!written) return;
  if ([...written].length > TEXT_LIMIT) {
    complain(words.too_long);
    return;
  }
  text.value = "";
  grow();
  say({ text: written });
};

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
submitOnEnter(text, submit);
stayAtEnd(scroll);
find("attach").addEventListener("click", () => chosen.click());
chosen.addEventListener("change", () => {
  sendFiles(filesOf(chosen));
  chosen.value = ""; // the same file may be chosen again
});
text.addEventListener("paste", (event) => {
  const files = filesOf(event.clipboardData);
  if (!files.length) return;
  event.preventDefault();
  sendFiles(files);
});
for (const [kind, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  find("chat").addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    find("chat").classList.toggle("dropping", over);
    if (kind === "drop") sendFiles(filesOf(event.dataTransfer));
  });
}
addEventListener("beforeunload", (event) => {
  if (unsent.some((message) => message.file)) event.preventDefault();
});
text.addEventListener("input", grow);
document.querySelectorAll("[data-channel]").forEach((button) => button.addEventListener("click", () => elsewhere(button)));
find("elsewhere-copy").addEventListener("click", copyLink);
find("elsewhere-close").addEventListener("click", () => { find("elsewhere").hidden = true; });
addEventListener("online", () => later(0));

restore();
unsent.forEach(showWaiting);
const reopen = listen(
  () => `/chat/events?after=${lastNumber}&view=${view}`,
  { line: showLine, view: nowShow, ready: nowReady },
  show,
);
