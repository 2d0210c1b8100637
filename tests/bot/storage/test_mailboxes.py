"""What the mail channel remembers: spent tokens, how far a mailbox was read, and under which mail ours go."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert

from bot.messages import InboundMessage
from bot.storage import inbox, leases, mailboxes
from bot.storage.database import Database
from bot.storage.schema import delivery, identity, message
from tests.fakes.house import NOON

ZOE = "zoe@client.example"


async def test_a_token_is_good_for_one_body_however_often_that_comes(database: Database) -> None:
    spend = partial(mailboxes.spend, token="t" * 50, now=NOON)
    assert await database.write(partial(spend, body=b"one")) is True
    assert await database.write(partial(spend, body=b"one")) is True
    assert await database.write(partial(spend, body=b"another")) is False
    assert await database.write(partial(mailboxes.spend, token="u" * 50, body=b"another", now=NOON)) is True


async def test_the_place_in_a_mailbox_outlives_whoever_read_it(database: Database) -> None:
    hold = partial(leases.hold, name="poll:email:", now=NOON, until=NOON + timedelta(seconds=9))
    assert await database.write(partial(hold, holder="first"))
    assert await database.read(partial(mailboxes.cursor, seat="poll:email:")) is None
    await database.write(partial(mailboxes.keep_cursor, seat="poll:email:", value="7:42"))
    await database.write(partial(leases.leave, name="poll:email:", holder="first", now=NOON))
    assert await database.write(partial(hold, holder="second"))
    assert await database.read(partial(mailboxes.cursor, seat="poll:email:")) == "7:42"


def mail(connection: Connection, subject: str, sender: str = ZOE, kind: Any = "text", account: str = "") -> int:
    said = InboundMessage(
        channel="email",
        account=account,
        external_id=subject,
        sender=sender,
        text="?",
        sent_at=NOON,
        kind=kind,
        data={"subject": subject},
    )
    return inbox.accept(connection, said, NOON).message


def ours(connection: Connection, key: str, answers: list[int]) -> None:
    base = {"channel": "email", "direction": "out", "author": "bot", "kind": "text", "text": "!", "at": NOON, "received_at": NOON}
    row = {"conversation_id": 1, "failures": 0, "in_reply_to": [str(one) for one in answers]} | base
    number = connection.execute(insert(message).values(row).returning(message.c.id)).scalar_one()
    went = {"message_id": number, "conversation_id": 1, "identity_id": 1, "channel": "email", "account": "", "recipient": ZOE}
    connection.execute(
        insert(delivery).values(went | {"key": key, "state": "pending", "attempts": 0, "repeats": 0, "next_at": NOON})
    )


async def test_our_mail_goes_under_the_one_it_answers_else_under_the_last(database: Database) -> None:
    def unit(connection: Connection) -> dict[str, Any]:
        lyon, lille = mail(connection, "Lyon"), mail(connection, "Lille")
        mail(connection, "Absence", kind="standby")
        mail(connection, "Repairs", account="repairs")
        mail(connection, "Stranger", sender="hugo@client.example")
        ours(connection, "of lyon", [lyon])
        ours(connection, "of both", [lyon, lille])
        ours(connection, "of an act", [9999])
        under = partial(mailboxes.answered_mail, connection, account="", sender=ZOE)
        keys = ("of lyon", "of both", "of an act", "unknown")
        return {key: (under(key=key) or {}).get("subject") for key in keys} | {
            "nobody": mailboxes.answered_mail(connection, account="", sender="new@client.example", key="unknown")
        }

    found = await database.write(unit)
    assert found == {"of lyon": "Lyon", "of both": "Lille", "of an act": "Lille", "unknown": "Lille", "nobody": None}


async def test_only_a_word_lifts_what_a_word_has_stopped(database: Database) -> None:
    def said(connection: Connection, channel: str, kind: Any, number: int) -> bool:
        written = InboundMessage(
            channel=channel, external_id=str(number), sender="+33639988001", text="x", sent_at=NOON, kind=kind
        )
        identity_id = inbox.accept(connection, written, NOON).identity
        here = identity.c.id == identity_id
        if kind in ("blocked", "unblocked"):  # as the turn does
            connection.execute(identity.update().where(here).values(blocked_at=NOON if kind == "blocked" else None))
        return connection.execute(identity.select().where(here)).one().blocked_at is not None

    def unit(connection: Connection) -> dict[str, list[bool]]:
        kinds = ("text", "blocked", "text", "media", "unblocked", "text")
        return {
            channel: [said(connection, channel, kind, number) for number, kind in enumerate(kinds)]
            for channel in ("sms", "telegram")
        }

    assert await database.write(unit) == {
        "sms": [False, True, True, True, False, False],
        "telegram": [False, True, False, False, False, False],
    }


async def test_an_sms_that_came_back_may_be_answered_again_when_its_customer_writes(database: Database) -> None:
    def unit(connection: Connection) -> bool:
        written = InboundMessage(channel="sms", external_id="1", sender="+33639988002", text="x", sent_at=NOON)
        identity_id = inbox.accept(connection, written, NOON).identity
        connection.execute(identity.update().where(identity.c.id == identity_id).values(blocked_at=NOON))  # by a receipt
        again = InboundMessage(channel="sms", external_id="2", sender="+33639988002", text="x", sent_at=NOON)
        inbox.accept(connection, again, NOON)
        return connection.execute(identity.select().where(identity.c.id == identity_id)).one().blocked_at is None

    assert await database.write(unit)
