"""What the tests of the benchmarks share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import train


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo brand's model, trained once a run."""
    return train(tmp_path_factory.mktemp("benchmarks") / "data")
