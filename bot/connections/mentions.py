"""Mentions on Instagram: the webhook tells only that there is one; its words and its author have to be asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot.channels.instagram.transport import InstagramChannel
from bot.connections.line import Ground
from bot.errors import CustomerGone, Refused, SendFailed
from bot.storage import public
from bot.storage.public import Wordless

log = structlog.get_logger(__name__)

POLL = 2.0
LONGEST_PAUSE = 300.0
LOOK_BACK = timedelta(days=7)
"""How old a mention may be to be asked for still."""


async def fetch_mentions(transports: Mapping[str, InstagramChannel], ground: Ground) -> None:
    """Ask for the words of mentions as they come in, for ever; less often while Instagram does not tell."""
    pause = POLL
    while True:
        await asyncio.sleep(pause)
        try:
            found = partial(public.wordless, channel="instagram", since=ground.clock.now() - LOOK_BACK)
            asked = [
                await _ask(transports[one.account], one, ground)
                for one in await ground.database.read(found)
                if one.account in transports
            ]
        except Exception:
            log.exception("mentions_not_read")
            asked = [False]
        pause = POLL if all(asked) else min(LONGEST_PAUSE, pause * 2)


async def _ask(transport: InstagramChannel, mention: Wordless, ground: Ground) -> bool:
    """Whether there is nothing more to be asked about this one."""
    try:
        told: Mapping[str, Any] = await transport.mentioned(mention.media, mention.comment)
    except (Refused, CustomerGone):
        told = {}  # gone, or not shown to us: it stays without words
    except SendFailed as error:
        log.info("mention_not_told", number=mention.id, error=type(error).__name__)
        return False
    text, author = told.get("text") or told.get("caption"), told.get("username")
    words = partial(
        public.put_words,
        public_id=mention.id,
        text=text if isinstance(text, str) else "",
        author=author if isinstance(author, str) else "",
    )
    await ground.database.write(words)
    return True
