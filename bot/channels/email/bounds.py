"""Mails made to be read for ever: found out before they are taken apart, by counting. Pure."""

from __future__ import annotations

import re

from bot.errors import BadUpdate

_MOST_HEADERS = 512 * 1024
"""Bytes of the headers; mail servers themselves take a tenth of it."""
_MOST_NESTED = 200
"""Parts that have parts; each of them may lie within the one before."""
_MOST_LINES = 20_000
"""Lines that may begin a part."""
_MOST_WORK = 4_000_000
"""Lines times depth: the standard library looks at each line once for every part around it, some 0.3 µs each time."""
_HAS_PARTS = re.compile(rb"multipart/|message/", re.IGNORECASE)


def check(raw: bytes) -> None:
    """Let a mail pass that people and programs could have written. Takes some milliseconds for the largest.

    Raises:
        BadUpdate: it is made of more headers, parts or parts within parts than any of those.
    """
    if _headers_end(raw) > _MOST_HEADERS:
        raise BadUpdate("the mail has more headers than any mail server takes; it was not read")
    if raw.count(b"\n--") > _MOST_LINES:
        raise BadUpdate("the mail has more parts than any program makes; it was not read")
    nested = sum(1 for _ in _HAS_PARTS.finditer(raw))
    if nested > _MOST_NESTED or raw.count(b"\n") * (nested + 1) > _MOST_WORK:
        raise BadUpdate("the mail has more parts within parts than any program makes; it was not read")


def _headers_end(raw: bytes) -> int:
    ends = [place for place in (raw.find(b"\n\r\n"), raw.find(b"\n\n")) if place >= 0]
    return min(ends, default=len(raw))
