"""Promises 4 to 7, whatever the order of messages, proofs, links, merges, partings and what people of the house do.

A model beside the house knows which identity is whose and what each has proved; after every step the house must agree with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, or_, select

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.errors import MergeRefused
from bot.storage import erasing, evidence, parting
from bot.storage.erasing import Keeps
from bot.storage.joining_by_hand import join_by_hand, join_profiles, part_profiles
from bot.storage.merging import BY_IDENTITY, follow
from bot.storage.profiles import import_profiles
from bot.storage.schema import (
    appointment,
    case,
    conversation,
    delivery,
    identity,
    media,
    merge,
    message,
    note,
    profile,
    profile_merge,
    timer,
)
from bot.storage.schema import evidence as proofs
from tests.fakes.persons import MEANINGS, SteppedHouse

# Names no response of the demo holds: whoever is told one has been told of the profile.
PEOPLE = (
    Profile(id="p1", first_name="Zéphyrine", last_name="Quatrebarbes", phones=("+33639980101",), home_store="lyon"),
    Profile(id="p2", first_name="Ludivoy", last_name="Xaintrailles", phones=("+33639980102", "+33639980104")),
    Profile(id="p3", first_name="Ermengarde", last_name="Wuillaume", phones=("+33639980103",)),
)
PHONES = [phone for person in PEOPLE for phone in person.phones] + ["+33639980199"]
SENDERS = [("telegram", "1"), ("telegram", "2"), ("webchat", "a"), ("webchat", "b"), ("sms", "+33639980150")]
WORDS = sorted(MEANINGS)
ACTS = ("take", "takeover", "answer", "give_back", "close", "release", "pause", "resume")
BY = "noemie"
KEEPS = Keeps(backups=timedelta(days=30), unreadable=timedelta(days=30))
Sender = tuple[str, str]
senders = st.sampled_from(SENDERS)


class Persons(RuleBasedStateMachine):
    """Customers, proofs and people of the house, in any order."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.house = SteppedHouse(Path(self.folder.name) / "f.db")
        self.house.write(partial(import_profiles, profiles=PEOPLE))
        self.known: set[Sender] = set()
        self.links: list[tuple[str, str]] = []
        self.told_until = 0
        self.before: dict[int, dict[int, Any]] = {}
        """By merge, both conversations as they were, while nothing has happened in them since."""
        self.erased: set[int] = set()
        self.sent_on: set[int] = set()
        """Identities sent on alone after too long a silence: what they said before stayed where it was."""

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.close()
            self.folder.cleanup()

    # What customers do

    @rule(who=senders, words=st.sampled_from(WORDS))
    def writes(self, who: Sender, words: str) -> None:
        self._heard(who, lambda: self.house.says(*who, words))

    @rule(who=st.sampled_from(SENDERS[:2]), phone=st.sampled_from(PHONES), own=st.booleans())
    def shares_a_contact(self, who: Sender, phone: str, own: bool) -> None:
        self._heard(who, lambda: self.house.says(*who, kind="contact", data={"phone": phone, "own": own}))

    @rule(who=senders, phone=st.sampled_from(PHONES))
    def writes_from_a_number_the_platform_vouches_for(self, who: Sender, phone: str) -> None:
        if who[0] == "sms":
            self._heard(who, lambda: self.house.says(*who, "bonjour", data={"aliases": {"phone": phone}}))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), to=st.sampled_from(["telegram", "webchat", "sms"]))
    def asks_for_a_link(self, data: st.DataObject, to: str) -> None:
        who = data.draw(st.sampled_from(sorted(self.known)))
        self.links.append((to, self.house.link(*who, to)))

    @precondition(lambda self: self.links)
    @rule(data=st.data(), who=senders)
    def opens_a_link(self, data: st.DataObject, who: Sender) -> None:
        """Theirs or another's, for the first time or again, on the channel it is for or on another."""
        _, token = data.draw(st.sampled_from(self.links))
        self._heard(who, lambda: self.house.says(*who, kind="link", data={"token": token}))

    # What people of the house do

    @precondition(lambda self: self.known)
    @rule(data=st.data(), kind=st.sampled_from(ACTS))
    def acts(self, data: st.DataObject, kind: str) -> None:
        who = data.draw(st.sampled_from(sorted(self.known)))
        self.before.clear()
        self.house.act(self.house.home(*who), kind, text="Voilà." if kind in ("answer", "give_back") else "")

    @precondition(lambda self: len(self.known) > 1)
    @rule(data=st.data(), although=st.booleans())
    def joins_by_hand(self, data: st.DataObject, although: bool) -> None:
        one, other = (
            self.house.home(*who) for who in data.draw(st.lists(st.sampled_from(sorted(self.known)), min_size=2, max_size=2))
        )
        before = {id_: self._snapshot(id_) for id_ in (one, other)}
        now = self.house.tick()
        work = partial(join_by_hand, one=one, other=other, by=BY, why="", now=now, although_apart=although)
        number = self._unless_refused(work)
        if number is not None:
            self.house.settle()
            self.before = {number: before}

    @precondition(lambda self: self._merges())
    @rule(data=st.data())
    def undoes_a_merge(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self._merges()))
        (moved,) = self.house.read(select(merge.c.moved).where(merge.c.id == number))
        leaving = set(moved["identities"])
        (loser,) = self.house.read(select(merge.c.loser_id).where(merge.c.id == number))
        home = self.house.write(lambda connection: follow(connection, loser))
        were_there = set(self.house.read(select(identity.c.id).where(identity.c.conversation_id == home)))
        parted = self.house.write(partial(parting.undo, merge_id=number, by=BY, why="", now=self.house.tick()))
        back = set(self.house.read(select(identity.c.id).where(identity.c.conversation_id == parted.leaves)))
        assert leaving & were_there <= back, "whoever came with the merge goes"
        self._each_has_their_own_rows(parted.leaves, back)
        self.house.settle()
        if number in self.before:
            for id_, was in self.before[number].items():
                for part, now_is in self._snapshot(id_).items():
                    assert now_is == was[part], f"nothing had happened since: both are as they were, {part} too"
        self.before.clear()

    @rule(pair=st.permutations(["p1", "p2", "p3"]))
    def joins_profiles(self, pair: Sequence[str]) -> None:
        self.before.clear()
        self._unless_refused(partial(join_profiles, keep=pair[0], drop=pair[1], by=BY, now=self.house.tick()))
        self.house.settle()

    @rule(data=st.data())
    def parts_profiles(self, data: st.DataObject) -> None:
        joined = self.house.read(select(profile_merge.c.id).where(profile_merge.c.undone_at.is_(None)))
        if joined:
            self.before.clear()
            number = max(joined)  # the last first: as they were put together
            self._unless_refused(partial(part_profiles, number=number, by=BY, why="", now=self.house.tick()))
            self.house.settle()

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def revokes_what_somebody_proved(self, data: st.DataObject) -> None:
        identity_id, _ = self.house.who(*data.draw(st.sampled_from(sorted(self.known))))
        now = self.house.tick()
        self.house.write(partial(evidence.revoke, identities=[identity_id], profile_id=None, now=now, by=BY))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def erases_somebody(self, data: st.DataObject) -> None:
        """Everything of them goes, of whoever became part of them too; nobody else loses a row."""
        self.before.clear()
        who = data.draw(st.sampled_from(sorted(self.known)))
        home = self.house.home(*who)
        for id_ in self.house.read(select(conversation.c.id)):
            if self.house.write(partial(follow, conversation_id=id_)) == home:
                self.erased.add(id_)
        theirs = [one for one in sorted(self.known) if self.house.home(*one) == home]
        others = {one: self._rows_of(self.house.home(*one)) for one in self.known if one not in theirs}
        begin = partial(erasing.begin, conversation_id=home, by=BY, now=self.house.tick(), keeps=KEEPS, cancel_appointments=True)
        receipt = self.house.write(begin)
        while self.house.write(partial(erasing.step, number=receipt.number)):
            pass
        self.house.write(partial(erasing.end, number=receipt.number))
        self.known -= set(theirs)
        self.told_until = 0
        assert others == {one: self._rows_of(self.house.home(*one)) for one in self.known}
        # Of the very last message and conversation the number may stay, with nothing in it: no other is to be given it again.
        left = select(message.c.text, message.c.identity_id, message.c.data).where(message.c.conversation_id == home)
        assert self.house.rows(left) in ([], [("", None, None)])
        found = self.house.rows(select(identity.c.channel, identity.c.sender))
        assert not {(row.channel, row.sender) for row in found} & set(theirs)
        kept = self._rows_of(home)
        assert not kept["case"] + kept["appointment"] + kept["note"]
        assert self.house.rows(select(conversation.c.state, conversation.c.profile_id).where(conversation.c.id == home)) in (
            [],
            [("", None)],
        )

    @rule(days=st.sampled_from([1, 200]))
    def time_passes(self, days: int) -> None:
        self.house.now += timedelta(days=days)
        self.house.settle()
        self.before.clear()

    # What must hold after every step

    @invariant()
    def every_row_is_in_a_living_conversation(self) -> None:
        merged = select(conversation.c.id).where(conversation.c.merged_into.is_not(None), conversation.c.id.not_in(self.erased))
        for table in (identity, *BY_IDENTITY, media, note, timer, delivery):
            assert self.house.read(select(table.c.conversation_id).where(table.c.conversation_id.in_(merged))) == [], table.name
        for (id_,) in self.house.rows(merged):
            end = self.house.write(partial(follow, conversation_id=id_))
            assert self.house.read(select(conversation.c.merged_into).where(conversation.c.id == end)) == [None]

    @invariant()
    def one_person_has_one_thread(self) -> None:
        holders = self.house.read(
            select(conversation.c.profile_id).where(conversation.c.merged_into.is_(None), conversation.c.profile_id.is_not(None))
        )
        assert len(holders) == len(set(holders))
        dropped = set(self.house.read(select(profile.c.id).where(profile.c.merged_into.is_not(None))))
        assert not dropped & set(holders), "an alias is nobody's"

    @invariant()
    def rows_are_with_the_identity_they_came_by(self) -> None:
        for table in BY_IDENTITY:
            stray = (
                select(table.c.id)
                .join(identity, identity.c.id == table.c.identity_id)
                .where(identity.c.conversation_id != table.c.conversation_id, identity.c.id.not_in(self.sent_on))
            )
            assert self.house.read(stray) == [], table.name

    @invariant()
    def exactly_one_has_the_word(self) -> None:
        for row in self.house.rows(select(conversation).where(conversation.c.merged_into.is_(None))):
            state = self.house.state(row.id)
            assert state.owner == row.owner
            taken = self.house.read(select(case.c.advisor).where(case.c.conversation_id == row.id, case.c.status == "taken"))
            assert bool(taken) == (row.owner in ("advisor", "store")), "who has a case in hand has the word, and nobody else"

    @invariant()
    def nothing_private_was_said_before_proof(self) -> None:
        query = select(message.c.id, message.c.identity_id, message.c.text).where(
            message.c.id > self.told_until, message.c.direction == "out", message.c.author != "advisor"
        )
        for row in self.house.rows(query.order_by(message.c.id)):
            self.told_until = row.id
            for person in PEOPLE:
                if person.first_name in row.text or person.last_name in row.text:
                    assert self._proved(row.identity_id, person), f"{row.text!r} was said to somebody who had proved nothing"

    @invariant()
    def nobody_is_known_on_a_claim(self) -> None:
        for row in self.house.rows(select(conversation).where(conversation.c.profile_id.is_not(None))):
            if row.merged_into is None:
                here = select(proofs.c.level).where(proofs.c.conversation_id == row.id)
                given = self.house.read(here.where(or_(proofs.c.profile_id == row.profile_id)))
                assert max(given, default=0) > Level.CLAIMED

    # What they are checked with

    def _heard(self, who: Sender, happens: Callable[[], Any]) -> None:
        self.before.clear()
        home = self.house.home(*who) if who in self.known else 0
        happens()
        self.known.add(who)
        identity_id, now_in = self.house.who(*who)
        if home and now_in != self.house.write(partial(follow, conversation_id=home)):
            self.sent_on.add(identity_id)

    def _unless_refused(self, work: Callable[..., int | None]) -> int | None:
        try:
            return self.house.write(work)
        except MergeRefused:
            return None

    def _merges(self) -> list[int]:
        """What can be undone: merges of conversations that are not part of one of profiles, of people who are still there."""
        hidden = select(profile_merge.c.merge_id).where(profile_merge.c.merge_id.is_not(None))
        rows = self.house.rows(select(merge).where(merge.c.undone_at.is_(None), merge.c.id.not_in(hidden)))
        return [row.id for row in rows if "before" in row.moved]

    def _snapshot(self, conversation_id: int) -> dict[str, Any]:
        row = self.house.row(conversation_id)
        rows = {
            table.name: self.house.read(select(func.count()).where(table.c.conversation_id == conversation_id))
            for table in (identity, message, case, appointment, media, note, timer, delivery)
        }
        return {"state": self.house.state(conversation_id), "owner": row.owner, "profile": row.profile_id, "rows": rows}

    def _rows_of(self, conversation_id: int) -> dict[str, list[Any]]:
        return {
            str(table.name): self.house.read(select(table.c.id).where(table.c.conversation_id == conversation_id))
            for table in (identity, message, case, appointment, note)
        }

    def _each_has_their_own_rows(self, conversation_id: int, identities: set[int]) -> None:
        for table in (message, case, appointment):
            elsewhere = select(table.c.id).where(table.c.identity_id.in_(identities), table.c.conversation_id != conversation_id)
            assert self.house.read(elsewhere) == [], table.name

    def _proved(self, identity_id: int, person: Profile) -> bool:
        """Whether this identity has ever proved to be this person, by whichever profile that is theirs now."""
        theirs = self.house.read(
            select(profile.c.id).where(or_(profile.c.id == person.id, profile.c.merged_into == person.id))
        ) + self.house.read(select(profile.c.merged_into).where(profile.c.id == person.id, profile.c.merged_into.is_not(None)))
        given = select(proofs.c.level).where(proofs.c.identity_id == identity_id, proofs.c.profile_id.in_(theirs))
        return max(self.house.read(given), default=0) >= Level.LINKED


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Persons,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_one_person_has_one_thread_whatever_happens() -> None:
    _run(examples=25, steps=25)


@pytest.mark.long
def test_one_person_has_one_thread_whatever_happens_for_long() -> None:
    _run(examples=1500, steps=50)
