"""The brand's model for Rasa: trained on the brand's own files, kept by version beside the embedded one's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot.clock import Stopwatch
from bot.models import Trained
from bot.rasa.project import export_project, training_files
from nlu.rasa.environment import Environment
from nlu.rasa.project import EPOCHS
from nlu.rasa.training import train
from nlu.training_files import read_training_files
from nlu.understanding import Example

KEPT = 3
"""Versions kept: the one in use and those before it."""


def versions(models: Path) -> list[Path]:
    """The trained models of a brand, oldest first; `models` is `bot.models.model_folder`."""
    return sorted((models / "rasa").glob("*.tar.gz"))


def newest(models: Path) -> Path | None:
    """The model in use; None before the first training."""
    trained = versions(models)
    return trained[-1] if trained else None


def train_for_rasa(
    folder: Path,
    models: Path,
    corrections: Sequence[Example],
    environment: Environment,
    *,
    now: datetime,
    show: Callable[[str, float], None],
    epochs: int = EPOCHS,
) -> Trained:
    """Have Rasa train on a brand's files and corrections, and put the model in place; a running server follows.

    Raises `RasaMissing` and `RasaFailed`, and what a wrong brand raises.
    """
    watch = Stopwatch()
    environment.checked()
    with tempfile.TemporaryDirectory(prefix="filrouge-rasa-") as name:
        project = Path(name) / "project"
        export_project(folder, project, corrections, epochs=epochs)
        taught = read_training_files(training_files(project))
        path = train(environment, project, models / "rasa" / f"{now:%Y%m%dT%H%M%SZ}.tar.gz", show=show)
    for old in versions(models)[:-KEPT]:
        old.unlink(missing_ok=True)
    intents = len({example.intent for example in taught.examples})
    return Trained(path, len(taught.examples), intents, watch.ms / 1000)
