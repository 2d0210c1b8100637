"""What the three channels do alike: send in parts, pay small courtesies, fetch files, ask the Graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.channels.meanings import check_meanings
from bot.channels.meta.failures import GraphRefused, failure_of
from bot.channels.meta.graph import PUBLIC_ROOT, VERSION, Graph
from bot.channels.meta.signature import proof
from bot.channels.meta.table import MetaTable
from bot.channels.pool import Courtesies
from bot.channels.unfinished import Unfinished
from bot.errors import SettingsError
from bot.messages import OutboundMessage

_COURTESY_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a token may do."""

    permissions: frozenset[str]
    ends_at: datetime | None
    """None: never."""


class MetaChannel:
    """One account on one of Meta's channels; `root` is Meta's Graph (Meta's own, or a pretend one)."""

    name = ""
    platform = ""
    table: MetaTable
    _usual: MetaTable
    """What its limits are, where nobody gives others."""
    _which_id = ""
    """What it needs besides a token, and where that is shown."""
    _check_fields = "id,name"
    _speaks_as = ""
    """Who it sends as, where that is not the account's own id."""

    def __init__(
        self,
        token: str,
        account_id: str,
        *,
        root: str = PUBLIC_ROOT,
        version: str = VERSION,
        account: str = "",
        table: MetaTable | None = None,
        connections: int = 32,
        timeout: float = 15.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not token:
            raise SettingsError(f"{self.platform} needs an access token; docs/channels/{self.name}.md says where to make one")
        if not account_id.isalnum():
            raise SettingsError(f"{self.platform} needs {self._which_id}")
        self.table = table or self._usual
        check_meanings(self.table.codes)
        self.account, self.limits = account, self.table.limits
        self._graph = Graph(token, root=root, version=version, connections=connections, timeout=timeout)
        self._token, self._now, self._owner = token, now, account_id
        self._messages = f"{self._speaks_as or account_id}/messages"
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

    async def granted(self, app_secret: str) -> Granted:
        """What the token may do and how long, which Meta tells to whoever has the secret of its application.

        Raises:
            AccountRefused, Refused: it is not told to us: the secret is another's, or the token is of another login.
            SendFailed: Meta does not answer just now.
        """
        app = str((await self._call(self._graph.get("app", fields="id"))).get("id") or "")
        asking = self._graph.get("debug_token", speaking_as=f"{app}|{app_secret}", input_token=self._token)
        told = (await self._call(asking)).get("data")
        scopes, ends = (told.get("scopes"), told.get("expires_at")) if isinstance(told, Mapping) else (None, None)
        return Granted(
            permissions=frozenset(str(one) for one in scopes) if isinstance(scopes, list) else frozenset(),
            ends_at=datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and ends > 0 else None,
        )

    def _parts_of(self, message: OutboundMessage) -> list[OutboundMessage]:
        raise NotImplementedError

    async def _send_part(self, part: OutboundMessage) -> str:
        raise NotImplementedError

    async def _call(self, calling: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            return await calling
        except (GraphRefused, aiohttp.ClientError, TimeoutError) as error:
            failure = failure_of(error, self.table, self.platform)
        # Outside the handler, so that no traceback leads back to a request, which has the token.
        failure.args = tuple(str(part).replace(self._token, "[token]") for part in failure.args)
        raise failure

    def _courtesy(self, what: str, path: str, body: Mapping[str, Any]) -> None:
        """Do something nobody waits for, in the background."""
        self._courtesies.pay(what, lambda: self._call(self._graph.post(path, body, patience=_COURTESY_TIMEOUT)))
