"""An evaluation as one JSON object: the headline figures at the top, everything they are made of under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlu.evaluation.asking import Answer
from nlu.evaluation.figures import Counts
from nlu.evaluation.run import Run
from nlu.evaluation.whole import Evaluation
from nlu.understanding import Entity

EXAMPLES = 20
"""Examples told of one pair of confused intents, and four times as many of the worst mistakes."""
HEADLINE = (
    "accuracy",
    "macro_f1",
    "ece",
    "oos_auroc",
    "oos_accepted_right",
    "oos_refused",
    "entity_f1",
    "frame_accuracy",
)


def run_as_json(run: Run, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Everything a run measured; shares are fractions from 0 to 1, None what these messages cannot tell."""
    found: dict[str, Any] = {**headline(run.clean), **_details(run.clean)}
    if run.noisy is not None:
        hasty = headline(run.noisy)
        drop = {name: _less(found[name], hasty[name]) for name in HEADLINE if name != "ece"}
        found["noise"] = {**hasty, "drop": drop, "worst": [_answer(answer) for answer in run.noisy.worst[:EXAMPLES]]}
    cost = run.cost and {"load_seconds": round(run.cost.load_seconds, 3), "memory_mb": _round(run.cost.memory_mb)}
    told = {"training_seconds": round(run.training_seconds, 3), "process": cost, "model": run.engine}
    return {**found, **told, "settings": dict(settings)}


def headline(evaluation: Evaluation) -> dict[str, Any]:
    """The figures two engines are compared by."""
    return {
        "accuracy": _round(evaluation.accuracy),
        "macro_f1": _round(evaluation.macro_f1),
        "ece": _round(evaluation.ece),
        "oos_auroc": _round(evaluation.oos_auroc),
        "oos_accepted_right": _round(evaluation.accepted_right if evaluation.outside else None),
        "oos_refused": _round(evaluation.oos_refused),
        "entity_f1": _round(evaluation.entities.f1),
        "frame_accuracy": _round(evaluation.entities.frame_accuracy),
        "latency_ms": {"p50": _round(evaluation.latency(0.5)), "p99": _round(evaluation.latency(0.99))},
    }


def _details(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "messages": {"in_scope": len(evaluation.inside), "out_of_scope": len(evaluation.outside)},
        "accepted": _round(evaluation.accepted),
        "accepted_right": _round(evaluation.accepted_right),
        "accepted_accuracy": _round(evaluation.accepted_accuracy),
        "accuracy_by_language": {name: _round(part) for name, part in evaluation.accuracy_by_language.items()},
        "intents": _counts(evaluation.by_intent),
        "entities": _counts(evaluation.entities.by_name),
        "confusions": [
            {
                "meant": confusion.meant,
                "taken_for": confusion.taken_for,
                "count": len(confusion.answers),
                "examples": [_answer(answer) for answer in confusion.answers[:EXAMPLES]],
            }
            for confusion in evaluation.confusions
        ],
        "calibration": [
            {
                "from": one.least,
                "to": one.most,
                "count": one.count,
                "confidence": _round(one.confidence),
                "accuracy": _round(one.accuracy),
            }
            for one in evaluation.calibration_bins
        ],
        "oos_curve": [
            {
                "accepted": _round(point.accepted),
                "accepted_right": _round(point.accepted_right),
                "refused": _round(point.refused),
            }
            for point in evaluation.oos_curve
        ],
        "worst": [_answer(answer) for answer in evaluation.worst[: 4 * EXAMPLES]],
        "entity_mistakes": [_entity_mistake(answer) for answer in evaluation.entities.wrong[: 4 * EXAMPLES]],
    }


def _counts(counts: Sequence[Counts]) -> dict[str, dict[str, Any]]:
    return {
        one.name: {
            "precision": _round(one.precision),
            "recall": _round(one.recall),
            "f1": _round(one.f1),
            "support": one.support,
        }
        for one in counts
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.example.text,
        "meant": answer.example.intent,
        "guessed": answer.guess or None,
        "confidence": _round(answer.meaning.confidence),
        "accepted": answer.accepted,
        **_place(answer),
    }


def _entity_mistake(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.example.text,
        "marked": _entities(answer.example.entities),
        "found": _entities(answer.meaning.entities),
        **_place(answer),
    }


def _entities(entities: Sequence[Entity]) -> list[dict[str, Any]]:
    return [{"entity": e.name, "text": e.text, "start": e.start, "end": e.end} for e in entities]


def _place(answer: Answer) -> dict[str, Any]:
    example = answer.example
    return {"file": example.file, "line": example.line} if example.file else {}


def _less(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(before - after, 6)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
