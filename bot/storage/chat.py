"""What a web chat session may read: its own lines, all of its person's, or nothing more once its proof has run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select

from bot.customers.recognise import Level
from bot.storage.conversations import pressed
from bot.storage.evidence import strongest
from bot.storage.prepared import Prepared
from bot.storage.schema import Instant, conversation, evidence, identity, message, profile
from bot.storage.wordless import UNSEEN

CHANNEL = "webchat"


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a web chat session belongs to, as far as it has been said."""

    identity: int
    conversation: int
    profile: str | None
    """Who it is, by the evidence of any channel."""
    proven: int
    """What this session itself has proved for that profile, and still counts: a `bot.customers.recognise.Level`."""
    proved_before: bool
    """Whether it has ever proved anything for it."""

    @property
    def left(self) -> bool:
        """Its proof is over: whoever sits there now may be anybody."""
        return self.profile is not None and self.proved_before and not self.proven

    @property
    def whole(self) -> bool:
        """Signed in at the brand's site: all that was written on any page belongs to this person."""
        return self.profile is not None and self.proven >= Level.AUTHENTICATED

    @property
    def view(self) -> str:
        """Changes whenever other lines are to be shown than before; empty for a session's own."""
        return "over" if self.left else f"all-{self.conversation}" if self.whole else ""

    @property
    def known(self) -> bool:
        return self.profile is not None and not self.left and self.proven > 0


_FIND = Prepared(
    select(
        identity.c.id,
        identity.c.conversation_id,
        conversation.c.profile_id,
        strongest(identity.c.id, conversation.c.profile_id, bindparam("now", type_=Instant)),
        select(evidence.c.id)
        .where(
            evidence.c.identity_id == identity.c.id,
            evidence.c.profile_id == conversation.c.profile_id,
            evidence.c.level >= int(Level.LINKED),
        )
        .limit(1)
        .correlate(identity, conversation)
        .scalar_subquery(),
    )
    .join_from(identity, conversation, conversation.c.id == identity.c.conversation_id)
    .where(identity.c.channel == CHANNEL, identity.c.account == "", identity.c.sender == bindparam("session"))
)


def find_session(connection: Connection, session: str, now: datetime) -> Session | None:
    """Whose session it is at `now`; None while nothing was written from it."""
    row = _FIND.first(connection, {"session": session, "now": now})
    return None if row is None else Session(row[0], row[1], row[2], row[3] or 0, row[4] is not None)


def lines_since(connection: Connection, session: str, *, after: int, limit: int, now: datetime) -> Sequence[Any]:
    """Messages numbered above `after`, oldest first: `id`, `at`, `direction`, `author`, `author_name`, `text`, `data`, ...

    Numbers rise in the order of commits, because whoever adds to a conversation holds its row.
    """
    found = find_session(connection, session, now)
    if found is None or found.left:
        return ()
    return connection.execute(
        select(
            message.c.id,
            message.c.at,
            message.c.direction,
            message.c.author,
            message.c.author_name,
            message.c.kind,
            message.c.text,
            message.c.data,
            message.c.provider_id,
        )
        .where(*_may_read(found), message.c.id > after)
        .order_by(message.c.id)
        .limit(limit)
    ).all()


def look(connection: Connection, session: str, after: int, now: datetime) -> tuple[Session | None, bool]:
    """Whose session it is, if it has an identity yet, and whether there is a line numbered above `after`."""
    found = find_session(connection, session, now)
    if found is None or found.left:
        return found, False
    newer = select(message.c.id).where(*_may_read(found), message.c.id > after)
    return found, connection.execute(newer.limit(1)).first() is not None


def title_of(connection: Connection, session: str, token: str, now: datetime) -> str:
    """What stands on one of the session's buttons; empty when it has no such button."""
    found = find_session(connection, session, now)
    if found is None or found.left:
        return ""
    choice = pressed(connection, found.conversation, token, of=None if found.whole else (found.identity,))
    return str(choice["title"]) if choice is not None else ""


def first_name(connection: Connection, found: Session, needed: Level) -> str:
    """The first name of whom the session knows; empty when it knows nobody, or has not proved as much as a name needs."""
    if found.profile is None or found.proven < needed:
        return ""
    facts = connection.execute(select(profile.c.facts).where(profile.c.id == found.profile)).scalar()
    return str((facts or {}).get("first_name") or "")


def _may_read(found: Session) -> Sequence[ColumnElement[bool]]:
    """A session that became somebody else's, and its identity with it, has left its former lines in the former conversation."""
    lines = (message.c.conversation_id == found.conversation, message.c.kind.not_in(UNSEEN))
    return (*lines, message.c.channel == CHANNEL) if found.whole else (*lines, message.c.identity_id == found.identity)
