"""Rasa taught with any training data, for measuring it beside the other engines."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from nlu.rasa.client import RasaClient
from nlu.rasa.environment import Environment, default_folder
from nlu.rasa.project import EPOCHS, Component, default_pipeline, write_config, write_training_data
from nlu.rasa.server import new_token, serving
from nlu.rasa.training import train
from nlu.understanding import TrainingData, Understander

_PATIENCE = 30.0
"""Seconds: what is measured is how long Rasa takes, so it is given time."""


@asynccontextmanager
async def train_rasa(
    data: TrainingData,
    progress: Callable[[str, float], None],
    /,
    *,
    environment: Environment | None = None,
    epochs: int | None = None,
    pipeline: Sequence[Component] | None = None,
) -> AsyncIterator[Understander]:
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
        async with serving(environment, model, client, token):
            yield client
