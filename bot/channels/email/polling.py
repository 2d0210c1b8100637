"""Brings in what comes into a mailbox, for as long as the program runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.channels.email.automatic import Chatter
from bot.channels.email.mailbox import Cursor, Fetched, Mailbox
from bot.channels.email.translate import Ours, read_mail
from bot.errors import AccountRefused, SendFailed, TryLater
from bot.messages import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail that came in, and what it says; the files of its media are in `raw` (`parts.attachment`)."""

    reading: Reading
    raw: bytes


Accept = Callable[[Sequence[Taken], Cursor], Awaitable[None]]
"""Commits what came in together with the cursor behind it, which is given back at the next start."""

_FIRST_PAUSE, _LONGEST_PAUSE, _REFUSED_PAUSE = 1.0, 60.0, 60.0
_AGAIN = timedelta(days=2)
"""How far back a mailbox is read where its server has numbered everything anew; what is known already is found to be."""

_log = structlog.get_logger(__name__)


def _log_trouble(failure: SendFailed) -> None:
    _log.error("email_account_refused", why=str(failure))


async def poll(
    mailbox: Mailbox,
    accept: Accept,
    ours: Ours,
    *,
    cursor: Cursor | None,
    stop: asyncio.Event,
    account: str = "",
    on_refused: Callable[[SendFailed], None] = _log_trouble,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: float = 15.0,
    most: int = 10,
    pace: float = 1.0,
) -> None:
    """Bring in mails until `stop` is set, `most` at a time, looking every `wait` seconds.

    The cursor moves only once `accept` has returned: a crash anywhere in between brings the same mails again. A refused account
    is told to `on_refused` and tried again every minute. `pace` scales every pause.
    """
    chatter = Chatter(ours.table.mails_per_hour)
    pause = _FIRST_PAUSE
    with ThreadPoolExecutor(1, thread_name_prefix="mailbox") as thread:
        while not stop.is_set():
            resting = wait
            try:
                since = (now() - _AGAIN).date()
                found = await _unless(stop, mailbox, thread, partial(mailbox.look, cursor, since=since, most=most))
                if found is None:
                    break
                mails, reached = found
                if mails or reached != cursor:
                    await accept([await _in(thread, partial(_taken, mail, ours, account, chatter)) for mail in mails], reached)
                    cursor = reached
                pause = _FIRST_PAUSE
                if len(mails) >= most:
                    continue
            except AccountRefused as failure:
                on_refused(failure)
                resting = _REFUSED_PAUSE
            except TryLater as failure:
                _log.warning("email_polling_interrupted", why=str(failure))
                resting = pause
            except Exception as error:  # noqa: BLE001  the inbox may be away; the mails wait in their mailbox meanwhile
                _log.error("email_not_accepted", error=type(error).__name__)
                resting = pause
            pause = min(pause * 2, _LONGEST_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(resting * pace):
                    await stop.wait()
        await asyncio.get_running_loop().run_in_executor(thread, mailbox.close)


async def _in(thread: ThreadPoolExecutor, work: Callable[[], Taken]) -> Taken:
    """Read a mail beside the loop: a large one takes most of a second."""
    return await asyncio.get_running_loop().run_in_executor(thread, work)


def _taken(mail: Fetched, ours: Ours, account: str, chatter: Chatter) -> Taken:
    reading = read_mail(mail.raw, received_at=mail.arrived_at, ours=ours, account=account)
    if not mail.whole:
        _log.warning("email_too_large", uid=mail.uid, bytes=len(mail.raw))
    for unread in reading.unread:
        _log.warning("email_unreadable", uid=mail.uid, why=unread.why)
    return Taken(reading=calmed(reading, chatter, mail.arrived_at), raw=mail.raw)


def calmed(reading: Reading, chatter: Chatter, at: datetime) -> Reading:
    """`reading`, with its words set aside where their sender writes more than a person does."""
    if not reading.messages or not chatter.too_many(reading.messages[0].sender, at):
        return reading
    aside = tuple(
        replace(message, kind="standby", data={**message.data, "automatic": "too many"})
        if message.kind in ("text", "media")
        else message
        for message in reading.messages
    )
    return replace(reading, messages=aside)


async def _unless(
    stop: asyncio.Event,
    mailbox: Mailbox,
    thread: ThreadPoolExecutor,
    look: Callable[[], tuple[list[Fetched], Cursor]],
) -> tuple[list[Fetched], Cursor] | None:
    """What the mailbox has, or None as soon as `stop` is set: the connection is broken off, so that no thread stays behind."""
    looking = asyncio.get_running_loop().run_in_executor(thread, look)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        both: set[asyncio.Future[Any]] = {looking, stopping}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return looking.result() if looking.done() else None
    finally:
        stopping.cancel()
        if not looking.done():
            mailbox.cut()
            # Not cancelled: the thread ends by itself, and its trouble is of our own making.
            await asyncio.gather(looking, return_exceptions=True)
