"""Every door of the console and who may pass it, in one table that one guard enforces.

A handler that is not in the table is refused to everybody, so a forgotten rule is a closed door.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from handoff.console import sessions
from handoff.console.house import house_of
from handoff.console.pages import refusal
from handoff.console.views import Role
from handoff.console.visit import (
    FORM,
    LANGUAGE,
    PREFIX,
    VISIT,
    Visit,
    is_listening,
    is_of_a_page,
    read_form,
    same_secret,
    wants_fragment,
)
from handoff.console.words import choose_language, language_cookie

EVERYONE: frozenset[Role] = frozenset({"advisor", "community_manager", "admin"})
MANAGERS: frozenset[Role] = frozenset({"community_manager", "admin"})
ADMINS: frozenset[Role] = frozenset({"admin"})

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types fragments"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Door:
    """One route, with the roles that may pass; None lets everybody in, signed in or not."""

    method: Literal["GET", "POST"]
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    roles: frozenset[Role] | None


def guard(doors: Sequence[Door]) -> Middleware:
    """The middleware that every request of the console passes."""
    table = {door.handler: door for door in doors}

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[LANGUAGE] = choose_language(request, None)
        try:
            response = await _pass(request, handler, table)
        except web.HTTPRedirection as redirection:
            _dress(request, redirection)
            raise
        except web.HTTPException as problem:
            response = refusal(request, problem)
        if not response.prepared:
            _dress(request, response)
        return response

    return guarded


async def _pass(
    request: web.Request,
    handler: Handler,
    table: Mapping[Callable[[web.Request], Awaitable[web.StreamResponse]], Door],
) -> web.StreamResponse:
    if request.match_info.http_exception is not None:
        raise request.match_info.http_exception
    door = table.get(request.match_info.handler)
    if door is None:
        raise web.HTTPForbidden(text="door_unknown")
    if request.method == "POST":
        _same_site(request)
    house = house_of(request)
    if door.roles is None:
        return await handler(request)
    # A page left open listens and refreshes itself: that must not keep its session alive.
    alone = request.method == "GET" and (wants_fragment(request) or is_listening(request) or is_of_a_page(request))
    found = await sessions.find(house, request, using=not alone)
    if found is None:
        raise _sign_in(request)
    session, account = found
    request[LANGUAGE] = choose_language(request, account)
    visit = Visit(account=account, session=session, language=request[LANGUAGE], now=house.clock.now())
    request[VISIT] = visit
    if account.role not in door.roles:
        raise web.HTTPForbidden(text="not_for_your_role")
    if request.method == "POST":
        form = await read_form(request)
        if not same_secret(form.get("csrf", ""), session.csrf):
            raise web.HTTPForbidden(text="form_too_old")
        request[FORM] = form
    return await handler(request)


def _same_site(request: web.Request) -> None:
    """Refuse a form posted from another site, before anything is read: belt to the CSRF token's braces."""
    origin = request.headers.get("Origin")
    # Browsers that send Sec-Fetch-Site know best: a proxy in front may have changed the Host.
    site = request.headers.get("Sec-Fetch-Site")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.host
    if site not in ("same-origin", "none") if site else elsewhere:
        raise web.HTTPForbidden(text="from_elsewhere")


def _sign_in(request: web.Request) -> web.HTTPException:
    if wants_fragment(request) or is_listening(request):
        return web.HTTPUnauthorized(text="sign_in_again")
    target = request.path_qs if request.method == "GET" else PREFIX
    return web.HTTPSeeOther(f"{PREFIX}/login?next={quote(target, safe='')}")


def _dress(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)  # a customer's file comes with a stricter policy of its own
    # What is shown is about customers: no cache between us and the reader may keep it.
    response.headers.setdefault("Cache-Control", "no-store")
    secure = house_of(request).secure(request)
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    language_cookie(request, response, secure=secure)
