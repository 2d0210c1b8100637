"""Looks for what is wrong in training data before a model learns it.

for finding in check(data):
    print(finding)             # data/nlu.fr.yml:12: the same message is also ... ; keep it under one intent
"""

from __future__ import annotations

from collections.abc import Sequence

from nlu.checks.annotations import annotation_findings
from nlu.checks.finding import Declared, Finding, Severity
from nlu.checks.intents import intent_findings
from nlu.checks.likeness import likeness_findings
from nlu.checks.repeats import leak_findings, repeat_findings
from nlu.understanding import Example, TrainingData

__all__ = ["Declared", "Finding", "Severity", "check"]

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1}


def check(data: TrainingData, *, test: Sequence[Example] = (), declared: Declared | None = None) -> list[Finding]:
    """Everything worth a look, errors first, then by file and line.

    `test` are messages kept for measuring: none may be taught. `declared` is what the bot around the model knows.
    """
    declared = declared or Declared()
    found = [
        *repeat_findings(data.examples),
        *leak_findings(data.examples, test),
        *likeness_findings(data.examples),
        *intent_findings(data.examples, declared),
        *annotation_findings(data, declared),
    ]
    return sorted(found, key=lambda one: (_ORDER[one.severity], one.file, one.line, one.kind, one.problem))
