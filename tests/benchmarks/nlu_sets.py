"""What each data set is asked: the figures of the NLU's promise, and how each is read from an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bot.demo
from tests.servers import REPOSITORY


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an evaluation's JSON."""

    path: tuple[str, ...]
    """Keys to it."""
    what: str
    asked: float | None = None
    aim: float | None = None
    more_is_better: bool = True
    scale: float = 100.0
    unit: str = "%"

    def value(self, found: Mapping[str, Any]) -> float | None:
        """The figure, in `unit`; None when this evaluation does not have it."""
        value: Any = found
        for key in self.path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return None if value is None else float(value) * self.scale


@dataclass(frozen=True, slots=True)
class DataSet:
    """Training files, test files, and what is asked of them."""

    name: str
    train: tuple[Path, ...]
    test: tuple[Path, ...]
    out_of_scope: Path | None
    figures: tuple[Figure, ...]
    noise: bool = False
    ahead: tuple[Figure, float, float] | None = None
    """What is held against Rasa: the figure, and by how many points it is to be better, asked and aimed at."""


def _accuracy(asked: float | None = None, aim: float | None = None) -> Figure:
    return Figure(("accuracy",), "intents right", asked, aim)


_ECE = Figure(("ece",), "calibration error", 0.04, 0.02, more_is_better=False, scale=1.0, unit="")
_SCOPE = (
    Figure(("oos_auroc",), "scope, AUROC", 0.96, 0.98, scale=1.0, unit=""),
    Figure(("oos_accepted_right",), "accepted and right", 85, 90),
    Figure(("oos_refused",), "out of scope refused", 85, 92),
)
_TAUGHT = Figure(("training_seconds",), "training", more_is_better=False, scale=1.0, unit="s")
_LATENCY = (
    Figure(("latency_ms", "p50"), "one message, p50", more_is_better=False, scale=1.0, unit="ms"),
    Figure(("latency_ms", "p99"), "one message, p99", more_is_better=False, scale=1.0, unit="ms"),
)
_ENTITIES = Figure(("entity_f1",), "entities, F1", 82, 88)
_AHEAD = (10.0, 15.0)
_AHEAD_IN_FRENCH = (4.0, 10.0)
_PUBLIC: dict[str, tuple[Figure, ...]] = {
    "banking77_10shot": (_accuracy(83.5, 87), _ECE),
    "clinc150_10shot": (
        _accuracy(89.5, 94),
        _ECE,
        *_SCOPE,
        Figure(("training_seconds",), "training, 1,500 examples", 30, 8, more_is_better=False, scale=1.0, unit="s"),
    ),
    "hwu64_10shot": (_accuracy(81, 87), _ECE),
    "banking77_full": (_accuracy(93, 94), _ECE),
    "clinc150_full": (_accuracy(95, 97), _ECE),
    "hwu64_full": (_accuracy(91, 93), _ECE),
    "snips_50": (
        _accuracy(),
        _ENTITIES,
        Figure(("frame_accuracy",), "intent and entities all right", 62, 75),
    ),
    "bitext_10shot": (_accuracy(),),
    "bitext_50": (_accuracy(),),
}
_OWN = (
    _accuracy(92, 96),
    Figure(("entity_f1",), "entities, F1", 90, 95),
    Figure(("oos_refused",), "out of scope refused", 85, 92),
    Figure(("noise", "drop", "accuracy"), "intents lost to typos and SMS", 4, 2, more_is_better=False),
    Figure(("training_seconds",), "training the demo brand", 10, 3, more_is_better=False, scale=1.0, unit="s"),
    Figure(("noise", "drop", "entity_f1"), "entities lost to typos and SMS", more_is_better=False),
)
_FRENCH = ("fr_bank", "fr_telecom")
"""Small French sets of ours: ten messages an intent to learn from, ten others to be asked."""
_BESIDE_RASA = ("banking77_10shot", "clinc150_10shot", "hwu64_10shot")


def data_sets(folder: Path) -> list[DataSet]:
    """Our own test set over the demo brand, our French sets, then the public sets found in `folder`."""
    data = REPOSITORY / "tests" / "data"
    brand = tuple(sorted((Path(bot.demo.__path__[0]) / "data").glob("nlu.*.yml")))
    found = [DataSet("own", brand, (data / "held_out.fr.csv", data / "held_out.en.csv"), None, _with_costs(_OWN), noise=True)]
    found += [_table(data, name, (_accuracy(),), (_accuracy(), *_AHEAD_IN_FRENCH)) for name in _FRENCH]
    for name, figures in _PUBLIC.items():
        if (folder / name / "train.csv").exists():
            ahead = (_accuracy(), *_AHEAD) if name in _BESIDE_RASA else (_ENTITIES, *_AHEAD) if name == "snips_50" else None
            found.append(_table(folder, name, figures, ahead))
    return found


def _table(folder: Path, name: str, figures: tuple[Figure, ...], ahead: tuple[Figure, float, float] | None) -> DataSet:
    place = folder / name
    outside = place / "oos_test.csv"
    given = outside if outside.exists() else None
    return DataSet(name, (place / "train.csv",), (place / "test.csv",), given, _with_costs(figures), ahead=ahead)


def _with_costs(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """The same with what teaching and asking takes, also where nothing is asked of it."""
    told = {figure.path for figure in figures}
    return (*figures, *(figure for figure in (_TAUGHT, *_LATENCY) if figure.path not in told))
