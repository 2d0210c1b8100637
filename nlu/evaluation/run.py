"""Runs an evaluation: teach, ask, and teach again for each fold.

    run = await evaluate_on(trainer("embedded"), training, test)
    run = await cross_validate(trainer("embedded"), training)

`run.clean.accuracy` and the like are the figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nlu.costs import Cost, Costed
from nlu.engines import Trainer
from nlu.errors import TooLittleData
from nlu.evaluation.asking import Answer, ask
from nlu.evaluation.entity_figures import entity_names
from nlu.evaluation.folds import FOLDS, folds
from nlu.evaluation.whole import Evaluation
from nlu.noise import noisy
from nlu.training import Progress
from nlu.understanding import Example, TrainingData, Understander


def _silent(_what: str, _done: float) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation, and the same messages asked once more in haste, where that was wished for."""

    clean: Evaluation
    noisy: Evaluation | None
    training_seconds: float
    """How long teaching took, of all folds together; starting an engine that lives in another process is not in it."""
    engine: str
    """Name and version of the model that answered."""
    cost: Cost | None = None
    """Of an engine in a process of its own, what keeping it takes; of several folds, the last."""


async def evaluate(understander: Understander, examples: Iterable[Example]) -> Evaluation:
    """Ask an engine messages it was not taught."""
    return Evaluation(await ask(understander, list(examples)))


async def evaluate_on(
    trainer: Trainer, training: TrainingData, test: Sequence[Example], *, noise: bool = False, progress: Progress = _silent
) -> Run:
    """Teach an engine `training` and ask it `test`. Examples of the intent `out_of_scope` are to be refused."""
    return await _run(trainer, [(training, tuple(test))], noise=noise, exhaustive=True, progress=progress)


async def cross_validate(
    trainer: Trainer,
    data: TrainingData,
    *,
    outside: Sequence[Example] = (),
    count: int = FOLDS,
    noise: bool = False,
    progress: Progress = _silent,
) -> Run:
    """Measure training data against itself: each message is asked of an engine taught without it.

    `outside` are further messages out of scope, shared out among the folds. Varied examples make these figures lower than
    what customers will see; use them to compare, and to find examples that contradict each other.
    Raises `TooLittleData` when there are not two intents with examples, or none has two.
    """
    parts = [(kept, (*held, *outside[n::count])) for n, (kept, held) in enumerate(folds(data, count))]
    if not any(held for _, held in parts):
        raise TooLittleData("cross-validation needs intents with two examples at least; add some, or give --test")
    return await _run(trainer, parts, noise=noise, exhaustive=False, progress=progress)


async def _run(
    trainer: Trainer,
    parts: Sequence[tuple[TrainingData, tuple[Example, ...]]],
    *,
    noise: bool,
    exhaustive: bool,
    progress: Progress,
) -> Run:
    clean: list[Answer] = []
    hasty: list[Answer] = []
    seconds = 0.0
    cost: Cost | None = None
    for number, (training, test) in enumerate(parts):
        name = f"fold {number + 1} of {len(parts)}: " if len(parts) > 1 else ""
        begun = time.perf_counter()
        async with trainer(training, _within(progress, name, number, len(parts), 0.0, 0.7)) as understander:
            started = understander.cost() if isinstance(understander, Costed) else None
            seconds += time.perf_counter() - begun - (started.load_seconds if started else 0.0)
            told = _within(progress, name, number, len(parts), 0.7, 0.9 if noise else 1.0)
            clean += await ask(understander, test, model=number, told=_asking(told, "asking"))
            if noise:
                told = _within(progress, name, number, len(parts), 0.9, 1.0)
                messages = [noisy(example) for example in test]
                hasty += await ask(understander, messages, model=number, told=_asking(told, "asking with noise"))
            cost = understander.cost() if isinstance(understander, Costed) else None
    taught = entity_names(example for training, _ in parts for example in training.examples)
    engine = clean[0].meaning.engine if clean else ""
    asked_in_haste = Evaluation(hasty, taught, exhaustive) if noise else None
    return Run(Evaluation(clean, taught, exhaustive), asked_in_haste, seconds, engine, cost)


def _within(progress: Progress, name: str, part: int, parts: int, first: float, last: float) -> Progress:
    """Progress of one step as a part of the whole."""

    def told(what: str, done: float) -> None:
        progress(name + what, (part + first + (last - first) * done) / parts)

    return told


def _asking(told: Progress, what: str) -> Callable[[float], None]:
    return lambda done: told(what, done)
