"""Messenger as a channel: sends messages, answers comments in private, fetches files."""

from __future__ import annotations

from bot.channels.messenger.compose import WRITER
from bot.channels.messenger.table import NAME, PLATFORM, MessengerTable
from bot.channels.meta.page_transport import PageChannel


class MessengerChannel(PageChannel):
    """One page on Messenger."""

    name = NAME
    platform = PLATFORM
    table: MessengerTable
    _usual = MessengerTable()
    _writer = WRITER
    _which_id = "the id of the page it writes for; Meta's Messenger settings show it"
