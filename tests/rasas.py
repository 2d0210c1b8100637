"""A real Rasa for tests: its environment, and a model trained once a run with few rounds."""

from __future__ import annotations

import os
from pathlib import Path

from nlu.rasa.environment import Environment
from nlu.rasa.project import Component, copy_training_files, default_pipeline, write_config
from nlu.rasa.training import train
from tests.databases import not_there

REPOSITORY = Path(__file__).parent.parent
SHOP = Path(__file__).parent / "nlu" / "data"
ROUNDS = 30
"""Enough for the small shop of `tests/nlu/data`: what it was taught is understood."""
LIGHT: tuple[Component, ...] = (
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "LogisticRegressionClassifier", "max_iter": 30},
    {"name": "RegexEntityExtractor", "use_lookup_tables": True, "use_regexes": True},
    {"name": "EntitySynonymMapper"},
)
"""A pipeline that reads all a brand's files say and is trained in seconds."""
CURE = (
    "no Rasa: make its environment with `FILROUGE_RASA_ENV=.venv-rasa .venv-tests/bin/filrouge rasa install` (Python 3.10, some "
    "minutes, 2.7 GB), or name one in FILROUGE_TESTS_RASA_ENV"
)


def rasa_environment() -> Environment:
    """Rasa's environment; skips or fails what asked for it where there is none."""
    environment = Environment(Path(os.environ.get("FILROUGE_TESTS_RASA_ENV") or REPOSITORY / ".venv-rasa").absolute())
    return environment if environment.there else not_there("rasa", CURE)


def shop_model(environment: Environment, folder: Path) -> Path:
    """A model of the small shop, trained by the real Rasa on the very files the embedded engine reads."""
    project = folder / "project"
    project.mkdir(parents=True)
    write_config(project, default_pipeline(ROUNDS))
    copy_training_files(sorted(SHOP.glob("nlu.*.yml")), project)
    return train(environment, project, folder / "models" / "shop.tar.gz")
