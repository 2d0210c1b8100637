"""One customer's thread as the console shows it: a page of messages over all channels, and everything known beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from bot.brand import Brand
from bot.customers.recognise import Level
from bot.customers.wishes import QUIET_HOURS
from bot.dialogue.flow import Flows
from bot.dialogue.state import DialogueState
from bot.storage.cases import waits_on_line
from bot.storage.console_attached import attached
from bot.storage.console_events import with_events
from bot.storage.console_lists import cases_of
from bot.storage.console_people import name_of, people, state_of
from bot.storage.console_person import LEVELS, Reader
from bot.storage.console_words import shown, why_held, why_unsent, word
from bot.storage.diary import appointment_from
from bot.storage.merging import follow
from bot.storage.schema import appointment, conversation, correction, delivery, identity, message, note, profile
from bot.storage.wordless import UNSEEN
from handoff.case import OPEN, Case
from handoff.console.views import CustomerCard, Fact, Meaning, MessageView, NamedText, Thread, Trace
from handoff.ports import Appointment

PAST_CASES = 10
APPOINTMENTS = 20
NOTES = 100
"""Most of each that one page shows."""

_STATES: Mapping[str, Literal["waiting", "sent", "failed", "held"]] = {
    "pending": "waiting",
    "sending": "waiting",
    "sent": "sent",
    "failed": "failed",
    "withheld": "failed",
    "held": "held",
}


def thread_page(
    connection: Connection,
    conversation_id: int,
    *,
    brand: Brand,
    flows: Flows,
    names: Mapping[str, str],
    language: str,
    before: int | None,
    limit: int,
    now: datetime,
) -> Thread | None:
    """The latest messages, or those before message `before`; None when there is no such conversation.

    Between them stands what happened to the conversation itself: joins, proofs, codes, moves to another channel.

    A conversation that has become part of another is shown as that other.
    """
    row = _conversation(connection, follow(connection, conversation_id))
    if row is None:
        return None
    state = state_of(row)
    messages, more, authors = _messages(connection, row.id, language=language, before=before, limit=limit)
    cases = cases_of(connection, row.id)
    case = _open_case(cases)
    past = [one for one in cases if one is not case][-PAST_CASES:]
    known = people(connection, [*authors, *(one.advisor for one in cases)], names)
    shown_messages = [replace(one, by=known.get(one.by, one.by)) if one.author == "note" else one for one in messages]
    reader = Reader(language=language, zone=brand.time_zone, now=now, names=names)
    until = None if before is None else connection.execute(select(message.c.at).where(message.c.id == before)).scalar()
    since = messages[0].at if more and messages else None
    return Thread(
        conversation=row.id,
        customer=_card(connection, row, brand, language),
        owner=row.owner,
        language=row.language,
        channel=row.channel or "",
        messages=with_events(connection, row.id, shown_messages, reader=reader, since=since, until=until),
        more=more,
        paused=state.paused,
        slots=_slots(state, brand, language),
        flow=_place(state, flows, language),
        case=case,
        past_cases=tuple(reversed(past)),
        appointments=_appointments(connection, row.id),
        cannot_write=_obstacle(row, language),
        names=known,
    )


def card_of(connection: Connection, conversation_id: int, *, brand: Brand, language: str) -> CustomerCard | None:
    """Who a conversation's customer is; None when there is no such conversation."""
    row = _conversation(connection, conversation_id)
    return None if row is None else _card(connection, row, brand, language)


def _conversation(connection: Connection, conversation_id: int) -> Any:
    return connection.execute(
        select(
            conversation.c.id,
            conversation.c.state,
            conversation.c.owner,
            conversation.c.language,
            conversation.c.level,
            profile.c.facts,
            identity.c.channel,
            identity.c.name.label("handle"),
            identity.c.blocked_at,
        )
        .join_from(conversation, profile, profile.c.id == conversation.c.profile_id, isouter=True)
        .join(identity, identity.c.id == conversation.c.identity_id, isouter=True)
        .where(conversation.c.id == conversation_id)
    ).first()


def _messages(
    connection: Connection, conversation_id: int, *, language: str, before: int | None, limit: int
) -> tuple[list[MessageView], bool, list[str]]:
    """A page of messages and notes, oldest first; whether there are earlier ones; who wrote the notes."""
    query = (
        select(
            message,
            delivery.c.state,
            delivery.c.why,
            delivery.c.delivered_at,
            delivery.c.read_at,
            delivery.c.provider_id.label("delivered_as"),
            correction.c.intent.label("corrected"),
        )
        .join_from(message, delivery, delivery.c.message_id == message.c.id, isouter=True)
        .join(correction, correction.c.message_id == message.c.id, isouter=True)
        .where(message.c.conversation_id == conversation_id, message.c.kind.not_in(UNSEEN))
        .order_by(message.c.id.desc())
        .limit(limit + 1)
    )
    notes = select(note).where(note.c.conversation_id == conversation_id).order_by(note.c.message_id.desc()).limit(NOTES)
    if before is not None:
        query, notes = query.where(message.c.id < before), notes.where(note.c.message_id < before)
    rows = connection.execute(query).all()
    more = len(rows) > limit
    rows = rows[:limit]
    if more:
        notes = notes.where(note.c.message_id > rows[-1].id)
    found = connection.execute(notes).all()
    goes_with = attached(connection, rows)
    views = [replace(_view(row, language), **goes_with.of(row)) for row in rows if row.id not in goes_with.shown_elsewhere]
    views += [MessageView(id=row.message_id, at=row.at, channel="", author="note", text=row.text, by=row.author) for row in found]
    return sorted(views, key=lambda view: view.id), more, [row.author for row in found]


def _view(row: Any, language: str) -> MessageView:
    trace = row.trace or {}
    if row.direction == "in":
        return MessageView(
            id=row.id,
            at=row.at,
            channel=row.channel,
            author=_author(row),
            text=row.text or str((row.data or {}).get("emoji") or ""),
            kind=row.kind,
            meaning=_meaning(trace),
            corrected=row.corrected,
        )
    state = _state(row)
    return MessageView(
        id=row.id,
        at=row.at,
        channel=row.channel,
        author=row.author,
        text=row.text,
        by=row.author_name or "",
        state=state,
        failure=_why(row.why, state, language),
        buttons=tuple(choice["title"] for choice in (row.data or {}).get("choices", ())),
        trace=_trace(trace) if row.author != "advisor" and trace else None,
    )


def _state(row: Any) -> Literal["waiting", "sent", "delivered", "read", "failed", "held"]:
    state = _STATES.get(row.state or "sent", "sent")
    if state != "sent":
        return state
    return "read" if row.read_at is not None else "delivered" if row.delivered_at is not None else "sent"


def _why(why: str | None, state: str, language: str) -> str:
    if state == "held":
        return why_held(why, language)
    return why_unsent(why, language) if state == "failed" or why == QUIET_HOURS else ""


def _author(row: Any) -> Literal["customer", "advisor", "system"]:
    """Who speaks in what came in: an echo is the brand's own voice, even where the platform does not say whose."""
    if row.kind in ("echo", "standby") and row.author in ("advisor", "system"):
        return "advisor" if row.author == "advisor" else "system"
    return "system" if row.kind == "echo" else "customer"


def _meaning(trace: Mapping[str, Any]) -> Meaning | None:
    if "understood" not in trace:
        return None
    values = trace.get("values", {})
    return Meaning(
        intent=trace.get("intent"),
        confidence=trace.get("confidence", 0.0),
        understood=trace["understood"],
        ranking=tuple((name, confidence) for name, confidence in trace.get("ranking", ())),
        entities=tuple(
            NamedText(name=one["entity"], text=one["text"], value=str(values.get(one["entity"], one["value"])))
            for one in trace.get("entities", ())
        ),
        engine=trace.get("engine", ""),
    )


def _trace(trace: Mapping[str, Any]) -> Trace:
    return Trace(
        meaning=_meaning(trace),
        step=trace.get("step") or "",
        response=trace.get("response") or "",
        asks=trace.get("asks") or "",
        asking=trace.get("asking") or "new",
    )


def _card(connection: Connection, row: Any, brand: Brand, language: str) -> CustomerCard:
    identities = connection.execute(
        select(identity.c.channel, identity.c.name, identity.c.sender)
        .where(identity.c.conversation_id == row.id)
        .order_by(identity.c.id)
    )
    facts: Mapping[str, Any] = row.facts if row.facts and row.level >= Level.CHANNEL_VERIFIED else {}
    return CustomerCard(
        name=name_of(row, row.id, language),
        evidence=LEVELS.get(row.level, "none"),
        facts=tuple(
            Fact(name=name, value=shown(value, brand, language), source="profile")
            for name, value in facts.items()
            if name != "id" and value not in (None, "", [], ())
        ),
        # A web chat session has no name but its digest, which tells nobody anything.
        identities=tuple((one.channel, one.name or ("" if one.channel == "webchat" else one.sender)) for one in identities),
    )


def _slots(state: DialogueState, brand: Brand, language: str) -> tuple[Fact, ...]:
    return tuple(
        Fact(name=name, value=shown(slot.value, brand, language), source=slot.source)
        for name, slot in state.slots.items()
        if slot.value is not None
    )


def _place(state: DialogueState, flows: Flows, language: str) -> str:
    """Where the dialogue stands: what it is about, as the reader calls it, and what it waits for."""
    if not state.stack:
        return ""
    frame = state.stack[-1]
    known = (flows.get(outer.flow) for outer in reversed(state.stack))  # a flow that is only called has no name of its own
    names = next((flow.names for flow in known if flow is not None and flow.names), {})
    return f"{names.get(language) or frame.flow} / {state.asked or frame.step}"


def _open_case(cases: Sequence[Case]) -> Case | None:
    """The case somebody has, else the one whose customer waits, else a call to make."""
    is_open = [case for case in cases if case.status in OPEN]
    taken = [case for case in is_open if case.status == "taken"]
    waiting = [case for case in is_open if waits_on_line(case)]
    return next(iter((*taken, *reversed(waiting), *reversed(is_open))), None)


def _appointments(connection: Connection, conversation_id: int) -> tuple[Appointment, ...]:
    rows = connection.execute(
        select(appointment)
        .where(appointment.c.conversation_id == conversation_id)
        .order_by(appointment.c.starts_at.desc())
        .limit(APPOINTMENTS)
    ).all()
    return tuple(appointment_from(row) for row in reversed(rows))


def _obstacle(row: Any, language: str) -> str:
    if row.channel is None:
        return word("no_channel", language)
    return word("blocked", language) if row.blocked_at is not None else ""
