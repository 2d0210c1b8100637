"""Who somebody is by the platform's own word: numbers, scoped ids, numbers that change, and what may be said to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from tests.fakes.open_lines import OpenLines, open_lines

CAMILLE, SCOPED = "33639980101", "FR.13491208655302741918"
"""Of the demo's customer file, and how WhatsApp names her by now."""


@pytest.fixture
async def lines(database: Database) -> AsyncIterator[OpenLines]:
    async with open_lines(database, "whatsapp") as opened:
        yield opened


def written(lines: OpenLines, text: str, *, scoped: str = "", number: str = "", said: dict[str, Any] | None = None) -> Any:
    fake: Any = lines.fakes["whatsapp"]
    message = {"id": fake.next_id("wamid.IN"), "timestamp": str(fake.next_moment())}
    message |= {"from_user_id": scoped} if scoped else {}
    message |= {"from": number} if number else {}
    contact = ({"user_id": scoped} if scoped else {}) | ({"wa_id": number} if number else {})
    value = {"contacts": [contact | {"profile": {"name": "C."}}], "messages": [message | (said or _text(text))]}
    return fake._told(value)


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text}}


def moved(lines: OpenLines, **system: str) -> Any:
    fake: Any = lines.fakes["whatsapp"]
    message = {"id": fake.next_id("wamid.IN"), "timestamp": str(fake.next_moment()), "type": "system"}
    message |= {"from": system.pop("was")} if "was" in system else {}
    return fake._told({"messages": [message | {"system": {"type": "user_changed_number", "body": "changed", **system}}]})


async def arrive(lines: OpenLines, *bodies: Any) -> None:
    for body in bodies:
        assert await lines.fakes["whatsapp"].push(body) == 200
        await lines.quiet()


async def living(lines: OpenLines) -> int:
    ((number,),) = await lines.rows("SELECT count(*) FROM conversation WHERE merged_into IS NULL")
    return int(number)


async def in_the_customer_file(lines: OpenLines, **known: Any) -> None:
    await lines.house.database.write(partial(import_profiles, profiles=[Profile(**known)]))


async def test_a_customer_of_ours_is_known_by_her_number_without_a_question(lines: OpenLines) -> None:
    await in_the_customer_file(lines, id="c0001", first_name="Camille", last_name="Fournier", phones=(f"+{CAMILLE}",))
    await arrive(lines, written(lines, "bonjour", scoped=SCOPED, number=CAMILLE))
    rows = await lines.rows("SELECT profile_id, level FROM conversation")
    assert rows == [("c0001", Level.CHANNEL_VERIFIED)]
    [evidence] = await lines.rows("SELECT kind, profile_id, level FROM evidence")
    assert evidence == ("whatsapp_sender", "c0001", Level.CHANNEL_VERIFIED)
    assert len(lines.fakes["whatsapp"].sent) == 1, "she is greeted, not asked"


async def test_a_number_that_is_only_written_proves_nothing(sqlite: Database) -> None:
    async with open_lines(sqlite, "messenger") as lines:
        await lines.fakes["messenger"].says("24601", f"mon numéro est le +{CAMILLE}")
        await lines.quiet()
        assert await lines.rows("SELECT profile_id, level FROM conversation") == [(None, 0)]
        assert await lines.rows("SELECT count(*) FROM evidence") == [(0,)]


@pytest.mark.parametrize("order", [("number", "both"), ("scoped", "both"), ("both", "number"), ("both", "scoped")])
async def test_a_number_and_a_scoped_id_seen_together_are_one_person(lines: OpenLines, order: tuple[str, ...]) -> None:
    ids = {"number": {"number": "33639980777"}, "scoped": {"scoped": "FR.777"}}
    ids["both"] = ids["number"] | ids["scoped"]
    for which in order:
        await arrive(lines, written(lines, "bonjour", **ids[which]))
    assert await living(lines) == 1
    assert await lines.rows("SELECT count(*) FROM identity") == [(1,)]


async def test_a_number_and_a_scoped_id_that_meet_late_are_joined(lines: OpenLines) -> None:
    await arrive(
        lines,
        written(lines, "bonjour", number="33639980777"),
        written(lines, "bonjour", scoped="FR.777"),
        written(lines, "bonjour", scoped="FR.777", number="33639980777"),
    )
    assert await living(lines) == 1
    said = await lines.said("whatsapp", "FR.777")
    assert [author for author, _ in said].count("customer") == 3


async def test_whoever_changes_the_number_keeps_the_conversation(lines: OpenLines) -> None:
    await arrive(
        lines,
        written(lines, "bonjour", number="33639980777"),
        moved(lines, was="33639980777", wa_id="33639980888"),
        written(lines, "bonjour", number="33639980888"),
    )
    assert await living(lines) == 1
    assert lines.fakes["whatsapp"].shown("33639980888"), "answers go to the new number"


async def test_words_under_the_new_number_before_the_news_of_it_are_joined(lines: OpenLines) -> None:
    await arrive(
        lines,
        written(lines, "bonjour", scoped="FR.777"),
        written(lines, "bonjour", scoped="FR.888"),
        moved(lines, user_id="FR.888", previous_user_id="FR.777", type="user_changed_user_id"),
    )
    assert await living(lines) == 1


async def test_whoever_gets_a_number_that_was_given_up_is_somebody_else(lines: OpenLines) -> None:
    await arrive(
        lines,
        written(lines, "bonjour", scoped="FR.777", number="33639980777"),
        moved(lines, was="33639980777", wa_id="33639980888", user_id="FR.778", previous_user_id="FR.777"),
        written(lines, "bonjour", scoped="FR.999", number="33639980777"),
        written(lines, "bonjour", number="33639980777"),
    )
    assert await living(lines) >= 2
    first = await lines.rows("SELECT conversation_id FROM identity WHERE sender = 'FR.778'")
    others = await lines.rows("SELECT conversation_id FROM identity WHERE sender <> 'FR.778'")
    assert not set(first) & set(others)


@pytest.mark.parametrize(
    ("wa_id", "in_the_file"),
    [
        ("551161234567", "+5511961234567"),  # Brazil: registered before the ninth digit
        ("5511961234567", "+551161234567"),
        ("5215512345678", "+525512345678"),  # Mexico: with the 1 nobody dials any more
        ("525512345678", "+5215512345678"),
        ("5491123456789", "+541123456789"),  # Argentina: with and without the 9
    ],
)
async def test_a_number_is_known_in_every_form_its_country_writes_it(lines: OpenLines, wa_id: str, in_the_file: str) -> None:
    await in_the_customer_file(lines, id="x1", first_name="Lívia", last_name="Souza", phones=(in_the_file,))
    await arrive(lines, written(lines, "bonjour", number=wa_id))
    assert await lines.rows("SELECT profile_id FROM conversation") == [("x1",)]


async def test_nothing_known_from_whatsapp_is_told_to_a_stranger_on_messenger(sqlite: Database) -> None:
    async with open_lines(sqlite, "whatsapp", "messenger") as lines:
        await in_the_customer_file(lines, id="c0001", first_name="Camille", last_name="Fournier", phones=(f"+{CAMILLE}",))
        await arrive(lines, written(lines, "bonjour", scoped=SCOPED, number=CAMILLE))
        await lines.fakes["messenger"].says("24601", "bonjour")
        await lines.quiet()
        assert await living(lines) == 2, "a stranger on Messenger is nobody we know"
        shown = " ".join(lines.fakes["messenger"].shown("24601"))
        assert "Camille" not in shown
