"""Teaches a tagger while the classifier is taught: in a process of its own where there is a second core and enough to do.

    with taught_beside(data, encoder, again, progress) as tagger:
        ...                                            # a few seconds of other work
        tagger.names()                                 # which entities will be its own
        tagger.model()                                 # the tagger, or None when rules do as well

Where another process cannot be had, everything is done here, when it is asked for. Either way the same data gives the same
tagger.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection
from threading import Event, Thread

from nlu.collecting import not_collecting
from nlu.encoders import MakeEncoder, SentenceEncoder
from nlu.encoders.blas import one_thread
from nlu.entities.tagger.learning import Chosen, Progress, choose, learn_chosen, learnable
from nlu.entities.tagger.model import TaggerModel
from nlu.understanding import TrainingData

_ENOUGH = 2000
"""Examples from which a process of its own, a second to start, is worth it."""


@dataclass
class Here:
    """The tagger taught by this process, when it is asked for."""

    data: TrainingData
    encoder: MakeEncoder
    progress: Progress

    @cached_property
    def _chosen(self) -> Chosen | None:
        return choose(self.data, self.encoder, self.progress)

    def names(self) -> frozenset[str]:
        """The entities that will be the tagger's own."""
        return self._chosen.names if self._chosen else frozenset()

    def model(self) -> TaggerModel | None:
        """The tagger; None when rules find everything as well."""
        return learn_chosen(self.data, self._chosen) if self._chosen else None


@dataclass
class Beside:
    """The tagger taught by another process; by this one after all where that one died."""

    told: Connection
    here: Here

    @cached_property
    def _names(self) -> frozenset[str] | None:
        try:
            names: frozenset[str] = self.told.recv()
        except (EOFError, OSError):
            return None
        return names

    def names(self) -> frozenset[str]:
        """See `Here.names`."""
        return self.here.names() if self._names is None else self._names

    def model(self) -> TaggerModel | None:
        """See `Here.model`."""
        try:
            model: TaggerModel | None = self.told.recv() if self._names is not None else self.here.model()
        except (EOFError, OSError):
            return self.here.model()
        return model


@contextmanager
def taught_beside(
    data: TrainingData, encoder: MakeEncoder, again: MakeEncoder | None, progress: Progress
) -> Iterator[Here | Beside]:
    """Begin to teach a tagger.

    `encoder` gives this process' encoder; `again` makes it once more elsewhere (None to stay in this process): a function of
    a module, or a `functools.partial` of one.
    """
    here = Here(data, encoder, progress)
    if again is None or _cores() < 2 or len(data.examples) < _ENOUGH or not learnable(data):
        yield here
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_teach, args=(again, theirs), name="filrouge-tagger", daemon=True)
    process.start()
    theirs.close()
    made = Event()
    giving = Thread(target=_give, args=(ours, data, made), daemon=True)  # the other process needs half a second before it reads
    giving.start()
    try:
        encoder()  # what it keeps in a folder is there for the other process, too
        made.set()
        yield Beside(ours, here)
    finally:
        process.terminate()
        process.join()
        made.set()
        giving.join()  # whom nobody reads any more
        ours.close()


def _give(ours: Connection, data: TrainingData, made: Event) -> None:
    """Give the other process what it teaches, and word when our encoder is made."""
    with suppress(OSError):  # it died: who asks for the tagger will hear of it
        ours.send(data)
        made.wait()
        ours.send(None)


@not_collecting()
def _teach(again: MakeEncoder, told: Connection) -> None:
    """What the other process does. Should it fail, the pipe ends, and its parent does the work and meets the error."""
    one_thread()
    data: TrainingData = told.recv()

    def encoder() -> SentenceEncoder:
        told.recv()
        return again()

    chosen = choose(data, encoder)
    told.send(chosen.names if chosen else frozenset())
    told.send(learn_chosen(data, chosen) if chosen else None)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
