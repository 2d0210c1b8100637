"""Promises 1, 3 and 4 as properties: whatever customers, advisors, workers and clocks do, in whatever order.

A machine plays everybody: customers who write, several workers that claim, finish, die or are too slow, advisors who take, answer
and give back, and time that passes. After every step the thread must still be one that nobody could complain about.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy import select

import bot
from bot.errors import ClaimLost
from bot.messages import InboundMessage
from bot.storage import inbox
from bot.storage.database import open_database
from bot.storage.inbox import Claim
from bot.storage.schema import conversation, message
from bot.wiring import load_house
from bot.workers.hearing import Meant
from bot.workers.turn_unit import TurnUnit, together
from nlu.understanding import IntentGuess, Understanding
from tests.databases import upgraded_file

HOUSE = load_house(Path(bot.__path__[0]) / "demo")
MEANINGS = {
    "bonjour": "greet",
    "je veux un rdv": "book_appointment",
    "une personne svp": "talk_to_human",
    "merci": "thank_you",
    "laissez tomber": "cancel",
    "xyz": "",
}
SENDERS = ("ana", "ben", "chloe")


def understand(text: str) -> Understanding:
    """An NLU that is always sure of the few things it knows."""
    intent = MEANINGS[text.partition(" #")[0]]
    return Understanding(text, "fr", (IntentGuess(intent, 0.97),) if intent else (), language_sure=True)


class Everybody(RuleBasedStateMachine):
    claims = Bundle("claims")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        shutil.copy(_template(), self.folder / "filrouge.db")
        self.database = self.runner.run(_opened(f"sqlite:///{self.folder / 'filrouge.db'}"))
        self.now = datetime(2026, 11, 26, 9, tzinfo=UTC)
        self.said: defaultdict[str, list[str]] = defaultdict(list)
        self.acts = 0

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self._settle_all()
            self._nothing_lost()
        finally:
            self.runner.run(self.database.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def do(self, unit: Any) -> Any:
        return self.runner.run(self.database.write(unit))

    @rule(sender=st.sampled_from(SENDERS), words=st.sampled_from(sorted(MEANINGS)), repeated=st.booleans())
    def a_customer_writes(self, sender: str, words: str, repeated: bool) -> None:
        number = len(self.said[sender])
        text = f"{words} #{number}"
        said = InboundMessage(channel="telegram", external_id=f"{sender}-{number}", sender=sender, text=text, sent_at=self.now)
        for _ in range(1 + repeated):
            self.do(partial(inbox.accept, inbound=said, now=self.now))
        self.said[sender].append(text)

    @rule(by=st.sampled_from(["ines", "thomas"]), kind=st.sampled_from(["take", "answer", "give_back", "close", "release"]))
    def an_advisor_acts(self, by: str, kind: str) -> None:
        for number in self._conversations():
            self.acts += 1
            act = partial(
                inbox.accept_act,
                conversation_id=number,
                key=f"act-{self.acts}",
                by=by,
                name=by,
                data={"act": kind},
                text="voilà" if kind in ("answer", "give_back") else "",
                now=self.now,
            )
            self.do(act)

    @rule(target=claims, worker=st.sampled_from(["w1", "w2"]))
    def a_worker_claims(self, worker: str) -> Any:
        return multiple(*self._claim(worker))

    @rule(claim=consumes(claims))
    def it_takes_the_turn(self, claim: Claim) -> None:
        self._take(claim)

    @rule(claim=consumes(claims))
    def it_dies(self, claim: Claim) -> None:
        pass

    @rule(seconds=st.sampled_from([1, 11, 200]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def every_thread_is_in_order(self) -> None:
        if hasattr(self, "database"):
            for rows in self._threads().values():
                handled = [row for row in rows if row.author == "customer" and row.handled_at is not None]
                waiting = [row for row in rows if row.author == "customer" and row.handled_at is None]
                times = [row.handled_at for row in handled]
                assert times == sorted(times), "handled out of order"
                assert not waiting or not handled or waiting[0].id > handled[-1].id, "one was overtaken"

    @invariant()
    def nothing_is_answered_twice(self) -> None:
        if hasattr(self, "database"):
            for rows in self._threads().values():
                turns: defaultdict[str, set[datetime]] = defaultdict(set)
                for row in rows:
                    for answered in row.in_reply_to or ():
                        turns[answered].add(row.at)
                assert all(len(times) == 1 for times in turns.values()), "one message was answered in two turns"

    @invariant()
    def the_bot_is_silent_while_a_person_speaks(self) -> None:
        if not hasattr(self, "database"):
            return
        for rows in self._threads().values():
            speaking = False
            for row in sorted((one for one in rows if one.handled_at), key=lambda one: (one.handled_at, one.id)):
                done = row.kind == "act" and (row.trace or {}).get("outcome") == "done"
                if done and (row.data or {})["act"] == "take":
                    speaking = True
                elif done and (row.data or {})["act"] in ("give_back", "close", "release"):
                    speaking = False
                assert not (speaking and row.author == "bot"), f"the bot spoke over a person: {row.text}"

    def _claim(self, worker: str) -> list[Claim]:
        until = self.now + timedelta(seconds=10)
        claimed: list[Claim] = self.do(partial(inbox.claim, worker=worker, now=self.now, until=until, limit=5))
        return claimed

    def _take(self, claim: Claim) -> None:
        arrivals = together(claim.arrivals)
        meant = {one.id: Meant(understand(one.text), 0.1) for one in arrivals if one.kind == "text"}
        with suppress(ClaimLost):
            self.do(TurnUnit(HOUSE, claim, arrivals, meant, self.now))

    def _settle_all(self) -> None:
        self.now += timedelta(seconds=11)
        for _ in range(200):
            claims = self._claim("last")
            if not claims:
                return
            for claim in claims:
                self._take(claim)
        raise AssertionError("the inbox never becomes empty")

    def _nothing_lost(self) -> None:
        for rows in self._threads().values():
            sender = next(row.provider_id.partition("-")[0] for row in rows if row.author == "customer")
            received = [row for row in rows if row.author == "customer"]
            assert [row.text for row in received] == self.said[sender], "lost, doubled or out of order"
            assert all(row.handled_at is not None for row in received)

    def _threads(self) -> dict[int, Sequence[Any]]:
        rows = self.runner.run(
            self.database.read(lambda connection: connection.execute(select(message).order_by(message.c.id)).all())
        )
        threads: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows:
            threads[row.conversation_id].append(row)
        return threads

    def _conversations(self) -> list[int]:
        return list(
            self.runner.run(self.database.read(lambda connection: connection.execute(select(conversation.c.id)).scalars().all()))
        )


_kept: list[Path] = []


def _template() -> Path:
    if not _kept:
        _kept.append(upgraded_file(Path(tempfile.mkdtemp())))
    return _kept[0]


async def _opened(url: str) -> Any:
    return open_database(url)


TestEverybody = Everybody.TestCase
TestEverybody.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
