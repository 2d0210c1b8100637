"""How well messages are understood: an engine asked messages it was not taught, or training data checked against itself."""

from __future__ import annotations

from nlu.evaluation.asking import Answer, ask
from nlu.evaluation.run import Run, cross_validate, evaluate, evaluate_on
from nlu.evaluation.whole import Confusion, Evaluation

__all__ = ["Answer", "Confusion", "Evaluation", "Run", "ask", "cross_validate", "evaluate", "evaluate_on"]
