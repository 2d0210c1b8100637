"""Files customers send: what they are by their bytes, not by their names, and why one is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import aiohttp

from bot.errors import Refused
from bot.file_types import type_of

__all__ = ["FileRefused", "Media", "WhyRefused", "checked", "kind_of", "read_file", "type_of"]

WhyRefused = Literal["too_large", "unknown_type", "elsewhere", "gone", "too_many"]
"""Why a file is not kept, in a word every reader's language has a sentence for.

too_large: more bytes than are kept; unknown_type: its bytes are of a type nobody is shown; elsewhere: it stands at an address
that is not the platform's; gone: the platform has it no longer; too_many: the conversation has brought as much as is kept of one.
"""

_TEXTS = ("text/plain", "text/vcard", "text/x-vcard", "text/csv")


class FileRefused(Refused):
    """A file that will never be kept; `code` says why."""

    def __init__(self, why: str, code: WhyRefused) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file a customer sent, checked for size and type."""

    content: bytes
    mime_type: str
    """What the bytes are, whatever the sender called them."""
    name: str = ""


def checked(content: bytes, claimed: str, types: Sequence[str], *, name: str = "") -> Media:
    """`content` with the type its bytes have, when that begins as one of `types`.

    Raises:
        FileRefused: it is of another type, of one nobody knows, or not what it claims to be.
    """
    claimed = claimed.partition(";")[0].strip().lower()
    found = type_of(content, claimed)
    if not found and claimed in _TEXTS and _is_text(content):
        found = claimed
    if not any(found.startswith(kind) for kind in types) or not found:
        raise FileRefused(f"the file is {found or 'of an unknown type'}, which is not shown to anybody", "unknown_type")
    return Media(content=content, mime_type=found, name=name)


async def read_file(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The body of an answer, never more than `most` bytes of it.

    Raises:
        FileRefused: there are more; the rest is left unread.
        aiohttp.ClientError: it was cut on its way.
    """
    content = bytearray()
    if (answer.content_length or 0) <= most:
        async for chunk in answer.content.iter_chunked(64 * 1024):
            content += chunk
            if len(content) > most:
                break
        else:
            return bytes(content)
    raise FileRefused(f"the file is larger than {most} bytes; it was not kept", "too_large")


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
