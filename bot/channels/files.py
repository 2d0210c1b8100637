"""Files customers send, where no platform has looked at them before: what they are by their bytes, not by their names."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.meta.media import Media, type_of
from bot.errors import Refused

__all__ = ["Media", "checked", "kind_of"]

_TEXTS = ("text/plain", "text/vcard", "text/x-vcard", "text/csv")


def checked(content: bytes, claimed: str, types: Sequence[str], *, name: str = "") -> Media:
    """`content` with the type its bytes have, when that is one of `types`.

    Raises:
        Refused: it is of another type, of one nobody knows, or not what it claims to be.
    """
    claimed = claimed.partition(";")[0].strip().lower()
    found = type_of(content, claimed)
    if not found and claimed in _TEXTS and _is_text(content):
        found = claimed
    if not any(found.startswith(kind) for kind in types) or not found:
        raise Refused(f"the file is {found or 'of an unknown type'}, which is not shown to anybody")
    return Media(content=content, mime_type=found, name=name)


def kind_of(mime_type: str) -> str:
    """The `type` of a media message: image, audio, video, contact or document."""
    kind = mime_type.partition("/")[0]
    if "vcard" in mime_type:
        return "contact"
    return kind if kind in ("image", "audio", "video") else "document"


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return b"\x00" not in content and all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in content)
