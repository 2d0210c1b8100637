"""The console's lists, read in as few statements as they have parts: open cases, conversations, appointments, counts.

What a row shows of its conversation is found from the end of the thread by index, so a long conversation costs what a short
one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ScalarSelect, and_, func, literal_column, or_, select

from bot.storage.cases import case_from
from bot.storage.console_people import name_of, people, state_of
from bot.storage.diary import appointment_from
from bot.storage.merging import follow
from bot.storage.schema import (
    EPOCH,
    IS_OPEN,
    MICROSECOND,
    appointment,
    case,
    conversation,
    identity,
    message,
    micros,
    profile,
)
from bot.storage.wordless import UNSEEN, WORDLESS, as_line
from handoff.case import Case
from handoff.console.views import CaseRow, ConversationFilter, ConversationPage, ConversationRow, Counts
from handoff.ports import Appointment

SHOWN = 240
"""Characters of a message that a list shows."""
WORDS = ("text", "edit")
MOST_CASES = 50


def _latest(*conditions: Any) -> ScalarSelect[int]:
    """The id of the last message of a row's conversation that meets the conditions."""
    return (
        select(message.c.id)
        .where(message.c.conversation_id == conversation.c.id, *conditions)
        .order_by(message.c.id.desc())
        .limit(1)
        .correlate(conversation)
        .scalar_subquery()
    )


_SAID = and_(message.c.direction == "in", message.c.kind != "act", or_(message.c.text != "", message.c.kind.in_(WORDLESS)))
# Not one that was only opened to send a code to an address, and from which nobody has written.
_MET = or_(conversation.c.identity_id.is_not(None), conversation.c.handled_at.is_not(None), conversation.c.due_at.is_not(None))
_WHO = (
    conversation.c.id,
    conversation.c.state,
    conversation.c.owner,
    conversation.c.language,
    conversation.c.level,
    conversation.c.touched_at,
    profile.c.facts,
    identity.c.channel,
    identity.c.name.label("handle"),
)


def open_cases(connection: Connection, *, names: Mapping[str, str], language: str) -> list[CaseRow]:
    """Every open case, oldest first. `names` are those of the brand's people; `language` is that of made-up names."""
    rows = connection.execute(
        select(case, *_WHO[1:], _latest(_SAID).label("said"))
        .join_from(case, conversation, conversation.c.id == case.c.conversation_id)
        .join(profile, profile.c.id == conversation.c.profile_id, isouter=True)
        .join(identity, identity.c.id == conversation.c.identity_id, isouter=True)
        .where(IS_OPEN)
        .order_by(case.c.id)
    ).all()
    said = _messages(connection, (row.said for row in rows))
    texts = {row.id: as_line(row.kind, row.text, row.data, language) for row in said}
    known = people(connection, (row.advisor for row in rows), names)
    return [
        CaseRow(
            case=_plain(case_from(row)),
            customer=name_of(row, row.conversation_id, language),
            channel=row.channel or "",
            last_text=texts.get(row.said, "")[:SHOWN],
            advisor_name=known.get(row.advisor, ""),
        )
        for row in rows
    ]


def cases_of(connection: Connection, conversation_id: int) -> list[Case]:
    """The latest cases of a conversation, oldest first, open or not."""
    wanted = select(case).where(case.c.conversation_id == follow(connection, conversation_id))
    rows = connection.execute(wanted.order_by(case.c.id.desc()).limit(MOST_CASES)).all()
    return [_plain(case_from(row)) for row in reversed(rows)]


def conversations(
    connection: Connection,
    wanted: ConversationFilter,
    *,
    page: str | None,
    limit: int,
    names: Mapping[str, str],
    language: str,
) -> ConversationPage:
    """One page of the conversations, most recently active first."""
    query = (
        select(*_WHO)
        .join_from(conversation, identity, identity.c.id == conversation.c.identity_id, isouter=True)
        .join(profile, profile.c.id == conversation.c.profile_id, isouter=True)
        .where(conversation.c.merged_into.is_(None), _MET, *_conditions(wanted))
        .order_by(conversation.c.touched_at.desc(), conversation.c.id.desc())
        .limit(limit + 1)
    )
    mark = read_mark(page)
    if mark is not None:
        at, last = mark
        earlier = or_(conversation.c.touched_at < at, and_(conversation.c.touched_at == at, conversation.c.id < last))
        query = query.where(conversation.c.touched_at <= at, earlier)
    rows = connection.execute(query).all()
    shown, more = rows[:limit], len(rows) > limit
    return ConversationPage(
        rows=_conversation_rows(connection, shown, names, language),
        next=write_mark(shown[-1].touched_at, shown[-1].id) if more else None,
    )


def _conditions(wanted: ConversationFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.owner is not None:
        conditions.append(conversation.c.owner == wanted.owner)
        if wanted.owner != "bot":
            conditions.append(conversation.c.owner != literal_column("'bot'"))  # as the index of those has it
    if wanted.channel is not None:
        conditions.append(identity.c.channel == wanted.channel)
    if wanted.language is not None:
        conditions.append(conversation.c.language == wanted.language)
    if wanted.low_confidence:
        conditions.append(conversation.c.unsure)
    return conditions


def _conversation_rows(
    connection: Connection, rows: Sequence[Any], names: Mapping[str, str], language: str
) -> list[ConversationRow]:
    ids = [row.id for row in rows]
    last = _latest(message.c.kind.not_in(UNSEEN)).label("last")
    words = _latest(message.c.direction == "in", message.c.kind.in_(WORDS)).label("words")
    ends = {row.id: row for row in connection.execute(select(conversation.c.id, last, words).where(conversation.c.id.in_(ids)))}
    found = {row.id: row for row in _messages(connection, (id_ for end in ends.values() for id_ in (end.last, end.words)))}
    holders = select(case.c.conversation_id, case.c.advisor).where(case.c.conversation_id.in_(ids), case.c.status == "taken")
    taken = {row.conversation_id: row.advisor for row in connection.execute(holders)}
    known = people(connection, taken.values(), names)
    return [
        _conversation_row(
            row,
            found.get(ends[row.id].last),
            found.get(ends[row.id].words),
            advisor=known.get(taken.get(row.id) or ""),
            language=language,
        )
        for row in rows
    ]


def _conversation_row(row: Any, last: Any, words: Any, *, advisor: str | None, language: str) -> ConversationRow:
    trace = (words.trace if words is not None else None) or {}
    return ConversationRow(
        id=row.id,
        customer=name_of(row, row.id, language),
        channel=row.channel or "",
        language=row.language,
        owner=row.owner,
        last_at=last.at if last is not None else row.touched_at,
        last_author=last.author if last is not None else "",
        last_text=as_line(last.kind, last.text, last.data, language)[:SHOWN] if last is not None else "",
        paused=state_of(row).paused,
        advisor=advisor,
        intent=trace.get("intent"),
        confidence=trace.get("confidence"),
        understood=trace.get("understood", True),
    )


def day_of(connection: Connection, store: str, day: date) -> list[Appointment]:
    """The appointments of one of the store's local dates, earliest first, cancelled ones included."""
    rows = connection.execute(
        select(appointment)
        .where(
            appointment.c.store == store,
            appointment.c.local_start >= day.isoformat(),
            appointment.c.local_start < (day + timedelta(days=1)).isoformat(),
        )
        .order_by(appointment.c.local_start, appointment.c.fold, appointment.c.place, appointment.c.id)
    )
    return [appointment_from(row) for row in rows]


def counts(connection: Connection, midnight: datetime) -> Counts:
    """The figures of the day that began at `midnight`."""
    by_case = select(case.c.status, func.count()).where(IS_OPEN).group_by(case.c.status)
    by_status = {row[0]: row[1] for row in connection.execute(by_case)}
    with_bot = connection.execute(
        select(func.count())
        .select_from(conversation)
        .where(conversation.c.touched_at >= midnight, conversation.c.owner == "bot", conversation.c.merged_into.is_(None), _MET)
    ).scalar_one()
    missed = connection.execute(
        select(func.count()).select_from(message).where(message.c.missed, message.c.at >= midnight)
    ).scalar_one()
    return Counts(
        waiting=by_status.get("waiting", 0),
        unanswered=by_status.get("unanswered", 0),
        taken=by_status.get("taken", 0),
        with_bot=with_bot,
        not_understood=missed,
    )


def channels(connection: Connection) -> list[str]:
    """Channels somebody has written on, by name; one look into the index for each."""
    found: list[str] = []
    while True:
        following = select(func.min(identity.c.channel)).where(identity.c.channel > (found[-1] if found else ""))
        name = connection.execute(following).scalar()
        if name is None:
            return found
        found.append(name)


def write_mark(at: datetime, last: int) -> str:
    """Where the next page begins."""
    return f"{micros(at)}.{last}"


def read_mark(page: str | None) -> tuple[datetime, int] | None:
    """What `write_mark` wrote; None for anything else."""
    at, _, last = (page or "").partition(".")
    if not (at.isascii() and at.isdecimal() and last.isascii() and last.isdecimal()) or max(len(at), len(last)) > 17:
        return None
    return EPOCH + int(at) * MICROSECOND, int(last)


def _messages(connection: Connection, ids: Iterable[int | None]) -> Sequence[Any]:
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    columns = (message.c.id, message.c.author, message.c.kind, message.c.text, message.c.data, message.c.at, message.c.trace)
    return connection.execute(select(*columns).where(message.c.id.in_(wanted))).all() if wanted else ()


def _plain(found: Case) -> Case:
    """A case without the transcript it was handed over with: the thread itself is there to read."""
    return replace(found, context=replace(found.context, transcript=()))
