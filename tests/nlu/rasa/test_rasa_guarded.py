"""A slow or dead Rasa costs nothing after the first failure; the embedded engine answers meanwhile, and the trace says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from nlu.errors import RasaFailed
from nlu.rasa import guarded as module
from nlu.rasa.guarded import Bounded, Guarded
from nlu.understanding import IntentGuess, Understanding


class FakeRasa:
    """Answers, or fails as it is told; remembers how often it was asked."""

    def __init__(self) -> None:
        self.failing = ""
        self.asked = self.probed = 0

    async def understand(self, text: str, *, language: str) -> Understanding:
        self.asked += 1
        if self.failing:
            raise RasaFailed(self.failing)
        return Understanding(text, language, (IntentGuess("greet", 0.9),), engine="rasa 1")

    async def ready(self) -> None:
        self.probed += 1
        if self.failing:
            raise RasaFailed(self.failing)


class FakeEmbedded:
    async def understand(self, text: str, *, language: str) -> Understanding:
        return Understanding(text, language, (IntentGuess("greet", 0.8),), engine="embedded-1")


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@asynccontextmanager
async def watched(rasa: FakeRasa) -> AsyncIterator[Guarded]:
    """The pair, with its probes running, as the server runs them."""
    pair = Guarded(rasa, FakeEmbedded())
    watching = asyncio.create_task(pair.watch())
    try:
        yield pair
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.02)


async def who(pair: Guarded) -> str:
    return (await pair.understand("bonjour", language="fr")).engine


async def test_nobody_waits_for_a_rasa_that_has_not_answered_yet(rasa: FakeRasa) -> None:
    pair = Guarded(rasa, FakeEmbedded())
    assert await who(pair) == "embedded-1 (rasa did not answer)"
    assert rasa.asked == 0


async def test_rasa_answers_once_it_is_well(rasa: FakeRasa) -> None:
    async with watched(rasa) as pair:
        await pair.until_trusted()
        assert await who(pair) == "rasa 1"


async def test_one_failure_is_answered_and_the_next_messages_do_not_ask(rasa: FakeRasa) -> None:
    async with watched(rasa) as pair:
        await pair.until_trusted()
        rasa.failing = "it did not answer within 1 s"
        assert [await who(pair) for _ in range(50)] == ["embedded-1 (rasa did not answer)"] * 50
        assert rasa.asked == 1
        assert pair.why == "it did not answer within 1 s"


async def test_it_is_probed_less_and_less_often_and_trusted_again(rasa: FakeRasa) -> None:
    rasa.failing = "it cannot be reached"
    async with watched(rasa) as pair:
        await asyncio.sleep(0.3)
        assert 4 <= rasa.probed <= 40
        rasa.failing = ""
        async with asyncio.timeout(5):
            await pair.until_trusted()
        assert await who(pair) == "rasa 1"
        assert pair.why == ""


async def test_a_rasa_that_keeps_failing_after_good_probes_is_asked_less(rasa: FakeRasa) -> None:
    async with watched(rasa) as pair:
        pauses = []
        for _ in range(4):
            async with asyncio.timeout(5):
                await pair.until_trusted()
            pair.doubt("it did not answer within 1 s")
            pauses.append(pair._pause)
        assert pauses == sorted(pauses)
        assert pauses[-1] > pauses[0] >= 0.002


class SlowRasa(FakeRasa):
    """Takes its time over every message; what it is asked takes as long as the clock says."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def understand(self, text: str, *, language: str) -> Understanding:
        await asyncio.sleep(self.seconds)
        return await super().understand(text, language=language)


class Curious:
    """Asks four times about one message, as `nlu.reader` may."""

    def __init__(self, engine: Guarded) -> None:
        self.engine, self.heard = engine, list[str]()

    async def understand(self, text: str, *, language: str) -> Understanding:
        answers = [await self.engine.understand(text, language=language) for _ in range(4)]
        self.heard = [answer.engine.partition(" ")[0] for answer in answers]
        return answers[0]


async def test_one_message_waits_no_longer_than_the_limit_however_often_rasa_is_asked_about_it() -> None:
    rasa = SlowRasa(0.06)
    async with watched(rasa) as pair:
        await pair.until_trusted()
        reader = Curious(pair)
        started = time.monotonic()
        answer = await Bounded(reader, 0.1).understand("annulez mon rdv et rappelez-moi", language="fr")
        assert time.monotonic() - started < 0.2
        assert (answer.engine, reader.heard) == ("rasa 1", ["rasa", "embedded-1", "embedded-1", "embedded-1"])
        assert pair.trusted  # slow, but within the limit: the next message is Rasa's again
        rasa.seconds = 5.0
        answer = await Bounded(reader, 0.1).understand("bonjour", language="fr")
        assert answer.engine == "embedded-1 (rasa did not answer)"
        assert not pair.trusted
        assert pair.why == "it did not answer within 0.1 s"


async def test_an_error_nobody_foresaw_is_answered_too(rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch) -> None:
    async def odd(text: str, *, language: str) -> Understanding:
        raise KeyError(text)

    async with watched(rasa) as pair:
        await pair.until_trusted()
        monkeypatch.setattr(rasa, "understand", odd)
        with capture_logs() as logs:
            answer = await pair.understand("mon secret", language="fr")
        assert answer.engine == "embedded-1 (rasa did not answer)"
        assert [log["why"] for log in logs] == ["its answer could not be used (KeyError)"]


async def test_the_log_says_it_once_and_without_words(rasa: FakeRasa) -> None:
    with capture_logs() as logs:
        async with watched(rasa) as pair:
            await pair.until_trusted()
            rasa.failing = "it cannot be reached"
            for _ in range(5):
                await pair.understand("mon secret", language="fr")
            await asyncio.sleep(0.05)
    told = [log for log in logs if log["event"] == "rasa_does_not_answer" and log["why"] == "it cannot be reached"]
    assert len(told) == 1
    assert "secret" not in str(logs)
