"""How well messages the bot is for are told from those it is not for, at every threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.evaluation.asking import Answer, in_scope, out_of_scope
from nlu.evaluation.figures import share, wins

_POINTS = 50


@dataclass(frozen=True, slots=True)
class ScopePoint:
    """What one threshold would do: shares of the messages in scope and out of it."""

    accepted: float
    """Messages in scope acted upon."""
    accepted_right: float
    """Messages in scope acted upon, and rightly."""
    refused: float
    """Messages out of scope not acted upon."""


def scope_scores(answers: Sequence[Answer]) -> list[float]:
    """How much each message is in scope: the engine's own score, or its confidence when it tells none."""
    if any(answer.meaning.scope for answer in answers):
        return [answer.meaning.scope for answer in answers]
    return [answer.meaning.confidence for answer in answers]


def scope_auroc(answers: Sequence[Answer]) -> float | None:
    """The chance that a message in scope scores higher than one out of it; None without messages of both kinds.

    Only answers of the same model are compared.
    """
    won, pairs = 0.0, 0
    for inside, outside in _by_model(answers):
        some_won, some = wins([score for score, _ in inside], outside)
        won, pairs = won + some_won, pairs + some
    return share(won, pairs)


def scope_curve(answers: Sequence[Answer]) -> tuple[ScopePoint, ...]:
    """What every threshold on the scope score would do, from accepting all to refusing all; empty without both kinds.

    A threshold gives up the same share of each model's messages in scope.
    """
    parts = [(sorted(inside), outside) for inside, outside in _by_model(answers)]
    inside_count = sum(len(inside) for inside, _ in parts)
    outside_count = sum(len(outside) for _, outside in parts)
    if not inside_count or not outside_count:
        return ()
    points = []
    for step in range(_POINTS + 1):
        accepted = right = refused = 0
        for inside, outside in parts:
            first = round(step / _POINTS * len(inside))
            least = inside[first][0] if first < len(inside) else float("inf")
            taken = [was_right for score, was_right in inside if score >= least]
            accepted, right = accepted + len(taken), right + sum(taken)
            refused += sum(score < least for score in outside)
        points.append(ScopePoint(accepted / inside_count, right / inside_count, refused / outside_count))
    return tuple(points)


def _by_model(answers: Sequence[Answer]) -> list[tuple[list[tuple[float, bool]], list[float]]]:
    """For each model: score and rightness in scope, and scores out of scope."""
    scores = dict(zip(map(id, answers), scope_scores(answers), strict=True))
    models: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        models[answer.model].append(answer)
    return [
        (
            [(scores[id(answer)], answer.right) for answer in in_scope(some)],
            [scores[id(answer)] for answer in out_of_scope(some)],
        )
        for _, some in sorted(models.items())
    ]
