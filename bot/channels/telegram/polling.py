"""Long polling: asks Telegram for updates, for brands without a public address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.channels.telegram.translate import read_updates
from bot.channels.telegram.transport import TelegramChannel
from bot.errors import AccountRefused, SendFailed, TryLater
from bot.messages import Reading

Accept = Callable[[Reading], Awaitable[None]]
"""Commits what came in: the messages in order, and the updates that could not be read, to be kept as they are."""

_FIRST_PAUSE, _LONGEST_PAUSE, _REFUSED_PAUSE = 1.0, 30.0, 60.0

_log = structlog.get_logger(__name__)


def _log_trouble(failure: SendFailed) -> None:
    _log.error("telegram_account_refused", why=str(failure))


async def poll(
    channel: TelegramChannel,
    accept: Accept,
    *,
    stop: asyncio.Event,
    on_refused: Callable[[SendFailed], None] = _log_trouble,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: int = 30,
    pace: float = 1.0,
) -> None:
    """Bring in updates until `stop` is set.

    Telegram forgets an update only once a later one was asked for, and that happens only after `accept` returned: a
    crash anywhere in between brings the same updates again. A refused account (another program polls this bot, or the
    token is wrong) is told to `on_refused` and tried again every minute. `pace` scales every pause.
    """
    offset: int | None = None
    ready = False
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            if not ready:
                await channel.delete_webhook()  # with a webhook set, Telegram refuses to be polled
                ready = True
            raw = await _unless(stop, channel.updates(offset, wait=wait))
            if raw:
                await _take(channel, accept, raw, now())
                offset = _next_offset(raw, offset)
            pause = _FIRST_PAUSE
            continue
        except AccountRefused as failure:
            on_refused(failure)
            ready, resting = False, _REFUSED_PAUSE
        except TryLater as failure:
            resting = failure.wait or pause
        except SendFailed as failure:
            _log.warning("telegram_polling_interrupted", failure=type(failure).__name__, why=str(failure))
            resting = pause
        except Exception as error:  # noqa: BLE001  the inbox may be away; the updates wait at Telegram meanwhile
            _log.error("telegram_updates_not_accepted", error=type(error).__name__)
            resting = pause
        pause = min(pause * 2, _LONGEST_PAUSE)
        with suppress(TimeoutError):
            async with asyncio.timeout(resting * pace):
                await stop.wait()


async def _take(channel: TelegramChannel, accept: Accept, raw: Sequence[Mapping[str, Any]], received_at: datetime) -> None:
    reading = read_updates(raw, received_at=received_at, account=channel.account)
    for part in reading.unread:
        _log.warning("telegram_update_unreadable", why=part.why)
    if reading.messages or reading.unread:
        await accept(reading)
    channel.stop_spinning(reading)


def _next_offset(raw: Sequence[Mapping[str, Any]], offset: int | None) -> int | None:
    """One past the highest id: an update with none, which cannot be, must not hold the queue up."""
    seen = [update["update_id"] for update in raw if isinstance(update.get("update_id"), int)]
    return max(seen) + 1 if seen else offset


async def _unless(stop: asyncio.Event, updates: Awaitable[Sequence[Mapping[str, Any]]]) -> Sequence[Mapping[str, Any]]:
    """The updates, or none as soon as `stop` is set: nobody waits half a minute for a program to end."""
    asking = asyncio.ensure_future(updates)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else ()
    finally:
        asking.cancel()
        stopping.cancel()
        await asyncio.gather(asking, stopping, return_exceptions=True)
