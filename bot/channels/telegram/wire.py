"""The wire to the Bot API: python-telegram-bot's client, with bounded waiting, idempotency keys and no token in any log."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson
import telegram
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.failures import ApiRefused

_key: ContextVar[str | None] = ContextVar("telegram_idempotency_key", default=None)


@contextmanager
def keyed(key: str) -> Iterator[None]:
    """Calls made inside carry `Idempotency-Key: key`.

    Telegram itself ignores the header; a gateway in between may honour it, and a request log is easier to read with it.
    """
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


class Request(BaseRequest):
    """One bounded pool of connections, whose refusals keep the status and the waiting time Telegram named.

    In place of the library's own, which needs three times the processor for a message; its exceptions are aiohttp's.
    """

    def __init__(self, *, connections: int, timeout: float) -> None:
        self._connections, self._timeout = connections, timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._timeout

    async def initialize(self) -> None:
        self._opened()

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        patience = self._timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        headers = {"User-Agent": self.USER_AGENT}
        if (key := _key.get()) is not None:
            headers["Idempotency-Key"] = quote(key, safe="/:.")  # a header takes no blanks, accents or line ends
        async with self._opened().request(
            method,
            url,
            data=request_data.json_parameters if request_data else None,
            headers=headers,
            proxy=_proxy(*urlsplit(url)[:2]),
            timeout=aiohttp.ClientTimeout(connect=self._timeout, sock_connect=min(self._timeout, 5.0), sock_read=patience),
            allow_redirects=False,
        ) as answer:
            status, payload = answer.status, await answer.read()
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise _refused(status, payload)
        return status, payload

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


@cache
def _proxy(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for this server, as everywhere; aiohttp itself would look anew at each request."""
    return None if proxy_bypass(host) else getproxies().get(scheme)


class Wire(telegram.Bot):
    """Calls of the Bot API by name, answered with plain JSON.

    The library's typed methods would raise on an answer whose shape has moved on, after the message was delivered.
    """

    async def call(self, method: str, parameters: Mapping[str, Any], *, patience: float | None = None) -> Any:
        """The `result` of one call; `patience` is how long to wait for it, in seconds, when not the usual time."""
        read_timeout = BaseRequest.DEFAULT_NONE if patience is None else patience
        return await self._post(method, dict(parameters), read_timeout=read_timeout)


def quiet_libraries() -> None:
    """Keep the libraries underneath from logging URLs, which contain the token, and bodies, which are people's words."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


def _refused(status: int, payload: bytes) -> ApiRefused:
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):  # a proxy in between, with a page of its own
        return ApiRefused(status, "no reason given")
    parameters = body.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return ApiRefused(
        status,
        str(body.get("description") or "no reason given"),
        retry_after=float(wait) if isinstance(wait, int | float) else None,
    )
