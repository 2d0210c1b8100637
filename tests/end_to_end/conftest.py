"""What the tests of the whole program share: the demo brand, trained once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import train


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo brand and its model; a test works on a `tests.servers.copy_of` it."""
    return train(tmp_path_factory.mktemp("trained") / "data")
