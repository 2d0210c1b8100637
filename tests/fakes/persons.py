"""A whole house one can step by hand, turn by turn and without a loop: for tests that try many orders of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from bot.dialogue.state import DialogueState
from bot.messages import InboundMessage
from bot.storage import inbox, links
from bot.storage.database import parse_url, sqlite_engine
from bot.storage.merging import Joined, state_of
from bot.storage.schema import conversation, identity, message
from bot.storage.upgrade import upgrade_connection
from bot.workers.hearing import Meant
from bot.workers.turn_unit import TurnUnit, together
from bot.workers.words import words_in
from nlu.understanding import Entity, IntentGuess, Understanding
from tests.fakes.house import demo_house

T = TypeVar("T")
NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
MEANINGS: Mapping[str, tuple[str, tuple[Entity, ...]]] = {
    "bonjour": ("greet", ()),
    "un conseiller svp": ("talk_to_human", ()),
    "mes rendez-vous ?": ("check_appointment", ()),
    "un essayage demain à Lyon": (
        "book_appointment",
        (
            Entity("service", "fitting", "essayage", 3, 11),
            Entity("day", {"offset": 1}, "demain", 12, 18),
            Entity("store", "lyon", "Lyon", 21, 25),
        ),
    ),
    "le premier": ("choose_option", (Entity("number", 1, "premier", 3, 10),)),
    "oui": ("affirm", ()),
    "laissez tomber": ("cancel", ()),
    "Claire Martin": ("inform", (Entity("name", "Claire Martin", "Claire Martin", 0, 13),)),
}


def meant(text: str) -> Meant:
    """What everybody here understands by these words; nothing by any others."""
    intent, entities = MEANINGS.get(text, ("", ()))
    sure = (IntentGuess(intent, 0.93), IntentGuess("thank_you", 0.03)) if intent else ()
    return Meant(Understanding(text=text, language="fr", ranking=sure, entities=entities, engine="fake 1"), 1.0)


@dataclass
class SteppedHouse:
    """The demo brand over one SQLite file; every act is a transaction of its own, and nothing happens by itself."""

    path: Path
    now: datetime = NOON
    _number: int = 0
    _engine: Any = field(init=False)
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self._engine = sqlite_engine(parse_url(f"sqlite:///{self.path}"))
        self.connection = self._engine.connect()
        self.write(upgrade_connection)

    def close(self) -> None:
        self.connection.close()
        self._engine.dispose()

    def write(self, work: Callable[[Connection], T]) -> T:
        """One transaction."""
        self.connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            result = work(self.connection)
        except BaseException:
            self.connection.exec_driver_sql("ROLLBACK")
            raise
        self.connection.exec_driver_sql("COMMIT")
        return result

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def says(self, channel: str, sender: str, text: str = "", **more: Any) -> int:
        """A customer writes, and every turn that follows is taken. Returns the conversation it ended in."""
        now = self.tick()
        self._number += 1
        said = InboundMessage(
            channel=channel, external_id=f"{sender}-{self._number}", sender=sender, text=text, sent_at=now, **more
        )
        self.write(lambda connection: inbox.accept(connection, said, now))
        self.settle()
        return self.home(channel, sender)

    def act(self, conversation_id: int, kind: str, by: str = "ines", text: str = "") -> Mapping[str, Any]:
        """Somebody of the house does something in this conversation; returns what became of it."""
        now = self.tick()
        self._number += 1
        accepted = self.write(
            lambda connection: inbox.accept_act(
                connection,
                conversation_id=conversation_id,
                key=f"act-{self._number}",
                by=by,
                name=by,
                data={"act": kind},
                text=text,
                now=now,
            )
        )
        assert accepted is not None
        self.settle()
        trace: Mapping[str, Any] = self.read(select(message.c.trace).where(message.c.id == accepted.message))[0]
        return trace

    def settle(self) -> None:
        """Take turns until nothing is due."""
        for _ in range(50):
            now = self.tick()
            until = now + timedelta(seconds=10)
            claims = self.write(partial(inbox.claim, worker="w", now=now, until=until, limit=1))
            if not claims:
                return
            (claim,) = claims
            arrivals = together(claim.arrivals)
            heard = {one.id: meant(words) for one in arrivals if (words := words_in(one)) is not None}
            written = self.write(TurnUnit(demo_house(), claim, arrivals, heard, self.tick()))
            assert written is not None
            if isinstance(written, Joined):
                continue
        raise AssertionError("the turns never end")

    def link(self, channel: str, sender: str, to: str) -> str:
        """A one-time link to another channel, asked for here."""
        identity_id, home = self.who(channel, sender)
        return self.write(
            lambda connection: links.make(connection, conversation_id=home, identity_id=identity_id, channel=to, now=self.tick())
        )

    def who(self, channel: str, sender: str) -> tuple[int, int]:
        """An identity and its conversation."""
        query = select(identity.c.id, identity.c.conversation_id).where(
            identity.c.channel == channel, identity.c.sender == sender
        )
        row = self.connection.execute(query).one()
        return row.id, row.conversation_id

    def home(self, channel: str, sender: str) -> int:
        return self.who(channel, sender)[1]

    def read(self, query: Any) -> list[Any]:
        return list(self.connection.execute(query).scalars())

    def rows(self, query: Any) -> list[Any]:
        return list(self.connection.execute(query).all())

    def row(self, conversation_id: int) -> Any:
        return self.connection.execute(select(conversation).where(conversation.c.id == conversation_id)).one()

    def state(self, conversation_id: int) -> DialogueState:
        return state_of(self.row(conversation_id))

    def slots(self, conversation_id: int) -> dict[str, Any]:
        return {name: slot.value for name, slot in self.state(conversation_id).slots.items()}

    def said(self, channel: str, sender: str) -> list[str]:
        """What we have said to this sender."""
        identity_id, _ = self.who(channel, sender)
        query = select(message.c.text).where(message.c.identity_id == identity_id, message.c.direction == "out")
        return self.read(query.order_by(message.c.id))
