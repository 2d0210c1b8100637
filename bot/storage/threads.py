"""Reading threads: one customer's whole conversation over all channels, in order of handling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.customers.recognise import Level
from bot.dialogue.state import DialogueState
from bot.storage import media
from bot.storage.merging import follow
from bot.storage.schema import appointment, case, conversation, delivery, identity, message, profile


def find_conversation(connection: Connection, channel: str, sender: str) -> int | None:
    """The conversation of whoever writes as `sender` on `channel`; phones with or without their plus sign."""
    spellings = {sender, sender.lstrip("+"), f"+{sender.lstrip('+')}"}
    found = connection.execute(
        select(identity.c.conversation_id)
        .where(identity.c.channel == channel, identity.c.sender.in_(sorted(spellings)))
        .order_by(identity.c.id.desc())
    ).scalar()
    return None if found is None else follow(connection, found)


def thread(connection: Connection, conversation_id: int) -> dict[str, Any]:
    """Everything about one conversation as plain data, JSON-ready; times are ISO, UTC."""
    row = connection.execute(select(conversation).where(conversation.c.id == conversation_id)).one()
    state = DialogueState.from_json(row.state) if row.state else DialogueState(language=row.language)
    facts = connection.execute(select(profile.c.facts).where(profile.c.id == row.profile_id)).scalar() if row.profile_id else None
    return {
        "customer": {"id": row.id, "language": row.language, "level": Level(row.level).rank, "profile": facts},
        "identities": [
            {"channel": one.channel, "account": one.account, "sender": one.sender, "name": one.name}
            for one in connection.execute(
                select(identity).where(identity.c.conversation_id == conversation_id).order_by(identity.c.id)
            )
        ],
        "owner": row.owner,
        "slots": {name: slot.value for name, slot in state.slots.items()},
        "flow": state.stack[-1].flow if state.stack else None,
        "cases": _cases(connection, conversation_id),
        "appointments": _appointments(connection, conversation_id),
        "messages": messages(connection, conversation_id),
    }


def messages(connection: Connection, conversation_id: int) -> list[dict[str, Any]]:
    """The thread's messages in order of handling; what still waits in the inbox comes last."""
    rows = connection.execute(
        select(
            message,
            delivery.c.state,
            delivery.c.provider_id.label("delivered_as"),
            delivery.c.repeats,
            delivery.c.why,
            delivery.c.delivered_at,
            delivery.c.read_at,
        )
        .join(delivery, delivery.c.message_id == message.c.id, isouter=True)
        .where(message.c.conversation_id == conversation_id, message.c.kind != "act")
        .order_by(message.c.handled_at.is_(None), message.c.handled_at, message.c.id)
    )
    files = media.of_conversation(connection, conversation_id)
    return [_message(row) | _named(files.get(row.id, ())) for row in rows]


def _named(files: Sequence[media.File]) -> dict[str, Any]:
    """The files of a message, without their bytes; nothing when it has none."""
    named = [
        {"id": file.id, "type": file.type, "mime": file.mime_type, "name": file.name, "size": file.size, "state": file.state}
        for file in files
    ]
    return {"files": named} if named else {}


def _message(row: Any) -> dict[str, Any]:
    inbound = row.direction == "in"
    state = ("handled" if row.handled_at else "received") if inbound else (row.state or "sent")
    shown: dict[str, Any] = {
        "id": str(row.id),
        "at": iso(row.at),
        "channel": row.channel,
        "direction": row.direction,
        "author": row.author,
        "text": row.text,
        "state": state,
        "provider_id": row.provider_id if inbound else row.delivered_as,
        "in_reply_to": row.in_reply_to or [],
        "trace": row.trace,
    }
    if row.author_name:
        shown["author_name"] = row.author_name
    if inbound and row.kind != "text":
        shown["kind"] = row.kind
    if not inbound and row.data and row.data.get("choices"):
        shown["buttons"] = [choice["title"] for choice in row.data["choices"]]
    if row.repeats:
        shown["possible_repeats"] = row.repeats
    if row.why:
        shown["why"] = row.why
    for name, told_at in (("delivered_at", row.delivered_at), ("read_at", row.read_at)):
        if told_at is not None:
            shown[name] = iso(told_at)
    return shown


def _cases(connection: Connection, conversation_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(select(case).where(case.c.conversation_id == conversation_id).order_by(case.c.id))
    return [
        {
            "id": row.id,
            "queue": row.queue,
            "status": row.status,
            "opened_at": iso(row.opened_at),
            "deadline": iso(row.deadline),
            "advisor": row.advisor,
            "taken_at": iso(row.taken_at),
            "ended_at": iso(row.ended_at),
            "note": row.note,
            **_without_transcript(row.context),
        }
        for row in rows
    ]


def _without_transcript(context: Mapping[str, Any]) -> dict[str, Any]:
    # The thread itself is printed beside it.
    return {name: value for name, value in context.items() if name != "transcript"}


def _appointments(connection: Connection, conversation_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(appointment).where(appointment.c.conversation_id == conversation_id).order_by(appointment.c.starts_at)
    )
    return [
        {
            "id": row.id,
            "store": row.store,
            "service": row.service,
            "start": row.local_start,
            "zone": row.zone,
            "minutes": row.minutes,
            "name": row.name,
            "phone": row.phone,
            "status": row.status,
        }
        for row in rows
    ]


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
