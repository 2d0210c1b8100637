"""What the house answers somebody who said what they want of it: one line, and how to take it back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale
from babel.dates import get_day_names

from bot.customers.quiet import EVERY_DAY, Span, span_from
from bot.customers.wishes import CONTACT, LANGUAGE, MARKETING, PREFERRED, QUIET, REMINDER, SURVEY, ZONE

_BY: Mapping[str, tuple[str, str]] = {
    "sms": ("par SMS", "by SMS"),
    "email": ("par e-mail", "by e-mail"),
    "whatsapp": ("sur WhatsApp", "on WhatsApp"),
    "telegram": ("sur Telegram", "on Telegram"),
    "messenger": ("sur Messenger", "on Messenger"),
    "instagram": ("sur Instagram", "on Instagram"),
    "webchat": ("sur ce chat", "in this chat"),
    "rest": ("ici", "here"),
    "": ("sur aucun canal", "on any channel"),
}
_WHAT: Mapping[str, tuple[str, str]] = {
    MARKETING: ("publicité", "advertising"),
    REMINDER: ("rappel", "reminder"),
    SURVEY: ("enquête", "survey"),
}
_LINES: Mapping[str, tuple[str, str]] = {
    "stopped": (
        "C’est noté : nous ne vous écrirons plus {by}. Répondez START pour revenir.",
        "Noted: we will not write to you {by} any more. Reply START to come back.",
    ),
    "stopped_all": (
        "C’est noté : nous ne vous écrirons plus {by}. Répondez START pour que nous puissions de nouveau vous écrire ici.",
        "Noted: we will not write to you {by} any more. Reply START to let us write to you here again.",
    ),
    "no_more": ("C’est noté : plus de {what}{where}.", "Noted: no more {what}{where}."),
    "started": (
        "C’est noté : nous pouvons de nouveau vous écrire {by}. Répondez STOP pour arrêter.",
        "Noted: we may write to you {by} again. Reply STOP to stop.",
    ),
    "agreed": (
        "C’est noté, merci : vous recevrez nos offres{where}. Répondez « stop pub » pour arrêter.",
        "Noted, thank you: you will get our offers{where}. Reply “stop ads” to stop.",
    ),
    "allowed": ("C’est noté : nous pouvons vous écrire {by}.", "Noted: we may write to you {by}."),
    "said_there": (
        "Pour que nous puissions vous écrire, dites-le-nous depuis le canal concerné.",
        "To let us write to you, tell us so on the channel it is about.",
    ),
    "quiet": ("C’est noté : nous ne vous écrirons pas {hours}.", "Noted: we will not write to you {hours}."),
    "any_time": ("C’est noté : nous pouvons vous écrire à toute heure.", "Noted: we may write to you at any hour."),
    "preferred": ("C’est noté : nous vous écrirons plutôt {by}.", "Noted: we will rather write to you {by}."),
    "language": ("C’est noté : je vous réponds désormais en {name}.", "Noted: I will answer you in {name} from now on."),
    "language_unknown": (
        "C’est noté pour nos conseillers. Moi-même, je parle {names}.",
        "Noted for our advisors. I myself speak {names}.",
    ),
    "zone": ("C’est noté : pour vos horaires, nous comptons à l’heure de {zone}.", "Noted: we count your hours on {zone} time."),
    "undone": ("C’est noté : c’est comme avant.", "Noted: it is as before."),
    "undo": ("Répondez « comme avant » pour revenir en arrière.", "Reply “undo” to take it back."),
    "how_to_stop": (
        "Pour ne plus recevoir de messages de notre part ici, répondez encore STOP.",
        "To get no more messages from us here, reply STOP once more.",
    ),
}


def line(key: str, language: str, **values: Any) -> str:
    """The words of `key`; in English for whoever does not read French."""
    return _LINES[key][0 if language == "fr" else 1].format(**values)


def by(channel: str, language: str) -> str:
    """How a channel is written by: "par SMS"."""
    both = _BY.get(channel)
    return both[0 if language == "fr" else 1] if both else channel


def what(purpose: str, language: str) -> str:
    """What a purpose is called: "publicité"."""
    both = _WHAT.get(purpose)
    return both[0 if language == "fr" else 1] if both else purpose


def confirmed(kind: str, value: Any, channel: str, purpose: str, language: str, spoken: Sequence[str]) -> str:
    """The line that says a wish is noted, with how to take it back. `spoken` are the languages the bot has."""
    where = f" {by(channel, language)}" if channel else ""
    undo = f" {line('undo', language)}"
    if kind == CONTACT and not value:
        if purpose:
            return line("no_more", language, what=what(purpose, language), where=where) + undo
        return line("stopped" if channel else "stopped_all", language, by=by(channel, language))
    if kind == CONTACT:
        if purpose == MARKETING:
            return line("agreed", language, where=where)
        return line("allowed", language, by=by(channel, language)) + undo
    if kind == QUIET:
        return (line("quiet", language, hours=hours(value, language)) if value else line("any_time", language)) + undo
    if kind == PREFERRED:
        return line("preferred", language, by=by(value, language)) + undo
    if kind == LANGUAGE:
        if value not in spoken:
            names = _joined([name_of(one, language) for one in spoken], language)
            return line("language_unknown", language, names=names)
        return line("language", value, name=name_of(value, value))
    assert kind == ZONE
    return line("zone", language, zone=str(value).rpartition("/")[2].replace("_", " ")) + undo


def hours(value: Sequence[Mapping[str, Any]], language: str) -> str:
    """Quiet hours in words: "de 18:00 à 08:00", "le samedi et le dimanche"."""
    return ", ".join(_span(span_from(one), language) for one in value)


def _span(span: Span, language: str) -> str:
    french = language == "fr"
    names = get_day_names("wide", locale="fr" if french else "en")
    days = [f"le {names[day]}" if french else f"on {names[day]}s" for day in sorted(span.days)]
    between = f"de {span.start:%H:%M} à {span.end:%H:%M}" if french else f"from {span.start:%H:%M} to {span.end:%H:%M}"
    if span.days == EVERY_DAY:
        return between
    return _joined(days, language) + ("" if span.start == span.end else f", {between}")


def name_of(code: str, language: str) -> str:
    """A language's name in another: "anglais"."""
    return str(Locale(language if language in ("fr", "en") else "en").languages.get(code, code))


def _joined(parts: Sequence[str], language: str) -> str:
    *first, last = parts
    return f"{', '.join(first)} {'et' if language == 'fr' else 'and'} {last}" if first else last
