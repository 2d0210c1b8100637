"""What a person decides about a likely double: one person, whose profiles are joined, or two, which is remembered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot.customers.sources import Order
from bot.errors import MergeRefused
from bot.storage.joining_by_hand import join_profiles
from bot.storage.profiles import stored_facts
from bot.storage.recognition import holder_of
from bot.storage.schema import likely_double


def accept(
    connection: Connection, double_id: int, *, by: str, now: datetime, keep: str | None = None, order: Order | None = None
) -> int:
    """They are one person: the profiles are joined. Returns the number in the ledger of profiles, by which it can be undone.

    `keep` names the profile whose id goes on; left out, the one somebody writes as, else the older. Raises `MergeRefused`:
    `unknown` (no such proposal), `undone` (accepted already), or why `join_profiles` will not.
    """
    row = _locked(connection, double_id)
    if row.state == "accepted":
        raise MergeRefused("undone", "these two have been joined already; reload the page")
    pair = (row.first_id, row.second_id)
    if keep is not None and keep not in pair:
        raise MergeRefused("unknown", f"keep is none of the two profiles; name {pair[0]} or {pair[1]}")
    kept = keep or _better(connection, pair)
    dropped = pair[1] if kept == pair[0] else pair[0]
    why = {"kind": "double", "probability": round(row.probability, 3), "reasons": [code for code, _ in row.reasons]}
    number = join_profiles(connection, keep=kept, drop=dropped, by=by, why=why, now=now, order=order)
    _decided(connection, double_id, "accepted", by, now)
    _carry_over(connection, dropped, kept)
    return number


def reject(connection: Connection, double_id: int, *, by: str, now: datetime) -> None:
    """They are two people: not proposed again unless something strong speaks for it that did not so far.

    Raises `MergeRefused`: `unknown`, or `undone` when they have been joined (the ledger undoes that).
    """
    row = _locked(connection, double_id)
    if row.state == "accepted":
        raise MergeRefused("undone", "these two have been joined; undo that in the ledger instead")
    _decided(connection, double_id, "rejected", by, now)


def _locked(connection: Connection, double_id: int) -> Any:
    row = connection.execute(select(likely_double).where(likely_double.c.id == double_id).with_for_update()).first()
    if row is None:
        raise MergeRefused("unknown", "there is no such proposal any more; reload the list")
    return row


def _decided(connection: Connection, double_id: int, state: str, by: str, now: datetime) -> None:
    ended = {"state": state, "decided_at": now, "decided_by": by}
    connection.execute(update(likely_double).where(likely_double.c.id == double_id).values(ended))


def _better(connection: Connection, pair: tuple[str, str]) -> str:
    """Whose id goes on: somebody's who writes to us, else the older one's."""
    facts = stored_facts(connection, pair)

    def rank(id_: str) -> tuple[bool, str, str]:
        return holder_of(connection, id_) is None, facts.get(id_, {}).get("created") or date.max.isoformat(), id_

    return min(pair, key=rank)


def _carry_over(connection: Connection, dropped: str, kept: str) -> None:
    """Whoever is not the one dropped is not the one kept either; what else was proposed of the dropped one is found anew."""
    mine = or_(likely_double.c.first_id == dropped, likely_double.c.second_id == dropped)
    for row in connection.execute(select(likely_double).where(mine, likely_double.c.state == "rejected")).all():
        other = row.second_id if row.first_id == dropped else row.first_id
        first, second = sorted((other, kept))
        pair = (likely_double.c.first_id == first) & (likely_double.c.second_id == second)
        judged = {"state": "rejected", "decided_at": row.decided_at, "decided_by": row.decided_by}
        if connection.execute(select(likely_double.c.id).where(pair)).first() is None:
            copied = {"first_id": first, "second_id": second, "probability": row.probability, "reasons": row.reasons}
            connection.execute(insert(likely_double), copied | judged | {"found_at": row.found_at})
        else:
            connection.execute(update(likely_double).where(pair, likely_double.c.state == "open").values(judged))
    connection.execute(delete(likely_double).where(mine, likely_double.c.state == "open"))
