"""Twilio as a channel: sends messages, fetches files, and tells whether the account is in order."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import orjson

from bot.channels.files import FileRefused, Media, checked, read_file
from bot.channels.meanings import broken
from bot.channels.overrides import overridden
from bot.channels.pool import Pool
from bot.channels.proxies import proxy_for
from bot.channels.sms.compose import parts_of, write_message, write_template
from bot.channels.sms.failures import refusal
from bot.channels.sms.table import NAME, PUBLIC_ROOT, SmsTable
from bot.channels.templates import Template
from bot.channels.unfinished import Unfinished
from bot.errors import AccountRefused, OutcomeUnknown, Refused, SendFailed, SettingsError
from bot.messages import OutboundMessage

_VERSION = "2010-04-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    content: bytes
    mime_type: str


class SmsChannel:
    """One sender at Twilio: a number, or a messaging service, for SMS and for WhatsApp."""

    name = NAME

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        origin: str,
        *,
        root: str = PUBLIC_ROOT,
        public_url: str = "",
        account: str = "",
        connections: int = 16,
        timeout: float = 15.0,
        overrides: Mapping[str, Any] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not account_sid or not auth_token or not origin:
            raise SettingsError("Twilio needs an account SID, its auth token and a sender; its console shows the first two")
        self.table = overridden(SmsTable(), overrides or {})
        self.limits = self.table.limits
        self.account = account
        self._sid, self._token, self._origin = account_sid, auth_token, origin
        self._root, self._public_url = root.rstrip("/"), public_url
        self._pool, self._now = Pool(connections, timeout=timeout), now
        self._unfinished = Unfinished()

    async def start(self) -> None:
        """Make the channel ready to be used; no network, so a bot starts while Twilio is away."""
        self._pool.open()

    async def close(self) -> None:
        """Let go of every connection."""
        await self._pool.close()

    async def send(self, message: OutboundMessage) -> str:
        """Deliver one message, in several parts when it is long, and return the id of the last one.

        A repeated attempt goes on after the last part Twilio took, as long as this process lives.
        """

        async def send(part: OutboundMessage) -> str:
            callback, now = self._public_url, self._now()
            written = write_message(part, origin=self._origin, callback=callback, table=self.table, now=now)
            return await self._create(written, part.key)

        return await self._unfinished.deliver(message.key, parts_of(message, self.table), send)

    async def send_template(self, recipient: str, template: Template, key: str) -> str:
        """Send an approved WhatsApp template, which may go out when the window is closed; returns its id."""
        written = write_template(recipient, template, origin=self._origin, key=key, callback=self._public_url)
        return await self._create(written, key)

    async def fetch(self, url: str) -> Media:
        """A file of a customer's message, from the `url` in its data.

        Raises:
            Refused: the address is not Twilio's, or the file is too large or of a kind nobody should open.
        """
        if not self._is_twilios(url):
            raise FileRefused("the file is not at Twilio; its address was not followed", "elsewhere")
        answer = await self._call("GET", url, file=True)
        return checked(answer.content, answer.mime_type, self.table.media_types)

    async def delete_file(self, url: str) -> None:
        """Have Twilio forget a file that has been fetched; one already gone is as good."""
        if not self._is_twilios(url):
            raise Refused("the file is not at Twilio; its address was not followed")
        await self._call("DELETE", url, good=(HTTPStatus.NO_CONTENT, HTTPStatus.OK, HTTPStatus.NOT_FOUND))

    async def account_status(self) -> str:
        """How Twilio calls the state of the account, `active` when all is well. Raises a `SendFailed` as sending does."""
        told = _object((await self._call("GET", f"{self._account_address}.json")).content)
        return str(told.get("status", ""))

    async def webhook(self) -> str | None:
        """The address Twilio posts this number's messages to, as it is written there; empty when there is none, or it is only
        called by GET. None where Twilio does not tell: of a messaging service, and of a sender on WhatsApp.
        """
        if self._origin.startswith(("MG", "whatsapp:")):
            return None
        number = quote(self._origin.rpartition(":")[2], safe="")
        told = await self._call("GET", f"{self._account_address}/IncomingPhoneNumbers.json?PhoneNumber={number}")
        found = _object(told.content).get("incoming_phone_numbers")
        if not isinstance(found, list) or not found or not isinstance(found[0], dict):
            raise AccountRefused("Twilio: the account has no such number; set FILROUGE_SMS_FROM to one of its own")
        return str(found[0].get("sms_url") or "") if str(found[0].get("sms_method") or "POST").upper() == "POST" else ""

    @property
    def origin(self) -> str:
        """Whom our messages come from: a number, `whatsapp:` and a number, or a messaging service."""
        return self._origin

    @property
    def _account_address(self) -> str:
        return f"{self._root}/{_VERSION}/Accounts/{quote(self._sid, safe='')}"

    async def _create(self, written: Mapping[str, str], key: str) -> str:
        answer = await self._call("POST", f"{self._account_address}/Messages.json", form=written, key=key)
        sid = _object(answer.content).get("sid")
        if not isinstance(sid, str) or not sid:
            raise OutcomeUnknown("Twilio answered without a message id; the message may have arrived")
        return sid

    async def _call(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        key: str = "",
        file: bool = False,
        good: tuple[int, ...] = (HTTPStatus.OK, HTTPStatus.CREATED),
    ) -> _Answer:
        headers = {"Authorization": _password(self._sid, self._token)}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if key:
            headers["Idempotency-Key"] = quote(key, safe="/:.")  # a header takes no blanks, accents or line ends
        failure: SendFailed
        try:
            async with self._pool.open().request(
                method,
                address,
                data=None if form is None else urlencode(form).encode(),
                proxy=proxy_for(*urlsplit(address)[:2]),
                headers=headers,
                allow_redirects=file,  # files lie with a storage service; aiohttp takes the password off on the way there
                max_redirects=3,
            ) as answer:
                content = await read_file(answer, self.table.media_bytes)
                if answer.status in good:
                    return _Answer(content=content, mime_type=answer.headers.get("Content-Type", ""))
                failure = self._refusal(answer, content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failure = broken(error, "Twilio")
        # Outside the handler, so that no traceback leads back to a request, whose headers have the token.
        raise failure

    def _refusal(self, answer: aiohttp.ClientResponse, content: bytes) -> SendFailed:
        told = _object(content)
        code, wait = told.get("code"), answer.headers.get("Retry-After", "")
        # Its `message` may name the number it could not reach: the code says as much.
        return refusal(
            answer.status,
            str(code) if isinstance(code, int | str) else "",
            "too many requests" if answer.status == HTTPStatus.TOO_MANY_REQUESTS else "the message was refused",
            self.table,
            retry_after=float(wait) if wait.isascii() and wait.isdecimal() else None,
        )

    def _is_twilios(self, url: str) -> bool:
        """Whether a file's address is at the server we speak to: the password goes nowhere else."""
        theirs, ours = urlsplit(url), urlsplit(self._root)
        return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)


def _password(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
