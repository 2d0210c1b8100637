"""One request as its handler sees it: who asks, in which language, at what time, with what form."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from handoff.console.ports import Session
from handoff.console.views import Account

PREFIX = "/console"
"""Where the console is mounted; its cookies live under it."""

BODY_LIMIT = 64 * 1024
BODY_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by somebody who is signed in."""

    account: Account
    session: Session
    language: str
    now: datetime


VISIT = web.RequestKey("visit", Visit)
LANGUAGE = web.RequestKey("language", str)
FORM = web.RequestKey("form", dict[str, str])


def visit_of(request: web.Request) -> Visit:
    return request[VISIT]


def form_of(request: web.Request) -> dict[str, str]:
    """The posted form, its CSRF token already checked."""
    return request[FORM]


def wants_fragment(request: web.Request) -> bool:
    """Whether the page's own script asks, and will put the answer in place itself."""
    return request.headers.get("X-Fragment") == "1"


def is_listening(request: web.Request) -> bool:
    """Whether it asks for the stream of news."""
    return request.path.startswith(f"{PREFIX}/live")


def is_of_a_page(request: web.Request) -> bool:
    """Whether it asks for a file that a page shows, which nobody need have clicked on."""
    return request.path.startswith(f"{PREFIX}/media/")


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a posted form, the last of each name.

    Raises `HTTPRequestEntityTooLarge` beyond 64 KiB, `HTTPRequestTimeout` after 20 s and `HTTPUnsupportedMediaType` for
    anything but a plain form. The application's own limit is not relied upon: a sub-application gets its parent's.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="Send a form (application/x-www-form-urlencoded).")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _read_body(request)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="This form took too long to arrive; send it again.") from None
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=40, errors="strict")
    except ValueError:
        raise web.HTTPBadRequest(text="This form cannot be read; reload the page and send it again.") from None
    return {name: value.replace("\r\n", "\n").replace("\0", "") for name, value in fields}


async def _read_body(request: web.Request) -> bytes:
    body = b""
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(max_size=BODY_LIMIT, actual_size=len(body))
    return body


def same_secret(given: str, kept: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(errors="replace"), kept.encode(errors="replace"))


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a page of the console, never another site."""
    inside = target is not None and (target == PREFIX or target.startswith((f"{PREFIX}/", f"{PREFIX}?")))
    if target is None or not inside or "\\" in target or "//" in target or not target.isprintable():
        return PREFIX
    return PREFIX if target.startswith((f"{PREFIX}/login", f"{PREFIX}/fragments", f"{PREFIX}/live")) else target
