"""The brand's trained model: where it is kept, how it is made, and how a running server follows a new one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.clock import Stopwatch
from bot.errors import SettingsError
from bot.storage.corrections import taught
from nlu.engine.embedded import EmbeddedEngine
from nlu.engine.model_file import load_model, save_model
from nlu.training import train
from nlu.training_files import read_training_files
from nlu.understanding import Example, Understanding

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks for a new model: what `filrouge train` writes is in use a moment later."""
LONG = 300
"""Characters above which a message is understood in a thread, so that it delays nobody else."""


def model_folder(data_dir: Path, brand_folder: Path) -> Path:
    """Where the model of a brand folder is kept: never in the brand folder itself, which may be under version control."""
    real = brand_folder.resolve()
    if real.is_relative_to(data_dir.resolve()):  # the demo's: the data folder may be moved as a whole
        return data_dir / "models" / real.name
    return data_dir / "models" / f"{real.name}-{hashlib.sha256(str(real).encode()).hexdigest()[:8]}"


def model_file(folder: Path) -> Path:
    return folder / "model.filrouge"


class LiveModel:
    """The model in use. It is replaced by a newer one between two messages; none waits and none is lost."""

    def __init__(self, folder: Path) -> None:
        self._file = model_file(folder)
        self._engine: EmbeddedEngine | None = None
        self._loaded: tuple[int, int] = (0, 0)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="filrouge-nlu")

    def load(self) -> None:
        """Load the model. Raises `SettingsError` when nobody has trained one."""
        if not self._file.exists():
            raise SettingsError("this brand has no trained model yet; run `filrouge train --brand FOLDER` first")
        seen = self._stamp()
        self._engine = EmbeddedEngine(load_model(self._file))
        self._loaded = seen

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means to the newest model."""
        engine = self._engine
        assert engine is not None, "load() comes first"
        if len(text) > LONG:
            return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: engine.understand_now(text, language))
        return engine.understand_now(text, language)

    async def watch(self) -> None:
        """Follow the file until cancelled; a file that cannot be loaded leaves the former model in place."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                if self._stamp() == self._loaded:
                    continue
                await asyncio.get_running_loop().run_in_executor(self._thread, self.load)
            except Exception as error:
                log.exception("model_not_replaced", error=type(error).__name__)
                self._loaded = self._stamp_or_none()
            else:
                log.info("model_replaced")

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _stamp(self) -> tuple[int, int]:
        status = self._file.stat()
        return status.st_mtime_ns, status.st_size

    def _stamp_or_none(self) -> tuple[int, int]:
        return self._stamp() if self._file.exists() else (0, 0)


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run made."""

    path: Path
    examples: int
    intents: int
    seconds: float


def train_brand(
    folder: Path, models: Path, corrections: Sequence[Example], *, now: datetime, show: Callable[[str, float], None]
) -> Trained:
    """Train a brand's model on its files and on corrections that may not have reached them yet, and put it in place."""
    watch = Stopwatch()
    data = read_training_files(sorted((folder / "data").glob("nlu.*.yml")))
    data = taught(data, corrections)
    model = train(data, progress=show)
    path = model_file(models)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_model(model, path, created_at=now.isoformat())
    intents = len({example.intent for example in data.examples})
    return Trained(path, len(data.examples), intents, watch.ms / 1000)
