"""Fetching what customers send: only from Meta's own servers, never more than is allowed, and only what it claims to be."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from bot.channels.meta.graph import Graph, read_bounded
from bot.channels.meta.table import MetaTable
from bot.errors import Refused, TryLater

_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"%PDF-", "application/pdf"),
)
"""Where a file says what it is; MP4 and bare MPEG audio are told apart below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file a customer sent, checked for size and type."""

    content: bytes
    mime_type: str
    """What the bytes are, whatever the sender called them."""
    name: str = ""


def type_of(content: bytes, claimed: str) -> str:
    """What a file is by its first bytes, empty when they are of nothing we know; `claimed` decides between sound and film."""
    for place, beginning, mime_type in _BEGINNINGS:
        if content[place : place + len(beginning)] == beginning:
            return mime_type
    if content[4:8] == b"ftyp":
        brand = content[8:11]
        if brand == b"3gp":
            return "video/3gpp"
        return "audio/mp4" if claimed.startswith("audio/") or brand == b"M4A" else "video/mp4"
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "audio/aac" if content[1] & 0xF6 == 0xF0 else "audio/mpeg"
    return ""


def allowed(url: str, root: str, table: MetaTable) -> bool:
    """Whether a file may be fetched from `url`: Meta's servers by https, or the very server that is configured as Meta."""
    try:
        where, own = urlsplit(url), urlsplit(root)
    except ValueError:
        return False
    if (where.scheme, where.netloc) == (own.scheme, own.netloc):
        return True
    host = (where.hostname or "").lower()
    return where.scheme == "https" and any(host == name or host.endswith(f".{name}") for name in table.media_hosts)


async def fetch(
    graph: Graph, url: str, table: MetaTable, *, claimed: str = "", name: str = "", with_token: bool = False
) -> Media:
    """The file at `url`.

    Raises:
        Refused: it is too large, of a type nobody is shown, at an address that is not Meta's, or there no longer.
        TryLater: Meta does not hand it out just now.
    """
    if not allowed(url, graph.root, table):
        raise Refused("a file stands at an address that is not Meta's; it was not fetched")
    try:
        async with graph.request("GET", url, with_token=with_token) as answer:
            if answer.status >= 500 or answer.status == 429:
                raise TryLater(f"the file could not be fetched ({answer.status}); try again")
            if answer.status != 200:
                raise Refused(f"the file is not there any more ({answer.status}); ask the customer to send it again")
            if (answer.content_length or 0) > table.media_bytes:
                raise Refused(f"the file has {answer.content_length} bytes, more than the {table.media_bytes} that are kept")
            content = await read_bounded(answer, table.media_bytes)
            claimed = claimed or answer.content_type
    except aiohttp.ClientPayloadError as error:
        raise Refused(f"the file has more than the {table.media_bytes} bytes that are kept, or was cut") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise TryLater(f"the file could not be fetched ({type(error).__name__}); try again") from None
    found = type_of(content, claimed)
    if found not in table.media_types:
        raise Refused(f"the file is {found or 'of an unknown type'}, which is not shown to anybody")
    return Media(content=content, mime_type=found, name=name)
