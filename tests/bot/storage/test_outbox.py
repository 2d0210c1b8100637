"""The outbox: one row and one key for each message, one after another to the same recipient, repeats marked and counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select, update

from bot.messages import InboundMessage
from bot.storage import conversations, inbox, outbox
from bot.storage.database import Database
from bot.storage.outbox import Due, Outcome
from bot.storage.schema import conversation, delivery, identity
from bot.turn import Reply, Turn

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


async def answer(
    database: Database,
    *replies: Reply,
    sender: str = "42",
    channel: str = "telegram",
    account: str = "",
    number: int = 1,
    at: datetime = NOON,
) -> int:
    """Let a customer write once and be answered so; returns the conversation."""
    said = InboundMessage(channel=channel, account=account, external_id=f"{sender}-{number}", sender=sender, text="?", sent_at=at)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=at))
    until = at + timedelta(seconds=10)
    claim = partial(inbox.claim, worker="w", now=at, until=until, limit=1, wanted=[accepted.conversation])
    (claimed,) = await database.write(claim)

    def write(connection: Connection) -> None:
        standing = conversations.lock(connection, claimed, accepted.identity, at)
        state = conversations.dialogue_state(standing)
        turn = Turn(state=state, replies=replies, traces={accepted.message: {}}, spoke_from=accepted.identity)
        conversations.write_turn(connection, claimed, standing, turn, now=at, rest=False)

    await database.write(write)
    return accepted.conversation


async def claim(database: Database, at: datetime = NOON, *, worker: str = "w") -> list[Due]:
    until = at + timedelta(seconds=30)
    return await database.write(partial(outbox.claim_due, channel="telegram", worker=worker, now=at, until=until, limit=10))


async def settle(database: Database, *outcomes: Outcome, worker: str = "w", at: datetime = NOON) -> None:
    await database.write(partial(outbox.settle, outcomes=outcomes, worker=worker, now=at))


async def ledger(database: Database) -> list[tuple[str, int, int]]:
    rows = select(delivery.c.state, delivery.c.attempts, delivery.c.repeats).order_by(delivery.c.message_id)
    return [tuple(row) for row in await database.read(lambda connection: connection.execute(rows).all())]


async def test_answers_go_out_one_after_another_in_the_order_they_were_written(database: Database) -> None:
    await answer(database, Reply("un"), Reply("deux"))
    await answer(database, Reply("autre"), sender="43")
    first = await claim(database)
    assert [due.outbound.text for due in first] == ["un", "autre"]
    assert await claim(database) == []
    await settle(database, *(Outcome(due.message, "sent", provider_id="p") for due in first))
    assert [due.outbound.text for due in await claim(database)] == ["deux"]


async def test_what_a_dead_worker_was_sending_is_sent_once_more_and_marked(database: Database) -> None:
    await answer(database, Reply("un"))
    (lost,) = await claim(database, worker="dead")
    assert await claim(database, NOON + timedelta(seconds=29)) == []
    (again,) = await claim(database, NOON + timedelta(seconds=31), worker="alive")
    assert again.outbound.key == lost.outbound.key
    await settle(database, Outcome(lost.message, "failed"), worker="dead")  # too late to say anything
    await settle(database, Outcome(again.message, "sent"), worker="alive")
    assert await ledger(database) == [("sent", 2, 1)]


async def test_a_refused_message_keeps_its_reason_and_lets_the_next_one_go(database: Database) -> None:
    await answer(database, Reply("un"), Reply("deux"))
    (first,) = await claim(database)
    await settle(database, Outcome(first.message, "failed", why="too long"))
    (second,) = await claim(database)
    assert second.outbound.text == "deux"
    assert (await ledger(database))[0] == ("failed", 1, 0)


async def test_a_message_to_try_later_waits_and_keeps_its_place(database: Database) -> None:
    await answer(database, Reply("un"), Reply("deux"))
    (first,) = await claim(database)
    await settle(database, Outcome(first.message, "pending", next_at=NOON + timedelta(seconds=60)))
    assert await claim(database, NOON + timedelta(seconds=59)) == []
    (again,) = await claim(database, NOON + timedelta(seconds=60))
    assert (again.outbound.text, again.attempts) == ("un", 2)


async def test_the_bot_is_not_heard_once_a_person_has_taken_over(database: Database) -> None:
    number = await answer(database, Reply("une idée ?"), Reply("Inès vous répond", author="system"))
    taken = update(conversation).where(conversation.c.id == number).values(owner="advisor", epoch=conversation.c.epoch + 1)
    await database.write(lambda connection: connection.execute(taken).rowcount)
    (bots,) = await claim(database)
    assert "person has taken" in bots.withheld
    await settle(database, Outcome(bots.message, "withheld", why=bots.withheld))
    (notice,) = await claim(database)
    assert notice.outbound.text == "Inès vous répond"
    assert notice.withheld == ""


async def test_a_customer_who_blocked_us_is_left_alone(database: Database) -> None:
    await answer(database, Reply("un"), Reply("deux"))
    (first,) = await claim(database)
    await settle(database, Outcome(first.message, "failed", why="blocked", customer_gone=True))
    blocked = await database.read(lambda connection: connection.execute(select(identity.c.blocked_at)).scalar_one())
    assert blocked == NOON
    (second,) = await claim(database)
    assert "blocked" in second.withheld


async def test_a_rest_client_gets_what_waits_once_and_the_same_again_when_it_repeats(database: Database) -> None:
    await answer(database, Reply("un"), Reply("deux"), channel="rest")
    who = await database.read(lambda connection: connection.execute(select(identity.c.id)).scalar_one())

    async def hand(request: int, *, fresh: bool = True) -> list[str]:
        unit = partial(outbox.hand_over, identity_id=who, request=request, fresh=fresh, now=NOON, take=True)
        return [row.text for row in await database.write(unit)]

    assert await hand(1) == ["un", "deux"]
    assert await hand(2) == []
    assert await hand(1, fresh=False) == ["un", "deux"]


async def test_a_clock_put_back_delays_no_answer(database: Database) -> None:
    await answer(database, Reply("un"))
    (first,) = await claim(database)
    await settle(database, Outcome(first.message, "sent"))
    earlier = NOON - timedelta(minutes=10)  # put right by a time server, or a second machine whose clock is behind
    await answer(database, Reply("deux"), number=2, at=earlier)
    assert [due.outbound.text for due in await claim(database, earlier)] == ["deux"]
