"""A flow whose action a real rasa-sdk action server runs: between two transactions, within a limit, and safe to repeat."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.actions.remote import ActionServer
from bot.messages import InboundMessage
from bot.rasa.domain import domain_of
from bot.storage.database import Database
from bot.wiring import DEMO_BRAND, load_house
from nlu.rasa.environment import Environment
from nlu.understanding import TrainingData
from tests.fakes.house import RunningHouse, running_house
from tests.servers import free_port

pytestmark = pytest.mark.rasa

ACTIONS = """
import json, time
from pathlib import Path
from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class Track(Action):
    def name(self):
        return "action_track_parcel"

    def run(self, dispatcher, tracker, domain):
        words = tracker.latest_message["text"]
        with Path("journal").open("a") as journal:
            key = tracker.latest_message["metadata"]["idempotency_key"]
            told = {"key": key, "intent": tracker.latest_message["intent"]["name"], "slots": "parcel_place" in domain["slots"]}
            journal.write(json.dumps(told) + chr(10))
        if "broken" in words:
            dispatcher.utter_message(text="never said")
            raise RuntimeError("the warehouse is away")
        if "slow" in words:
            time.sleep(3)
        dispatcher.utter_message(text="Je regarde.")
        dispatcher.utter_message(response="utter_parcel_seen", hour="15h")
        return [SlotSet("parcel_place", "Lyon")]
"""


class RealActionServer:
    """`python -m rasa_sdk` on a free port, as an operator runs one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}/webhook"

    def journal(self) -> list[dict[str, Any]]:
        """What the action wrote down of each of its runs."""
        path = self.folder / "journal"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(scope="module")
def real(rasa_environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealActionServer]:
    server = RealActionServer(tmp_path_factory.mktemp("actions"))
    (server.folder / "actions.py").write_text(ACTIONS)
    command = [str(rasa_environment.python), "-m", "rasa_sdk", "--actions", "actions", "--port", str(server.port)]
    variables = rasa_environment.variables(SANIC_HOST="127.0.0.1")
    with (server.folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=server.folder, env=variables, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not _answers(server.port):
            assert process.poll() is None, (server.folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the action server did not come up"
            time.sleep(0.1)
        yield server
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo brand, and one more flow whose action nobody wrote here."""
    folder = Path(shutil.copytree(DEMO_BRAND, tmp_path_factory.mktemp("brand") / "brand"))
    domain = yaml.safe_load((folder / "domain.yml").read_text(encoding="utf-8"))
    domain["intents"].append("track_parcel")
    domain["slots"]["parcel_place"] = {"type": "text", "mappings": [{"type": "controlled"}]}
    domain["actions"].append("action_track_parcel")
    domain["responses"]["utter_parcel_seen"] = [{"text": "Vu à {hour}.", "translation": {"en": "Seen at {hour}."}}]
    domain["responses"]["utter_parcel_place"] = [{"text": "À {parcel_place}.", "translation": {"en": "In {parcel_place}."}}]
    (folder / "domain.yml").write_text(yaml.safe_dump(domain, allow_unicode=True), encoding="utf-8")
    flows = yaml.safe_load((folder / "data" / "flows.yml").read_text(encoding="utf-8"))
    flows["flows"]["track_parcel"] = {
        "description": "Where a parcel is.",
        "nlu_trigger": [{"intent": "track_parcel"}],
        "steps": [{"action": "action_track_parcel"}, {"action": "utter_parcel_place"}],
    }
    (folder / "data" / "flows.yml").write_text(yaml.safe_dump(flows, allow_unicode=True), encoding="utf-8")
    return folder


@asynccontextmanager
async def served(database: Database, brand: Path, url: str, seconds: float = 5.0) -> AsyncIterator[RunningHouse]:
    """A worker for that brand, whose actions run at `url`."""
    made: list[ActionServer] = []

    def serve(domain: Any) -> ActionServer:
        told = domain_of(domain, TrainingData(), {}, domain.actions)
        made.append(ActionServer(url, domain, seconds=seconds, told=told))
        return made[0]

    async with running_house(database, house=load_house(brand, serve)) as house:
        for words in ("where is it", "broken, where is it", "slow, where is it"):
            house.understander.meanings[words] = "track_parcel"
        yield house
    await made[0].close()


async def bot_said(house: RunningHouse, conversation: int) -> list[str]:
    return [text for author, text in await house.said(conversation) if author in ("bot", "system")]


async def test_it_fills_slots_and_speaks(sqlite: Database, brand: Path, real: RealActionServer) -> None:
    async with served(sqlite, brand, real.url) as house:
        accepted = await house.says("ana", "where is it")
        assert await bot_said(house, accepted.conversation) == ["Je regarde.", "Vu à 15h.", "À Lyon."]
    told = real.journal()[-1]
    assert (told["intent"], told["slots"]) == ("track_parcel", True)
    assert told["key"] == f"{accepted.conversation}-{accepted.message}-action_track_parcel-0"


@pytest.mark.parametrize("words", ["broken, where is it", "slow, where is it"])
async def test_a_person_takes_over_from_one_that_fails(sqlite: Database, brand: Path, real: RealActionServer, words: str) -> None:
    async with served(sqlite, brand, real.url, seconds=1.0) as house:
        accepted = await house.says("ana", words)
        said = await bot_said(house, accepted.conversation)
        thread = await house.thread(accepted.conversation)
    assert said
    assert not {"never said", "Je regarde.", "À Lyon.", "À ."} & set(said)
    assert thread.case is not None


async def test_a_person_takes_over_where_no_server_is(sqlite: Database, brand: Path) -> None:
    async with served(sqlite, brand, f"http://127.0.0.1:{free_port()}/webhook") as house:
        accepted = await house.says("ana", "where is it")
        assert (await house.thread(accepted.conversation)).case is not None


async def test_run_again_after_a_crash_it_is_told_so(
    sqlite: Database, brand: Path, real: RealActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(real.journal())
    write: Callable[..., Any] = sqlite.write
    crashed: list[bool] = []

    async def crashing(database: Database, unit: Any) -> Any:
        if getattr(unit, "results", ()) and not crashed:
            crashed.append(True)
            raise RuntimeError("the power is cut between the action and the commit")
        return await write(unit)

    monkeypatch.setattr(type(sqlite), "write", crashing)
    async with served(sqlite, brand, real.url) as house:
        message = InboundMessage(
            channel="telegram", external_id="ana-1", sender="ana", text="where is it", sent_at=house.clock.now()
        )
        accepted = await house.door.accept(message)
        while not crashed:
            await house.board.wait("nobody", 0.02)
        house.clock.advance(seconds=5)
        await house.handled(accepted.message)
        assert await bot_said(house, accepted.conversation) == ["Je regarde.", "Vu à 15h.", "À Lyon."]
    keys = [told["key"] for told in real.journal()[before:]]
    assert len(keys) == 2
    assert keys[0] == keys[1]
