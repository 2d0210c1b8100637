"""Whether a message may go to its customer, and which way: their wishes, the house's manners, what they were sent today.

Asked in the transaction that writes a message and again in the one that takes it to be sent: anything may be said in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, literal_column, select, update

from bot.customers.wishes import (
    ANSWER,
    AWAKE_FOR,
    CODE,
    GO,
    NOTED,
    PREFERRED,
    REFUSED,
    SERVICE,
    Manners,
    Verdict,
    Wanted,
    is_unasked,
    judge,
)
from bot.storage.evidence import strongest
from bot.storage.last_acts import OPENING
from bot.storage.schema import challenge, conversation, delivery, identity, message, wish
from bot.storage.wishes import refuses_codes, wanted_of

HAS_WISHES = select(literal_column("1")).where(wish.c.conversation_id == delivery.c.conversation_id).exists()
"""Whether the customer of a delivery has ever said anything of being written to."""
_LOOK_BACK = 10
"""Messages of a customer among which the latest is that asks for something, and not to be left alone."""
_ACTS = (
    select(message.c.id, message.c.received_at)
    .where(message.c.direction == "in", message.c.author == "customer", message.c.kind.in_(OPENING))
    .order_by(message.c.id.desc())
    .limit(_LOOK_BACK)
)
_UNASKED = (
    select(message.c.id, delivery.c.state, delivery.c.next_at, delivery.c.sent_at)
    .join_from(message, delivery, delivery.c.message_id == message.c.id)
    .where(message.c.unasked, delivery.c.state.in_(("pending", "sending", "sent")))
)
_UNSENT = (
    select(delivery.c.message_id, delivery.c.channel, message.c.purpose, message.c.at, message.c.data)
    .join_from(delivery, message, message.c.id == delivery.c.message_id)
    .where(delivery.c.state.in_(("pending", "held")))
)


@dataclass(frozen=True, slots=True)
class Way:
    """An identity a customer can be written to by."""

    identity: int
    channel: str
    account: str
    sender: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Says what may be sent to one customer now."""

    connection: Connection
    conversation: int
    wanted: Wanted
    manners: Manners
    now: datetime

    @classmethod
    def of(cls, connection: Connection, conversation_id: int, manners: Manners, now: datetime) -> Judge:
        """With what the customer of a conversation wants."""
        return cls(connection, conversation_id, wanted_of(connection, (conversation_id,))[conversation_id], manners, now)

    def asked_at(self) -> datetime | None:
        """When the customer last asked us anything, wherever it was; saying what they want of us is no question."""
        proofs = {one.proof.get("message") for one in self.wanted.wishes}
        acts = self.connection.execute(_ACTS.where(message.c.conversation_id == self.conversation)).all()
        return next((at for id_, at in acts if id_ not in proofs), None)

    def verdict(self, channel: str, purpose: str, *, written_at: datetime | None = None, own: int | None = None) -> Verdict:
        """What becomes of a message by `channel`, written at `written_at`; `own` is its number, when it has one."""
        asked_at = written_at if purpose == ANSWER else None if purpose in (CODE, NOTED) else self.asked_at()
        late = purpose == ANSWER and written_at is not None and self.now - written_at > AWAKE_FOR
        counts = is_unasked(purpose, now=self.now, asked_at=asked_at) and self.manners.unasked_per_day is not None
        return judge(
            self.wanted,
            self.manners,
            channel=channel,
            purpose=purpose,
            now=self.now,
            asked_at=asked_at,
            up_at=self.asked_at() if late else None,
            unasked_today=self._unasked_today(own) if counts else 0,
        )

    def unasked(self, purpose: str) -> bool:
        """Whether a message for this is one the customer did not ask for."""
        return is_unasked(purpose, now=self.now, asked_at=self.asked_at())

    def _unasked_today(self, own: int | None) -> int:
        """What they get today that they did not ask for: sent already, or on its way and written before `own`."""
        zone = ZoneInfo(self.wanted.zone(self.manners))
        today = self.now.astimezone(zone).date()
        rows = self.connection.execute(_UNASKED.where(message.c.conversation_id == self.conversation)).all()
        return sum(
            row.id != own
            and (row.state == "sent" or own is None or row.id < own)
            and (row.sent_at or row.next_at).astimezone(zone).date() == today
            for row in rows
        )

    def preferred(self, purpose: str, meant: Way, proven: int) -> Way:
        """Where they would rather be written to for this, if that is known, open and as well proven; else where it was meant."""
        channel = self.wanted.latest(PREFERRED, purpose)
        if not channel or channel == meant.channel:
            return meant
        level = strongest(identity.c.id, conversation.c.profile_id, self.now)
        rows = self.connection.execute(
            select(identity.c.id, identity.c.channel, identity.c.account, identity.c.sender, level.label("level"))
            .join_from(identity, conversation, conversation.c.id == identity.c.conversation_id)
            .where(
                identity.c.conversation_id == self.conversation, identity.c.channel == channel, identity.c.blocked_at.is_(None)
            )
            .order_by(identity.c.id.desc())
        ).all()
        fit = next((row for row in rows if (row.level or 0) >= proven), None)
        if fit is None or self.verdict(fit.channel, purpose).state == "no":
            return meant
        return Way(fit.id, fit.channel, fit.account, fit.sender)


def to_sender(
    connection: Connection, *, channel: str, account: str, sender: str, asked_at: datetime, manners: Manners, now: datetime
) -> Verdict:
    """What becomes of a word to somebody by their id on a channel, who may never have written to us there in private.

    `asked_at` is when they wrote what it answers.
    """
    here = (identity.c.channel == channel) & (identity.c.account == account) & (identity.c.sender == sender)
    home = connection.execute(select(identity.c.conversation_id).where(here)).scalar()
    wanted = wanted_of(connection, (home,))[home] if home is not None else Wanted()
    return judge(wanted, manners, channel=channel, purpose=SERVICE, now=now, asked_at=asked_at)


def purpose_of(purpose: str | None, data: Mapping[str, Any] | None) -> str:
    """What a stored message is for."""
    return CODE if (data or {}).get("challenge") else purpose or ANSWER


def obey(connection: Connection, conversation_id: int, manners: Manners, now: datetime) -> int:
    """The customer has just said what they want: withhold what waits and may not leave any more. Returns how much it was."""
    judge_ = Judge.of(connection, conversation_id, manners, now)
    gone = 0
    for row in connection.execute(_UNSENT.where(delivery.c.conversation_id == conversation_id)).all():
        purpose = purpose_of(row.purpose, row.data)
        verdict = judge_.verdict(row.channel, purpose, written_at=row.at, own=row.message_id)
        if verdict.state == "no":
            way = update(delivery).where(delivery.c.message_id == row.message_id)
            connection.execute(way.values(state="withheld", why=verdict.why))
            gone += 1
    return gone


def verdicts(connection: Connection, rows: Iterable[Any], manners: Manners, now: datetime) -> dict[int, Verdict]:
    """For messages about to be sent, what becomes of each that needs asking.

    `rows` have a message's `id`, `conversation_id`, `channel`, `purpose`, `data`, `at`, and whether its customer `has_wishes`.
    """
    told: dict[int, Verdict] = {}
    judges: dict[int, Judge] = {}
    for row in rows:
        purpose = purpose_of(row.purpose, row.data)
        if purpose == ANSWER and not row.has_wishes and now - row.at <= AWAKE_FOR:
            continue
        if purpose == CODE:
            told[row.id] = _of_code(connection, row)
            continue
        judge_ = judges.get(row.conversation_id)
        if judge_ is None:
            judge_ = judges[row.conversation_id] = Judge.of(connection, row.conversation_id, manners, now)
        told[row.id] = judge_.verdict(row.channel, purpose, written_at=row.at, own=row.id)
    return told


def _of_code(connection: Connection, row: Any) -> Verdict:
    """Whether a code may leave: whoever it names may have said since that they want none, wherever they said it."""
    number = (row.data or {}).get("challenge", 0)
    named = select(conversation.c.id).join_from(
        challenge, conversation, (conversation.c.profile_id == challenge.c.profile_id) & conversation.c.merged_into.is_(None)
    )
    homes = {row.conversation_id, *connection.execute(named.where(challenge.c.id == number)).scalars()}
    wanted = wanted_of(connection, homes)
    return Verdict("no", REFUSED) if any(refuses_codes(wanted[home], row.channel) for home in homes) else GO
