/* Who uses this browser: what the brand's site around the page tells, and leaving a session that is not one's own. */
import { find } from "./page.js";

const TRIES = 5; // of a token: it is good for minutes only
const BEGUN = "filrouge.begun"; // when the last session began, so that a cookie that does not stick reloads nothing for ever
const SOON = 10_000;

const remember = (name, value) => {
  try {
    sessionStorage.setItem(name, value);
  } catch { /* nothing is kept here: it is asked again */ }
};
const remembered = (name) => {
  try {
    return sessionStorage.getItem(name) || "";
  } catch {
    return "";
  }
};

/** `forget` drops all that is of this person on the page; `session` is how the page knows its session, `shops` the origins of the
 * sites that may speak to it. */
export const identity = ({ session, shops, forget }) => {
  const framed = parent !== window;
  const windows = "BroadcastChannel" in window ? new BroadcastChannel("filrouge") : null;
  let again = false; // whoever was left here has said that it is them after all
  let leaving = false;

  const around = location.ancestorOrigins?.[0] || (document.referrer && new URL(document.referrer).origin);
  const listeners = shops.includes(around) ? [around] : shops; // a browser that hides where it is: only the parent hears it

  const tell = (what) => {
    if (framed) listeners.forEach((origin) => parent.postMessage({ ...what, session }, origin));
  };

  const post = (address, body) =>
    fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Chat-Session": session },
      body: JSON.stringify({ ...body, framed }),
      signal: AbortSignal.timeout(20_000),
    }).catch(() => null);

  /** This browser has another session now: nothing of the former one stays on the page. */
  const begin = () => {
    forget();
    windows?.postMessage("left");
    reload();
  };

  const reload = () => {
    if (Date.now() - Number(remembered(BEGUN)) < SOON) {
      setTimeout(reload, SOON);
      return;
    }
    remember(BEGUN, String(Date.now()));
    location.reload();
  };

  const present = async (token, tries = 1) => {
    const answer = await post("/chat/identity", { token, again });
    const told = answer?.status === 202 || answer?.status === 409 ? await answer.json() : {};
    find("returning").hidden = told.error !== "left";
    if (told.session === "new" || told.error === "other_session") return begin();
    if (answer?.status === 202 || told.error === "left") return;
    if (answer && answer.status < 500 && answer.status !== 429) return tell({ filrouge: "refused" });
    if (tries < TRIES) setTimeout(() => present(token, tries + 1), Number(answer?.headers.get("Retry-After")) * 1000 || tries * 2000);
  };

  const leave = async () => {
    if (leaving) return true;
    leaving = true;
    const answer = await post("/chat/identity/leave", {});
    leaving = false;
    if (answer?.status !== 202 && answer?.status !== 409) return false;
    gone();
    return true;
  };

  /** Somebody said that they are not who was known here, and the server has taken that. */
  const gone = () => {
    tell({ filrouge: "left" });
    remember(BEGUN, ""); // whoever asks for it gets it
    begin();
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (!framed || source !== parent || !shops.includes(origin)) return;
    if (data?.filrouge === "identity" && typeof data.token === "string") present(data.token);
    if (data?.filrouge === "signout") leave();
  });
  windows?.addEventListener("message", () => {
    forget();
    reload();
  });
  find("is-me").addEventListener("click", () => {
    again = true;
    find("returning").hidden = true;
    tell({ filrouge: "ready" });
  });
  tell({ filrouge: "ready" });

  return { begin, gone, leave };
};
