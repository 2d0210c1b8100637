"""E-mail as a channel: hands mails to a server by SMTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import aiosmtplib

from bot.channels.email.compose import Origin, Thread, parts_of, write_message
from bot.channels.email.failures import refusal
from bot.channels.email.servers import server_at
from bot.channels.email.table import NAME, EmailTable
from bot.channels.overrides import overridden
from bot.channels.unfinished import Unfinished
from bot.errors import SendFailed, SettingsError
from bot.messages import OutboundMessage


class Threads(Protocol):
    """Where it is known which mail of a customer's ours go under."""

    async def of(self, message: OutboundMessage) -> Thread | None:
        """The thread of the mail that `message` answers, or of the last one of its recipient; None when we write first."""
        ...


class EmailChannel:
    """One address of ours, and the server that takes its mails."""

    name = NAME

    def __init__(
        self,
        smtp_url: str,
        origin: Origin,
        *,
        threads: Threads | None = None,
        account: str = "",
        setting: str = "FILROUGE_EMAIL_SMTP_URL",
        timeout: float = 30.0,
        overrides: Mapping[str, Any] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not origin.secret:
            raise SettingsError("our mails need a secret for their ids; set FILROUGE_EMAIL_WEBHOOK_SECRET to a long random text")
        self._server = server_at(smtp_url, "smtp", setting)
        origin = replace(origin, service=self._server.service)
        self.table = overridden(EmailTable(), overrides or {})
        self.limits = self.table.limits
        self.account = account
        self._origin, self._threads = origin, threads
        self._timeout, self._now = timeout, now
        self._unfinished = Unfinished()

    async def start(self) -> None:
        """Nothing is to be opened: each mail has a connection of its own."""

    async def close(self) -> None:
        """Nothing is held open."""

    async def send(self, message: OutboundMessage) -> str:
        """Hand one mail over, or several when it is long, and return the `Message-ID` of the last one, without brackets.

        That id is made from the message's key, so that it is known before (`compose.message_id`) and a repeated mail is
        the same one. A repeated attempt goes on after the last part that was taken, as long as this process lives.
        """
        thread = None if self._threads is None else await self._threads.of(message)

        async def send(part: OutboundMessage) -> str:
            mail = write_message(part, origin=self._origin, at=self._now(), thread=thread, table=self.table)
            await self._hand_over(mail.as_bytes(), part.recipient)
            return str(mail["Message-ID"]).strip("<>")

        return await self._unfinished.deliver(message.key, parts_of(message, self.table), send)

    async def check(self) -> None:
        """Log in to the server and send nothing. Raises a `SendFailed` as sending does."""
        await self._hand_over(None, "")

    async def _hand_over(self, content: bytes | None, recipient: str) -> None:
        client = self._client()
        handed_over = False
        failure: SendFailed
        try:
            await client.connect()
            if content is not None:
                await client.mail(self._origin.address)
                await client.rcpt(recipient)
                handed_over = True
                await client.data(content)
        except (aiosmtplib.SMTPException, OSError) as error:
            failure = refusal(error, self.table.statuses, handed_over=handed_over)
        else:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=2.0)
            return
        finally:
            client.close()
        # Outside the handler, so that no traceback leads back to a client, which has the password.
        raise failure

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            local_hostname=self._origin.domain,  # else it would ask the network for our name
            timeout=self._timeout,
        )
