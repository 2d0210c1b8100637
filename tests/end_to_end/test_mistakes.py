"""Folders and databases that are not what the operator thinks: every start ends with a sentence and exit code 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import Server


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("FILROUGE_DATA_DIR", "{folder}/a-file", "a-file"),
        ("FILROUGE_DATA_DIR", "/proc/nowhere", "/proc/nowhere"),
        ("FILROUGE_DATABASE_URL", "postgresql://shop:hunter2@127.0.0.1:1/shop", "127.0.0.1"),
        ("FILROUGE_DATABASE_URL", "sqlite:///{folder}/a-file", "not a database"),
    ],
)
def test_a_place_that_cannot_be_used_is_told(tmp_path: Path, name: str, value: str, told: str) -> None:
    (tmp_path / "a-file").write_text("a shopping list, long enough to be taken for the head of something else " * 20)
    server = Server(tmp_path / "data", env={name: value.format(folder=tmp_path)})
    done = server.run("train", check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("filrouge: "), done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
