"""What goes with a customer who leaves a conversation they were taken for a part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select, update

from bot.storage.merging import BY_IDENTITY
from bot.storage.schema import case, conversation, delivery, identity, link, media, merge, message, note, timer


@dataclass(frozen=True, slots=True)
class Leaving:
    """The rows of one conversation (`stays`) that are another's (`leaves`)."""

    stays: int
    leaves: int
    identities: frozenset[int]
    without_identity: dict[str, frozenset[int]]
    """By table, rows that came with the merge and name no identity."""
    followers: tuple[int, ...]
    """Later merges by which somebody joined those who leave."""
    since: Any
    """When the two became one."""

    @classmethod
    def of(cls, connection: Connection, merged: Any, stays: int) -> Leaving:
        """What a row of the ledger brought to where it is now, and who has followed it there."""
        ids = set(merged.moved["identities"])
        followers: list[int] = []
        later = select(merge).where(merge.c.winner_id == stays, merge.c.id > merged.id, merge.c.undone_at.is_(None))
        for row in connection.execute(later.order_by(merge.c.id)).all():
            if row.why.get("made_by") in ids and "identities" in row.moved:
                ids |= set(row.moved["identities"])
                followers.append(row.id)
        return cls(
            stays=stays,
            leaves=merged.loser_id,
            identities=frozenset(ids),
            without_identity={str(table.name): frozenset(merged.moved[str(table.name)]) for table in (*BY_IDENTITY, timer)},
            followers=tuple(followers),
            since=merged.at,
        )

    def go(self, connection: Connection) -> None:
        """Hand every row of theirs over."""
        there = {"conversation_id": self.leaves}
        connection.execute(self._theirs(identity, identity.c.id.in_(self.identities)).values(there))
        for table in BY_IDENTITY:
            own = or_(table.c.identity_id.in_(self.identities), table.c.id.in_(self.without_identity[str(table.name)]))
            connection.execute(self._theirs(table, own).values(there))
        self._acts(connection)
        said = select(message.c.id).where(message.c.conversation_id == self.leaves)
        for table in (media, note, delivery):
            connection.execute(self._theirs(table, table.c.message_id.in_(said)).values(there))
        connection.execute(self._theirs(link, link.c.identity_id.in_(self.identities)).values(there))
        connection.execute(self._theirs(timer, timer.c.id.in_(self.without_identity["timer"])).values(there))
        for number in self.followers:
            loser = select(merge.c.loser_id).where(merge.c.id == number).scalar_subquery()
            connection.execute(update(conversation).where(conversation.c.id == loser).values(merged_into=self.leaves))
            connection.execute(update(merge).where(merge.c.id == number).values(winner_id=self.leaves))

    def _theirs(self, table: Table, own: ColumnElement[bool]) -> Any:
        return update(table).where(and_(table.c.conversation_id == self.stays, own))

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
