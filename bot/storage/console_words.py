"""What storage itself has to say to people of the console: names for the nameless, and why nothing can be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson
from babel.dates import format_date

from bot.brand import Brand
from bot.customers.recognise import USUAL_NEEDS
from bot.customers.wishes import ENOUGH, NO_CONSENT, QUIET_HOURS, REFUSED
from bot.dialogue.state import DialogueState
from bot.storage.held import OVERTAKEN, TOO_OLD
from bot.storage.windows import PROMPTED
from nlu.times.say import say_clock, say_hour, say_part

_LOCALES = {"fr": "fr", "en": "en_GB"}
_PARTS_OF_DAY = ("morning", "noon", "afternoon", "evening")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WORDS: Mapping[str, tuple[str, str]] = {
    "visitor": ("Visiteur {number}", "Visitor {number}"),
    "blocked": (
        "le client a bloqué ce canal ; joignez-le autrement.",
        "the customer has blocked this channel; reach them another way.",
    ),
    "no_channel": (
        "ce client n’a aucun canal où lui écrire ; joignez-le autrement.",
        "this customer has no channel to be written to; reach them another way.",
    ),
    "not_eligible": (
        "Cette demande attend une autre compétence, un autre magasin ou une autre langue.",
        "This case needs another skill, store or language.",
    ),
    "other_first": (
        "Une autre demande de cette conversation passe d’abord : prenez-la ou terminez-la.",
        "Another case of this conversation comes first: take it or finish it.",
    ),
    "failed": (
        "Une erreur s’est produite de notre côté ; elle est au journal.",
        "Something went wrong on our side; it is in the log.",
    ),
    "taken_over": (
        "Une personne a pris la conversation avant le départ de ce message du bot.",
        "A person took the conversation over before this message of the bot left.",
    ),
    "held": (
        "Le client n’a pas écrit depuis trop longtemps pour ce canal ; le message part dès qu’il écrit.",
        "The customer has not written for too long for this channel; the message leaves as soon as they write.",
    ),
    "held_asked": (
        "Un modèle a demandé au client d’écrire ; le message part dès qu’il répond.",
        "A template has asked the customer to write; the message leaves as soon as they answer.",
    ),
    "overtaken": (
        "La conversation a continué sans ce message ; il n’a pas été envoyé.",
        "The conversation has gone on without this message; it was not sent.",
    ),
    "too_old": (
        "Ce message du bot attendait depuis plus d’un jour ; il n’a pas été envoyé.",
        "This message of the bot had waited for more than a day; it was not sent.",
    ),
    "wish_refused": (
        "Le client ne veut pas qu’on lui écrive ici ; le message n’a pas été envoyé.",
        "The customer does not want to be written to here; the message was not sent.",
    ),
    "wish_no_consent": (
        "Le client n’a pas accepté de publicité ; le message n’a pas été envoyé.",
        "The customer has not agreed to advertising; the message was not sent.",
    ),
    "wish_enough": (
        "Le client a déjà reçu assez de messages aujourd’hui ; celui-ci n’a pas été envoyé.",
        "The customer has had enough messages today; this one was not sent.",
    ),
    "wish_quiet": (
        "Le message attend la fin des heures où le client ne veut pas être dérangé.",
        "The message waits for the end of the hours in which the customer does not want to be disturbed.",
    ),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
}
_WITHHELD = {
    "the customer has blocked this channel": "blocked",
    "a person has taken the conversation over since the bot wrote this": "taken_over",
    OVERTAKEN: "overtaken",
    TOO_OLD: "too_old",
    REFUSED: "wish_refused",
    NO_CONSENT: "wish_no_consent",
    ENOUGH: "wish_enough",
    QUIET_HOURS: "wish_quiet",
}


def word(key: str, language: str, **values: Any) -> str:
    """The words of `key`, in English for whoever does not read French."""
    return _WORDS[key][0 if language == "fr" else 1].format(**values)


def has(key: str) -> bool:
    return key in _WORDS


def why_unsent(why: str | None, language: str) -> str:
    """Why a message was not delivered; what a platform said is passed on in its own words."""
    known = _WITHHELD.get(why or "")
    text = word(known, language) if known else why or ""
    return text[:1].upper() + text[1:]


def why_held(why: str | None, language: str) -> str:
    """Why a message waits, and for what."""
    return word("held_asked" if (why or "").endswith(PROMPTED) else "held", language)


def customer_name(
    number: int, *, facts: Mapping[str, Any] | None, level: int, state: DialogueState, handle: str | None, language: str
) -> str:
    """What to call a customer: as proven, as they said, as their channel calls them, or by a number."""
    if facts and level >= USUAL_NEEDS.first_name:
        name = f"{facts.get('first_name', '')} {facts.get('last_name', '')}".strip()
        if name:
            return name
    said = state.slots.get("customer_name")
    if said is not None and isinstance(said.value, str) and said.value.strip():
        return said.value.strip()[:120]
    return handle or word("visitor", language, number=number)


def shown(value: Any, brand: Brand, language: str) -> str:
    """A value that is known, as a person reads it: stores and services by their names, days and hours in words."""
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if isinstance(value, Mapping) and (time := _time(value, language)):
        return time
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return ", ".join(shown(part, brand, language) for part in value)
    if not isinstance(value, str):
        return orjson.dumps(value, default=str).decode() if isinstance(value, Mapping | list) else str(value)
    if store := brand.store(value):
        return store.name
    if service := brand.service(value):
        return service.name(language)
    if _DAY.fullmatch(value):
        return _day(value, language)
    if value in _PARTS_OF_DAY:
        return say_part(value, language=language)
    first, slash, last = value.partition("/")
    if slash and _DAY.fullmatch(first) and _DAY.fullmatch(last):
        return f"{_day(first, language)} – {_day(last, language)}"
    return value


def _time(value: Mapping[str, Any], language: str) -> str:
    """A chosen time, or a wish for an hour; empty for any other mapping."""
    try:
        if "start" in value:
            start = datetime.fromisoformat(str(value["start"]))
            return f"{_day(start.date().isoformat(), language)}, {say_clock(start.time(), language=language)}"
        return say_hour(value, language=language)
    except (TypeError, ValueError):
        return ""


def _day(iso: str, language: str) -> str:
    try:
        return format_date(date.fromisoformat(iso), "EEEE d MMMM y", locale=_LOCALES.get(language, "en_GB"))
    except ValueError:
        return iso
