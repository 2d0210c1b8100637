"""Who is signed in at the brand's site, and who has left the browser: what the turn makes of it, without a word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from bot.brand.rules import SHARED
from bot.customers.recognise import Known, Level, Needs, facts_for
from bot.dialogue.events import Vouched
from bot.storage import evidence, recognition, sign_ins
from bot.storage.conversations import Standing
from bot.storage.inbox import SPEAKING, Arrival
from bot.storage.merging import Joined
from bot.storage.moving_out import move_out
from bot.storage.recognition import Proof
from bot.storage.schema import conversation, message
from bot.turn import Heard

SILENT = frozenset({"signin", "signout"})
"""Kinds by which a page tells something: the customer has said nothing, and is not where they last wrote for that."""


def signed_in(connection: Connection, standing: Standing, arrival: Arrival, needs: Needs, now: datetime) -> Heard | Joined:
    """The site says who it is, until some time. `Joined` when that person's thread is another, or this one somebody else's."""
    until = datetime.fromisoformat(str(arrival.data["until"]))
    if until <= now:
        return Heard(arrival.id, (), {"signin": "over"})
    person = sign_ins.profile_named(connection, str(arrival.data["profile"]))
    if person is None:
        return Heard(arrival.id, (), {"signin": "unknown"})
    if standing.profile_id not in (None, person.id):
        return move_out(connection, standing, now)
    proof = Proof(kind=sign_ins.PROOF, level=Level.AUTHENTICATED, expires_at=until)
    found = recognition.recognise(connection, standing, person, proof, now, spoke=_spoke(connection, standing))
    if isinstance(found, Joined):
        return found
    if not isinstance(found, Known):
        return Heard(arrival.id, (), {"signin": found.why})
    _is_reached_here(connection, standing)
    facts = {name: value for name, value in facts_for(found.profile, found.level, needs).items() if value}
    return Heard(arrival.id, (Vouched(facts, now.isoformat()),), {"signin": "known"})


def signed_out(connection: Connection, standing: Standing, arrival: Arrival, now: datetime) -> Heard | Joined:
    """Whoever was known here has left: this browser proves nothing any more, and is no way to reach them."""
    if standing.profile_id is None or standing.identity_id is None:
        return Heard(arrival.id, (), {"signout": "nobody"})
    evidence.revoke(connection, identities=[standing.identity_id], profile_id=None, now=now, by=evidence.CUSTOMER)
    return move_out(connection, standing, now)


def is_left(connection: Connection, standing: Standing, arrivals: Sequence[Arrival], now: datetime) -> bool:
    """Whether somebody writes from a screen whose proof has run out: it may be anybody, and nothing here is theirs."""
    if standing.channel not in SHARED or standing.profile_id is None or standing.proven or standing.identity_id is None:
        return False
    if not any(one.author == "customer" and one.kind not in SILENT for one in arrivals):
        return False
    return evidence.over(connection, standing.identity_id, standing.profile_id, now)


def _spoke(connection: Connection, standing: Standing) -> bool:
    """Whether the customer has said anything by this identity yet."""
    said = select(message.c.id).where(message.c.identity_id == standing.identity_id, message.c.kind.in_(SPEAKING))
    return connection.execute(said.limit(1)).first() is not None


def _is_reached_here(connection: Connection, standing: Standing) -> None:
    """Somebody nobody has heard of anywhere else is written to on the page."""
    here = func.coalesce(conversation.c.identity_id, standing.identity_id)
    connection.execute(update(conversation).where(conversation.c.id == standing.id).values(identity_id=here))
