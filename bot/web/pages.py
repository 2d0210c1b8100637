"""What the pages for customers share: templates, strict headers, and the choice of a language."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

STATIC = Path(__file__).with_name("static")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""Ends with who may show the page in a frame, so that others can be added."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_LANGUAGE_COOKIE = "filrouge_language"

_templates = Environment(
    loader=PackageLoader("bot.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def page(template: str, **values: object) -> web.Response:
    """A whole page, written by `template` with every value escaped."""
    html = _templates.get_template(template).render(asset=asset, **values)
    return web.Response(text=html, content_type="text/html", headers=HEADERS)


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content, so that no browser keeps an old one."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def static_routes() -> list[web.StaticDef]:
    return [web.static("/static", STATIC)]


def language_of(request: web.Request, offered: Sequence[str]) -> str:
    """The language to speak: the one asked for in the address, else chosen before, else the browser's, else the first."""
    for code in (request.query.get("lang"), request.cookies.get(_LANGUAGE_COOKIE), *_accepted(request)):
        if code is not None and code in offered:
            return code
    return offered[0]


def keep(response: web.Response, name: str, value: str, *, seconds: int, secure: bool, framed: bool = False) -> None:
    """Set a cookie out of reach of scripts and other sites. `value` is made of letters, digits, - and _.

    `framed`: for a page that another site shows in a frame. The cookie is then that site's own (it takes https), and the same
    page in a frame elsewhere, or in its own window, has another.
    """
    if framed:
        # Written by hand: before Python 3.14 its own cookies know no "Partitioned".
        cookie = f"{name}={value}; HttpOnly; Max-Age={seconds}; Path=/; SameSite=None; Secure; Partitioned"
        response.headers.add("Set-Cookie", cookie)
    else:
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def keep_language(response: web.Response, language: str, *, secure: bool, framed: bool = False) -> None:
    keep(response, _LANGUAGE_COOKIE, language, seconds=31_536_000, secure=secure, framed=framed)


def is_ours(request: web.Request, allowed: Collection[str] = ()) -> bool:
    """Whether a POST comes from a page of ours, or of one of the `allowed` origins.

    Browsers name the page's origin in every POST; a caller that names none is no browser of a third person.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site is not None or origin is None:  # a proxy may have changed the Host: where the browser compares, it knows best
        return (site or "same-origin") == "same-origin" or origin in allowed
    return origin in allowed or urlsplit(origin).netloc == request.host


def _accepted(request: web.Request) -> list[str]:
    """The languages of `Accept-Language`, best first; what cannot be read counts least."""
    wishes = []
    for place, wish in enumerate(request.headers.get("Accept-Language", "")[:200].split(",")):
        tag, _, quality = wish.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        wishes.append((-weight, place, tag.split("-")[0].lower()))
    return [code for _, _, code in sorted(wishes)]
