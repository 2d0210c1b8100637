"""Being signed in: a secret in a cookie, its digest in storage, and a life of two hours idle or twelve in all."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web

from handoff.console.house import House, house_of
from handoff.console.ports import Session
from handoff.console.views import Account
from handoff.console.visit import PREFIX

COOKIE = "filrouge_console"
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
"""How finely the use of a session is noted: a write for every page seen would be a waste."""


async def start(request: web.Request, account: Account, response: web.StreamResponse) -> Session:
    """Open a session with a fresh secret, whatever cookie the browser came with."""
    house = house_of(request)
    token, now = secrets.token_urlsafe(32), house.clock.now()
    session = Session(key=digest(token), username=account.username, csrf=secrets.token_urlsafe(32), started_at=now, seen_at=now)
    await house.ports.accounts.start_session(session)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path=PREFIX,
        httponly=True,
        secure=house.secure(request),
        samesite="Strict",
    )
    return session


async def find(house: House, request: web.Request, *, using: bool = True) -> tuple[Session, Account] | None:
    """Who is signed in, if anybody; an expired session is ended. `using` counts the request as activity."""
    token = request.cookies.get(COOKIE, "")
    if not 20 <= len(token) <= 100:
        return None
    found = await house.ports.accounts.session(digest(token))
    if found is None:
        return None
    session, now = found[0], house.clock.now()
    if is_over(session, now):
        await house.ports.accounts.end_session(session.key)
        return None
    if using and now - session.seen_at >= NOTED_EVERY:
        await house.ports.accounts.seen(session.key, now)
    return found


async def end(request: web.Request, session: Session, response: web.StreamResponse) -> None:
    """End a session and take its cookie back."""
    house = house_of(request)
    await house.ports.accounts.end_session(session.key)
    response.del_cookie(COOKIE, path=PREFIX, httponly=True, secure=house.secure(request), samesite="Strict")


def is_over(session: Session, now: datetime) -> bool:
    return now - session.seen_at >= IDLE or now - session.started_at >= ABSOLUTE


def digest(token: str) -> str:
    """What is stored of a cookie: a thief of the database cannot sign in with it."""
    return sha256(token.encode(errors="replace")).hexdigest()
