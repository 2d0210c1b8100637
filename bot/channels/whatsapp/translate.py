"""WhatsApp's webhooks as our messages and receipts. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.gathered import Found, Gathered, Said
from bot.channels.meta.events import account_of, entries, event_id
from bot.channels.meta.failures import failure_of_code
from bot.channels.reading import mapping, moment, optional_mapping, sender, words
from bot.channels.whatsapp.content import said_in
from bot.channels.whatsapp.people import Person, person, writer
from bot.channels.whatsapp.table import NAME, PLATFORM, WhatsAppTable
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind, Reading, Receipt

FIELDS = ("messages", "smb_message_echoes", "standby")
"""What to subscribe to; `docs/channels/whatsapp.md` names what else helps an operator."""

_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_STILL_MEANT: tuple[Kind, ...] = ("edit", "unsend", "moved")
"""What counts even while another application owns the thread: words taken back are to be forgotten, whoever answers."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all events of one change share."""

    account: str
    field: str
    contacts: tuple[Mapping[str, Any], ...]
    table: WhatsAppTable


def read_body(
    body: Any,
    *,
    received_at: datetime,  # noqa: ARG001  every event of WhatsApp's has its own time
    account: str = "",
    accounts: Mapping[str, str] | None = None,
    table: WhatsAppTable | None = None,
) -> Reading:
    """Everything one body holds.

    `accounts` names the brand's account behind each `phone_number_id`; without it everything belongs to `account`. A
    message's `data` has `aliases` (`phone` in E.164, `id` the `wa_id` when the sender is a scoped id) and what
    `bot.messages.Kind` says; files are fetched by `data["file_id"]`. An echo has `by`, "person" or "app".

    Raises:
        BadUpdate: the body as a whole cannot come from WhatsApp.
    """
    gathered = Gathered()
    for entry in entries(body, "whatsapp_business_account", gathered):
        for change in gathered.parts(entry, "changes"):
            try:
                scene = _scene(change, gathered, account, accounts or {}, table or WhatsAppTable())
            except BadUpdate as error:
                gathered.leave(change, str(error))
            else:
                _read_change(mapping(change, "value"), scene, gathered)
    return gathered.reading()


def _scene(
    change: Mapping[str, Any], gathered: Gathered, account: str, accounts: Mapping[str, str], table: WhatsAppTable
) -> _Scene:
    field = words(change, "field")
    value = mapping(change, "value")
    if field not in FIELDS:
        raise BadUpdate(f"field {field[:64]!r} brings no messages this version knows")
    named = account_of(optional_mapping(value, "metadata"), "phone_number_id", account, accounts)
    return _Scene(named, field, tuple(gathered.parts(value, "contacts")), table)


def _read_change(value: Mapping[str, Any], scene: _Scene, gathered: Gathered) -> None:
    for raw in gathered.parts(value, "messages"):
        gathered.take(raw, _message, scene)
    for raw in gathered.parts(value, "message_echoes"):
        gathered.take(raw, _echo, scene)
    for raw in gathered.parts(value, "statuses"):
        gathered.take(raw, _status, scene)
    for raw in gathered.parts(value, "errors"):
        gathered.leave(raw, f"WhatsApp reports error {str(raw.get('code'))[:16]}: {str(raw.get('title'))[:200]}")
    if not any(name in value for name in ("messages", "message_echoes", "statuses", "errors")):
        gathered.leave(value, f"nothing this version knows under {scene.field!r}")


def _message(raw: Mapping[str, Any], scene: _Scene) -> Iterator[Found]:
    if raw.get("group_id"):
        raise BadUpdate("written in a group; only private chats are served")
    if raw.get("type") == "system":
        yield _moved(raw, scene)
        return
    who = writer(raw, scene.contacts)
    said = said_in(raw)
    if scene.field == "standby" and said.kind not in _STILL_MEANT:
        said = Said("standby", said.text, said.data | {"what": said.kind})
    yield _made(raw, scene, who, said)


def _made(raw: Mapping[str, Any], scene: _Scene, who: Person, said: Said) -> InboundMessage:
    data = said.data | ({"aliases": dict(who.aliases)} if who.aliases else {})
    if who.username:
        data["username"] = who.username
    return InboundMessage(
        channel=NAME,
        account=scene.account,
        external_id=event_id(raw, "id"),
        sender=who.id,
        sender_name=who.name,
        sent_at=moment(raw, "timestamp"),
        kind=said.kind,
        text=said.text,
        data=data,
    )


def _moved(raw: Mapping[str, Any], scene: _Scene) -> InboundMessage:
    """A customer has another number, and with it another scoped id. These come without contacts."""
    system = mapping(raw, "system")
    kind = words(system, "type")
    if kind == "customer_identity_changed":
        raise BadUpdate("the customer's security code changed, maybe another person's phone: verify before telling account data")
    if kind not in ("user_changed_number", "customer_changed_number", "user_changed_user_id"):
        raise BadUpdate(f"system event {kind[:64]!r} is not known to this version")
    given = {name: sender(where, name) for where, name in _ids(raw, system)}
    wa_id = given.get("wa_id") or given.get("new_wa_id", "")
    who = person(scoped=given.get("user_id", ""), wa_id=wa_id, parent=given.get("parent_user_id", ""))
    former = [given[name] for name in ("previous_user_id", "from", "customer") if name in given and given[name] != who.id]
    if not former:
        raise BadUpdate("a changed number without the former one; the body does not come from WhatsApp")
    data: dict[str, Any] = {"was": former[0]}
    if former[1:]:
        data["was_also"] = list(dict.fromkeys(former[1:]))
    return _made(raw, scene, who, Said("moved", "", data))


def _ids(raw: Mapping[str, Any], system: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    if raw.get("from"):
        yield raw, "from"
    for name in ("wa_id", "new_wa_id", "user_id", "parent_user_id", "previous_user_id", "customer"):
        if system.get(name):
            yield system, name


def _echo(raw: Mapping[str, Any], scene: _Scene) -> Iterator[Found]:
    """What somebody of the brand wrote in the telephone's application, or another application in a thread it owns."""
    if raw.get("group_id"):
        raise BadUpdate("written in a group; only private chats are served")
    number = sender(raw, "to").removeprefix("+") if raw.get("to") else ""
    scoped = sender(raw, "to_user_id") if raw.get("to_user_id") else ""
    said = said_in(raw)
    standby = scene.field == "standby"
    data = said.data | {"what": said.kind, "by": "app" if standby else "person"}
    yield _made(raw, scene, person(scoped=scoped, wa_id=number), Said("standby" if standby else "echo", said.text, data))


def _status(raw: Mapping[str, Any], scene: _Scene) -> Iterator[Found]:
    state = _STATES.get(words(raw, "status"))
    if state is None:
        raise BadUpdate(f"status {words(raw, 'status')[:64]!r} is not known to this version")
    who = next((name for name in ("recipient_user_id", "recipient_id") if raw.get(name)), None)
    yield Receipt(
        channel=NAME,
        account=scene.account,
        state=state,  # type: ignore[arg-type]  # one of the five above
        at=moment(raw, "timestamp"),
        provider_id=event_id(raw, "id"),
        key=words(raw, "biz_opaque_callback_data"),
        recipient=sender(raw, who) if who else "",
        failure=_failure(raw, scene.table) if state == "failed" else None,
    )


def _failure(raw: Mapping[str, Any], table: WhatsAppTable) -> Exception:
    errors = raw.get("errors")
    error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    code = error.get("code")
    said = words(error, "title") or words(error, "message")
    return failure_of_code(code if isinstance(code, int) else None, None, said[:200], table, PLATFORM)
