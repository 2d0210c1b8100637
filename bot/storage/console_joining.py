"""Two conversations, or two profiles, side by side for whoever must decide whether they are one person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, func, select

from bot.brand import Brand
from bot.customers.doubling.reasons import in_words
from bot.errors import MergeRefused
from bot.storage.console_people import people
from bot.storage.console_thread import card_of
from bot.storage.console_words import shown
from bot.storage.doubling import Double, State, page
from bot.storage.joining_by_hand import check_joinable
from bot.storage.merging import follow
from bot.storage.profiles import facts_to
from bot.storage.recognition import holder_of
from bot.storage.schema import IS_OPEN, appointment, case, conversation, message
from bot.storage.wordless import WORDLESS, as_line
from handoff.console.person_views import Comparison, DoubleField, DoublePage, DoubleView, Side

LINES = 6
LONGEST_LINE = 160
DOUBLES = 20
"""On one page: each is a table."""


def compare(connection: Connection, one: int, other: int, *, brand: Brand, language: str, now: datetime) -> Comparison | None:
    """Two conversations, each followed to the one it has become part of; None when one of them is not there."""
    one, other = follow(connection, one), follow(connection, other)
    sides = [_side(connection, number, brand, language, now) for number in (one, other)]
    if sides[0] is None or sides[1] is None:
        return None
    refusal = ""
    try:
        check_joinable(connection, one, other)
    except MergeRefused as refused:
        refusal = refused.code
    known = select(conversation.c.id).where(conversation.c.id.in_((one, other)), conversation.c.profile_id.is_not(None))
    goes_on = connection.execute(known.order_by(conversation.c.id)).scalar() or min(one, other)
    return Comparison(one=sides[0], other=sides[1], goes_on=goes_on, refusal=refusal)


def _side(connection: Connection, number: int, brand: Brand, language: str, now: datetime) -> Side | None:
    card = card_of(connection, number, brand=brand, language=language)
    row = connection.execute(
        select(conversation.c.language, conversation.c.touched_at).where(conversation.c.id == number)
    ).first()
    if card is None or row is None:
        return None
    return Side(
        conversation=number,
        customer=card,
        language=row.language,
        last_at=row.touched_at,
        lines=_lines(connection, number, language),
        messages=_count(connection, message, message.c.conversation_id == number, message.c.kind != "act"),
        open_cases=_count(connection, case, case.c.conversation_id == number, IS_OPEN),
        appointments=_count(
            connection,
            appointment,
            appointment.c.conversation_id == number,
            appointment.c.status == "booked",
            appointment.c.starts_at > now,
        ),
    )


def _count(connection: Connection, table: Any, *conditions: Any) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


def _lines(connection: Connection, number: int, language: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        select(message.c.author, message.c.kind, message.c.text, message.c.data)
        .where(
            message.c.conversation_id == number,
            message.c.kind != "act",
            (message.c.text != "") | message.c.kind.in_(WORDLESS),
        )
        .order_by(message.c.id.desc())
        .limit(LINES)
    ).all()
    return [(row.author, as_line(row.kind, row.text, row.data, language)[:LONGEST_LINE]) for row in reversed(rows)]


def doubles(
    connection: Connection, state: str, *, brand: Brand, names: Mapping[str, str], language: str, after: str | None
) -> DoublePage:
    """Profiles that may be one person's, with their reasons in the reader's language."""
    found = page(connection, state=cast("State", state), limit=DOUBLES, after=after)
    known = people(connection, [double.decided_by for double in found.doubles], names)
    return DoublePage(rows=[_double(connection, double, brand, known, language) for double in found.doubles], next=found.next)


def _double(connection: Connection, double: Double, brand: Brand, names: Mapping[str, str], language: str) -> DoubleView:
    first, second = double.first.id, double.second.id
    return DoubleView(
        id=double.id,
        probability=double.probability,
        reasons=[(in_words(reason.code, language), reason.agrees) for reason in double.reasons],
        first=first,
        second=second,
        fields=_fields(facts_to(double.first), facts_to(double.second), brand, language),
        first_conversation=holder_of(connection, first),
        second_conversation=holder_of(connection, second),
        state=double.state,
        decided_at=double.decided_at,
        decided_by=names.get(double.decided_by or "", double.decided_by or ""),
    )


def _fields(first: Mapping[str, Any], second: Mapping[str, Any], brand: Brand, language: str) -> Sequence[DoubleField]:
    def words(value: Any) -> str:
        return "" if value in (None, "", [], ()) else shown(value, brand, language)

    rows = [DoubleField(name=name, first=words(first[name]), second=words(second[name])) for name in first if name != "id"]
    return [row for row in rows if row.first or row.second]
