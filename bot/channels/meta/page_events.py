"""The events of a private thread, as Messenger and Instagram both tell them. Pure.

Each channel's own translator puts together which of these it has, and adds what only it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.gathered import Found, Gathered, Said
from bot.channels.meta.events import account_of, entries, event_id, made_id
from bot.channels.meta.page_content import pressed, referral_in, said_in
from bot.channels.meta.page_table import PageTable
from bot.channels.reading import identifier, mapping, moment, sender, words
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind, Reading, Receipt

METADATA = "filrouge:"
"""What the metadata of our own messages begins with; their key follows, and comes back in the echo."""

_STILL_MEANT: tuple[Kind, ...] = ("edit", "unsend")
"""What counts even while another application owns the thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What all events of one entry share."""

    channel: str
    account: str
    owner: str
    """The id of the page or account itself."""
    standby: bool
    entry: Mapping[str, Any]
    received_at: datetime
    app_id: str
    """Of our own application, empty while nobody has asked Meta for it."""
    table: PageTable
    unnamed_echo: str
    """Who wrote an echo that names no application: "person" on Messenger, "unknown" on Instagram, which names none at all."""


Reader = Callable[[Mapping[str, Any], Scene], Iterator[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What one of the two channels tells, and how it is read."""

    channel: str
    object: str
    """What its bodies are of."""
    readers: Mapping[str, Reader]
    read_change: Callable[[Mapping[str, Any], Mapping[str, Any], str, datetime], Iterator[Found]]
    """Reads what is public: the change, its entry, the account, and when it reached us."""
    unnamed_echo: str
    """See `Scene`."""
    bare_changes: bool = False
    """Whether a change may stand in the entry itself."""


def read_entries(
    speech: Speech,
    body: Any,
    *,
    received_at: datetime,
    account: str,
    accounts: Mapping[str, str] | None,
    app_id: str,
    table: PageTable,
) -> Reading:
    """Everything one body holds, entry by entry.

    Raises:
        BadUpdate: the body as a whole cannot come from this platform.
    """
    gathered = Gathered()
    for entry in entries(body, speech.object, gathered):
        try:
            named = account_of(entry, "id", account, accounts or {})
            owner = identifier(entry, "id")
        except BadUpdate as error:
            gathered.leave(entry, str(error))
            continue
        for name in ("messaging", "standby"):
            scene = Scene(
                channel=speech.channel,
                account=named,
                owner=owner,
                standby=name == "standby",
                entry=entry,
                received_at=received_at,
                app_id=app_id,
                table=table,
                unnamed_echo=speech.unnamed_echo,
            )
            for raw in gathered.parts(entry, name):
                gathered.take(raw, read_event, scene, speech.readers)
        for raw in gathered.parts(entry, "changes"):
            gathered.take(raw, speech.read_change, entry, named, received_at)
        if speech.bare_changes and entry.get("field") is not None:
            gathered.take(entry, speech.read_change, entry, named, received_at)
    return gathered.reading()


def read_event(raw: Mapping[str, Any], scene: Scene, readers: Mapping[str, Reader]) -> Iterator[Found]:
    """What one event of a thread holds.

    Raises:
        BadUpdate: its kind is not known to this version, or it has not the shape of its kind.
    """
    kind = next((name for name in readers if raw.get(name) is not None), None)
    if kind is None:
        names = sorted(str(name)[:64] for name in raw if name not in ("sender", "recipient", "timestamp"))
        raise BadUpdate(f"kind {', '.join(names) or 'none'} is not known to this version")
    return readers[kind](raw, scene)


def at(raw: Mapping[str, Any], scene: Scene) -> datetime:
    """When it happened: by the event, else by its entry, else when it reached us."""
    for outer, name in ((raw, "timestamp"), (scene.entry, "time")):
        if outer.get(name) is not None:
            return moment(outer, name)
    return scene.received_at


def customer(raw: Mapping[str, Any], scene: Scene, side: str = "sender") -> str:
    """The customer's id, which stands under `recipient` in what we or our people wrote."""
    who = sender(mapping(raw, side), "id")
    if who == scene.owner:
        raise BadUpdate("the account writes to itself; nobody is answered")
    return who


def made(raw: Mapping[str, Any], scene: Scene, said: Said, external_id: str, *, who: str = "") -> InboundMessage:
    """The message of ours for what was said; `who` when it is not the event's sender."""
    kind, data = said.kind, said.data
    if scene.standby and kind not in _STILL_MEANT:
        kind, data = "standby", {"what": said.kind} | said.data
    return InboundMessage(
        channel=scene.channel,
        account=scene.account,
        external_id=external_id,
        sender=who or customer(raw, scene),
        sent_at=at(raw, scene),
        kind=kind,
        text=said.text,
        data=data,
    )


def read_message(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """A message of the customer's, or the echo of one of the brand's."""
    message = mapping(raw, "message")
    mid = event_id(message, "mid")
    if message.get("is_echo"):
        yield _echo(raw, message, mid, scene)
    elif message.get("is_deleted"):
        yield made(raw, scene, Said("unsend", "", {"of": mid}), made_id("unsend", mid))
    else:
        yield made(raw, scene, said_in(message, scene.table), mid)


def read_postback(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """A button pressed; in a thread another application owns, its payload is not told."""
    postback = mapping(raw, "postback")
    payload, title = words(postback, "payload"), words(postback, "title")
    if not payload and not scene.standby:
        raise BadUpdate("a button without a payload; the body does not come from this platform")
    said = pressed(payload, title)
    if postback.get("referral") is not None:
        said.data["referral"] = referral_in(mapping(postback, "referral"))
    if postback.get("mid"):
        external_id = event_id(postback, "mid")
    else:
        external_id = made_id("postback", customer(raw, scene), at(raw, scene).isoformat(), payload, title)
    yield made(raw, scene, said, external_id)


def read_referral(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """Somebody known came back by a link or an advertisement."""
    told = referral_in(mapping(raw, "referral"))
    external_id = made_id("referral", customer(raw, scene), at(raw, scene).isoformat(), told["ref"])
    yield made(raw, scene, Said("referral", "", told), external_id)


def read_reaction(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """An emoji under a message, or taken back."""
    reaction = mapping(raw, "reaction")
    of, back = event_id(reaction, "mid"), words(reaction, "action") == "unreact"
    emoji = "" if back else words(reaction, "emoji") or words(reaction, "reaction")
    external_id = made_id("reaction", customer(raw, scene), of, at(raw, scene).isoformat(), emoji)
    yield made(raw, scene, Said("reaction", "", {"of": of, "emoji": emoji}), external_id)


def read_edit(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """New words for an earlier message."""
    edit = mapping(raw, "message_edit")
    of, count = event_id(edit, "mid"), str(edit.get("num_edit", ""))[:16]
    yield made(raw, scene, Said("edit", words(edit, "text"), {"of": of}), made_id("edit", of, count))


def receipt(raw: Mapping[str, Any], scene: Scene, state: Any, when: datetime, *, mid: str = "", key: str = "") -> Receipt:
    """What became of a message of ours, or with neither `mid` nor `key` of all until `when`."""
    return Receipt(
        channel=scene.channel,
        account=scene.account,
        state=state,
        at=when,
        provider_id=mid,
        key=key,
        recipient=customer(raw, scene),
    )


def _echo(raw: Mapping[str, Any], message: Mapping[str, Any], mid: str, scene: Scene) -> Found:
    """A message from the brand's side: ours comes back as a receipt, what others wrote as an echo, or standby in their thread."""
    who = customer(raw, scene, "recipient")
    app = identifier(message, "app_id") if message.get("app_id") else ""
    metadata = words(message, "metadata")
    if metadata.startswith(METADATA) or (app and app == scene.app_id):
        key = metadata.removeprefix(METADATA) if metadata.startswith(METADATA) else ""
        return Receipt(
            channel=scene.channel,
            account=scene.account,
            state="sent",
            at=at(raw, scene),
            provider_id=mid,
            key=key,
            recipient=who,
        )
    by = "person" if app in scene.table.inbox_apps else "app" if app else scene.unnamed_echo
    if message.get("is_deleted"):
        said, external_id = Said("echo", "", {"of": mid}), made_id("unsend", mid)
    else:
        inner, external_id = said_in({"text": "", **message}, scene.table), mid
        said = Said("echo", inner.text, inner.data | {"what": inner.kind})
    data = said.data | {"by": by} | ({"app_id": app[:64]} if app else {})
    return made(raw, scene, Said("echo", said.text, data), external_id, who=who)
