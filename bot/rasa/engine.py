"""Rasa as the engine of a running server, with the embedded one behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.rasa.model import newest
from bot.settings import Settings
from nlu.rasa.client import RasaClient
from nlu.rasa.environment import Environment
from nlu.rasa.guarded import Guarded
from nlu.rasa.server import OwnRasa, new_token
from nlu.understanding import Understander

_FIRST_LOOK = 2.0
"""The longest a start waits for a Rasa that runs already; one of our own takes longer, and nobody waits for it."""


def rasa_environment(settings: Settings) -> Environment:
    """Where Rasa is installed."""
    return Environment(settings.rasa_env or settings.data_dir / "rasa-env")


@dataclass(frozen=True, slots=True)
class RasaEngine:
    """The understander, and the work that keeps it well."""

    understander: Guarded
    client: RasaClient
    own: OwnRasa | None
    """Our own Rasa; None when FILROUGE_RASA_URL names one."""

    def work(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What must run as long as the server does, by name."""
        work = {"rasa": self.understander.watch()}
        return work | ({"rasa-process": self.own.run()} if self.own is not None else {})

    async def met(self) -> None:
        """Give a Rasa that runs already a moment, so that the first message is its own to answer."""
        if self.own is None:
            try:
                async with asyncio.timeout(_FIRST_LOOK):
                    await self.understander.until_trusted()
            except TimeoutError:
                return

    async def close(self) -> None:
        await self.client.close()


def rasa_engine(settings: Settings, models: Path, meanwhile: Understander) -> RasaEngine:
    """The engine as the settings want it; `meanwhile` answers whenever Rasa does not.

    Raises `RasaMissing` when Rasa is to be started and not installed, `SettingsError` when it has no model yet.
    """
    token = settings.rasa_token.get_secret_value() if settings.rasa_token else ""
    if settings.rasa_url is not None:
        client = RasaClient(settings.rasa_url, token=token, seconds=settings.rasa_seconds)
        return RasaEngine(Guarded(client, meanwhile), client, None)
    environment = rasa_environment(settings).checked()
    if newest(models) is None:
        raise SettingsError("Rasa has no model of this brand yet; run `filrouge train --engine rasa --brand FOLDER` first")
    token = new_token()
    client = RasaClient(token=token, seconds=settings.rasa_seconds)
    guarded = Guarded(client, meanwhile)
    return RasaEngine(guarded, client, OwnRasa(environment, client, guarded, lambda: newest(models), token))
