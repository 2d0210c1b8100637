"""E-mail: the addresses, the mailboxes that are read, and what is known of threads."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot.brand.channels import EmailRules
from bot.channels.email.automatic import Chatter
from bot.channels.email.compose import Origin, Thread
from bot.channels.email.mailbox import Cursor, Mailbox
from bot.channels.email.polling import Taken, poll
from bot.channels.email.servers import server_at
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours
from bot.channels.email.transport import EmailChannel
from bot.channels.overrides import overridden
from bot.clock import Clock
from bot.connections.accounts import EmailAccount
from bot.connections.line import Connection, Finding, Ground, Line, Work
from bot.connections.posted_mail import EmailWebhook, files_in
from bot.errors import AccountRefused, SendFailed
from bot.messages import OutboundMessage, key_of
from bot.storage.database import Database
from bot.storage.mailboxes import answered_mail, cursor, keep_cursor
from bot.workers.seats import Seat

log = structlog.get_logger(__name__)

_TRIES = 3
"""Times a mail is brought that cannot be committed, before it is set aside."""
_KEPT = 64 * 1024
"""Bytes that are kept of one set aside."""


class StoredThreads:
    """Which mail of a customer's ours go under, by what is in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, message: OutboundMessage) -> Thread | None:
        answered = partial(answered_mail, account=message.account, sender=message.recipient, key=key_of(message.key))
        data = await self._database.read(answered)
        return Thread.of(data) if data is not None else None


def email_line(
    accounts: Sequence[EmailAccount], rules: EmailRules, brand: str, trusted: Sequence[str], database: Database, clock: Clock
) -> Line:
    """E-mail with these accounts."""
    table = overridden(EmailTable(), rules.limits)
    ours = {one.name: Ours(addresses=(one.address,), trusted=trusted, table=table) for one in accounts}
    connections, work = [], {}
    for one in accounts:
        mailbox = _mailbox(one, table)
        connections.append(_connection(one, rules, brand, database, clock.now))
        if mailbox is not None:
            work[f"mailbox:{one.name or one.address}"] = _reading(one, mailbox, ours[one.name], table)
    webhook = EmailWebhook(
        accounts=tuple(accounts),
        ours=ours,
        table=table,
        database=database,
        clock=clock,
        chatter=Chatter(table.mails_per_hour),
    )
    return Line(name="email", connections=tuple(connections), webhook=webhook, work=work)


def _mailbox(account: EmailAccount, table: EmailTable) -> Mailbox | None:
    if not account.imap_url:
        return None
    return Mailbox(server_at(account.imap_url, "imap", account.imap_setting), mail_bytes=table.mail_bytes)


def _connection(
    account: EmailAccount, rules: EmailRules, brand: str, database: Database, now: Callable[[], datetime]
) -> Connection:
    origin = Origin(
        address=account.address, name=brand, secret=account.secret, subjects=rules.subjects, plus=rules.plus_addresses
    )
    transport = EmailChannel(
        account.smtp_url,
        origin,
        threads=StoredThreads(database),
        account=account.name,
        setting=account.smtp_setting,
        overrides=rules.limits,
        now=now,
    )
    return Connection(transport=transport, check=partial(check, transport, account))


def _reading(account: EmailAccount, mailbox: Mailbox, ours: Ours, table: EmailTable) -> Work:
    """Bring in what comes into the mailbox, in one process of all."""

    def work(ground: Ground) -> Coroutine[Any, Any, None]:
        name = f"poll:email:{account.name}"
        incoming = Incoming(ground, account.name, table, seat=name)

        async def read(stop: asyncio.Event) -> None:
            kept = await ground.database.read(partial(cursor, seat=name))
            await poll(
                mailbox,
                incoming.accept,
                ours,
                cursor=_cursor(kept),
                stop=stop,
                account=account.name,
                now=ground.clock.now,
                wait=table.look_every_seconds,
            )

        seat = Seat(ground.database, ground.clock, seat=name, name=ground.name, seconds=ground.seat_seconds)
        return seat.run(read)

    return work


class Incoming:
    """Commits what came into one mailbox."""

    def __init__(self, ground: Ground, account: str, table: EmailTable, *, seat: str) -> None:
        self._ground, self._account, self._table, self._seat = ground, account, table, seat
        self._failed: Counter[bytes] = Counter()
        """How often mails could not be committed, by a sum of them."""

    async def accept(self, taken: Sequence[Taken], reached: Cursor) -> None:
        """Commit these mails, then how far the mailbox was read: a crash in between brings them again, and they are known."""
        for mail in taken:
            try:
                await self._take(mail)
            except Exception as error:
                if not self._is_hopeless(mail):
                    raise
                # Either this raises too, as the database is away, or it is the mail: then those behind it wait no longer.
                written = json.dumps({"why": type(error).__name__, "raw": mail.raw[:_KEPT].decode("utf-8", "replace")})
                await self._ground.door.keep_unreadable("email", self._account, [written])
                log.warning("email_set_aside", seat=self._seat, error=type(error).__name__)
        self._failed.clear()
        keep = partial(keep_cursor, seat=self._seat, value=f"{reached.validity}:{reached.uid}")
        await self._ground.database.write(keep)

    async def _take(self, mail: Taken) -> None:
        files = await asyncio.to_thread(files_in, mail.reading.messages, lambda: mail.raw, self._table)
        await self._ground.door.take(mail.reading, channel="email", account=self._account, files=files)

    def _is_hopeless(self, mail: Taken) -> bool:
        known = hashlib.sha256(mail.raw).digest()
        self._failed[known] += 1
        return self._failed[known] >= _TRIES


def _cursor(kept: str | None) -> Cursor | None:
    validity, _, uid = (kept or "").partition(":")
    return Cursor(int(validity), int(uid)) if validity.isdecimal() and uid.isdecimal() else None


async def check(transport: EmailChannel, account: EmailAccount) -> Sequence[Finding]:
    """Whether both servers let us in."""
    findings = [await _check_server(transport, account.smtp_setting)]
    mailbox = _mailbox(account, EmailTable())
    if mailbox is not None:
        findings.append(await _check_mailbox(mailbox, account.imap_setting))
    return findings


async def _check_server(transport: EmailChannel, setting: str) -> Finding:
    try:
        await transport.check()
    except AccountRefused as error:
        do = f"correct name and password in {setting}; many providers want a password made for applications"
        return Finding(about="SMTP", wrong=str(error), do=do)
    except SendFailed as error:
        return Finding(about="SMTP", wrong=str(error), do=f"see whether {setting} names the right host and port")
    return Finding(about="SMTP")


async def _check_mailbox(mailbox: Mailbox, setting: str) -> Finding:
    try:
        await asyncio.to_thread(mailbox.check)
    except AccountRefused as error:
        return Finding(about="IMAP", wrong=str(error), do=f"correct name, password and folder in {setting}")
    except SendFailed as error:
        return Finding(about="IMAP", wrong=str(error), do=f"see whether {setting} names the right host and port")
    finally:
        await asyncio.to_thread(mailbox.close)
    return Finding(about="IMAP")
