"""Our messages as calls of Messenger's Send API. Pure: no network, and the time only as it is given."""

from __future__ import annotations

from bot.channels.messenger.table import PLATFORM, MessengerTable
from bot.channels.meta.page_compose import PageWriter
from bot.channels.texts import utf16

WRITER = PageWriter(platform=PLATFORM, measure=utf16, table=MessengerTable(), metadata=True)

write_message, parts_of, write_private = WRITER.write_message, WRITER.parts_of, WRITER.write_private
