"""What all tests share: databases of both kinds, and a real browser."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.storage.database import Database, open_database
from nlu.rasa.environment import Environment
from tests import rasas
from tests.databases import Postgres, not_there, postgres_server, upgraded_file

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long versions out unless they are asked for by their mark."""
    if config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("long") is not None]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not there and how to get it: a quiet run has only letters for it."""
    reports = terminalreporter.getreports("skipped")
    told = (report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple))
    reasons = Counter(str(reason).removeprefix("Skipped: ") for reason in told)
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} skipped: {reason}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server: `create()` gives a test its own upgraded database."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return upgraded_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an upgraded SQLite file of this test alone."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'filrouge.db')}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an upgraded PostgreSQL database of this test alone."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """Once for each kind of database: the URL of an upgraded one of this test alone."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Once for each kind of database: an open one of this test alone."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """An open SQLite database, for what does not depend on the kind."""
    opened = open_database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def rasa_environment() -> Environment:
    """The environment of a real Rasa (mark what needs it `rasa`)."""
    return rasas.rasa_environment()


@pytest.fixture(scope="session")
def rasa_shop_model(rasa_environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of `tests/nlu/data` by the real Rasa, trained once a run."""
    return rasas.shop_model(rasa_environment, tmp_path_factory.mktemp("rasa"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or not_there("browser", "no Chromium: install the system's package `chromium`")


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Any]:
    """A real Chromium, for the stories told in one (mark them `browser`)."""
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        not_there("browser", "no Playwright: pip install playwright")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield opened
        await opened.close()
