"""What people do in the console, through the same inbox as what customers write. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import Connection, func, select, update
from structlog.testing import capture_logs

from bot.storage.database import Database
from bot.storage.schema import case, identity, message
from bot.storage.threads import thread as printed_thread
from handoff.case import HandoffContext
from handoff.console.ports import ActOutcome
from tests.fakes.house import RunningHouse, running_house

DONE = ActOutcome(status="done")


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database) as running:
        yield running


async def waiting(house: RunningHouse, sender: str = "camille", **more: object) -> int:
    """A customer who asked for a person and waits; returns the conversation."""
    accepted = await house.says(sender, "un conseiller svp", **more)  # type: ignore[arg-type]
    return accepted.conversation


async def cases(house: RunningHouse, conversation: int) -> list[tuple[str, str | None]]:
    return [(one.status, one.advisor) for one in await house.ports.desk.cases_of(conversation)]


async def test_an_advisor_takes_answers_and_gives_back(house: RunningHouse) -> None:
    conversation = await waiting(house)
    assert (await house.thread(conversation)).owner == "queue"

    assert await house.does("ines", "take", conversation) == DONE
    assert await house.does("ines", "answer", conversation, "Bonjour Camille, je regarde.") == DONE
    await house.says("camille", "bonjour")
    said = await house.said(conversation)
    assert ("advisor", "Bonjour Camille, je regarde.") in said
    assert said[-1] == ("customer", "bonjour"), "while a person speaks, the bot says nothing"

    assert await house.does("ines", "give_back", conversation, "échange accepté") == DONE
    assert [author for author, _ in await house.said(conversation)][-1] == "bot"
    thread = await house.thread(conversation)
    assert (thread.owner, thread.case, thread.past_cases[0].note) == ("bot", None, "échange accepté")


async def test_of_two_advisors_who_take_at_once_one_is_told_who_was_faster(house: RunningHouse) -> None:
    conversation = await waiting(house)
    outcomes = await asyncio.gather(house.does("ines", "take", conversation), house.does("thomas", "take", conversation))
    assert sorted(outcome.status for outcome in outcomes) == ["done", "refused"]
    refused = next(outcome for outcome in outcomes if outcome.status == "refused")
    (taken,) = await cases(house, conversation)
    faster = {"ines": "Inès", "thomas": "Thomas"}[taken[1] or ""]
    assert (refused.reason, refused.by) == ("taken", faster)
    assert [text for author, text in await house.said(conversation) if author == "system"][-1].startswith(faster)


async def test_the_same_form_submitted_twice_is_one_act(house: RunningHouse) -> None:
    conversation = await waiting(house)
    await house.does("ines", "take", conversation)
    twice = [house.does("ines", "answer", conversation, "Une seule fois.", form="one-form") for _ in range(3)]
    assert await asyncio.gather(*twice) == [DONE, DONE, DONE]
    assert [text for author, text in await house.said(conversation) if author == "advisor"] == ["Une seule fois."]


async def test_only_the_advisor_who_has_it_answers(house: RunningHouse) -> None:
    conversation = await waiting(house)
    early = await house.does("ines", "answer", conversation, "Bonjour")
    assert (early.status, early.reason) == ("refused", "not_yours")
    await house.does("ines", "take", conversation)
    late = await house.does("thomas", "close", conversation)
    assert (late.reason, late.by) == ("not_yours", "Inès")
    assert await cases(house, conversation) == [("taken", "ines")]
    assert all(author != "advisor" for author, _ in await house.said(conversation))


async def test_a_manager_takes_over_from_whoever_has_it(house: RunningHouse) -> None:
    conversation = await waiting(house)
    await house.does("ines", "take", conversation)
    assert await house.does("noemie", "takeover", conversation) == DONE
    assert await cases(house, conversation) == [("taken", "noemie")]
    refused = await house.does("ines", "answer", conversation, "Encore moi")
    assert (refused.reason, refused.by) == ("not_yours", "Noémie")


async def test_a_manager_takes_a_conversation_nobody_asked_to_hand_over(house: RunningHouse) -> None:
    conversation = (await house.says("camille", "bonjour")).conversation
    refused = await house.does("ines", "take", conversation)
    assert (refused.status, refused.reason) == ("refused", "not_open")
    assert await house.does("noemie", "takeover", conversation) == DONE
    assert (await house.thread(conversation)).owner == "advisor"
    assert await house.does("noemie", "close", conversation) == DONE
    assert (await house.thread(conversation)).owner == "bot"


async def test_released_it_goes_back_to_the_queue_in_its_former_place(house: RunningHouse) -> None:
    first, second = await waiting(house, "camille"), await waiting(house, "noe")
    await house.does("ines", "take", first)
    assert await house.does("ines", "release", first) == DONE
    thread = await house.thread(first)
    assert (thread.owner, thread.case.status, thread.case.advisor) == ("queue", "waiting", None)
    assert thread.case.deadline > house.clock.now(), "the customer will hear from us if nobody takes it again"
    waits = sorted(await house.ports.desk.open_cases(), key=lambda row: row.case.opened_at)
    assert [row.case.conversation for row in waits] == [first, second]
    assert await house.does("thomas", "take", first) == DONE


async def test_a_released_case_nobody_takes_is_not_forgotten(house: RunningHouse) -> None:
    conversation = await waiting(house)
    await house.does("ines", "take", conversation)
    await house.does("ines", "release", conversation)
    house.clock.advance(minutes=4)
    for _ in range(200):
        if (await cases(house, conversation))[0][0] == "unanswered":
            break
        await asyncio.sleep(0.02)
    thread = await house.thread(conversation)
    assert (thread.case.status, thread.owner) == ("unanswered", "bot")
    assert thread.messages[-1].buttons, "the customer hears of it and gets a choice"


async def test_hands_that_are_full_take_no_more(house: RunningHouse) -> None:
    limit = house.house.brand.advisor("thomas").max_conversations  # type: ignore[union-attr]
    mine = [await waiting(house, f"customer-{number}") for number in range(limit + 1)]
    for conversation in mine[:limit]:
        assert await house.does("thomas", "take", conversation) == DONE
    assert (await house.does("thomas", "take", mine[limit])).reason == "full"
    await house.does("thomas", "close", mine[0])
    assert await house.does("thomas", "take", mine[limit]) == DONE


async def test_a_case_that_needs_another_language_is_left_to_who_has_it(house: RunningHouse) -> None:
    conversation = await waiting(house, "lena", language="en")
    await house.staff()
    refused = await house.does("thomas", "take", conversation)  # speaks French only
    assert (refused.reason, refused.detail) == (
        "conflict",
        "Cette demande attend une autre compétence, un autre magasin ou une autre langue.",
    )
    assert await house.does("ines", "take", conversation) == DONE


async def test_an_answer_nobody_can_receive_is_refused_before_it_is_written(house: RunningHouse) -> None:
    conversation = await waiting(house)
    await house.does("ines", "take", conversation)
    await house.says("camille", kind="blocked")
    assert (await house.thread(conversation)).cannot_write.startswith("le client a bloqué")

    refused = await house.does("ines", "answer", conversation, "Vous me lisez ?")
    assert (refused.status, refused.reason) == ("refused", "cannot_write")
    assert refused.detail.startswith("le client a bloqué ce canal")
    assert all(author != "advisor" for author, _ in await house.said(conversation))

    await house.says("camille", kind="unblocked")
    assert (await house.thread(conversation)).cannot_write == ""
    assert await house.does("ines", "answer", conversation, "Vous me lisez ?") == DONE


async def test_an_act_on_a_case_that_is_over_does_not_reach_the_next_one(house: RunningHouse) -> None:
    conversation = await waiting(house)
    (first,) = await house.ports.desk.cases_of(conversation)
    await house.does("ines", "take", conversation, case=first.id)
    await house.does("ines", "close", conversation, case=first.id)
    await waiting(house)
    stale = await house.does("ines", "close", conversation, case=first.id)
    assert stale.status == "refused"
    assert await cases(house, conversation) == [("closed", "ines"), ("waiting", None)]
    elsewhere = await waiting(house, "noe")
    assert (await house.does("ines", "take", elsewhere, case=first.id)).status == "refused"


async def test_a_call_back_is_taken_and_given_back_without_another_case(house: RunningHouse) -> None:
    conversation = (await house.says("camille", "bonjour")).conversation

    def call_back(connection: Connection) -> int:
        from bot.storage.cases import StoreDesk

        desk = StoreDesk(connection, house.house.desks, conversation, house.clock.now())
        return desk.call_back(HandoffContext(reason="asked", summary="", language="fr"), phone="+33639980101").id

    number = await house.database.write(call_back)
    assert (await house.thread(conversation)).case.id == number
    assert await house.does("ines", "take", conversation, case=number) == DONE
    assert await cases(house, conversation) == [("taken", "ines")]
    assert await house.does("ines", "release", conversation, case=number) == DONE
    thread = await house.thread(conversation)
    assert (thread.owner, thread.case.status, thread.case.deadline) == ("bot", "waiting", None)
    assert await house.does("awa", "take", conversation, case=number) == DONE


async def test_nobody_calls_back_while_a_colleague_writes(house: RunningHouse) -> None:
    conversation = await waiting(house)

    def also_call_back(connection: Connection) -> int:
        row = connection.execute(select(case).where(case.c.conversation_id == conversation)).one()
        values = {**row._asdict(), "context": {**row.context, "reason": "callback"}, "deadline": None}
        del values["id"]
        return connection.execute(case.insert().returning(case.c.id), values).scalar_one()

    call = await house.database.write(also_call_back)
    first = await house.does("thomas", "take", conversation, case=call)
    assert (first.status, first.reason) == ("refused", "conflict")
    assert (await house.does("ines", "take", conversation)) == DONE
    refused = await house.does("thomas", "take", conversation, case=call)
    assert (refused.reason, refused.by) == ("taken", "Inès")


async def test_a_note_stands_in_the_thread_and_goes_to_nobody(house: RunningHouse) -> None:
    conversation = await waiting(house)
    assert await house.does("ines", "note", conversation, "Déjà venue hier.") == DONE
    await house.says("camille", "vous êtes là ?")
    said = await house.said(conversation)
    assert said.index(("note", "Déjà venue hier.")) == said.index(("customer", "vous êtes là ?")) - 1
    note = next(one for one in (await house.thread(conversation)).messages if one.author == "note")
    assert note.by == "Inès"
    printed = await house.database.read(partial(printed_thread, conversation_id=conversation))
    assert all("hier" not in line["text"] for line in printed["messages"])


async def test_the_bot_keeps_quiet_while_it_is_paused(house: RunningHouse) -> None:
    conversation = (await house.says("camille", "bonjour")).conversation
    assert await house.does("noemie", "pause", conversation) == DONE
    before = len(await house.said(conversation))
    await house.says("camille", "bonjour")
    assert len(await house.said(conversation)) == before + 1
    assert (await house.thread(conversation)).paused
    assert await house.does("noemie", "resume", conversation) == DONE
    await house.says("camille", "bonjour")
    assert (await house.said(conversation))[-1][0] == "bot"


async def test_a_conversation_that_is_not_there_cannot_be_acted_on(house: RunningHouse) -> None:
    assert (await house.does("ines", "take", 4711)).reason == "not_open"
    assert await house.thread(4711) is None
    assert await house.ports.desk.cases_of(4711) == []


async def test_an_act_nobody_takes_the_turn_of_is_pending_and_done_later(database: Database) -> None:
    async with running_house(database) as house:
        conversation = await waiting(house)

        def claimed_elsewhere(connection: Connection) -> None:
            from bot.storage.schema import conversation as table

            connection.execute(update(table).values(claimed_by="other", claimed_until=house.clock.now().replace(year=2027)))

        def given_up(connection: Connection) -> None:
            from bot.storage.schema import conversation as table

            connection.execute(update(table).values(claimed_by=None, claimed_until=None))

        await database.write(claimed_elsewhere)
        house.ports.acts._wait = 0.1  # type: ignore[attr-defined]
        assert await house.does("ines", "take", conversation, form="slow") == ActOutcome(status="pending")
        await database.write(given_up)
        house.ports.acts._wait = 5.0  # type: ignore[attr-defined]
        assert await house.does("ines", "take", conversation, form="slow") == DONE
        acts = select(func.count()).select_from(message).where(message.c.kind == "act")
        assert await database.read(lambda connection: connection.execute(acts).scalar_one()) == 1


async def test_a_customer_without_a_channel_can_be_read_but_not_answered(house: RunningHouse) -> None:
    conversation = await waiting(house)
    await house.does("ines", "take", conversation)

    def forget(connection: Connection) -> None:
        from bot.storage.schema import conversation as table

        connection.execute(update(table).values(identity_id=None))
        connection.execute(identity.delete())

    await house.database.write(forget)
    assert (await house.does("ines", "answer", conversation, "Allô ?")).reason == "cannot_write"
    thread = await house.thread(conversation)
    assert thread.channel == ""
    assert thread.cannot_write


async def test_an_act_that_breaks_every_turn_is_told_to_who_did_it_and_to_nobody_else(
    house: RunningHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await waiting(house)
    before = await house.said(conversation)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bot.workers.hearing.Listener._note", broken)
    with capture_logs() as logs:
        act = asyncio.create_task(house.does("ines", "note", conversation, "Une note"))
        while not act.done():
            house.clock.advance(seconds=1)  # each try comes a little later than the one before
            await asyncio.sleep(0.02)
        outcome = await act
    assert {entry["event"] for entry in logs} == {"turn_failed"}
    assert (outcome.status, outcome.reason) == ("refused", "conflict")
    assert "journal" in outcome.detail
    assert await house.said(conversation) == before
    assert await house.does("ines", "take", conversation) == DONE, "the conversation goes on"
