"""Pages and fragments: Jinja templates, always escaped, with the words and times of the reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handoff.console.file_words import FileWords
from handoff.console.house import house_of
from handoff.console.visit import LANGUAGE, PREFIX, VISIT, wants_fragment
from handoff.console.words import LANGUAGES, LOCALES, has, say

HERE = Path(__file__).parent
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def render(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page (or a fragment of one) for whoever asks."""
    language = request[LANGUAGE]
    visit = request.get(VISIT)
    zone = ZoneInfo(visit.account.zone) if visit else ZoneInfo("UTC")
    text = (
        _templates()
        .get_template(template)
        .render(
            t=partial(say, language),
            label=partial(label, language),
            at=_moments(language, zone, house_of(request).clock.now()),
            hour=partial(_hour, language),
            files=FileWords(language),
            day=lambda value: format_date(value, "full", locale=LOCALES[language]),
            percent=lambda share: format_percent(share, locale=LOCALES[language]),
            language=language,
            other_language=next(known for known in LANGUAGES if known != language),
            brand=house_of(request).ports.brand,
            prefix=PREFIX,
            asset=asset_address,
            visit=visit,
            account=visit.account if visit else None,
            csrf=visit.session.csrf if visit else "",
            path=request.path,
            fragment=wants_fragment(request),
            **values,
        )
    )
    return web.Response(text=text, status=status, content_type="text/html")


def refusal(request: web.Request, problem: web.HTTPException) -> web.Response:
    """The page that says why a request was refused and what to do about it."""
    key = f"problem.{problem.text}" if has(f"problem.{problem.text}") else f"problem.{problem.status}"
    why = say(request[LANGUAGE], key if has(key) else "problem.400")
    template = "fragments/refusal.html" if wants_fragment(request) else "refusal.html"
    response = render(request, template, status=problem.status, why=why)
    if "Allow" in problem.headers:
        response.headers["Allow"] = problem.headers["Allow"]
    return response


def label(language: str, kind: str, name: str) -> str:
    """What a name is called in the catalogue; brands' own names are shown as words."""
    key = f"{kind}.{name}"
    return say(language, key) if has(key) else name.replace("_", " ")


def _moments(language: str, zone: ZoneInfo, now: datetime) -> Callable[[datetime], str]:
    """How the reader's clock showed a moment: the hour alone for today, with the date before that."""
    locale = LOCALES[language]

    def at(moment: datetime) -> str:
        local = moment.astimezone(zone)
        if local.date() == now.astimezone(zone).date():
            return format_time(local, "short", locale=locale, tzinfo=zone)
        pattern = "d MMM, HH:mm" if local.year == now.year else "d MMM y, HH:mm"
        return format_datetime(local, pattern, locale=locale, tzinfo=zone)

    return at


def _hour(language: str, value: datetime | time) -> str:
    clock = value.time() if isinstance(value, datetime) else value
    return format_time(clock, "short", locale=LOCALES[language])


def read_day(text: str | None, otherwise: date) -> date:
    """A date from an address, or the other one when it cannot be read."""
    if text and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return otherwise
    return otherwise


async def show_asset(request: web.Request) -> web.Response:
    """A style sheet or script of ours; nothing else is ever served from a file."""
    name = request.match_info["name"]
    found = _assets().get(name)
    if found is None:
        raise web.HTTPNotFound
    body, content_type, version = found
    if any(tag.value == version for tag in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        response = web.Response(body=body, content_type=content_type, charset="utf-8")
    response.etag = version
    fresh = request.query.get("v") == version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return response


def asset_address(name: str) -> str:
    """The address of an asset, with its version: it may then be cached for ever."""
    return f"{PREFIX}/static/{name}?v={_assets()[name][2]}"


@lru_cache(maxsize=1)
def _assets() -> dict[str, tuple[bytes, str, str]]:
    found = {}
    for file in sorted((HERE / "static").iterdir()):
        if file.suffix in TYPES:
            body = file.read_bytes()
            found[file.name] = body, TYPES[file.suffix], sha256(body).hexdigest()[:12]
    return found


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
