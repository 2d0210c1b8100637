"""Rasa taught with any training data, for measuring it beside the other engines."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from nlu.costs import Cost, resident_mb
from nlu.rasa.client import RasaClient
from nlu.rasa.environment import Environment, default_folder
from nlu.rasa.project import EPOCHS, Component, default_pipeline, write_config, write_training_data
from nlu.rasa.server import new_token, serving
from nlu.rasa.training import train
from nlu.understanding import TrainingData, Understanding

_PATIENCE = 30.0
"""Seconds: what is measured is how long Rasa takes, so it is given time."""


@dataclass(frozen=True, slots=True)
class TaughtRasa:
    """An `Understander`: a Rasa of its own, which lives as long as the context it was made in."""

    client: RasaClient
    pid: int
    load_seconds: float

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means to Rasa. Raises `RasaFailed`."""
        return await self.client.understand(text, language=language)

    def cost(self) -> Cost:
        """How long it took to start, and what its process holds now."""
        return Cost(self.load_seconds, resident_mb(self.pid))


@asynccontextmanager
async def train_rasa(
    data: TrainingData,
    progress: Callable[[str, float], None],
    /,
    *,
    environment: Environment | None = None,
    epochs: int | None = None,
    pipeline: Sequence[Component] | None = None,
) -> AsyncIterator[TaughtRasa]:
    """Rasa's default pipeline (or another) taught `data`: nothing but Rasa answers, and its entities are its own.

    It is trained and run in `environment` (by default the one of `FILROUGE_RASA_ENV` or of the data folder), for `epochs`
    rounds (by default `FILROUGE_RASA_EPOCHS`, or 100), and ended with the context. Raises `RasaMissing` and `RasaFailed`,
    the latter also from `understand`.
    """
    environment = (environment or Environment(default_folder())).checked()
    rounds = epochs or int(os.environ.get("FILROUGE_RASA_EPOCHS") or EPOCHS)
    languages = sorted({example.language for example in data.examples})
    with tempfile.TemporaryDirectory(prefix="filrouge-rasa-") as name:
        folder = Path(name)
        write_config(folder, pipeline or default_pipeline(rounds), language=languages[0] if len(languages) == 1 else "fr")
        write_training_data(data, folder / "data" / "nlu.yml")
        model = await asyncio.to_thread(train, environment, folder, folder / "models" / "model.tar.gz", show=progress)
        token = new_token()
        client = RasaClient(token=token, seconds=_PATIENCE, grammar=False)
        begun = time.perf_counter()
        async with serving(environment, model, client, token) as running:
            yield TaughtRasa(client, running.process.pid, time.perf_counter() - begun)
