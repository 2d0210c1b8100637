"""E-mail: the addresses, the mailboxes that are read, and what is known of threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any

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
from bot.connections.posted_mail import EmailWebhook, files_of
from bot.errors import AccountRefused, SendFailed
from bot.storage.database import Database
from bot.storage.mailboxes import cursor, keep_cursor, last_mail
from bot.workers.seats import Seat


class StoredThreads:
    """Which mail of a customer's ours go under, by what is in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, recipient: str, account: str) -> Thread | None:
        data = await self._database.read(partial(last_mail, account=account, sender=recipient))
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
    return Mailbox(server_at(account.imap_url, "imap", "FILROUGE_EMAIL_IMAP_URL"), mail_bytes=table.mail_bytes)


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
        overrides=rules.limits,
        now=now,
    )
    return Connection(transport=transport, check=partial(check, transport, account))


def _reading(account: EmailAccount, mailbox: Mailbox, ours: Ours, table: EmailTable) -> Work:
    """Bring in what comes into the mailbox, in one process of all."""

    def work(ground: Ground) -> Coroutine[Any, Any, None]:
        name = f"poll:email:{account.name}"

        async def accept(taken: Sequence[Taken], reached: Cursor) -> None:
            for mail in taken:
                files = partial(files_of, raw=mail.raw, table=table)
                await ground.door.take(mail.reading, channel="email", account=account.name, files=files)
            # After the mails: a crash in between brings them again, and they are found to be known.
            await ground.database.write(partial(keep_cursor, seat=name, value=f"{reached.validity}:{reached.uid}"))

        async def read(stop: asyncio.Event) -> None:
            kept = await ground.database.read(partial(cursor, seat=name))
            await poll(
                mailbox,
                accept,
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


def _cursor(kept: str | None) -> Cursor | None:
    validity, _, uid = (kept or "").partition(":")
    return Cursor(int(validity), int(uid)) if validity.isdecimal() and uid.isdecimal() else None


async def check(transport: EmailChannel, account: EmailAccount) -> Sequence[Finding]:
    """Whether both servers let us in."""
    findings = []
    try:
        await transport.check()
    except AccountRefused as error:
        do = "correct name and password in FILROUGE_EMAIL_SMTP_URL; many providers want a password made for applications"
        findings.append(Finding(about="SMTP", wrong=str(error), do=do))
    except SendFailed as error:
        findings.append(
            Finding(about="SMTP", wrong=str(error), do="see whether FILROUGE_EMAIL_SMTP_URL names the right host and port")
        )
    else:
        findings.append(Finding(about="SMTP"))
    if account.imap_url:
        findings.append(await _check_mailbox(account))
    return findings


async def _check_mailbox(account: EmailAccount) -> Finding:
    mailbox = Mailbox(server_at(account.imap_url, "imap", "FILROUGE_EMAIL_IMAP_URL"), mail_bytes=EmailTable().mail_bytes)
    try:
        await asyncio.to_thread(mailbox.check)
    except AccountRefused as error:
        do = "correct name, password and folder in FILROUGE_EMAIL_IMAP_URL"
        return Finding(about="IMAP", wrong=str(error), do=do)
    except SendFailed as error:
        return Finding(about="IMAP", wrong=str(error), do="see whether FILROUGE_EMAIL_IMAP_URL names the right host and port")
    finally:
        await asyncio.to_thread(mailbox.close)
    return Finding(about="IMAP")
