"""A mail server that can be told to misbehave at any step: a real one, by aiosmtpd, on the loopback."""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "support@orvelle.example", "p@ss word"
_HIGHEST = 1024 * 1024


@dataclass(slots=True)
class Failure:
    """How the next mail goes wrong, and at which step."""

    step: Literal["mail", "rcpt", "data"] = "data"
    answer: str = "451 4.3.0 Something is wrong here"
    how: Literal["answer", "silence", "cut"] = "answer"
    taken: bool = False
    """Whether the mail was taken all the same; only at the step `data`."""
    skip: int = 0
    """How many mails go well before."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail the server took."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.raw, policy=default)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n").rstrip("\n")


class FakeSmtp:
    """Takes mails from whoever knows the password."""

    def __init__(self, *, password: str = PASSWORD) -> None:
        self.password = password
        self.sent: list[Sent] = []
        self.failures: list[Failure] = []
        self.port = 0
        self._silence = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._protocols: list[SMTP] = []

    @property
    def url(self) -> str:
        return f"smtp://support%40orvelle.example:p%40ss%20word@127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        return await self.listen()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        self._silence.set()
        assert self._server is not None
        self._server.close()
        for protocol in self._protocols:
            if isinstance(protocol.transport, asyncio.Transport):
                protocol.transport.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    def shown(self, address: str) -> list[str]:
        """The texts of the mails somebody got, oldest first."""
        return [sent.text for sent in self.sent if address in sent.recipients]

    def fail(self, **how: Any) -> None:
        self.failures.append(Failure(**how))

    async def handle_MAIL(  # noqa: N802  the library's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (met := self._met("mail")) is not None:
            return await self._misbehave(server, met)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  as above
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if (met := self._met("rcpt")) is not None:
            return await self._misbehave(server, met)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        met = self._met("data")
        content = envelope.original_content or b""
        assert max(map(len, content.split(b"\r\n"))) <= 998, "RFC 5322 allows no longer line"
        if met is None or met.taken:
            self.sent.append(Sent(str(envelope.mail_from), tuple(envelope.rcpt_tos), content))
        return "250 OK" if met is None else await self._misbehave(server, met)

    def _met(self, step: str) -> Failure | None:
        failure = self.failures[0] if self.failures else None
        if failure is None or failure.step != step:
            return None
        if failure.skip:
            failure.skip -= 1
            return None
        return self.failures.pop(0)

    async def _misbehave(self, server: SMTP, failure: Failure) -> str:
        if failure.how == "silence":
            await self._silence.wait()
        if failure.how in ("silence", "cut"):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return failure.answer

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of passwords without encryption, which stay on this machine here
            protocol = SMTP(
                self,
                hostname="mail.orvelle.example",
                data_size_limit=_HIGHEST,
                auth_required=True,
                auth_require_tls=False,
                authenticator=self._authenticated,
                loop=asyncio.get_running_loop(),
            )
        self._protocols.append(protocol)
        return protocol

    def _authenticated(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), self.password.encode())
        return AuthResult(success=known, handled=False)
