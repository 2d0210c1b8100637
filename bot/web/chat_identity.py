"""Who is signed in on the brand's site, told by its signed token; and leaving a session that is not one's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot import metrics
from bot.channels.webchat.translate import new_token, session_of, tag_of
from bot.storage.sign_ins import TokenSpent
from bot.web import pages
from bot.web.chat_gate import COOKIE, Gate, TooLarge, read_json, refusal
from bot.web.chat_port import ChatBook
from bot.web.site_tokens import LONGEST_TOKEN, SiteTokens, TokenRefused

PATH, LEAVE_PATH = "/chat/identity", "/chat/identity/leave"

LEFT_COOKIE = "filrouge_left"
"""Whom somebody at this browser said they are not: the shop may still take them for it, and say so with the next page."""

Keep = Callable[[web.Request, web.Response, str, str, bool], None]
"""Sets a cookie of this name and value; the last says that the page is in a frame."""


class IdentityDoor:
    """The handlers of `POST /chat/identity` and `POST /chat/identity/leave`."""

    def __init__(self, book: ChatBook, gate: Gate, tokens: SiteTokens | None, keep: Keep, now: Callable[[], datetime]) -> None:
        self._book, self._gate, self._tokens, self._keep, self._now = book, gate, tokens, keep, now

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.enter), web.post(LEAVE_PATH, self.leave)]

    async def enter(self, request: web.Request) -> web.Response:
        """A token of the site; 202 only once it is committed who it names. It is kept nowhere."""
        session = self._gate.let_in(request)
        if self._tokens is None:
            raise refusal(web.HTTPNotFound, "not_offered", "no key of the site is set; see FILROUGE_SITE_SECRET")
        body = await read_json(request)
        token = body.get("token") if isinstance(body, dict) else None
        if not isinstance(token, str):
            raise refusal(web.HTTPBadRequest, "bad_request", "the body should be a JSON object with the 'token'")
        if len(token) > LONGEST_TOKEN:
            raise refusal(TooLarge, "too_large", f"a token has at most {LONGEST_TOKEN} characters")
        fresh = new_token()
        try:
            same = await self._sign_in(request, session, token, fresh, again=body.get("again") is True)
        except TokenRefused as error:
            metrics.REFUSED.labels("webchat", "token_refused").inc()
            raise refusal(web.HTTPForbidden, "token_refused", str(error)) from None
        except TokenSpent as error:
            metrics.REFUSED.labels("webchat", "token_spent").inc()
            raise refusal(web.HTTPConflict, "token_spent", str(error)) from None
        return self._answer(request, body, None if same else fresh)

    async def _sign_in(self, request: web.Request, session: str, token: str, fresh: str, *, again: bool) -> bool:
        assert self._tokens is not None
        signed = self._tokens.read(token, self._now())
        if signed.made_for not in ("", tag_of(session)):
            raise TokenRefused("the token was made for another chat session ('nonce')")
        if not again and request.cookies.get(LEFT_COOKIE) == _mark(session, signed.profile):
            raise refusal(web.HTTPConflict, "left", "somebody here said that this is not them; send 'again' once they say it is")
        another = session_of(fresh)
        assert another is not None
        language = pages.language_of(request, self._book.brand.languages)
        return await self._book.sign_in(session, signed, fresh=another, language=language)

    async def leave(self, request: web.Request) -> web.Response:
        """Whoever was known in this session is gone: the browser gets another, empty one."""
        session = self._gate.let_in(request)
        body = await read_json(request)
        profile = await self._book.leave(session)
        return self._answer(request, body, new_token(), left=profile)

    async def left(self, request: web.Request, session: str, words: str, body: Any) -> web.Response | None:
        """The same by words of the customer's; None when they do not say so of who is known there."""
        profile = await self._book.leave(session, words=words)
        return None if profile is None else self._answer(request, body, new_token(), left=profile)

    def _answer(self, request: web.Request, body: Any, token: str | None, left: str | None = None) -> web.Response:
        told = {"accepted": True, "session": "same" if token is None else "new"}
        response = web.json_response(told, status=202, headers={"Cache-Control": "no-store"})
        if token is not None:
            framed = isinstance(body, dict) and body.get("framed") is True
            self._keep(request, response, COOKIE, token, framed)
            if left:
                self._keep(request, response, LEFT_COOKIE, _mark(session_of(token), left), framed)
        return response


def _mark(session: str | None, profile: str) -> str:
    """Tells whether it is this profile, and of the same browser only."""
    return hashlib.sha256(f"left:{session}:{profile}".encode()).hexdigest()[:32]
