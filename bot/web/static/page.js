/* What the pages for customers share. */

export const find = (id) => document.getElementById(id);

export const make = (tag, className, content) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
};

/** Put `content` into `place`, its addresses as links. Nothing in it is ever read as markup. */
export const linked = (place, content) => {
  let end = 0;
  for (const found of content.matchAll(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]»’]/g)) {
    place.append(content.slice(end, found.index), outside(make("a", "", found[0]), found[0]));
    end = found.index + found[0].length;
  }
  place.append(content.slice(end));
};

/** Make `link` open `url` in a window of its own, which learns nothing of this one. */
export const outside = (link, url) => {
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
};

export const isWebAddress = (url) => /^(https?:\/\/|\/(?!\/))/.test(url);

/** Let a box of text grow with what is written in it. */
export const fit = (box) => {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
};

/** Keep the end of `scroll` in sight when the room for it changes: a keyboard opens, a phone is turned. */
export const stayAtEnd = (scroll) => {
  const left = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
  let atEnd = true;
  scroll.addEventListener("scroll", () => { atEnd = left() < 120; });
  new ResizeObserver(() => { if (atEnd) scroll.scrollTop = scroll.scrollHeight; }).observe(scroll);
};

/** Call `submit` when Enter is pressed alone, not while a word is being composed. */
export const submitOnEnter = (box, submit) =>
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });

/** Listen to the events of `address()` for ever, through cut connections and sleeping phones. The server beats at least
 * every 15 s; `state` is told "online" and "offline". Returns what opens it anew, at the address of then. */
export const listen = (address, handlers, state) => {
  const SILENCE = 40_000;
  let stream = null;
  let heard = 0;
  let pause = 1000;
  let again = 0;

  const open = () => {
    clearTimeout(again);
    stream?.close();
    heard = Date.now();
    stream = new EventSource(address());
    for (const [name, handle] of Object.entries({ beat: () => {}, ...handlers })) {
      stream.addEventListener(name, (event) => {
        heard = Date.now();
        pause = 1000;
        state("online");
        handle(JSON.parse(event.data));
      });
    }
    stream.addEventListener("error", () => {
      state("offline");
      if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      again = setTimeout(open, pause);
      pause = Math.min(pause * 2, 30_000);
    });
  };

  const openIfStale = () => {
    if (Date.now() - heard <= SILENCE && stream.readyState !== EventSource.CLOSED) return;
    state("offline");
    open();
  };

  addEventListener("online", openIfStale);
  addEventListener("offline", () => state("offline"));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) openIfStale(); });
  setInterval(openIfStale, 5000);
  open();
  return open;
};
