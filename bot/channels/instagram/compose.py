"""Our messages as calls of Instagram's Send API. Pure: no network, and the time only as it is given."""

from __future__ import annotations

from bot.channels.instagram.table import PLATFORM, InstagramTable
from bot.channels.meta.page_compose import PageWriter


def utf8(text: str) -> int:
    """Length in bytes of UTF-8, the way Instagram counts: most accents are two, most emoji four."""
    return len(text.encode("utf-8", "surrogatepass"))


WRITER = PageWriter(platform=PLATFORM, measure=utf8, table=InstagramTable(), metadata=False)

write_message, parts_of, write_private = WRITER.write_message, WRITER.parts_of, WRITER.write_private
