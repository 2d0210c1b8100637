"""Signing in, teaching the bot and following along, over our own storage. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import signals
from bot.brand import load_brand
from bot.console.live import StoredLive
from bot.customers.profile import Profile
from bot.storage.accounts import disable_account, keep_account
from bot.storage.corrections import corrections_since, pending_corrections, taught
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from bot.wiring import DEMO_BRAND
from handoff.console.ports import Correction, Live, Session
from handoff.console.views import AuditEntry
from nlu.training_files import read_training_files
from nlu.understanding import Entity, Example, TrainingData
from tests.fakes.house import NOON, RunningHouse, demo_house, running_house


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A brand folder of this test alone, which learns."""
    copy = tmp_path / "brand"
    (copy / "data").mkdir(parents=True)
    for name in ("brand.yml", "stores.yml"):
        (copy / name).write_bytes((DEMO_BRAND / name).read_bytes())
    (copy / "data" / "nlu.fr.yml").write_text('version: "3.1"\n\nnlu:\n  - intent: greet\n    examples: |\n      - bonjour\n')
    return copy


@pytest.fixture
async def house(database: Database, folder: Path) -> AsyncIterator[RunningHouse]:
    async with running_house(database, house=replace(demo_house(), brand=load_brand(folder))) as running:
        yield running


async def test_an_account_comes_with_what_the_brand_says_of_its_holder(house: RunningHouse) -> None:
    await house.staff()
    accounts = house.ports.accounts
    found = await accounts.credentials("olivier")
    assert found is not None
    olivier, password_hash = found
    assert (olivier.name, olivier.role, olivier.limit, password_hash) == ("Olivier", "advisor", 3, "hash")
    assert olivier.stores == {"montreal", "quebec"}
    assert olivier.zone == "America/Toronto", "whose stores are all in one zone lives by its clock"
    noemie = await accounts.credentials("noemie")
    assert noemie is not None
    assert (noemie[0].manages, noemie[0].zone) == (True, "Europe/Paris")
    assert await accounts.credentials("nobody") is None
    await accounts.keep_hash("olivier", "stronger")
    stronger = await accounts.credentials("olivier")
    assert stronger is not None
    assert stronger[1] == "stronger"
    await house.database.write(partial(disable_account, username="olivier"))
    assert await accounts.credentials("olivier") is None
    rows = {row.account.username: row for row in await accounts.accounts()}
    assert rows["olivier"].disabled
    assert not rows["ines"].disabled


async def test_an_advisor_of_whom_the_brand_says_nothing_serves_every_queue(house: RunningHouse) -> None:
    newcomer = partial(
        keep_account, username="lea", role="advisor", display_name="Léa", password_hash="hash", now=house.clock.now()
    )
    await house.database.write(newcomer)
    found = await house.ports.accounts.credentials("lea")
    assert found is not None
    lea = found[0]
    assert (lea.role, lea.skills, lea.stores, lea.languages) == ("advisor", frozenset(), frozenset(), frozenset())
    waiting = await house.says("camille", "un conseiller svp")
    taken = await house.does("lea", "take", waiting.conversation)
    assert taken.status == "done"


async def test_a_session_ends_when_it_is_ended_and_counts_as_presence_until_then(house: RunningHouse) -> None:
    await house.staff()
    accounts = house.ports.accounts
    session = Session(key="k" * 64, username="ines", csrf="c", started_at=NOON, seen_at=NOON)
    await accounts.start_session(session)
    await accounts.seen(session.key, NOON + timedelta(minutes=2))
    found = await accounts.session(session.key)
    assert found is not None
    assert found[0] == replace(session, seen_at=NOON + timedelta(minutes=2))
    assert found[1].username == "ines"

    waiting = await house.says("camille", "un conseiller svp")
    system = [message for message in (await house.thread(waiting.conversation)).messages if message.author == "system"]
    assert system[-1].trace.response == "utter_waiting_next", "with somebody there, the wait can be told"

    await accounts.end_session(session.key)
    assert await accounts.session(session.key) is None


async def test_tries_are_counted_within_their_window(house: RunningHouse) -> None:
    accounts, quarter = house.ports.accounts, timedelta(minutes=15)
    tries = [accounts.attempt("ines", "::1", at=NOON, within=quarter) for _ in range(6)]
    assert max(one.here for one in await asyncio.gather(*tries)) == 6
    await accounts.forget_attempts("ines", "::1")
    assert (await accounts.attempt("ines", "::1", at=NOON, within=quarter)).here == 1


async def test_the_audit_takes_what_the_console_records(house: RunningHouse) -> None:
    entry = AuditEntry(at=NOON, by="ines", act="look", conversation=3, details={"page": "queue"})
    await house.ports.audit.record(entry)
    await house.ports.audit.record(replace(entry, conversation=None, details={}))


async def test_what_a_message_meant_is_taught_to_the_brand(house: RunningHouse, folder: Path) -> None:
    words = "ma commande est ou (la lyonnaise)"
    house.understander.entities[words] = (
        Entity("store", "lyon", "lyonnaise", words.index("lyonnaise"), words.index("lyonnaise") + 9, source="lookup"),
        Entity("order_number", "commande", "commande", 3, 11, source="regex"),
    )
    asked = await house.says("camille", words)
    corrections = house.ports.corrections
    told = await corrections.correct(asked.conversation, asked.message, "order_status", by="noemie")
    assert told == Correction(message=asked.message, intent="order_status", already=False)

    data = read_training_files([folder / "data" / "nlu.fr.yml"])
    (example,) = [example for example in data.examples if example.intent == "order_status"]
    assert example.text == words
    assert [(one.name, one.value) for one in example.entities] == [("store", "lyon")], "only what is certain is marked"
    (row,) = await house.database.read(pending_corrections)
    assert (row.text, row.intent, row.language, row.entities) == (words, "order_status", "fr", example.entities)
    shown = next(one for one in (await house.thread(asked.conversation)).messages if one.id == asked.message)
    assert shown.corrected == "order_status"

    again = await corrections.correct(asked.conversation, asked.message, "order_status", by="noemie")
    assert again == Correction(message=asked.message, intent="order_status", already=True)


async def test_the_last_word_on_a_message_counts(house: RunningHouse, folder: Path) -> None:
    asked = await house.says("camille", "ça marche pas")
    for intent in ("complaint", "payment_problem"):
        await house.ports.corrections.correct(asked.conversation, asked.message, intent, by="noemie")
    rows = await house.database.read(partial(corrections_since, after=0))
    assert [(number > 1, example.intent) for number, example in rows] == [(True, "payment_problem")]
    data = taught(read_training_files([folder / "data" / "nlu.fr.yml"]), [example for _, example in rows])
    assert [example.intent for example in data.examples if example.text == "ça marche pas"] == ["payment_problem"]


def test_what_was_taught_joins_what_the_files_say_and_wins_over_it() -> None:
    files = TrainingData(examples=[Example("bonjour", "greet", "fr"), Example("allo", "greet", "fr")])
    rows = [Example("Allo", "repeat", "fr"), Example("allo", "greet", "en"), Example("bonjour", "greet", "fr")]
    assert [(one.text, one.intent, one.language) for one in taught(files, rows).examples] == [
        ("bonjour", "greet", "fr"),
        ("Allo", "repeat", "fr"),
        ("allo", "greet", "en"),
    ]


async def test_only_a_customers_own_words_in_that_conversation_can_be_taught(house: RunningHouse) -> None:
    asked = await house.says("camille", "bonjour")
    other = await house.says("noe", "bonjour")
    answer = next(one for one in (await house.thread(asked.conversation)).messages if one.author == "bot")
    pressed = await house.says("camille", kind="press", data={"token": f"{answer.id}.0"})
    correct = partial(house.ports.corrections.correct, asked.conversation, intent="greet", by="noemie")
    for message in (other.message, answer.id, pressed.message, 4711):
        assert await correct(message) is None
    assert await house.database.read(pending_corrections) == []


async def test_a_folder_that_cannot_be_written_loses_no_correction(house: RunningHouse, folder: Path) -> None:
    asked = await house.says("camille", "slt toi")
    (folder / "data" / "nlu.fr.yml").write_text("nlu: [a list between brackets]")
    with capture_logs() as logs:
        told = await house.ports.corrections.correct(asked.conversation, asked.message, "greet", by="noemie")
    assert told == Correction(message=asked.message, intent="greet")
    (warning,) = [entry for entry in logs if entry["event"] == "correction_not_in_file"]
    assert "train" in warning["cure"]
    assert "slt" not in str(warning), "logs carry ids, never words"
    assert [example.text for example in await house.database.read(pending_corrections)] == ["slt toi"]


async def test_intents_are_called_by_their_titles(house: RunningHouse) -> None:
    names = {intent.name: intent.label for intent in await house.ports.corrections.intents("en")}
    assert names.keys() == house.house.domain.intents
    assert names["book_appointment"] == house.house.domain.text("utter_title_book_appointment", "en")
    assert all(label[0].isupper() for label in names.values())


async def topics_of(live: Live, enough: set[str]) -> tuple[asyncio.Task[set[str]], asyncio.Event]:
    """Follow along until these topics were heard."""
    heard: set[str] = set()
    listening = asyncio.Event()

    async def follow() -> set[str]:
        async with aclosing(live.changes()) as changes:
            coming = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.05)
            listening.set()
            while True:
                heard.add((await coming).topic)
                if enough <= heard:
                    return heard
                coming = asyncio.ensure_future(anext(changes))

    task = asyncio.create_task(follow())
    await listening.wait()
    return task, listening


async def test_open_pages_hear_what_moves(house: RunningHouse) -> None:
    first = await house.says("noe", "bonjour")
    one, _ = await topics_of(house.ports.live, {"conversations", "conversation:2"})
    two, _ = await topics_of(house.ports.live, {"queue"})
    waiting = await house.says("camille", "un conseiller svp")
    heard = await asyncio.wait_for(one, 5)
    assert f"conversation:{waiting.conversation}" in heard
    assert f"conversation:{first.conversation}" not in heard
    await asyncio.wait_for(two, 5)
    three, _ = await topics_of(house.ports.live, {"queue"})
    await house.says("camille", "toujours là")
    await asyncio.wait_for(three, 5)


async def test_pages_hear_what_another_process_did_although_its_signals_are_lost(database: Database) -> None:
    async with running_house(database) as there, running_house(database) as here:
        deaf = StoredLive(database, signals.Signals(), here.clock, look_every=0.05)
        following, _ = await topics_of(deaf, {"queue", "conversations", "conversation:1"})
        await there.says("camille", "un conseiller svp")
        await asyncio.wait_for(following, 5)


async def test_a_page_open_on_a_thread_that_was_joined_follows_the_whole_one(house: RunningHouse) -> None:
    profile = Profile(id="c1", first_name="Camille", last_name="Martin", phones=("+33639980101",))
    await house.database.write(partial(import_profiles, profiles=[profile]))
    contact = {"phone": "+33639980101", "own": True, "name": None}
    first = await house.says("42", kind="contact", data=contact)
    second = await house.says("43", "bonjour")
    await house.says("43", kind="contact", data=contact)
    assert (await house.thread(second.conversation)).conversation == first.conversation
    following, _ = await topics_of(house.ports.live, {f"conversation:{second.conversation}"})
    await house.says("42", "bonjour")
    await asyncio.wait_for(following, 5)


async def test_nobody_listening_costs_nothing(house: RunningHouse) -> None:
    async with aclosing(house.ports.live.changes()) as changes:
        coming = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.05)
        await house.says("camille", "bonjour")
        assert (await asyncio.wait_for(coming, 5)).topic == "conversations"
    await asyncio.sleep(0.05)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "console-news"]
