"""What a customer wants about being written to, as people of the house read it, and write it down for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date
from sqlalchemy import Connection, select

from bot.customers import wish_answers
from bot.customers.quiet import span_from
from bot.customers.wishes import (
    CONTACT,
    ENOUGH,
    LANGUAGE,
    NO_CONSENT,
    PREFERRED,
    PURPOSES,
    QUIET,
    REFUSED,
    SERVICE,
    TAKEN_BACK,
    ZONE,
    Manners,
    Verdict,
    Wish,
)
from bot.storage import contacting, wishes
from bot.storage.contacting import Judge
from bot.storage.merging import follow
from bot.storage.schema import identity

KINDS = (CONTACT, LANGUAGE, PREFERRED, QUIET, ZONE)
BY_PHONE = {"said": "phone"}
"""The proof of what a customer said on the telephone."""
_LINES: Mapping[str, tuple[str, str]] = {
    "no": ("ne veut pas qu’on lui écrive {by}", "does not want to be written to {by}"),
    "no_what": ("ne veut pas de {what}{where}", "does not want any {what}{where}"),
    "yes": ("veut bien qu’on lui écrive {by}", "may be written to {by}"),
    "yes_what": ("veut bien de la {what}{where}", "agrees to {what}{where}"),
    "language": ("préfère qu’on lui parle en {name}", "prefers to be spoken to in {name}"),
    "preferred": ("préfère qu’on lui écrive {by}{purpose}", "prefers to be written to {by}{purpose}"),
    "quiet": ("ne veut pas être dérangé {hours}", "does not want to be disturbed {hours}"),
    "any_time": ("peut être dérangé à toute heure", "may be disturbed at any hour"),
    "zone": ("vit à l’heure de {zone}", "lives on {zone} time"),
    "taken_back": ("ne demande plus rien à ce sujet", "no longer asks for anything there"),
    "everywhere": ("partout", "anywhere"),
    "for": (" pour : {what}", " for: {what}"),
    "refused": (
        "ce client ne veut pas qu’on lui écrive {by} depuis le {day}.",
        "this customer has not wanted to be written to {by} since {day}.",
    ),
    NO_CONSENT: ("ce client n’a pas accepté de publicité.", "this customer has not agreed to advertising."),
    ENOUGH: (
        "ce client a déjà reçu assez de messages aujourd’hui sans rien avoir demandé.",
        "this customer has had enough messages today without having asked for any.",
    ),
    "open": (" Reste possible : {ways}.", " Still open: {ways}."),
    "elsewhere": (" Joignez-le autrement.", " Reach them another way."),
    "until": (
        "ce client ne veut pas être dérangé à cette heure ; le message partira le {at}.",
        "this customer does not want to be disturbed at this hour; the message will leave on {at}.",
    ),
}
_PROOFS: Mapping[str, tuple[str, str]] = {
    "message": ("message n° {number}", "message no. {number}"),
    "phone": ("dit par téléphone", "said by phone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WishLine:
    """One wish in words."""

    kind: str
    words: str
    at: datetime
    by: str
    """`customer`, or the username of whoever wrote it down."""
    proof: str
    counts: bool
    """Whether nothing later speaks of the same thing."""


def wishes_of(connection: Connection, conversation_id: int, *, language: str) -> list[WishLine]:
    """Everything the customer of a conversation has said of being written to, the latest first."""
    conversation_id = follow(connection, conversation_id)
    told = wishes.wanted_of(connection, (conversation_id,))[conversation_id].wishes
    latest = {(one.kind, one.channel, one.purpose): one.id for one in told}
    return [
        WishLine(
            kind=one.kind,
            words=_words(one, language),
            at=one.at,
            by=one.by,
            proof=_proof(one.proof, language),
            counts=latest[one.kind, one.channel, one.purpose] == one.id,
        )
        for one in reversed(told)
    ]


def obstacle(
    connection: Connection, conversation_id: int, channel: str, *, manners: Manners, now: datetime, language: str
) -> str:
    """Why a person may not write to this customer by `channel` now, and what is open instead; empty when they may."""
    judge = Judge.of(connection, follow(connection, conversation_id), manners, now)
    verdict = judge.verdict(channel, SERVICE)
    return refusal(judge, verdict, channel, language) if verdict.state == "no" else ""


def notice(connection: Connection, conversation_id: int, channel: str, *, manners: Manners, now: datetime, language: str) -> str:
    """What a person should know before they write: that it will wait for the morning; empty when it leaves at once."""
    judge = Judge.of(connection, follow(connection, conversation_id), manners, now)
    verdict = judge.verdict(channel, SERVICE)
    if verdict.until is None:
        return ""
    local = verdict.until.astimezone(ZoneInfo(judge.wanted.zone(manners)))
    return _line("until", language, at=f"{_day(local, language)}, {local:%H:%M}")


def refusal(judge: Judge, verdict: Verdict, channel: str, language: str) -> str:
    """A refusal in words, with the ways that are open."""
    if verdict.why == REFUSED:
        wish = judge.wanted.contact(channel, SERVICE)
        assert wish is not None
        at = wish.at.astimezone(ZoneInfo(judge.manners.time_zone))
        said = _line("refused", language, by=wish_answers.by(channel, language), day=_day(at, language))
    else:
        said = _line(verdict.why, language)
    ways = [wish_answers.by(one, language) for one in _open_ways(judge, channel)]
    return said + (_line("open", language, ways=", ".join(ways)) if ways else _line("elsewhere", language))


def write_down(
    connection: Connection,
    conversation_id: int,
    *,
    kind: str,
    value: Any,
    by: str,
    now: datetime,
    manners: Manners,
    channel: str = "",
    purpose: str = "",
    proof: Mapping[str, Any] | None = None,
) -> None:
    """A person of the house writes down what a customer said, with its proof: on the telephone, when none is given.

    Raises `ValueError`, whose words say what to write instead.
    """
    _check(kind, value, purpose)
    conversation_id = follow(connection, conversation_id)
    wishes.record(
        connection,
        conversation_id,
        kind=kind,
        value=value,
        channel=channel,
        purpose=purpose,
        by=by,
        now=now,
        proof=proof or BY_PHONE,
    )
    contacting.obey(connection, conversation_id, manners, now)


def _check(kind: str, value: Any, purpose: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of wish; write one of {', '.join(KINDS)}")
    if purpose and purpose not in PURPOSES:
        raise ValueError(f"{purpose!r} is no purpose; write one of {', '.join(PURPOSES)}, or nothing for all")
    if kind == CONTACT and not isinstance(value, bool):
        raise ValueError("whether a customer may be written to is true or false")
    if kind == ZONE and value not in available_timezones():
        raise ValueError(f'{value!r} is no time zone; write it like "Europe/Paris"')
    if kind == QUIET:
        for one in value:
            span_from(one)


def _open_ways(judge: Judge, refused: str) -> list[str]:
    rows = judge.connection.execute(
        select(identity.c.channel)
        .where(identity.c.conversation_id == judge.conversation, identity.c.blocked_at.is_(None))
        .order_by(identity.c.id)
    ).scalars()
    return [one for one in dict.fromkeys(rows) if one != refused and judge.verdict(one, SERVICE).state != "no"]


def _words(one: Wish, language: str) -> str:
    by = wish_answers.by(one.channel, language) if one.channel else _line("everywhere", language)
    where = f" {wish_answers.by(one.channel, language)}" if one.channel else ""
    what = wish_answers.what(one.purpose, language)
    if one.value == TAKEN_BACK:
        return _line("taken_back", language)
    match one.kind:
        case "contact":
            key = ("yes" if one.value else "no") + ("_what" if one.purpose else "")
            return _line(key, language, by=by, what=what, where=where)
        case "language":
            return _line("language", language, name=wish_answers.name_of(str(one.value), language))
        case "preferred_channel":
            purpose = _line("for", language, what=what) if one.purpose else ""
            return _line("preferred", language, by=wish_answers.by(str(one.value), language), purpose=purpose)
        case "quiet_hours":
            if not one.value:
                return _line("any_time", language)
            return _line("quiet", language, hours=wish_answers.hours(one.value, language))
    return _line("zone", language, zone=one.value)


def _proof(proof: Mapping[str, Any], language: str) -> str:
    side = 0 if language == "fr" else 1
    if "message" in proof:
        return _PROOFS["message"][side].format(number=proof["message"])
    said = str(proof.get("said", ""))
    return _PROOFS[said][side] if said in _PROOFS else said or ", ".join(f"{key}: {value}" for key, value in proof.items())


def _line(key: str, language: str, **values: Any) -> str:
    return _LINES[key][0 if language == "fr" else 1].format(**values)


def _day(at: datetime, language: str) -> str:
    return format_date(at.date(), "d MMMM y", locale="fr" if language == "fr" else "en_GB")
