"""Mailgun and Postmark as they post to a webhook: forms with files, raw mails, events, each signed or with its password."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp

OURS = "support@orvelle.example"


class FakeMailgun:
    """Posts what came in (routes) and what became of ours (webhooks)."""

    def __init__(self, secret: str, *, webhook: str = "", begins: float | None = None) -> None:
        """`begins`: what time it is now at the server, in seconds since 1970; None: the same as here."""
        self.secret, self.webhook = secret, webhook
        self._ahead = 0.0 if begins is None else begins - time.time()
        self._tokens = 0

    def now(self) -> float:
        return time.time() + self._ahead

    def signature(self, *, token: str = "", age: float = 0.0) -> dict[str, str]:
        self._tokens += 1
        token = token or f"{self._tokens:050x}"
        timestamp = str(int(self.now() - age))
        made = hmac.new(self.secret.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        return {"timestamp": timestamp, "token": token, "signature": made}

    async def routes(
        self, form: Mapping[str, str], files: Sequence[tuple[str, str, bytes]] = (), *, signature: Mapping[str, str] | None = None
    ) -> int:
        """A mail in fields, with files (name, type, content) where there are any."""
        fields = {"recipient": OURS, **form, **(self.signature() if signature is None else signature)}
        if not files:
            return await post(self.webhook, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        made = aiohttp.FormData(quote_fields=False)
        for name, value in fields.items():
            made.add_field(name, value)
        made.add_field("attachment-count", str(len(files)))
        for place, (name, mime_type, content) in enumerate(files, start=1):
            made.add_field(f"attachment-{place}", content, filename=name, content_type=mime_type)
        return await post(self.webhook, made, {})

    async def hands_over(self, raw: bytes, sender: str) -> int:
        """A whole mail, as a route does whose address ends with `mime`."""
        return await self.routes({"sender": sender, "body-mime": raw.decode("utf-8", "surrogateescape")})

    async def tells(self, event: str, **more: Any) -> int:
        """What became of a mail of ours."""
        data = {"event": event, "timestamp": self.now(), "log-level": "info", "envelope": {"sender": OURS}} | more
        return await post_json(self.webhook, {"signature": self.signature(), "event-data": data})


class FakePostmark:
    """Posts with our secret as its password."""

    def __init__(self, secret: str, *, webhook: str = "") -> None:
        self.secret, self.webhook = secret, webhook

    async def posts(self, body: Mapping[str, Any]) -> int:
        return await post_json(self.webhook, body, password=self.secret)


async def post_json(address: str, body: Mapping[str, Any], password: str | None = None) -> int:
    given = "" if password is None else f"Basic {b64encode(f'any:{password}'.encode()).decode()}"
    return await post(
        address, json.dumps(body).encode(), {"Content-Type": "application/json"} | ({"Authorization": given} if given else {})
    )


async def post(address: str, body: Any, headers: Mapping[str, str]) -> int:
    data = io.BytesIO(body) if isinstance(body, bytes) else body
    async with aiohttp.ClientSession() as http, http.post(address, data=data, headers=headers) as answer:
        return answer.status
