"""The small shop of `tests/nlu/data`, taught once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.engine import EmbeddedEngine, Model
from nlu.training import train
from nlu.training_files import read_training_files
from nlu.understanding import TrainingData

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def shop() -> TrainingData:
    return read_training_files([DATA])


@pytest.fixture(scope="session")
def model(shop: TrainingData) -> Model:
    return train(shop)


@pytest.fixture(scope="session")
def engine(model: Model) -> EmbeddedEngine:
    return EmbeddedEngine(model)
