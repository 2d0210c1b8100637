"""Who may post to the web chat: its own page, with a session, not too often. And how a refusal is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import orjson
from aiohttp import web

from bot.channels.webchat.translate import session_of, tag_of
from bot.web import pages
from bot.web.pace import Pace
from bot.web.rest import Refusal, read_body

COOKIE = "filrouge_chat"
SESSION_HEADER = "X-Chat-Session"
"""By it a page says which session it shows: another window may have begun a new one meanwhile, with the same cookie's name."""
_BODY_CAP = 16 * 1024


class Gate:
    """Lets posts in."""

    def __init__(
        self,
        *,
        allowed_origins: Collection[str],
        address_of: Callable[[web.Request], str],
        session_pace: Pace,
        address_pace: Pace,
    ) -> None:
        self._allowed_origins = frozenset(origin.rstrip("/") for origin in allowed_origins)
        self.address_of, self._session_pace, self._address_pace = address_of, session_pace, address_pace

    def let_in(self, request: web.Request) -> str:
        """The session of a POST that comes from our own page, not too often."""
        if not pages.is_ours(request, self._allowed_origins):
            raise refusal(web.HTTPForbidden, "wrong_origin", "post from the chat's own page or an allowed origin")
        session = session_in(request)
        wait = max(self._session_pace.knock(session), self._address_pace.knock(self.address_of(request)))
        if wait:
            raise refusal(web.HTTPTooManyRequests, "too_fast", "wait as long as Retry-After says", wait=wait)
        if request.headers.get(SESSION_HEADER, tag_of(session)) != tag_of(session):
            raise refusal(
                web.HTTPConflict, "other_session", "somebody else uses this browser now; forget this, and load the page"
            )
        return session


def session_in(request: web.Request) -> str:
    """The session a request belongs to; 401 when it has none."""
    session = session_of(request.cookies.get(COOKIE))
    if session is None:
        raise refusal(web.HTTPUnauthorized, "no_session", f"open / first: it sets the cookie {COOKIE}")
    return session


async def read_json(request: web.Request) -> Any:
    """The body of a post, which is small."""
    try:
        raw = await read_body(request, _BODY_CAP)
    except Refusal as refused:
        kind, code = (TooLarge, "too_large") if refused.status == 413 else (web.HTTPRequestTimeout, "too_slow")
        raise refusal(kind, code, refused.why) from None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise refusal(web.HTTPBadRequest, "bad_request", "the body should be JSON") from None


def refusal(kind: type[web.HTTPError], code: str, what_to_do: str, *, wait: float = 0) -> web.HTTPError:
    """An answer that says no: a `code` for the page, and what to do for whoever writes another client."""
    headers = {"Retry-After": str(math.ceil(wait))} if wait else None
    body = orjson.dumps({"error": code, "message": what_to_do}).decode()
    return kind(text=body, content_type="application/json", headers=headers)


class TooLarge(web.HTTPError):
    """413, which aiohttp's own class only makes with two sizes."""

    status_code = 413
