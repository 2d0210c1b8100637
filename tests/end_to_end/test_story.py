"""The whole story in a real browser, against a real `filrouge demo`: a customer, their telephone, an advisor, a manager."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.end_to_end.pages import Street, Thread, seen
from tests.servers import Server, copy_of

pytestmark = pytest.mark.browser

THURSDAY = "2026-11-26T10:00:00+01:00"
TRY_ON = "slt, je voudrais un rdv pour essayer des chaussures de rando a Lyon samedi aprem"


@pytest.fixture(scope="module")
def server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo on a Thursday morning, for tests that only need visitors of their own."""
    with Server(copy_of(trained, tmp_path_factory.mktemp("shared")), env={"FILROUGE_CLOCK": THURSDAY}) as started:
        yield started


@pytest.fixture
async def street(browser: Browser, server: Server) -> AsyncIterator[Street]:
    async with Street(browser, server) as opened:
        yield opened


@pytest.fixture
async def new_street(browser: Browser, trained: Path, tmp_path: Path) -> AsyncIterator[Street]:
    """A street of its own, for tests that need the telephone or count what there is."""
    with Server(copy_of(trained, tmp_path / "data"), env={"FILROUGE_CLOCK": THURSDAY}) as started:
        async with Street(browser, started) as opened:
            yield opened


async def test_from_the_chat_to_telegram_to_the_store(new_street: Street) -> None:
    chat = await new_street.visitor()
    await chat.says(TRY_ON)
    times = await chat.offered()
    assert times == ["sam. 28 nov. à 13 h", "sam. 28 nov. à 15 h 30", "sam. 28 nov. à 17 h 45"]
    await seen(chat.page, "chat")

    phone = await chat.continues_on_telegram()
    await seen(phone.page, "telegram-start")
    await phone.starts()
    await phone.hears("votre rendez-vous")
    assert await phone.offered() == times  # the very question where it stopped
    await phone.presses("15 h 30", "À quel nom je le note ?")
    await seen(phone.page, "telegram-contact")
    await phone.presses("Partager mon contact", "Merci Camille, je vous ai retrouvé.")
    await phone.hears("essayage de chaussures à Lyon Bellecour, samedi 28 novembre à 15 h 30, au nom de Camille Fournier")
    await phone.presses("Oui, c’est parfait", "C’est réservé")
    await seen(phone.page, "telegram")

    thread = await chat.thread()
    assert thread.channels == {"webchat", "telegram"}
    assert thread.first_name == "Camille"
    assert thread.booked() == ["lyon fitting 2026-11-28T15:30"]
