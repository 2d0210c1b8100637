"""The public doors of a running server, each with what it takes, for tests that post nonsense on connections that stay open."""

from __future__ import annotations

import base64
import hmac
import http.client
import itertools
import json
import re
import secrets
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from bot.channels.telegram.transport import SECRET_HEADER
from tests.servers import Server

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Connection:
    """A keep-alive connection; every so often from another loopback address, since the doors count by address."""

    server: Server
    posts_per_address: int = 0
    """0: always the same address."""
    _open: http.client.HTTPConnection | None = field(init=False, default=None)
    _posts: int = field(init=False, default=0)
    _addresses: Iterator[int] = field(init=False, default_factory=lambda: itertools.count(2))

    def post(self, path: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> Answer:
        """The answer to one request; a connection the server has closed is opened again."""
        self._posts += 1
        if self.posts_per_address and self._posts % self.posts_per_address == 0:
            self.close()
        if self._open is None:
            self._open = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30, source_address=self._source())
        try:
            self._open.request(method, path, body, dict(headers))
            answer = self._open.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            raise
        finally:
            if self._open is not None and self._open.sock is None:
                self._open = None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _source(self) -> tuple[str, int] | None:
        if not self.posts_per_address or sys.platform != "linux":  # elsewhere only one loopback address is there
            return None
        number = next(self._addresses)
        return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 0


def post_once(server: Server, path: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> Answer:
    """The answer to one request on a connection of its own."""
    with closing(Connection(server)) as connection:
        return connection.post(path, body, headers, method=method)


@dataclass(frozen=True, slots=True)
class Door:
    """One route that anybody can post to."""

    path: str
    valid: Mapping[str, Any]
    """A body it takes, from which others are made by spoiling it."""
    headers: Callable[[], Mapping[str, str]]
    write: Callable[[Any], bytes] = lambda body: json.dumps(body).encode()
    posts_per_address: int = 0


def rest(_server: Server) -> Door:
    valid = {"sender": "stranger", "message": "bonjour", "metadata": {"message_id": "1", "language": "fr"}}
    return Door("/webhooks/rest/webhook", valid, lambda: JSON)


def telegram(server: Server) -> Door:
    person = {"id": 990, "is_bot": False, "first_name": "Camille", "last_name": "R", "language_code": "fr"}
    message = {"message_id": 7, "from": person, "chat": {"id": 990, "type": "private"}, "date": 1795251600, "text": "bonjour"}
    headers = {**JSON, SECRET_HEADER: server.environment["FILROUGE_TELEGRAM_SECRET_TOKEN"]}
    return Door("/webhooks/telegram", {"update_id": 1, "message": message}, lambda: headers)


def telegram_press(server: Server) -> Door:
    person = {"id": 991, "is_bot": False, "first_name": "Camille"}
    shown = {"message_id": 3, "chat": {"id": 991, "type": "private"}, "date": 1795251600, "text": "?"}
    press = {"id": "77", "from": person, "message": shown, "chat_instance": "1", "data": "1.0"}
    return Door("/webhooks/telegram", {"update_id": 2, "callback_query": press}, telegram(server).headers)


def chat(server: Server) -> Door:
    valid = {"id": "6f1c2a34-0000-4000-8000-000000000001", "text": "bonjour"}
    return Door("/chat/messages", valid, lambda: _visitor(server), posts_per_address=40)


def chat_elsewhere(server: Server) -> Door:
    return Door("/chat/continue", {"channel": "telegram"}, lambda: _visitor(server), posts_per_address=40)


def chat_files(server: Server) -> Door:
    def headers() -> Mapping[str, str]:
        own = {"Content-Type": "image/png", "X-Message-Id": str(uuid.uuid4()), "X-File-Name": "photo.png"}
        return {**_visitor(server), **own}

    return Door("/chat/files", {"a picture": "of shoes"}, headers, write=_picture, posts_per_address=25)


def chat_identity(server: Server) -> Door:
    """What the brand's site signs: spoilt is what it says, not the signature."""
    secret = server.environment["FILROUGE_SITE_SECRET"].encode()
    at = int(_now(server).timestamp())
    valid = {"sub": "c1", "aud": "filrouge", "iat": at, "exp": at + 900, "jti": FRESH, "given_name": "Camille", "locale": "fr"}
    return Door("/chat/identity", valid, lambda: _visitor(server), write=partial(_signed, secret=secret), posts_per_address=40)


def chat_leave(server: Server) -> Door:
    return Door("/chat/identity/leave", {"framed": False}, lambda: _visitor(server), posts_per_address=40)


def sign_in(_server: Server) -> Door:
    csrf = secrets.token_urlsafe(32)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"filrouge_login={csrf}"}
    valid = {"csrf": csrf, "username": "ines", "password": "guess", "next": "/console"}
    return Door("/console/login", valid, lambda: headers, write=_form, posts_per_address=20)


DOORS = (rest, telegram, telegram_press, chat, chat_elsewhere, chat_files, chat_identity, chat_leave, sign_in)
FRESH = "fresh"
"""Stands for an id no token has had."""


def _visitor(server: Server) -> Mapping[str, str]:
    """A visitor nobody has seen before: a session of one's own, from the server's own page."""
    return {**JSON, "Cookie": f"filrouge_chat={secrets.token_urlsafe(32)}", "Origin": server.url}


def _now(server: Server) -> datetime:
    """What time it is for the server."""
    clock = server.environment.get("FILROUGE_CLOCK")
    now = datetime.now(UTC)
    return datetime.fromisoformat(clock) + (now - server.started_at) if clock else now


def _picture(body: Any) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + json.dumps(body).encode()


def _signed(body: Any, secret: bytes) -> bytes:
    claims = {**body, "jti": secrets.token_hex(8)} if isinstance(body, Mapping) and body.get("jti") == FRESH else body
    head, said = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, claims))
    mark = base64.urlsafe_b64encode(hmac.digest(secret, head + b"." + said, "sha256")).rstrip(b"=")
    return json.dumps({"token": (head + b"." + said + b"." + mark).decode()}).encode()


def _form(body: Any) -> bytes:
    if not isinstance(body, Mapping):
        return re.sub(rb"[{}\":]", b"=", json.dumps(body).encode())
    return urlencode({str(name): str(value) for name, value in body.items()}, errors="replace").encode()
