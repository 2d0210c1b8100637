"""Two engines on the same messages: who does better, message by message, and whether it may be luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Any, Literal

from nlu.evaluation.as_json import headline
from nlu.evaluation.asking import Answer
from nlu.evaluation.whole import Evaluation
from nlu.understanding import Example

Outcome = Literal["right", "refused", "wrong"]
"""What the bot would do: the right thing, ask again, or the wrong thing. Out of scope, refusing is right."""
_WORTH: Mapping[Outcome, int] = {"wrong": 0, "refused": 1, "right": 2}


def outcome(answer: Answer) -> Outcome:
    """What the bot would do after this answer."""
    if not answer.in_scope:
        return "wrong" if answer.accepted else "right"
    if not answer.accepted:
        return "refused"
    return "right" if answer.right else "wrong"


@dataclass(frozen=True, slots=True)
class Pair:
    """What two engines make of one message."""

    first: Answer
    second: Answer

    @property
    def example(self) -> Example:
        return self.first.example

    @property
    def gain(self) -> int:
        """Positive where the second does better, negative where it does worse."""
        return _WORTH[outcome(self.second)] - _WORTH[outcome(self.first)]


@dataclass(frozen=True)
class Comparison:
    """Everything there is to say of two engines on the same messages."""

    first: Evaluation
    second: Evaluation

    @cached_property
    def pairs(self) -> list[Pair]:
        """In the order the messages were asked."""
        return [Pair(a, b) for a, b in zip(self.first.answers, self.second.answers, strict=True)]

    @property
    def better(self) -> list[Pair]:
        """Messages on which the second engine does better, the greatest gain first."""
        return sorted((pair for pair in self.pairs if pair.gain > 0), key=lambda pair: -pair.gain)

    @property
    def worse(self) -> list[Pair]:
        """Messages on which it does worse, the greatest loss first."""
        return sorted((pair for pair in self.pairs if pair.gain < 0), key=lambda pair: pair.gain)

    @property
    def luck(self) -> float:
        """How often two equally good engines would differ at least this unevenly (exact sign test)."""
        return sign_test(len(self.better), len(self.worse))

    def as_json(self) -> dict[str, Any]:
        """Both engines' figures and every message on which they differ."""
        return {
            "first": headline(self.first),
            "second": headline(self.second),
            "messages": len(self.pairs),
            "better": [_told(pair) for pair in self.better],
            "worse": [_told(pair) for pair in self.worse],
            "luck": round(self.luck, 6),
        }


def sign_test(ups: int, downs: int) -> float:
    """The chance of a split at least as uneven as this one from a fair coin."""
    total, least = ups + downs, min(ups, downs)
    return min(1.0, 2 * sum(comb(total, k) for k in range(least + 1)) / (1 << total))


def _told(pair: Pair) -> dict[str, Any]:
    example = pair.example
    place = {"file": example.file, "line": example.line} if example.file else {}
    return {"text": example.text, "meant": example.intent, **place, "first": _answer(pair.first), "second": _answer(pair.second)}


def _answer(answer: Answer) -> dict[str, Any]:
    return {"guessed": answer.guess or None, "confidence": round(answer.meaning.confidence, 6), "outcome": outcome(answer)}


def compared(first: Sequence[Answer], second: Sequence[Answer]) -> Comparison:
    """Compare two engines' answers to the same messages, asked in the same order."""
    return Comparison(Evaluation(first), Evaluation(second))
