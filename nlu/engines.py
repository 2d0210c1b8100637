"""The engines that can be taught, by name: each makes an `Understander` of training data.

    async with trainer("embedded")(data, progress) as understander:
        meaning = await understander.understand("un rdv samedi ?", language="fr")

Adding an engine is adding a line to `_TRAINERS`.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, cast

from nlu.errors import NluError
from nlu.training import Progress, train
from nlu.understanding import TrainingData, Understander

_TRAINERS = {"embedded": "nlu.engines:train_embedded", "rasa": "nlu.rasa:train_rasa"}
"""Name of an engine to where its `Trainer` is: imported when it is asked for, so that no engine weighs on another."""


class UnknownEngine(NluError):
    """No engine of that name can be taught here."""


class Trainer(Protocol):
    """Teaches one engine; what it returns answers until the context ends, and then whatever was started is stopped."""

    def __call__(self, data: TrainingData, progress: Progress, /) -> AbstractAsyncContextManager[Understander]: ...


def engine_names() -> tuple[str, ...]:
    """Every name `trainer` takes; the default one first."""
    return tuple(_TRAINERS)


def trainer(name: str) -> Trainer:
    """The trainer of the engine called `name`. Raises `UnknownEngine`."""
    if name not in _TRAINERS:
        raise UnknownEngine(f"there is no engine called {name!r}; the engines are {', '.join(_TRAINERS)}")
    module, _, function = _TRAINERS[name].partition(":")
    try:
        return cast("Trainer", getattr(importlib.import_module(module), function))
    except (ModuleNotFoundError, AttributeError) as missing:
        raise UnknownEngine(f"the engine {name!r} cannot be taught by this installation: {missing}") from missing


@asynccontextmanager
async def train_embedded(data: TrainingData, progress: Progress, /) -> AsyncIterator[Understander]:
    """The embedded engine, in this process."""
    from nlu.engine import EmbeddedEngine

    yield EmbeddedEngine(train(data, progress=progress))
