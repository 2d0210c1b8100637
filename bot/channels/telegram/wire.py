"""The wire to the Bot API: python-telegram-bot's client, with bounded waiting, idempotency keys and no token in any log."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import telegram
from telegram.request import HTTPXRequest

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


class Request(HTTPXRequest):
    """One bounded pool of connections, whose refusals keep the status and the waiting time Telegram named."""

    def __init__(self, *, connections: int, timeout: float) -> None:
        super().__init__(
            connection_pool_size=connections,
            connect_timeout=min(timeout, 5.0),
            read_timeout=timeout,
            write_timeout=timeout,
            pool_timeout=timeout,
            httpx_kwargs={"event_hooks": {"request": [_add_key]}},
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise _refused(status, payload)
        return status, payload


class Wire(telegram.Bot):
    """Calls of the Bot API by name, answered with plain JSON.

    The library's typed methods would raise on an answer whose shape has moved on, after the message was delivered.
    """

    async def call(self, method: str, parameters: Mapping[str, Any], *, patience: float | None = None) -> Any:
        """The `result` of one call; `patience` is how long to wait for it, in seconds, when not the usual time."""
        read_timeout = HTTPXRequest.DEFAULT_NONE if patience is None else patience
        return await self._post(method, dict(parameters), read_timeout=read_timeout)


def quiet_libraries() -> None:
    """Keep the libraries underneath from logging URLs, which contain the token, and bodies, which are people's words."""
    for name, level in (("httpx", logging.WARNING), ("httpcore", logging.WARNING), ("telegram", logging.CRITICAL + 1)):
        logging.getLogger(name).setLevel(level)


async def _add_key(request: httpx.Request) -> None:
    if (key := _key.get()) is not None:
        request.headers["Idempotency-Key"] = quote(key, safe="/:.")  # a header takes no blanks, accents or line ends


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
