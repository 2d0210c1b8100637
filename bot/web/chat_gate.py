"""Who may post to the web chat: its own page, with a session, not too often. And how a refusal is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

import orjson
from aiohttp import web

from bot.channels.webchat.translate import session_of
from bot.web import pages
from bot.web.pace import Pace

COOKIE = "filrouge_chat"


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
        return session


def session_in(request: web.Request) -> str:
    """The session a request belongs to; 401 when it has none."""
    session = session_of(request.cookies.get(COOKIE))
    if session is None:
        raise refusal(web.HTTPUnauthorized, "no_session", f"open / first: it sets the cookie {COOKIE}")
    return session


def refusal(kind: type[web.HTTPError], code: str, what_to_do: str, *, wait: float = 0) -> web.HTTPError:
    """An answer that says no: a `code` for the page, and what to do for whoever writes another client."""
    headers = {"Retry-After": str(math.ceil(wait))} if wait else None
    body = orjson.dumps({"error": code, "message": what_to_do}).decode()
    return kind(text=body, content_type="application/json", headers=headers)


class TooLarge(web.HTTPError):
    """413, which aiohttp's own class only makes with two sizes."""

    status_code = 413
