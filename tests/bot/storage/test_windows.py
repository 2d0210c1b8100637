"""Words that meet a closed window: which other channel of the same customer they may take, and which they may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.customers.recognise import Level
from bot.messages import InboundMessage, Limits
from bot.storage import evidence, inbox, windows
from bot.storage.database import Database
from bot.storage.outbox import Due, Outcome, claim_due, settle
from bot.storage.schema import conversation, delivery, identity, message
from bot.storage.windows import Reach, Served, choose
from bot.turn import Reply
from tests.bot.storage.test_outbox import NOON, answer

FREE = Limits(text=4096, buttons=8)
DAY = replace(FREE, window_hours=24.0)
TWILIO = replace(DAY, window_for="whatsapp:")
SERVED: Served = {("whatsapp", ""): DAY, ("messenger", ""): DAY, ("telegram", ""): FREE, ("sms", ""): TWILIO}

MEANT = Reach(identity=1, channel="whatsapp", recipient="33", level=2, last_act=NOON - timedelta(hours=30))
TELEGRAM = Reach(identity=2, channel="telegram", recipient="42", level=2, last_act=NOON - timedelta(days=30))
MESSENGER = Reach(identity=3, channel="messenger", recipient="m", level=2, last_act=NOON - timedelta(hours=1))
WEBCHAT = Reach(identity=4, channel="webchat", recipient="s", level=2, last_act=NOON - timedelta(minutes=2), newest=9)
SMS = Reach(identity=5, channel="sms", recipient="+33", level=2)


@pytest.mark.parametrize(
    ("others", "recognised", "chosen"),
    [
        ([], True, None),
        ([TELEGRAM], True, TELEGRAM),
        ([TELEGRAM, MESSENGER], True, MESSENGER),  # where they wrote last
        ([replace(MESSENGER, last_act=NOON - timedelta(hours=25))], True, None),
        ([replace(MESSENGER, last_act=NOON - timedelta(hours=24) + timedelta(minutes=4))], True, None),  # about to close
        ([replace(MESSENGER, last_act=None)], True, None),
        ([replace(MESSENGER, blocked=True), TELEGRAM], True, TELEGRAM),
        ([replace(TELEGRAM, level=1)], True, None),  # not proved to be that person
        ([replace(TELEGRAM, level=1)], False, replace(TELEGRAM, level=1)),  # a person nobody claims to know
        ([replace(TELEGRAM, account="another")], True, None),  # nothing is sent by that account
        ([WEBCHAT, TELEGRAM], True, TELEGRAM),  # what rings comes first
        ([WEBCHAT], True, WEBCHAT),
        ([replace(WEBCHAT, last_act=NOON - timedelta(minutes=11))], True, None),  # nobody is looking
        ([replace(WEBCHAT, newest=11)], True, None),  # they have been shown later lines: this one would never be seen
        ([Reach(identity=6, channel="rest", level=4, last_act=NOON)], True, None),
        ([SMS], True, SMS),  # may always be written to
        ([replace(SMS, recipient="whatsapp:+33")], True, None),  # by Twilio, and WhatsApp's window all the same
    ],
)
def test_which_channel_is_chosen(others: list[Reach], recognised: bool, chosen: Reach | None) -> None:
    found = choose(MEANT, [MEANT, *others], message_id=10, recognised=recognised, served=SERVED, now=NOON)
    assert found == chosen


async def writes(database: Database, channel: str, sender: str, *, at: Any, of: int | None = None) -> int:
    """A customer writes; the identity then belongs to conversation `of`."""
    said = InboundMessage(channel=channel, external_id=f"{sender}-{at}", sender=sender, text="?", sent_at=at)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=at))

    def place(connection: Connection) -> None:
        belongs = {"conversation_id": of or accepted.conversation}
        connection.execute(update(identity).where(identity.c.id == accepted.identity).values(belongs))

    await database.write(place)
    return accepted.identity


async def claimed(database: Database, channel: str = "whatsapp", *, worker: str = "w", at: Any = NOON) -> list[Due]:
    unit = partial(
        claim_due,
        channel=channel,
        worker=worker,
        now=at,
        until=at + timedelta(seconds=30),
        limit=9,
        limits=SERVED[channel, ""],
    )
    return await database.write(unit)


async def aside(database: Database, due: Due, *, worker: str = "w", served: Served = SERVED) -> windows.Aside | None:
    return await database.write(partial(windows.step_aside, message_id=due.message, worker=worker, served=served, now=NOON))


async def late(database: Database, author: str = "advisor", *, reply: Reply | None = None) -> Due:
    """An answer of somebody's that leaves a day too late."""
    await answer(database, reply or Reply("me voilà", author=author), channel="whatsapp", at=NOON - timedelta(hours=30))
    (due,) = await claimed(database)
    return due


async def test_a_message_knows_until_when_it_is_welcome(database: Database) -> None:
    due = await late(database)
    assert due.outbound.window_ends == NOON - timedelta(hours=6)
    assert due.outbound.author == "advisor"
    await answer(database, Reply("par SMS"), channel="sms", sender="+33")
    await answer(database, Reply("par WhatsApp"), channel="sms", sender="whatsapp:+33")
    ends = {one.outbound.text: one.outbound.window_ends for one in await claimed(database, "sms")}
    assert ends == {"par SMS": None, "par WhatsApp": NOON + timedelta(hours=24)}


async def test_an_advisors_late_answer_goes_where_the_customer_may_be_written_to(database: Database) -> None:
    due = await late(database)
    telegram = await writes(database, "telegram", "42", at=NOON - timedelta(hours=2), of=due.conversation)
    moved = await aside(database, due)
    assert moved is not None
    assert moved.moved is not None
    assert moved.moved.identity == telegram
    (again,) = await claimed(database, "telegram")
    assert (again.outbound.text, again.outbound.recipient, again.attempts) == ("me voilà", "42", 1)
    assert again.outbound.key == due.outbound.key
    row = await database.read(lambda c: c.execute(select(message).where(message.c.id == due.message)).one())
    assert (row.channel, row.identity_id) == ("telegram", telegram)
    assert row.trace["moved"]["from"] == "whatsapp"


async def test_the_worker_that_found_the_window_closed_has_nothing_more_to_say(database: Database) -> None:
    due = await late(database)
    await writes(database, "telegram", "42", at=NOON, of=due.conversation)
    await aside(database, due)
    await database.write(partial(settle, outcomes=[Outcome(due.message, "failed", why="late")], worker="w", now=NOON))
    (again,) = await claimed(database, "telegram")
    assert again.message == due.message


async def test_what_is_somebody_elses_by_now_is_left_alone(database: Database) -> None:
    due = await late(database)
    await writes(database, "telegram", "42", at=NOON, of=due.conversation)
    assert await aside(database, due, worker="another") is None
    assert await claimed(database, "telegram") == []


async def test_a_private_answer_never_goes_to_an_identity_that_has_proved_less(database: Database) -> None:
    due = await late(database)
    await writes(database, "telegram", "42", at=NOON, of=due.conversation)

    def recognise(connection: Connection) -> None:
        connection.execute(update(conversation).where(conversation.c.id == due.conversation).values(profile_id="c1"))
        whatsapp = connection.execute(select(identity.c.id).where(identity.c.channel == "whatsapp")).scalar_one()
        about = {"conversation_id": due.conversation, "identity_id": whatsapp, "profile_id": "c1"}
        evidence.give(connection, **about, kind="whatsapp_sender", level=Level.CHANNEL_VERIFIED, now=NOON)

    await database.write(recognise)
    assert await aside(database, due) == windows.Aside(may_prompt=True)


async def test_the_bots_answer_stays_where_it_was_asked(database: Database) -> None:
    due = await late(database, "bot")
    await writes(database, "telegram", "42", at=NOON, of=due.conversation)
    assert await aside(database, due) == windows.Aside()


async def test_a_customer_in_the_web_chat_now_is_shown_it_there(database: Database) -> None:
    due = await late(database)
    webchat = await writes(database, "webchat", "s", at=NOON - timedelta(minutes=1), of=due.conversation)

    def before(connection: Connection) -> None:  # what they wrote there came before the advisor's answer
        connection.execute(update(message).where(message.c.identity_id == webchat).values(id=-1))

    await database.write(before)
    moved = await aside(database, due)
    assert moved is not None
    assert moved.moved is not None
    row = await database.read(lambda c: c.execute(select(delivery).where(delivery.c.message_id == due.message)).one())
    assert (row.channel, row.state, row.sent_at) == ("webchat", "sent", NOON)


async def test_a_template_is_sent_once_for_each_time_the_window_is_closed(database: Database) -> None:
    due = await late(database, reply=Reply("un", author="advisor"))
    await database.write(partial(windows.note_prompt, message_id=due.message, template="hello", now=NOON))
    await database.write(partial(settle, outcomes=[Outcome(due.message, "held", why="late")], worker="w", now=NOON))
    number = due.conversation

    async def another(key: str) -> Due:
        def say(connection: Connection) -> None:
            row = connection.execute(select(delivery).where(delivery.c.message_id == due.message)).one()
            told = connection.execute(select(message).where(message.c.id == due.message)).one()
            id_ = connection.execute(
                message.insert()
                .values({name: value for name, value in told._mapping.items() if name not in ("id", "trace")})
                .returning(message.c.id)
            ).scalar_one()
            values = {**row._mapping, "message_id": id_, "key": key, "state": "pending", "claimed_by": None, "ended_at": None}
            connection.execute(delivery.insert().values(values))

        await database.write(say)
        (found,) = await claimed(database)
        return found

    second = await another("second")
    assert second.conversation == number
    assert await aside(database, second) == windows.Aside(may_prompt=False)
    await database.write(partial(settle, outcomes=[Outcome(second.message, "held", why="late")], worker="w", now=NOON))
    # They write, and the window closes once more before anything could leave.
    await writes(database, "whatsapp", "42", at=NOON + timedelta(minutes=1))
    again, *_ = await claimed(database, at=NOON + timedelta(hours=26))
    assert await aside(database, again) == windows.Aside(may_prompt=True)
