"""The console's words in the reader's language, and how that language is chosen."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handoff.console.catalogue import CATALOGUE
from handoff.console.views import Account
from handoff.console.visit import LANGUAGE, PREFIX

LANGUAGES = ("fr", "en")
COOKIE = "filrouge_language"
LOCALES = {"fr": "fr_FR", "en": "en_GB"}


def say(language: str, key: str, **values: Any) -> str:
    """The text of `key`; with a `count`, its singular or plural form (keys ending in `.one` and `.many`)."""
    if "count" in values:
        # French counts zero as singular, English as plural.
        single = values["count"] == 1 or (language == "fr" and values["count"] == 0)
        key = f"{key}.{'one' if single else 'many'}"
    return CATALOGUE[key][LANGUAGES.index(language)].format(**values)


def has(key: str) -> bool:
    """Whether the catalogue knows `key`: names that brands choose (a skill, a channel) have no entry."""
    return key in CATALOGUE


def choose_language(request: web.Request, account: Account | None) -> str:
    """The language of the answer: what was just chosen, chosen before, set for the account, or asked by the browser."""
    chosen = (request.query.get("lang"), request.cookies.get(COOKIE), account.language if account else None)
    return next((c for c in chosen if c in LANGUAGES), None) or _asked(request.headers.get("Accept-Language", ""))


def language_cookie(request: web.Request, response: web.StreamResponse, *, secure: bool) -> None:
    """Remember a language chosen with `?lang=`."""
    if request.query.get("lang") in LANGUAGES:
        response.set_cookie(
            COOKIE,
            request[LANGUAGE],
            max_age=365 * 86400,
            path=PREFIX,
            httponly=True,
            secure=secure,
            samesite="Strict",
        )


def _asked(header: str) -> str:
    """The best of our languages by the browser's order of preference; French when it prefers none of them."""
    wanted: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if language in LANGUAGES and quality > 0:
            wanted.append((quality, language))
    return max(wanted, key=lambda w: w[0])[1] if wanted else LANGUAGES[0]
