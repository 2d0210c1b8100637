"""The engines that can be taught, by name: each makes an `Understander` of training data.

    async with trainer("embedded")(data, progress) as understander:
        meaning = await understander.understand("un rdv samedi ?", language="fr")

Adding an engine is adding a line to `_TRAINERS`.
"""

from __future__ import annotations

import atexit
import importlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, cast

from nlu.encoders import DEFAULT, make_encoder, shared_encoder
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
    """The trainer of the engine called `name`. Raises `UnknownEngine`.

    What follows a colon is for the engine itself: `embedded:none` is the embedded one without a sentence encoder, and any
    other setting of `nlu.encoders` may stand there.
    """
    engine, _, setting = name.partition(":")
    if engine not in _TRAINERS:
        raise UnknownEngine(f"there is no engine called {name!r}; the engines are {', '.join(_TRAINERS)}")
    module, _, function = _TRAINERS[engine].partition(":")
    try:
        teach = getattr(importlib.import_module(module), function)
    except (ModuleNotFoundError, AttributeError) as missing:
        raise UnknownEngine(f"the engine {name!r} cannot be taught by this installation: {missing}") from missing
    if setting and engine != "embedded":
        raise UnknownEngine(f"the engine {engine!r} takes nothing behind a colon; write `{engine}`")
    return cast("Trainer", partial(teach, encoder=setting) if setting else teach)


@asynccontextmanager
async def train_embedded(data: TrainingData, progress: Progress, /, *, encoder: str = DEFAULT) -> AsyncIterator[Understander]:
    """The embedded engine, in this process, with a sentence encoder of `nlu.encoders`. Raises `EncoderMissing`."""
    from nlu.engine import EmbeddedEngine

    make = partial(make_encoder, encoder, weights=Path(_kept_meanwhile().name))
    made = cache(partial(shared_encoder, encoder, make.keywords["weights"]) if encoder == DEFAULT else make)
    yield EmbeddedEngine(train(data, encoder=made, again=make, progress=progress), made())


@cache
def _kept_meanwhile() -> TemporaryDirectory[str]:
    """Where encoders keep their weights for the processes that teach beside this one; gone when it ends."""
    folder = TemporaryDirectory(prefix="filrouge-")
    atexit.register(folder.cleanup)
    return folder
