"""What an advisor reads first: two or three lines, in the customer's language, from what the dialogue knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions.booking import slot_from
from bot.actions.context import ActionContext
from bot.actions.nearest import read_wish
from bot.actions.wording import clock, long_day, long_when

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "asked": "Le client demande à parler à quelqu’un.",
        "lost": "Le bot n’a pas compris le client.",
        "cannot": "La demande dépasse ce que le bot peut faire.",
        "complaint": "Le client est mécontent.",
        "callback": "Le client demande à être rappelé.",
        "distress": "Le client semble en détresse : lire d’abord ses derniers mots.",
        "negative": "Le ton est tendu.",
        "urgent": "Le client est pressé.",
        "positive": "Le ton est aimable.",
        "topic": "Il était question de : {}.",
        "known": "Connu : {}.",
        "order_number": "commande {}",
        "appointment_service": "prestation {}",
        "appointment_store": "boutique {}",
        "info_store": "boutique {}",
        "when": "souhaité {}",
        "chosen": "créneau choisi {}",
        "customer_name": "nom {}",
        "customer_phone": "téléphone {}",
        "product": "produit {}",
        "size": "taille {}",
        "morning": "le matin", "noon": "à midi", "afternoon": "l’après-midi", "evening": "le soir",
    },
    "en": {
        "asked": "The customer asks to talk to somebody.",
        "lost": "The bot did not understand the customer.",
        "cannot": "The request is beyond what the bot may do.",
        "complaint": "The customer is unhappy.",
        "callback": "The customer asks to be called back.",
        "distress": "The customer seems to be in distress: read their last words first.",
        "negative": "The tone is tense.",
        "urgent": "The customer is in a hurry.",
        "positive": "The tone is friendly.",
        "topic": "This was about: {}.",
        "known": "Known: {}.",
        "order_number": "order {}",
        "appointment_service": "service {}",
        "appointment_store": "store {}",
        "info_store": "store {}",
        "when": "wished for {}",
        "chosen": "time chosen {}",
        "customer_name": "name {}",
        "customer_phone": "phone {}",
        "product": "product {}",
        "size": "size {}",
        "morning": "in the morning", "noon": "at noon", "afternoon": "in the afternoon", "evening": "in the evening",
    },
}  # fmt: skip


def summary_of(context: ActionContext, reason: str) -> str:
    """Why a person is needed, what it is about, what is known and where it stopped."""
    words = _WORDS.get(context.language, _WORDS["en"])
    lines = [words.get(reason, words["asked"])]
    if topic := str(context.arguments.get("topic") or ""):
        lines[0] += f" {words['topic'].format(topic)}"
    if tone := words.get(str(context.arguments.get("tone") or "")):
        lines[0] += f" {tone}"
    if known := _known(context, words):
        lines.append(words["known"].format(", ".join(known)))
    return "\n".join(lines)


def _known(context: ActionContext, words: Mapping[str, str]) -> list[str]:
    slots = context.slots
    about = ("order_number", "product", "size")
    known = [words[name].format(slots[name]) for name in about if slots.get(name) not in (None, "unknown")]
    if service := context.service_name(slots.get("appointment_service")):
        known.append(words["appointment_service"].format(service))
    for name in ("appointment_store", "info_store"):
        if store := context.store(name):
            known.append(words[name].format(store.name))
            break
    slot = slot_from(context, slots.get("appointment_slot"))
    if slot is not None:
        known.append(words["chosen"].format(long_when(slot.start, context.language)))
    elif when := _when(slots, words, context.language):
        known.append(words["when"].format(when))
    known += [words[name].format(slots[name]) for name in ("customer_name", "customer_phone") if slots.get(name)]
    return known


def _when(slots: Mapping[str, Any], words: Mapping[str, str], language: str) -> str:
    wish = read_wish(slots.get("appointment_day"), slots.get("appointment_part"), slots.get("appointment_hour"))
    parts = [long_day(day, language) for day in (wish.first, wish.last) if day is not None]
    told = [" – ".join(dict.fromkeys(parts))] if parts else []
    told += [words[wish.part]] if wish.part and wish.part in words else []
    told += [clock(at, language) for at in (wish.at, wish.after, wish.before) if at is not None]
    return " ".join(told)
