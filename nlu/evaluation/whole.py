"""Everything an evaluation tells, worked out from the answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nlu.errors import TooLittleData
from nlu.evaluation.asking import Answer, in_scope, out_of_scope
from nlu.evaluation.entity_figures import EntityFigures, entity_figures
from nlu.evaluation.figures import Bin, Counts, calibration, counts_by_name, macro_f1, percentile, share
from nlu.evaluation.scope import ScopePoint, scope_auroc, scope_curve


@dataclass(frozen=True, slots=True)
class Confusion:
    """Messages of one intent taken for another, the surest mistake first."""

    meant: str
    taken_for: str
    answers: tuple[Answer, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(answer.example.text for answer in self.answers)


@dataclass(frozen=True)
class Evaluation:
    """What was measured. Shares are between 0 and 1; None is "not measurable with these messages"."""

    answers: Sequence[Answer]
    taught_entities: frozenset[str] = frozenset()
    marks_exhaustive: bool = True
    """Whether every entity is marked in the messages, as in a test set; training files need not mark what a look-up finds."""

    def __post_init__(self) -> None:
        if not self.answers:
            raise TooLittleData("there is not one message to ask; give a test file with a `text` and an `intent` column")

    @cached_property
    def inside(self) -> list[Answer]:
        """The answers to messages the bot is for."""
        return in_scope(self.answers)

    @cached_property
    def outside(self) -> list[Answer]:
        return out_of_scope(self.answers)

    @property
    def accuracy(self) -> float | None:
        """Share of the messages in scope whose best guess is right, acted upon or not."""
        return _right(self.inside)

    @cached_property
    def by_intent(self) -> tuple[Counts, ...]:
        return counts_by_name((answer.example.intent, answer.guess) for answer in self.inside)

    @property
    def macro_f1(self) -> float | None:
        return macro_f1(self.by_intent)

    @property
    def accuracy_by_language(self) -> dict[str, float]:
        languages: dict[str, list[Answer]] = defaultdict(list)
        for answer in self.inside:
            languages[answer.example.language].append(answer)
        return {language: _right(some) or 0.0 for language, some in sorted(languages.items())}

    @cached_property
    def _calibration(self) -> tuple[float | None, tuple[Bin, ...]]:
        return calibration([a.meaning.confidence for a in self.inside], [a.right for a in self.inside])

    @property
    def ece(self) -> float | None:
        """How far confidence is from accuracy, on average."""
        return self._calibration[0]

    @property
    def calibration_bins(self) -> tuple[Bin, ...]:
        return self._calibration[1]

    @cached_property
    def oos_auroc(self) -> float | None:
        return scope_auroc(self.answers)

    @cached_property
    def oos_curve(self) -> tuple[ScopePoint, ...]:
        return scope_curve(self.answers)

    @property
    def accepted(self) -> float | None:
        """Share of the messages in scope sure enough to act upon."""
        return share(sum(a.accepted for a in self.inside), len(self.inside))

    @property
    def accepted_right(self) -> float | None:
        """Share of the messages in scope acted upon, and rightly."""
        return share(sum(a.accepted and a.right for a in self.inside), len(self.inside))

    @property
    def accepted_accuracy(self) -> float | None:
        """Share of everything acted upon that was so rightly."""
        acted = [a for a in self.answers if a.accepted]
        return share(sum(a.in_scope and a.right for a in acted), len(acted))

    @property
    def oos_refused(self) -> float | None:
        """Share of the messages out of scope that are not acted upon."""
        return _right(self.outside)

    @cached_property
    def entities(self) -> EntityFigures:
        asked = [a for a in self.answers if a.in_scope or a.example.entities]
        return entity_figures(asked, self.taught_entities, exhaustive=self.marks_exhaustive)

    def latency(self, share_below: float) -> float | None:
        """Milliseconds within which that share of messages was understood."""
        return percentile([a.milliseconds for a in self.answers], share_below)

    @cached_property
    def confusions(self) -> tuple[Confusion, ...]:
        """Which intents are taken for which, the most frequent first; « out_of_scope » is meant where nothing should be done."""
        pairs: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        for answer in self.answers:
            if not answer.right:
                pairs[answer.example.intent, answer.guess].append(answer)
        found = [
            Confusion(meant, taken, tuple(sorted(some, key=lambda a: -a.meaning.confidence)))
            for (meant, taken), some in sorted(pairs.items())
        ]
        return tuple(sorted(found, key=lambda confusion: -len(confusion.answers)))

    @property
    def worst(self) -> list[Answer]:
        """Every mistake, the surest first."""
        return sorted((a for a in self.answers if not a.right), key=lambda a: (-a.accepted, -a.meaning.confidence))


def _right(answers: Sequence[Answer]) -> float | None:
    return share(sum(answer.right for answer in answers), len(answers))
