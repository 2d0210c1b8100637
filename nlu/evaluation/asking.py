"""Asks an engine messages it was not taught, one at a time, and keeps what it answered and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nlu.engine.model import OUT_OF_SCOPE
from nlu.understanding import Example, Understander, Understanding

_WARM_UP = 20
"""Messages asked before the clock counts: the first ones pay for what every later one finds ready."""
_TOLD_EVERY = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """One message asked: what it means, and what the engine made of it."""

    example: Example
    meaning: Understanding
    milliseconds: float = 0.0
    model: int = 0
    """Which model answered, where several did (one a fold): scope is comparable within one only."""

    @property
    def in_scope(self) -> bool:
        """Whether the message is one the bot is for."""
        return self.example.intent != OUT_OF_SCOPE

    @property
    def guess(self) -> str:
        """The likeliest intent whether or not it is likely enough to act upon; empty when the engine has no idea."""
        return self.meaning.intent or ""

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is the one meant; of a message out of scope, whether it is refused."""
        return self.guess == self.example.intent if self.in_scope else not self.accepted

    @property
    def accepted(self) -> bool:
        """Whether the bot would act upon it."""
        return self.meaning.understood


async def ask(
    understander: Understander,
    examples: Sequence[Example],
    *,
    model: int = 0,
    told: Callable[[float], None] = lambda _done: None,
) -> list[Answer]:
    """Ask every message, in order; `told` hears the share that is done."""
    for example in examples[:_WARM_UP]:
        await understander.understand(example.text, language=example.language)
    answers = []
    for number, example in enumerate(examples):
        begun = time.perf_counter()
        meaning = await understander.understand(example.text, language=example.language)
        took = (time.perf_counter() - begun) * 1000
        answers.append(Answer(example, meaning, took, model))
        if number % _TOLD_EVERY == 0:
            told(number / len(examples))
    told(1.0)
    return answers


def in_scope(answers: Iterable[Answer]) -> list[Answer]:
    """Those to messages the bot is for."""
    return [answer for answer in answers if answer.in_scope]


def out_of_scope(answers: Iterable[Answer]) -> list[Answer]:
    """Those to messages it is not for."""
    return [answer for answer in answers if not answer.in_scope]
