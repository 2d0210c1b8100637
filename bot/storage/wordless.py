"""What to write where a message is one line of text and its sender sent something else: "[photo]", "[place]"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDLESS = ("media", "location", "contact")
"""Kinds by which a customer says something without a word."""
UNSEEN = ("act", "signin", "signout")
"""Kinds that are no lines of a conversation: acts of the house, and what a page tells by itself."""

_NAMES: Mapping[str, tuple[str, str]] = {
    "photo": ("photo", "photo"),
    "image": ("image", "picture"),
    "voice": ("message vocal", "voice message"),
    "audio": ("enregistrement", "recording"),
    "video": ("vidéo", "video"),
    "video_note": ("message vidéo", "video message"),
    "animation": ("animation", "animation"),
    "document": ("document", "document"),
    "sticker": ("autocollant", "sticker"),
    "story_mention": ("mention dans une story", "mention in a story"),
    "contact": ("contact", "contact"),
    "location": ("position", "place"),
}


def as_line(kind: str, text: str, data: Mapping[str, Any] | None, language: str = "en") -> str:
    """The message as one line: its words, after what it is where words are not all; in English unless `language` is "fr"."""
    if kind not in WORDLESS:
        return text
    more = (data or {}).get("more")
    sort = str((data or {}).get("type") or "media") if kind == "media" else kind
    name = _NAMES.get(sort, (sort.replace("_", " "),) * 2)[0 if language == "fr" else 1]
    several = f" +{len(more)}" if kind == "media" and isinstance(more, list) and more else ""
    return f"[{name[:40]}{several}] {text}".rstrip()
