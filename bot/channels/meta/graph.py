"""The wire to the Graph API: bounded waiting, idempotency keys, and the token in no address, log or error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import orjson

from bot.channels.meta.failures import GraphRefused
from bot.channels.pool import Pool
from bot.channels.proxies import proxy_for

PUBLIC_ROOT = "https://graph.facebook.com"
VERSION = "v25.0"

_ANSWER_BYTES = 1_000_000
_VERSIONED = re.compile(r"/v\d+\.\d+$")


class Graph:
    """Calls of one account; `root` is Meta's own server or a pretend one, `version` the one the application is made for.

    A `root` that ends with a version of its own, as in `https://graph.facebook.com/v25.0`, goes before `version`.
    """

    def __init__(self, token: str, *, root: str, version: str, connections: int = 32, timeout: float = 15.0) -> None:
        self.root = root.rstrip("/")
        self._base = self.root if _VERSIONED.search(self.root) else f"{self.root}/{version}"
        self._token = token
        self.pool = Pool(connections, timeout=timeout)

    async def post(
        self, path: str, body: Mapping[str, Any], *, key: str = "", patience: float | None = None
    ) -> Mapping[str, Any]:
        """The answer to one call, told apart by `key` where something between us and Meta honours it.

        Raises:
            GraphRefused: an answer that says no, whatever its status.
            aiohttp.ClientError, TimeoutError: no answer that can be read.
        """
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = quote(key, safe="/:.")  # a header takes no blanks, accents or line ends
        return await self._call("POST", path, headers=headers, data=orjson.dumps(body), patience=patience)

    async def get(self, path: str, *, speaking_as: str = "", **query: str) -> Mapping[str, Any]:
        """What the Graph knows under `path`, asked with the token `speaking_as` instead of our own; raises as `post` does."""
        return await self._call("GET", path, speaking_as=speaking_as, params=query)

    async def delete(self, path: str, **query: str) -> Mapping[str, Any]:
        """Take away what is under `path`; raises as `post` does."""
        return await self._call("DELETE", path, params=query)

    def request(self, method: str, url: str, *, with_token: bool, patience: float | None = None, **more: Any) -> Any:
        """A bare request, for files; never follows a redirection, which could carry the token elsewhere."""
        headers = dict(more.pop("headers", {}))
        if with_token:
            headers["Authorization"] = f"Bearer {self._token}"
        waiting = patience or self.pool.timeout
        return self.pool.open().request(
            method,
            url,
            headers=headers,
            proxy=proxy_for(*urlsplit(url)[:2]),
            timeout=self.pool.waiting(waiting, longest=4 * waiting),  # an answer that comes in drops must end too
            allow_redirects=False,
            **more,
        )

    async def _call(self, method: str, path: str, *, speaking_as: str = "", **more: Any) -> Mapping[str, Any]:
        if speaking_as:
            more["headers"] = {"Authorization": f"Bearer {speaking_as}"}
        async with self.request(method, f"{self._base}/{path}", with_token=not speaking_as, **more) as answer:
            return _read(answer.status, answer.headers, await read_bounded(answer, _ANSWER_BYTES))


async def read_bounded(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body of an answer, or `aiohttp.ClientPayloadError` as soon as it is larger than `most` bytes."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) > most:
            raise aiohttp.ClientPayloadError(f"more than {most} bytes")
    return bytes(body)


def _read(status: int, headers: Mapping[str, str], payload: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):  # an error may stand in a 200
        raise GraphRefused(
            status,
            str(error.get("message") or "")[:300],
            code=_whole(error.get("code")),
            subcode=_whole(error.get("error_subcode")),
            wait=_wait(headers),
        )
    if status >= 300:
        raise GraphRefused(status, wait=_wait(headers))
    if not isinstance(body, dict):
        raise aiohttp.ClientPayloadError("the answer is not JSON")
    return body


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `Retry-After`, or the minutes Meta's own usage header names."""
    try:
        return max(0.0, float(headers["Retry-After"]))
    except (KeyError, ValueError):
        pass
    try:
        usage = orjson.loads(headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [row.get("estimated_time_to_regain_access", 0) for rows in usage.values() for row in rows]
        return max(minutes) * 60.0 if minutes and max(minutes) > 0 else None
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        return None
