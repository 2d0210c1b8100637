"""A Twilio that can be told to misbehave: checks path, password and limits, signs what it posts.

In a test: `async with FakeTwilio() as twilio: SmsChannel(twilio.sid, twilio.token, twilio.number, root=twilio.root)`.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self
from urllib.parse import unquote, urlencode

import aiohttp
from aiohttp import web
from yarl import URL

from bot.channels.sms.signature import HEADER, sign

SID = "AC" + "0" * 31 + "1"
TOKEN = "fake-auth-token-for-tests"
NUMBER = "+33639980001"
_ALLOWED = {"To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ContentSid", "ContentVariables"}


@dataclass(slots=True)
class Failure:
    """How the next `times` messages go wrong; `when` says whether they were sent all the same."""

    how: Literal["status", "silence", "cut", "nonsense"] = "status"
    when: Literal["before", "after"] = "before"
    status: int = 500
    code: int | None = None
    retry_after: int | None = None
    times: int = 1
    skip: int = 0
    """How many go well before."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message a person's phone showed."""

    to: str
    text: str
    key: str
    sid: str
    form: Mapping[str, str]


class FakeTwilio:
    """Twilio's Messages resource, its files, its numbers, and its requests to a webhook."""

    def __init__(self, *, sid: str = SID, token: str = TOKEN, number: str = NUMBER) -> None:
        self.sid, self.token, self.number = sid, token, number
        self.sent: list[Sent] = []
        self.failures: list[Failure] = []
        self.opted_out: set[str] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        """Type and content by name, at `{root}/files/NAME`."""
        self.elsewhere: dict[str, str] = {}
        """Files that are only redirected to: address by name."""
        self.sms_url, self.sms_method = "", "POST"
        self.state = "active"
        self.webhook = ""
        """Where it posts what people write."""
        self.public = ""
        """The same address as it is configured, and signed, where something stands in front of the server; empty: `webhook`."""
        self.came = 0
        """How many messages people have written."""
        self.calls: Counter[str] = Counter()
        self.root = ""
        self._count = 0
        self._silence = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        return await self.listen()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self, port: int = 0) -> Self:
        app = web.Application()
        account = f"/2010-04-01/Accounts/{self.sid}"
        app.add_routes(
            [
                web.post(f"{account}/Messages.json", self._create),
                web.get(f"{account}.json", self._account),
                web.get(f"{account}/IncomingPhoneNumbers.json", self._numbers),
                web.get("/files/{name}", self._file),
                web.delete("/files/{name}", self._forget),
            ]
        )
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def close(self) -> None:
        self._silence.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(self, **how: Any) -> None:
        self.failures.append(Failure(**how))

    @property
    def duplicates(self) -> int:
        """How many messages were shown more than once, by their keys."""
        return sum(count - 1 for count in Counter(sent.key for sent in self.sent if sent.key).values())

    async def says(self, sender: str, text: str, *, sid: str = "", **more: str) -> int:
        """Somebody writes to our number, by SMS or, as `whatsapp:+33...`, by WhatsApp."""
        self.came += 1
        network = sender.rpartition(":")[0]
        to = f"{network}:{self.number}" if network else self.number
        form = {"MessageSid": sid or f"SMin{self.came:028x}", "AccountSid": self.sid, "From": sender, "To": to, "Body": text}
        form |= {"SmsStatus": "received", "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01"} | more
        return await self.post(self.public or self.webhook, form)

    def shown(self, phone: str) -> list[str]:
        """The words on somebody's screen, oldest first."""
        return [sent.text for sent in self.sent if sent.to == phone]

    async def post(
        self, address: str, form: Mapping[str, str], *, token: str | None = None, answer: list[str] | None = None
    ) -> int:
        """Post to a webhook as Twilio does, signed with `token`; returns the status, and puts the words into `answer`."""
        headers = {HEADER: sign(address, form.items(), self.token if token is None else token)}
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        # A proxy in front hands over to the server what was posted to our public address.
        reached = address.replace(self.public, self.webhook, 1) if self.public and address.startswith(self.public) else address
        async with aiohttp.ClientSession() as http:
            posted = http.post(URL(reached, encoded=True), data=urlencode(form).encode(), headers=headers)
            async with posted as answered:
                if answer is not None:
                    answer += [answered.content_type, await answered.text()]
                return answered.status

    async def tell(self, sent: Sent, status: str, **more: str) -> int:
        """Post to the callback of a message what became of it."""
        form = {"MessageSid": sent.sid, "MessageStatus": status, "To": sent.to, "From": self.number, "AccountSid": self.sid}
        return await self.post(sent.form["StatusCallback"], form | more)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.calls["create"] += 1
        self._check(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        failure = self.failures[0] if self.failures else None
        if failure is None:
            return self._taken(request, form)
        if failure.skip:
            failure.skip -= 1
            return self._taken(request, form)
        failure.times -= 1
        if not failure.times:
            self.failures.pop(0)
        if failure.when == "after":
            self._taken(request, form)
        if failure.how == "nonsense":
            return web.Response(status=201, text="<html>accepted</html>", content_type="text/html")
        if failure.how == "silence":
            await self._silence.wait()
        if failure.how in ("cut", "silence"):
            assert request.transport is not None
            request.transport.abort()
        return _refusal(failure.status, failure.code, retry_after=failure.retry_after)

    def _taken(self, request: web.Request, form: Mapping[str, str]) -> web.Response:
        if unknown := set(form) - _ALLOWED:
            return _refusal(400, 20001, f"unknown parameters {sorted(unknown)}")
        to, _, number = form.get("To", ""), *form.get("To", "").rpartition(":")[1:]
        origin = form.get("From", "")
        if not number.startswith("+") or not number[1:].isdecimal():
            return _refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if "MessagingServiceSid" not in form and origin.rpartition(":")[2] != self.number:
            return _refusal(400, 21606, "The 'From' number is not a valid, message-capable Twilio number")
        if "MessagingServiceSid" not in form and origin.rpartition(":")[0] != to.rpartition(":")[0]:
            return _refusal(400, 21910, "Invalid 'From' and 'To' pair")
        if to in self.opted_out:
            return _refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        text = form.get("Body", "")
        if not text and "ContentSid" not in form:
            return _refusal(400, 21602, "Message body is required")
        if len(text.encode("utf-16-le")) // 2 > 1600:
            return _refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        self._count += 1
        sid = f"SM{self._count:032x}"
        self.sent.append(Sent(to, text, unquote(request.headers.get("Idempotency-Key", "")), sid, form))
        return web.json_response({"sid": sid, "status": "queued", "error_code": None}, status=201)

    async def _account(self, request: web.Request) -> web.Response:
        self._check(request)
        return web.json_response({"sid": self.sid, "status": self.state})

    async def _numbers(self, request: web.Request) -> web.Response:
        self._check(request)
        ours = request.query.get("PhoneNumber") == self.number
        found = [{"phone_number": self.number, "sms_url": self.sms_url, "sms_method": self.sms_method}] if ours else []
        return web.json_response({"incoming_phone_numbers": found})

    async def _file(self, request: web.Request) -> web.Response:
        self._check(request)
        name = request.match_info["name"]
        if name in self.elsewhere:
            raise web.HTTPTemporaryRedirect(self.elsewhere[name])
        if name not in self.files:
            return _refusal(404, 20404, "not found")
        mime_type, content = self.files[name]
        return web.Response(body=content, headers={"Content-Type": mime_type})

    async def _forget(self, request: web.Request) -> web.Response:
        self._check(request)
        gone = self.files.pop(request.match_info["name"], None)
        return web.Response(status=204) if gone else _refusal(404, 20404, "not found")

    def _check(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Basic {b64encode(f'{self.sid}:{self.token}'.encode()).decode()}":
            refusal = _refusal(401, 20003, "Authenticate")
            raise web.HTTPUnauthorized(text=refusal.text, content_type="application/json")


def _refusal(status: int, code: int | None, message: str = "refused", *, retry_after: int | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"code": code, "message": message, "status": status, "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    return web.json_response(body, status=status, headers=headers)
