"""Which files a message carries, by what its channel told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.messages import InboundMessage

MOST_FILES = 20
"""Files of one message that are kept track of."""
FLEETING = timedelta(hours=24)
"""How long a story may be kept that its author lets vanish."""

CARRYING = frozenset({"media", "echo", "standby"})
"""Kinds of messages that come with files."""
NO_FILE = frozenset(
    {"unsupported", "unknown", "like", "like_heart", "order", "form", "contact", "location", "link", "template", "text"}
)
"""Types that name something which is no file, whatever address stands beside."""


def carried_files(inbound: InboundMessage, now: datetime) -> Iterator[Mapping[str, Any]]:
    """What `inbound` says of each of its files, at most `MOST_FILES`; nothing of what is no file, or has none any more."""
    if inbound.kind not in CARRYING:
        return
    more = inbound.data.get("more")
    told = [inbound.data, *(more if isinstance(more, list | tuple) else ())]
    for file in told[:MOST_FILES]:
        if not isinstance(file, Mapping) or file.get("type") in NO_FILE or file.get("like"):
            continue
        if file.get("fleeting") and now - inbound.sent_at >= FLEETING:
            continue
        if isinstance(file.get("part"), int) or any(isinstance(file.get(way), str) and file[way] for way in ("file_id", "url")):
            yield file
