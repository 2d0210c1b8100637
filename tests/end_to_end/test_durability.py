"""Promise 1 rests on what the database does at a commit: the running program tells it from the connection it writes with."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest

from tests.servers import Server, copy_of


def promised(server: Server) -> dict[str, str]:
    """The database settings the running program tells on `/metrics`."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        figures = answer.read().decode()
    return dict(re.findall(r'^filrouge_database_setting\{name="(\w+)",value="(\w+)"\} 1\.0$', figures, re.MULTILINE))


def test_sqlite_is_flushed_to_the_disk_at_every_commit(trained: Path, tmp_path: Path) -> None:
    with Server(copy_of(trained, tmp_path / "data")) as server:
        assert promised(server) == {"journal_mode": "wal", "synchronous": "2"}  # 2 is FULL


@pytest.mark.postgres
def test_postgresql_keeps_its_durable_defaults(trained: Path, tmp_path: Path, postgres_url: str) -> None:
    with Server(copy_of(trained, tmp_path / "data"), database_url=postgres_url) as server:
        assert promised(server) == {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
