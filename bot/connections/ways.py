"""Where each channel is opened by a customer: by what the settings say, or what the platform tells of the account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from bot.channels import ways
from bot.channels.instagram.transport import InstagramChannel
from bot.channels.messenger.transport import MessengerChannel
from bot.channels.sms.transport import SmsChannel
from bot.channels.whatsapp.transport import WhatsAppChannel
from bot.connections.line import Line, Transport
from bot.errors import SendFailed

log = structlog.get_logger(__name__)

Address = Callable[[str], str]
"""The address that opens a channel with a one-time token; with an empty one, just the channel."""
TITLES: Mapping[str, str] = {"whatsapp": "WhatsApp", "messenger": "Messenger", "instagram": "Instagram", "sms": "SMS"}


async def learn(line: Line, language: str, known: Callable[[str, Address], None]) -> None:
    """Find out how `line` is opened, as soon as the platform answers, and tell `known`. Never ends: health counts ended tasks."""
    pause = 1.0
    while line.name in TITLES:
        try:
            address = await address_of(line.connections[0].transport, language)
        except SendFailed as error:
            log.info("way_not_known_yet", channel=line.name, why=type(error).__name__)
        else:
            if address is not None:
                known(line.name, address)
            break
        await asyncio.sleep(pause)
        pause = min(300.0, pause * 2)
    await asyncio.Event().wait()


def address_of(transport: Transport, language: str) -> Awaitable[Address | None]:
    """How one account is opened; None when it cannot be. Raises `SendFailed` while the platform does not say."""
    match transport:
        case WhatsAppChannel():
            return _told(transport, "display_phone_number", partial(_whatsapp, language=language))
        case MessengerChannel():
            return _told(transport, "id", lambda page: partial(ways.messenger, page))
        case InstagramChannel():
            return _told(transport, "username", lambda name: partial(ways.instagram, name))
        case SmsChannel():
            return _number(transport, language)
    return _nothing()


async def _told(
    transport: WhatsAppChannel | MessengerChannel | InstagramChannel, name: str, make: Callable[[str], Address]
) -> Address | None:
    value = (await transport.check()).get(name)
    return make(value) if isinstance(value, str) and value else None


def _whatsapp(number: str, *, language: str) -> Address:
    return lambda token: ways.whatsapp(number, token, language)


async def _number(transport: SmsChannel, language: str) -> Address | None:
    origin = transport.origin
    if origin.startswith("whatsapp:"):
        return _whatsapp(origin, language=language)
    return (lambda token: ways.sms(origin, token, language)) if origin.startswith("+") else None


async def _nothing() -> None:
    return None
