"""Which words a message says to the bot, whatever it came as. Pure."""

from __future__ import annotations

from bot.storage.inbox import Arrival
from nlu.understanding import Understanding

WORDS = frozenset({"text", "edit"})
"""Kinds that are words and nothing else."""
THUMBS = ("👍", "👌", "👎")
"""What a sticker may stand for that is also an answer."""
_LIKE = THUMBS[0]


def words_in(arrival: Arrival) -> str | None:
    """What is to be understood of a message; None when it has no words.

    A caption is said like any other words. A platform's own like, and a sticker that stands for a thumb, are heard as that thumb:
    where a yes or no is asked they answer it, and elsewhere they are as good as a thumb that is typed.
    """
    if arrival.kind in WORDS:
        return arrival.text
    if arrival.kind != "media":
        return None
    if arrival.text.strip():
        return arrival.text
    if arrival.data.get("like"):
        return _LIKE
    emoji = str(arrival.data.get("emoji") or "")
    return next((thumb for thumb in THUMBS if emoji.startswith(thumb)), None) if arrival.data.get("type") == "sticker" else None


def says_something(understanding: Understanding) -> bool:
    """Whether these words under a picture mean something to the bot; else the picture itself is what is answered."""
    told = (understanding.wishes, understanding.entities, understanding.answer, understanding.faq)
    return understanding.understood or understanding.insult or any(told) or bool(understanding.distress)
