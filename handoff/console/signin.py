"""Signing in and out."""

from __future__ import annotations

import secrets
from datetime import timedelta

from aiohttp import web

from handoff.console import sessions
from handoff.console.house import House, house_of
from handoff.console.pages import render
from handoff.console.passwords import hash_password, is_outdated, is_password
from handoff.console.ports import Attempts
from handoff.console.views import Account, AuditEntry
from handoff.console.visit import LANGUAGE, PREFIX, read_form, safe_next, same_secret, visit_of
from handoff.console.words import say

WINDOW = timedelta(minutes=15)
MOST = Attempts(here=5, name=50, address=30)
"""Tries within the window. A name has a wide limit of its own, so that a stranger cannot easily lock its owner out."""

COOKIE = "filrouge_login"
"""Holds the login form's own token until there is a session to bind one to."""


async def show_login(request: web.Request) -> web.Response:
    house = house_of(request)
    if await sessions.find(house, request):
        raise web.HTTPSeeOther(safe_next(request.query.get("next")))
    return _form(request, target=safe_next(request.query.get("next")))


async def sign_in(request: web.Request) -> web.StreamResponse:
    house, form = house_of(request), await read_form(request)
    username, target = form.get("username", "").strip()[:100], safe_next(form.get("next"))
    if not same_secret(form.get("csrf", ""), request.cookies.get(COOKIE) or secrets.token_hex()):
        return _form(request, username=username, target=target, error="problem.form_too_old", status=403)
    address = house.address(request)
    tries = await house.ports.accounts.attempt(username, address, at=house.clock.now(), within=WINDOW)
    if tries.here > MOST.here or tries.name > MOST.name or tries.address > MOST.address:
        response = _form(request, username=username, target=target, error="login.too_many", status=429)
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return response
    account = await _known(house, username, form.get("password", ""))
    if account is None:
        return _form(request, username=username, target=target, error="login.wrong", status=403)
    await house.ports.accounts.forget_attempts(username, address)
    welcome = web.HTTPSeeOther(target)
    await sessions.start(request, account, welcome)
    welcome.del_cookie(COOKIE, path=PREFIX)
    await house.ports.audit.record(
        AuditEntry(at=house.clock.now(), by=account.username, act="sign_in", details={"address": address})
    )
    raise welcome


async def sign_out(request: web.Request) -> web.StreamResponse:
    house, visit = house_of(request), visit_of(request)
    goodbye = web.HTTPSeeOther(f"{PREFIX}/login")
    await sessions.end(request, visit.session, goodbye)
    await house.ports.audit.record(AuditEntry(at=visit.now, by=visit.account.username, act="sign_out"))
    raise goodbye


async def _known(house: House, username: str, password: str) -> Account | None:
    """The account, when the password is its own; as slow when there is no such account."""
    found = await house.ports.accounts.credentials(username)
    account, kept = found or (None, None)
    if not await is_password(password, kept) or account is None or kept is None:
        return None
    if is_outdated(kept):
        await house.ports.accounts.keep_hash(account.username, await hash_password(password))
    return account


def _form(request: web.Request, *, username: str = "", target: str, error: str = "", status: int = 200) -> web.Response:
    token = request.cookies.get(COOKIE, "")
    if not (40 <= len(token) <= 50 and token.isascii()):
        token = secrets.token_urlsafe(32)
    why = say(request[LANGUAGE], error) if error else ""
    response = render(request, "login.html", status=status, username=username, target=target, error=why, login_token=token)
    secure = house_of(request).secure(request)
    response.set_cookie(COOKIE, token, path=PREFIX, httponly=True, secure=secure, samesite="Strict")
    return response
