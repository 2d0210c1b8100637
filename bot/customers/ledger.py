"""Why two conversations became one, in a sentence for whoever must judge it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

CHANNELS: Mapping[str, str] = {
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "messenger": "Messenger",
    "instagram": "Instagram",
    "sms": "SMS",
    "rest": "REST",
}
_CHANNELS_IN: Mapping[str, Mapping[str, str]] = {
    "fr": {"email": "e-mail", "webchat": "chat du site"},
    "en": {"email": "e-mail", "webchat": "web chat"},
}
_REASONS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "contact": "même numéro que dans la fiche, partagé sur {channel} et garanti par la plateforme le {day}",
        "sender_phone": "même numéro {channel}, vérifié le {day}",
        "sender_email": "même adresse e-mail, expéditeur vérifié le {day}",
        "sender": "même personne sur {channel} sous un autre identifiant, d’après la plateforme, le {day}",
        "link": "lien à usage unique ouvert sur {channel} le {day}",
        "email_code": "code reçu par e-mail et saisi sur {channel} le {day}",
        "sms_code": "code reçu par SMS et saisi sur {channel} le {day}",
        "code": "code reçu sur {carrier} et saisi sur {channel} le {day}",
        "site_token": "connexion au compte sur le site le {day}",
        "claim": "coordonnées que la personne a dites siennes le {day}, ce qui ne prouve rien",
        "advisor": "décision de {by} le {day}",
        "profiles": "fiches jugées être celles d’une même personne par {by} le {day}",
        "other": "preuve « {kind} » donnée sur {channel} le {day}",
    },
    "en": {
        "contact": "same number as on file, shared on {channel} and vouched for by the platform on {day}",
        "sender_phone": "same {channel} number, verified on {day}",
        "sender_email": "same e-mail address, sender verified on {day}",
        "sender": "same person on {channel} under another id, by the platform’s word, on {day}",
        "link": "one-time link opened on {channel} on {day}",
        "email_code": "code received by e-mail and typed on {channel} on {day}",
        "sms_code": "code received by SMS and typed on {channel} on {day}",
        "code": "code received on {carrier} and typed on {channel} on {day}",
        "site_token": "signed in on the site on {day}",
        "claim": "contact details they said were theirs on {day}, which proves nothing",
        "advisor": "decided by {by} on {day}",
        "profiles": "profiles judged to be one person’s by {by} on {day}",
        "other": "proof “{kind}” given on {channel} on {day}",
    },
}


def reason(why: Mapping[str, Any], *, at: datetime, by: str | None, language: str, zone: str, today: date | None = None) -> str:
    """One proof or merge in words: "same WhatsApp number, verified on 3 May".

    `why` as the ledger keeps it: `kind`, `channel`, what it was about; `by` is the name of whoever decided. The year is told when
    it is not `today`'s.
    """
    told = _REASONS.get(language, _REASONS["en"])
    kind, channel = str(why.get("kind", "")), str(why.get("channel") or "")
    day = at.astimezone(ZoneInfo(zone)).date()
    pattern = "d MMMM" if today is not None and day.year == today.year else "d MMMM y"
    values = {
        "kind": kind,
        "channel": channel_name(channel or kind.partition("_")[0], language),
        "carrier": channel_name(kind.removesuffix("_code"), language),
        "day": format_date(day, pattern, locale=language),
        "by": by or "?",
    }
    return told[_key(kind, why)].format_map(values)


def channel_name(channel: str, language: str) -> str:
    """A channel as people call it."""
    return CHANNELS.get(channel) or _CHANNELS_IN.get(language, _CHANNELS_IN["en"]).get(channel, channel)


def _key(kind: str, why: Mapping[str, Any]) -> str:
    known = _REASONS["en"]
    if kind in known:
        return kind
    if kind.endswith("_contact"):
        return "contact"
    if kind.endswith("_claim"):
        return "claim"
    if kind.endswith("_sender"):
        return "sender_email" if "email" in why else "sender_phone"
    return "code" if kind.endswith("_code") else "other"
