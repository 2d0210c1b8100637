"""What goes with a customer who leaves a conversation they were taken for a part of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, literal_column, or_, select, update

from bot.storage.merging import BY_IDENTITY
from bot.storage.moving_out import WHY
from bot.storage.schema import case, conversation, delivery, identity, link, media, merge, message, note, timer

BORN = {"message": "received_at", "case": "opened_at", "appointment": "created_at", "challenge": "created_at"}
"""When a row of each of `BY_IDENTITY` was written; of the others `at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The rows of one conversation (`stays`) that are another's (`leaves`)."""

    stays: int
    leaves: int
    identities: frozenset[int]
    returned: Mapping[int, datetime]
    """Identities that came with the merge, went their own way, and came again by another: what they said before that goes."""
    without_identity: Mapping[str, frozenset[int]]
    """By table, rows that came with the merge and name no identity."""
    followers: tuple[int, ...]
    """Later merges by which somebody joined those who leave."""
    later: Sequence[Any]
    """Every later merge into where both are now."""
    since: datetime
    """When the two became one."""

    @classmethod
    def of(cls, connection: Connection, merged: Any, stays: int) -> Leaving:
        """What a row of the ledger brought to where it is now, and who has followed it there by a link of theirs."""
        rows = connection.execute(
            select(merge).where(merge.c.id > merged.id, merge.c.undone_at.is_(None)).order_by(merge.c.id)
        ).all()
        homes, later = {int(merged.winner_id)}, []
        came: set[int] = set(merged.moved["identities"])
        returned: dict[int, datetime] = {}
        for row in rows:
            brought = set(row.moved.get("identities", ()))
            if row.loser_id in homes:  # the whole went somewhere
                homes.add(row.winner_id)
            elif row.winner_id in homes:
                later.append(row)
                returned |= dict.fromkeys(came & brought, row.at)
                came -= brought
        leaving = cls(
            stays=stays,
            leaves=int(merged.loser_id),
            identities=frozenset(came),
            returned=returned,
            without_identity={str(table.name): frozenset(merged.moved[str(table.name)]) for table in (*BY_IDENTITY, timer)},
            followers=(),
            later=later,
            since=merged.at,
        )
        for row in later:  # one who followed may have been followed
            if row.why.get("made_by") in leaving.identities:
                leaving = leaving.followed_by([row])
        return leaving

    def followed_by(self, rows: Iterable[Any]) -> Leaving:
        """The same, with those who came by these merges."""
        rows = [row for row in rows if row.id not in self.followers]
        brought = {one for row in rows for one in row.moved.get("identities", ())}
        return replace(self, identities=self.identities | brought, followers=(*self.followers, *(int(row.id) for row in rows)))

    def known_as(self, profile_id: str) -> list[Any]:
        """Later merges by which somebody came because they had proved to be this person."""
        return [row for row in self.later if row.why.get("profile") == profile_id]

    def go(self, connection: Connection) -> None:
        """Hand every row of theirs over; what is still to be said and was not for whom it would reach is withheld."""
        self._withhold(connection)
        there = {"conversation_id": self.leaves}
        connection.execute(self._theirs(identity, identity.c.id.in_(self.identities)).values(there))
        for table in BY_IDENTITY:
            own = or_(
                table.c.identity_id.in_(self.identities),
                table.c.id.in_(self.without_identity[str(table.name)]),
                *(
                    and_(table.c.identity_id == one, table.c[BORN.get(str(table.name), "at")] < back)
                    for one, back in self.returned.items()
                ),
            )
            connection.execute(self._theirs(table, own).values(there))
        self._acts(connection)
        said = select(message.c.id).where(message.c.conversation_id == self.leaves)
        for table in (media, note, delivery):
            connection.execute(self._theirs(table, table.c.message_id.in_(said)).values(there))
        connection.execute(self._theirs(link, link.c.identity_id.in_(self.identities)).values(there))
        for number in self.followers:
            loser = select(merge.c.loser_id).where(merge.c.id == number).scalar_subquery()
            connection.execute(update(conversation).where(conversation.c.id == loser).values(merged_into=self.leaves))
            connection.execute(update(merge).where(merge.c.id == number).values(winner_id=self.leaves))

    def _theirs(self, table: Table, own: ColumnElement[bool]) -> Any:
        return update(table).where(and_(table.c.conversation_id == self.stays, own))

    def _withhold(self, connection: Connection) -> None:
        """What answers the other side, and an advisor's words that may have been meant for it, must not leave any more."""
        unsent = connection.execute(
            select(message.c.id, message.c.identity_id, message.c.in_reply_to)
            .join(delivery, delivery.c.message_id == message.c.id)
            .where(
                message.c.conversation_id == self.stays,
                message.c.received_at >= self.since,
                delivery.c.state.in_([literal_column(f"'{state}'") for state in ("pending", "held")]),
            )
        ).all()
        answered = {int(number) for row in unsent for number in row.in_reply_to or () if str(number).isdecimal()}
        speakers = select(message.c.id, message.c.identity_id).where(message.c.id.in_(answered))
        sides = {row.id: self._side(row.identity_id) for row in connection.execute(speakers) if row.identity_id is not None}
        astray = [
            row.id
            for row in unsent
            if not row.in_reply_to
            or any(sides.get(int(number)) != self._side(row.identity_id) for number in row.in_reply_to if str(number).isdecimal())
        ]
        connection.execute(update(delivery).where(delivery.c.message_id.in_(astray)).values(state="withheld", why=WHY))

    def _side(self, identity_id: int) -> bool:
        return identity_id in self.identities

    def _acts(self, connection: Connection) -> None:
        """What people of the house did since goes with those it was done for: what they answered, the case they had in hand."""
        rows = connection.execute(
            select(message.c.id, message.c.data).where(
                message.c.conversation_id == self.stays, message.c.kind == "act", message.c.received_at >= self.since
            )
        ).all()
        if not rows:
            return
        said = connection.execute(
            select(message.c.in_reply_to).where(
                message.c.conversation_id == self.leaves, message.c.direction == "out", message.c.received_at >= self.since
            )
        ).scalars()
        answered = {number for numbers in said for number in numbers or ()}
        cases = set(connection.execute(select(case.c.id).where(case.c.conversation_id == self.leaves)).scalars())
        theirs = [row.id for row in rows if str(row.id) in answered or (row.data or {}).get("case") in cases]
        connection.execute(self._theirs(message, message.c.id.in_(theirs)).values(conversation_id=self.leaves))
