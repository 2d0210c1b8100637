"""Undoing a merge: two conversations again, each with what was its own before and what has come to it since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.customers.recognise import Level
from bot.dialogue.joining import Side, parted
from bot.dialogue.state import DialogueState, Owner
from bot.errors import MergeRefused
from bot.storage import evidence, timers
from bot.storage.leaving import Leaving
from bot.storage.merging import follow, keep_apart, state_of
from bot.storage.schema import IS_OPEN, apart, case, conversation, identity, merge, message, profile_merge, timer, wish


@dataclass(frozen=True, slots=True)
class Parted:
    """Two conversations that were one until now."""

    stays: int
    leaves: int


def undo(connection: Connection, merge_id: int, *, by: str, why: str, now: datetime, of_profiles: bool = False) -> Parted:
    """Take a merge back: what was the loser's is the loser's again, what its identities have written since included.

    The two are kept apart from now on, and of what they had proved each keeps what it had proved itself. `of_profiles`: the
    profiles that were joined with it are parted, too. Raises `MergeRefused` when there is nothing to undo, or more than this.
    """
    row = connection.execute(select(merge).where(merge.c.id == merge_id).with_for_update()).first()
    if row is None:
        raise MergeRefused("unknown", f"there is no merge number {merge_id}; reload the list")
    if row.undone_at is not None:
        raise MergeRefused("undone", "this merge has been undone already; reload the list")
    if "before" not in row.moved:
        raise MergeRefused("too_old", "this merge was made by a version that did not note enough to undo it")
    if not of_profiles:
        _check_alone(connection, merge_id)
    home, leaves = _locked_home(connection, row), int(row.loser_id)
    stays = int(home.id)
    leaving = Leaving.of(connection, row, stays)
    _Parting(connection, row, home, leaving, now, by).with_whoever_is_known().write()
    for other in row.moved["apart"]:
        pair = (apart.c.first_id == min(stays, other)) & (apart.c.second_id == max(stays, other))
        connection.execute(delete(apart).where(pair))
    connection.execute(delete(wish).where(wish.c.merge_id == merge_id))
    keep_apart(connection, stays, leaves, by=by, now=now, merge_id=merge_id)
    ended = {"undone_at": now, "undone_by": by, "undone_why": why[:500]}
    connection.execute(update(merge).where(merge.c.id == merge_id).values(ended))
    return Parted(stays, leaves)


def _check_alone(connection: Connection, merge_id: int) -> None:
    joined = select(profile_merge.c.id).where(profile_merge.c.merge_id == merge_id, profile_merge.c.undone_at.is_(None))
    if connection.execute(joined).first() is not None:
        raise MergeRefused("of_profiles", "these became one because their profiles did; undo that instead")


def _locked_home(connection: Connection, merged: Any) -> Any:
    """The row of the conversation both are in, locked; found again while another process was joining it elsewhere."""
    while True:
        stays = follow(connection, merged.loser_id)
        ids = sorted((stays, int(merged.loser_id)))
        locked = select(conversation).where(conversation.c.id.in_(ids)).order_by(conversation.c.id).with_for_update()
        home = {found.id: found for found in connection.execute(locked)}.get(stays)
        if home is None:
            raise MergeRefused("unknown", "whoever this was has been erased; reload the list")
        if home.merged_into is None:
            return home


@dataclass(frozen=True, slots=True)
class _Parting:
    """One merge being undone, within its transaction."""

    connection: Connection
    merged: Any
    home: Any
    """The conversation both are in until now."""
    leaving: Leaving
    now: datetime
    by: str

    @property
    def direct(self) -> bool:
        """Whether the home is still the one of the merge, and nobody else has come to it since."""
        later = select(merge.c.id).where(
            merge.c.winner_id == self.home.id, merge.c.id > self.merged.id, merge.c.undone_at.is_(None)
        )
        return bool(self.home.id == self.merged.winner_id and self.connection.execute(later).first() is None)

    def with_whoever_is_known(self) -> _Parting:
        """The same; when the person known leaves, whoever came because they had proved to be that person leaves, too."""
        if not self._profile_goes():
            return self
        return replace(self, leaving=self.leaving.followed_by(self.leaving.known_as(self.home.profile_id)))

    def write(self) -> None:
        direct, profile_goes = self.direct, self._profile_goes()
        spoke, steps_back = self._spoke(), self._steps_back()
        self.leaving.go(self.connection)
        whole = state_of(self.home)
        before = self._before("loser")
        stayed = self._before("winner") if direct else replace(whole, slots={})
        stays, leaves = parted(
            whole,
            stays=_without(stayed, lambda by: by in self.leaving.identities),
            leaves=_without(before, lambda by: bool(by) and by not in self.leaving.identities),
            leaving=self.leaving.identities,
            spoke=spoke if direct else spoke or "stays",
        )
        stays, leaves = (
            replace(state, paused=whole.paused and (steps_back == side if steps_back else state.paused))
            for side, state in (("stays", stays), ("leaves", leaves))
        )
        if steps_back == "leaves":
            self._hand_timer_over()
        self._save(self.leaving.stays, stays, stayed, has_profile=not profile_goes, spoke=spoke == "stays")
        self._save(self.leaving.leaves, leaves, before, has_profile=profile_goes, spoke=spoke == "leaves")

    def _before(self, side: str) -> DialogueState:
        kept: Mapping[str, Any] = self.merged.moved["before"][side]
        return DialogueState.from_json(kept["state"]) if kept["state"] else DialogueState(language=kept["language"])

    def _spoke(self) -> Side | None:
        """Which side was heard last since the two became one."""
        last = self.connection.execute(
            select(message.c.identity_id)
            .where(
                message.c.conversation_id == self.home.id,
                message.c.direction == "in",
                message.c.identity_id.is_not(None),
                message.c.handled_at > self.merged.at,
            )
            .order_by(message.c.handled_at.desc(), message.c.id.desc())
            .limit(1)
        ).scalar()
        return None if last is None else "leaves" if last in self.leaving.identities else "stays"

    def _steps_back(self) -> Side | None:
        """Whose bot is silent because somebody of the brand has answered in the platform's own application; None: nobody's."""
        if not timers.waits(self.connection, self.home.id, timers.STEP_BACK):
            return None
        echoed = self.connection.execute(
            select(message.c.identity_id)
            .where(message.c.conversation_id == self.home.id, message.c.kind == "echo")
            .order_by(message.c.id.desc())
            .limit(1)
        ).scalar()
        return "leaves" if echoed in self.leaving.identities else "stays"

    def _hand_timer_over(self) -> None:
        mine = (timer.c.conversation_id == self.leaving.stays) & (timer.c.kind == timers.STEP_BACK)
        self.connection.execute(update(timer).where(mine).values(conversation_id=self.leaving.leaves))

    def _profile_goes(self) -> bool:
        """Whether the person known is the one who leaves: who was it before, or else has proved it better since."""
        profile_id, before = self.home.profile_id, self.merged.moved["before"]
        if profile_id is None or before["winner"]["profile_id"] == profile_id:
            return False
        if before["loser"]["profile_id"] == profile_id:
            return True
        everybody = set(self._identities(self.home.id))
        came = everybody & self.leaving.identities
        # Whoever came since because they are this person goes where the person goes.
        known = {one for row in self.leaving.known_as(profile_id) for one in row.moved.get("identities", ())}
        theirs, others = (self._level(ids - known, profile_id) for ids in (came, everybody - came))
        return theirs > others and theirs >= Level.LINKED

    def _level(self, identities: set[int], profile_id: str) -> Level:
        return evidence.proven(self.connection, sorted(identities), profile_id, self.now)

    def _proven(self, conversation_id: int, profile_id: str) -> Level:
        return evidence.proven(self.connection, self._identities(conversation_id), profile_id, self.now)

    def _identities(self, conversation_id: int) -> list[int]:
        query = select(identity.c.id).where(identity.c.conversation_id == conversation_id)
        return list(self.connection.execute(query).scalars())

    def _save(self, conversation_id: int, state: DialogueState, before: DialogueState, *, has_profile: bool, spoke: bool) -> None:
        connection, profile_id = self.connection, self.home.profile_id if has_profile else None
        identities = self._identities(conversation_id)
        if self.home.profile_id is not None and not has_profile:
            evidence.revoke(connection, identities=identities, profile_id=self.home.profile_id, now=self.now, by=self.by)
            state = _forgetting_the_profile(state, before)
        state = replace(state, owner=self._owner(conversation_id))
        speaker = self.home.identity_id if self.home.identity_id in identities else self._latest(conversation_id)
        timers.set_again(connection, conversation_id, self._deadline(conversation_id))
        connection.execute(
            update(conversation)
            .where(conversation.c.id == conversation_id)
            .values(
                state=state.to_json(),
                owner=state.owner,
                language=state.language,
                identity_id=speaker,
                epoch=self.home.epoch,
                profile_id=profile_id,
                level=int(self._proven(conversation_id, profile_id)) if profile_id else 0,
                unsure=self.home.unsure and spoke,
                timer_at=timers.next_timer(connection, conversation_id),
                due_at=self.now,
                merged_into=None,
                claimed_by=None,
                claimed_until=None,
                fence=conversation.c.fence + 1,
                handled_at=self.home.handled_at,
                touched_at=self.now,
            )
        )

    def _latest(self, conversation_id: int) -> int | None:
        """The identity this side last wrote from."""
        return self.connection.execute(
            select(message.c.identity_id)
            .where(message.c.conversation_id == conversation_id, message.c.direction == "in", message.c.identity_id.is_not(None))
            .order_by(message.c.id.desc())
            .limit(1)
        ).scalar() or next(iter(self._identities(conversation_id)), None)

    def _owner(self, conversation_id: int) -> Owner:
        """Who must speak: whoever has an open case of this side in hand, or its queue."""
        cases = select(case.c.status, case.c.context).where(case.c.conversation_id == conversation_id, IS_OPEN)
        found = self.connection.execute(cases).all()
        if any(row.status == "taken" for row in found):
            return "store" if self.home.owner == "store" else "advisor"
        waiting = any(row.status == "waiting" and row.context.get("reason") != "callback" for row in found)
        return "queue" if waiting else "bot"

    def _deadline(self, conversation_id: int) -> datetime | None:
        return self.connection.execute(
            select(case.c.deadline)
            .where(case.c.conversation_id == conversation_id, case.c.status == "waiting", IS_OPEN, case.c.deadline.is_not(None))
            .order_by(case.c.id.desc())
        ).scalar()


def _forgetting_the_profile(state: DialogueState, before: DialogueState) -> DialogueState:
    """The dialogue without what the profile of the other side had filled in; what was known before is their own."""
    slots = {name: slot for name, slot in state.slots.items() if slot.source != "profile" or before.slots.get(name) == slot}
    return replace(state, slots=slots, met="", last_said=state.last_said if state.last_said == before.last_said else ())


def _without(state: DialogueState, is_others: Any) -> DialogueState:
    """The dialogue without what an identity of the other side has said."""
    return replace(state, slots={name: slot for name, slot in state.slots.items() if not is_others(slot.by)})
