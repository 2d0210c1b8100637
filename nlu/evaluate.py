"""How well messages are understood: an engine asked messages it was not taught, or training data checked against itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlu.engine.model import OUT_OF_SCOPE
from nlu.entities import learn
from nlu.errors import TooLittleData
from nlu.training import prepare
from nlu.understanding import Example, TrainingData, Understander


@dataclass(frozen=True, slots=True)
class Confusion:
    """Messages of one intent taken for another."""

    meant: str
    taken_for: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured. Shares are between 0 and 1."""

    messages: int
    accuracy: float
    """Share of messages whose best guess is right, acted upon or not."""
    accuracy_by_language: dict[str, float]
    accuracy_by_intent: dict[str, float]
    accepted: float
    """Share of messages sure enough to act upon."""
    accepted_accuracy: float
    """Share of those acted upon rightly."""
    confusions: tuple[Confusion, ...]
    """The most frequent first."""


@dataclass(frozen=True, slots=True)
class _Answer:
    example: Example
    guess: str
    accepted: bool

    @property
    def right(self) -> bool:
        return self.guess == self.example.intent


async def evaluate(understander: Understander, examples: Iterable[Example]) -> Evaluation:
    """Ask an engine messages it was not taught. An `out_of_scope` message is right when it is refused."""
    answers = []
    for example in examples:
        meaning = await understander.understand(example.text, language=example.language)
        refused = meaning.out_of_scope or (example.intent == OUT_OF_SCOPE and not meaning.understood)
        answers.append(_Answer(example, OUT_OF_SCOPE if refused else meaning.intent or "", meaning.understood))
    return _summed_up(answers)


def cross_validate(data: TrainingData) -> Evaluation:
    """Measure training data against itself: each message is asked of a model that has not seen it, over five folds.

    The entities are those of the whole data, so that only the choice of an intent is measured. Varied examples make this
    figure lower than what customers will see; use it to compare, and to find examples that contradict each other.

    Raises `TooLittleData` when there are not two intents with examples.
    """
    from nlu.engine.fitting import fit

    intents = sorted({example.intent for example in data.examples})
    if len(intents) < 2:
        raise TooLittleData("an evaluation needs examples of at least two intents; add some to a file such as nlu.fr.yml")
    fitted = fit(prepare(data.examples, intents, learn(data)), intents, lambda _what, _done: None)
    accepted = (fitted.left_out.max(axis=1) >= fitted.calibration.threshold) & (fitted.scope >= fitted.calibration.scope_least)
    guesses = fitted.left_out.argmax(axis=1)
    return _summed_up(
        [
            _Answer(example, intents[guess], bool(sure) and intents[guess] != OUT_OF_SCOPE)
            for example, guess, sure in zip(data.examples, guesses, accepted, strict=True)
        ]
    )


def _summed_up(answers: Sequence[_Answer]) -> Evaluation:
    by_language: dict[str, list[bool]] = defaultdict(list)
    by_intent: dict[str, list[bool]] = defaultdict(list)
    confused: dict[tuple[str, str], list[str]] = defaultdict(list)
    for answer in answers:
        by_language[answer.example.language].append(answer.right)
        by_intent[answer.example.intent].append(answer.right)
        if not answer.right:
            confused[answer.example.intent, answer.guess].append(answer.example.text)
    accepted = [answer.right for answer in answers if answer.accepted]
    order = Counter({pair: len(texts) for pair, texts in sorted(confused.items())}).most_common()
    return Evaluation(
        messages=len(answers),
        accuracy=_share([answer.right for answer in answers]),
        accuracy_by_language={language: _share(right) for language, right in sorted(by_language.items())},
        accuracy_by_intent={intent: _share(right) for intent, right in sorted(by_intent.items())},
        accepted=len(accepted) / len(answers) if answers else 0.0,
        accepted_accuracy=_share(accepted),
        confusions=tuple(Confusion(meant, taken, tuple(confused[meant, taken])) for (meant, taken), _ in order),
    )


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0
