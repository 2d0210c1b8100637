"""Servers of the demo brand for a run, in a folder that is thrown away afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Server, copy_of, train


@contextmanager
def trained_folder(given: Path | None) -> Iterator[Path]:
    """A data folder of one's own with the demo brand and its model: a copy of `given`, or trained now."""
    with tempfile.TemporaryDirectory(prefix="filrouge-benchmark-") as place:
        folder = Path(place) / "data"
        yield copy_of(given, folder) if given is not None else train(folder)


@contextmanager
def demo_server(given: Path | None, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A demo server with an empty database on this disk, ready to answer."""
    with trained_folder(given) as folder, Server(folder, env=env) as server:
        yield server
