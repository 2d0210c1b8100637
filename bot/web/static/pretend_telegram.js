/* The demo customer's telephone. The server tells the whole chat each time something happens in it. */
import { find, fit, isWebAddress, linked, listen, make, outside, stayAtEnd, submitOnEnter } from "./page.js";

const phone = find("phone");
const words = JSON.parse(phone.dataset.words);
const path = phone.dataset.path;
const log = find("log");
const scroll = find("scroll");
const text = find("text");
const state = find("state");

const language = document.documentElement.lang;
// As the bot writes times itself: "3:30 pm" in English, whatever the country's habit.
const clock = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  hour: "numeric",
  minute: "2-digit",
  hour12: language === "en",
});
const startToken = () => new URLSearchParams(location.search).get("start");

let connected = true;
let typing = false;
let first = true;

const act = async (body) => {
  let done = false;
  try {
    const answer = await fetch(`${path}/acts`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    done = answer.ok;
  } catch { /* told below */ }
  find("problem").hidden = done;
  return done;
};

const showState = () => {
  state.textContent = !connected ? words.offline : typing ? words.typing : words.bot;
};

// Messages

const messageElement = (message, before) => {
  const element = make("article", message.mine ? "message mine" : "message");
  element.id = `message-${message.id}`;
  element.classList.toggle("turn", Boolean(before) && before.mine !== message.mine);
  element.classList.toggle("new", !first);
  const bubble = make("div", "bubble");
  if (message.contact) {
    const card = make("span", "card", message.text);
    card.append(make("small", "", words.contact));
    bubble.append(card);
  } else {
    linked(bubble, message.text);
  }
  const at = new Date(message.at * 1000);
  const time = make("time", "", clock.format(at));
  time.dateTime = at.toISOString();
  bubble.append(time);
  element.append(bubble);
  if (message.rows.length) element.append(inlineKeyboard(message));
  return element;
};

const inlineKeyboard = ({ id, rows }) => {
  const keyboard = make("div", "inline");
  for (const row of rows) {
    const line = make("div");
    for (const button of row) {
      if (button.url && !isWebAddress(button.url)) continue;
      line.append(button.url ? outside(make("a", "", button.text), button.url) : pressable(id, button));
    }
    keyboard.append(line);
  }
  return keyboard;
};

const pressable = (message_id, { text: title, callback_data: token }) => {
  const key = make("button", "", title);
  key.type = "button";
  key.addEventListener("click", async () => {
    key.classList.add("pressed"); // until the bot answers the press
    if (!(await act({ act: "press", message_id, token }))) key.classList.remove("pressed");
  });
  return key;
};

// The keyboard the bot opens under the input

const showKeyboard = (rows) => {
  const keyboard = find("keyboard");
  keyboard.hidden = !rows.length;
  keyboard.replaceChildren(
    ...rows.map((row) => {
      const line = make("div");
      line.append(...row.map(keyElement));
      return line;
    }),
  );
};

const keyElement = ({ text: title, request_contact: sharing }) => {
  const key = make("button", "", title);
  key.type = "button";
  if (sharing) key.append(make("small", "", words.sharing.replace("{phone}", phone.dataset.phone)));
  key.addEventListener("click", () => act(sharing ? { act: "share" } : { act: "say", text: title }));
  return key;
};

// The whole chat

let shownKeyboard = "";
let answered = 0;

const showChat = (chat) => {
  const atEnd = first || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  const known = new Set(chat.messages.map((message) => `message-${message.id}`));
  log.querySelectorAll(".message").forEach((element) => { if (!known.has(element.id)) element.remove(); });
  chat.messages.forEach((message, place) => {
    if (!find(`message-${message.id}`)) log.append(messageElement(message, chat.messages[place - 1]));
  });
  if (chat.answered !== answered) {
    answered = chat.answered;
    log.querySelectorAll(".pressed").forEach((key) => key.classList.remove("pressed"));
  }
  const keyboard = JSON.stringify(chat.keyboard);
  if (keyboard !== shownKeyboard) showKeyboard(chat.keyboard);
  shownKeyboard = keyboard;
  typing = chat.typing;
  showState();
  const started = chat.messages.length > 0 && startToken() === null;
  find("empty").hidden = chat.messages.length > 0;
  find("start").hidden = started;
  find("composer").hidden = !started;
  first = false;
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
};

find("start").addEventListener("click", async () => {
  if (!(await act({ act: "start", token: startToken() ?? "" }))) return;
  history.replaceState(null, "", path); // the link has done its work; a reload must not offer it again
  find("start").hidden = true;
  find("composer").hidden = false;
});

const submit = async () => {
  const written = text.value.trim();
  if (!written) return;
  text.value = "";
  fit(text);
  if (!(await act({ act: "say", text: written })) && !text.value) text.value = written;
};

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
submitOnEnter(text, submit);
stayAtEnd(scroll);
text.addEventListener("input", () => fit(text));
document.querySelectorAll("[data-language]").forEach((link) =>
  link.addEventListener("click", () => {
    // Changing the language must not lose the link that was opened.
    if (startToken() !== null) link.search += `&start=${encodeURIComponent(startToken())}`;
  }),
);

listen(() => `${path}/events`, { chat: showChat }, (now) => {
  connected = now === "online";
  showState();
});
