"""What the three channels do alike: send in parts, pay small courtesies, fetch files, ask the Graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.channels.meanings import check_meanings
from bot.channels.meta.failures import GraphRefused, failure_of
from bot.channels.meta.graph import Graph
from bot.channels.meta.signature import proof
from bot.channels.meta.table import MetaTable
from bot.channels.pool import Courtesies
from bot.channels.unfinished import Unfinished
from bot.errors import SettingsError
from bot.messages import OutboundMessage

_COURTESY_TIMEOUT = 5.0


class MetaChannel:
    """One account on one of Meta's channels."""

    name = ""
    platform = ""
    _check_fields = "id,name"
    _owner = "me"
    """The id Meta knows the account by."""

    def __init__(
        self,
        token: str,
        *,
        root: str,
        version: str,
        table: MetaTable,
        account: str,
        connections: int,
        timeout: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not token:
            raise SettingsError(f"{self.platform} needs an access token; docs/channels/{self.name}.md says where to make one")
        check_meanings(table.codes)
        self.account, self.limits = account, table.limits
        self._graph = Graph(token, root=root, version=version, connections=connections, timeout=timeout)
        self._shared_table, self._now, self._token = table, now, token
        self._courtesies = Courtesies(self.name)
        self._unfinished = Unfinished()

    async def start(self) -> None:
        """Make the channel ready to be used; no network, so a bot starts while Meta is away."""
        self._graph.pool.open()

    async def close(self) -> None:
        """Let go of every connection; courtesies not yet paid are dropped."""
        await self._courtesies.close()
        await self._graph.pool.close()

    async def send(self, message: OutboundMessage) -> str:
        """Deliver one message, in several parts when it is long, and return the id of the last one.

        A repeated attempt goes on after the last part that was delivered, as long as this process lives.
        """
        return await self._unfinished.deliver(message.key, self._parts_of(message), self._send_part)

    async def check(self, app_secret: str = "") -> Mapping[str, Any]:
        """What Meta knows of this account, to see whether token and id are right, and the application's secret when it is given.

        Raises:
            AccountRefused: the token is not good any more, or lacks a permission.
            Refused: the id or the secret is another's.
            SendFailed: Meta does not answer just now.
        """
        proven = {"appsecret_proof": proof(self._token, app_secret)} if app_secret else {}
        return await self._call(self._graph.get(self._owner, fields=self._check_fields, **proven))

    def _parts_of(self, message: OutboundMessage) -> list[OutboundMessage]:
        raise NotImplementedError

    async def _send_part(self, part: OutboundMessage) -> str:
        raise NotImplementedError

    async def _call(self, calling: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            return await calling
        except (GraphRefused, aiohttp.ClientError, TimeoutError) as error:
            failure = failure_of(error, self._shared_table, self.platform)
        # Outside the handler, so that no traceback leads back to a request, which has the token.
        failure.args = tuple(str(part).replace(self._token, "[token]") for part in failure.args)
        raise failure

    def _courtesy(self, what: str, path: str, body: Mapping[str, Any]) -> None:
        """Do something nobody waits for, in the background."""
        self._courtesies.pay(what, lambda: self._call(self._graph.post(path, body, patience=_COURTESY_TIMEOUT)))
