"""Telegram's updates as our messages. Pure: no network, no clock.

Updates are read as plain JSON rather than through a library's classes: a new field or kind inside an update must never
cost a customer's words, and one that cannot be read must not take its neighbours along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.gathered import Gathered, Said
from bot.channels.reading import identifier, mapping, moment, optional_mapping, sender, words
from bot.channels.telegram.chats import chat_of, message_key
from bot.channels.telegram.content import forwarded, full_name, language_of, said_in
from bot.channels.telegram.table import NAME
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind, Reading

_CUSTOM_EMOJI = "⭐"
"""Stands for an emoji that only Telegram can draw: an empty one would say that the reaction was taken back."""
_MOST_DELETED = 1000


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all that one update brings shares."""

    update: str
    received_at: datetime
    account: str


def read_body(body: Any, *, received_at: datetime, account: str = "") -> Reading:
    """Everything one webhook's body holds: it is one update."""
    return read_updates([body], received_at=received_at, account=account)


def read_updates(updates: Iterable[Any], *, received_at: datetime, account: str = "") -> Reading:
    """Everything these updates hold, in their order, which is Telegram's: groups, channels and bots are left alone.

    The `external_id` of a message is that of `message_key`, so that an edit, a deletion, an answer or a reaction names it;
    of everything else it is the update's. `data` has `chat`, whom to answer, and a press also `callback`, the id that
    `TelegramChannel.answer_callback` needs. `received_at` stands in where Telegram does not tell when something happened.
    """
    gathered = Gathered()
    for update in updates:
        if isinstance(update, Mapping):
            gathered.take(update, _read, received_at, account)
        else:
            gathered.leave(update, "an update should be an object; the body does not come from Telegram")
    return gathered.reading(as_it_came=True)


def _read(update: Mapping[str, Any], received_at: datetime, account: str) -> Iterator[InboundMessage]:
    scene = _Scene(identifier(update, "update_id"), received_at, account)
    kind = next((name for name in (*_READERS, *_LEFT_ALONE) if name in update), None)
    if kind is None:
        raise BadUpdate("the update is of a kind this version does not know; it is kept for one that does")
    if kind in _READERS:
        yield from _READERS[kind](mapping(update, kind), scene)


def _made(
    scene: _Scene,
    chat: str,
    who: Mapping[str, Any],
    said: Said,
    at: datetime,
    external_id: str = "",
) -> InboundMessage:
    return InboundMessage(
        channel=NAME,
        account=scene.account,
        external_id=external_id or scene.update,
        sender=chat,
        sender_name=full_name(who),
        language=language_of(who),
        sent_at=at,
        kind=said.kind,
        text=said.text,
        data={"chat": chat} | said.data,
    )


def _message(message: Mapping[str, Any], scene: _Scene) -> Iterator[InboundMessage]:
    chat, who = _private(message)
    if chat is None or "sender_business_bot" in message:  # our own, said for a business
        return
    said = said_in(message, who)
    if said is None:
        return
    around = _around(message, chat)
    external_id = message_key(chat, identifier(message, "message_id"))
    at = moment(message, "date")
    if _by_the_brand(message, who):
        customer = mapping(message, "chat")
        echo = Said("echo", said.text, around | said.data | {"by": "person", "what": said.kind})
        yield _made(scene, chat, customer, echo, at, external_id)
    else:
        yield _made(scene, chat, who, Said(said.kind, said.text, around | said.data), at, external_id)


def _edited(message: Mapping[str, Any], scene: _Scene) -> Iterator[InboundMessage]:
    chat, who = _private(message)
    if chat is None or "location" in message or _by_the_brand(message, who):  # a live location moves by edits
        return
    text = words(message, "text") or words(message, "caption")
    if not text:
        raise BadUpdate("the edit brings no words; it is kept for a version that can read it")
    data = {"of": message_key(chat, identifier(message, "message_id"))}
    yield _made(scene, chat, who, Said("edit", text, data), moment(message, "edit_date"))


def _deleted(deleted: Mapping[str, Any], scene: _Scene) -> Iterator[InboundMessage]:
    """Messages deleted in a chat of a connected account; a bot's own chats tell of none."""
    chat, ids = chat_of(deleted), deleted.get("message_ids")
    if not isinstance(ids, list) or len(ids) > _MOST_DELETED:
        raise BadUpdate("'message_ids' should be a list of ids; the body does not come from Telegram")
    if chat is None:
        return
    for message_id in (identifier({"id": one}, "id") for one in ids):
        said = Said("unsend", "", {"of": message_key(chat, message_id)})
        yield _made(scene, chat, mapping(deleted, "chat"), said, scene.received_at, f"{scene.update}:{message_id}")


def _pressed(press: Mapping[str, Any], scene: _Scene) -> Iterator[InboundMessage]:
    who, message = mapping(press, "from"), optional_mapping(press, "message")
    if who.get("is_bot") or "data" not in press:
        return
    chat: str | None = sender(who, "id")
    # The message is missing, or has lost its content, once it has grown old.
    if message and words(mapping(message, "chat"), "type"):
        chat = chat_of(message)
    if chat is not None:
        token = words(press, "data")
        said = Said("press", _title(message, token), {"token": token, "callback": identifier(press, "id")})
        yield _made(scene, chat, who, said, scene.received_at)


def _title(message: Mapping[str, Any], token: str) -> str:
    keyboard = optional_mapping(message, "reply_markup").get("inline_keyboard")
    for row in keyboard if isinstance(keyboard, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, Mapping) and button.get("callback_data") == token:
                return words(button, "text")
    return ""


def _reacted(reaction: Mapping[str, Any], scene: _Scene) -> Iterator[InboundMessage]:
    """The emoji that stands under a message now: the one put there, else one that was left, else none."""
    chat, who = chat_of(reaction), optional_mapping(reaction, "user")
    if chat is None or not who or who.get("is_bot"):
        return
    before, after = _emojis(reaction, "old_reaction"), _emojis(reaction, "new_reaction")
    put = [emoji for emoji in after if emoji not in before]
    emoji = next(iter(reversed(put)), next(iter(after), ""))
    data = {"of": message_key(chat, identifier(reaction, "message_id")), "emoji": emoji}
    yield _made(scene, chat, who, Said("reaction", "", data), moment(reaction, "date"))


def _emojis(reaction: Mapping[str, Any], name: str) -> list[str]:
    told = reaction.get(name)
    if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        raise BadUpdate(f"{name!r} should be a list of reactions; the body does not come from Telegram")
    return [words(one, "emoji") or _CUSTOM_EMOJI for one in told]


def _membership(change: Mapping[str, Any], scene: _Scene) -> Iterator[InboundMessage]:
    chat, who = _private(change)
    status = words(mapping(change, "new_chat_member"), "status")
    kinds: dict[str, Kind] = {"kicked": "blocked", "member": "unblocked"}
    if chat is None:
        return
    if status not in kinds:
        raise BadUpdate(f"status {status[:64]!r} is not known to this version")
    yield _made(scene, chat, who, Said(kinds[status], "", {}), moment(change, "date"))


_READERS: dict[str, Callable[[Mapping[str, Any], _Scene], Iterator[InboundMessage]]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _membership,
    "message_reaction": _reacted,
    "business_message": _message,
    "edited_business_message": _edited,
    "deleted_business_messages": _deleted,
}

ALLOWED_UPDATES = tuple(_READERS)
"""What we ask Telegram to send; everything else is never made in the first place."""

_LEFT_ALONE = (
    *("channel_post", "edited_channel_post", "message_reaction_count", "inline_query", "chosen_inline_result"),
    *("shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member"),
    *("chat_join_request", "chat_boost", "removed_chat_boost", "business_connection"),
)
"""What a bot that was set up otherwise before may still be sent: none of it is a customer's word to us."""


def _private(outer: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    """The private chat and who acted there; no chat in groups and channels, and for bots, ourselves included."""
    chat = chat_of(outer)
    if chat is None:
        return None, {}
    who = mapping(outer, "from")
    identifier(who, "id")
    return (None if who.get("is_bot") else chat), who


def _by_the_brand(message: Mapping[str, Any], who: Mapping[str, Any]) -> bool:
    """Whether the owner of a connected account wrote this: a private chat has the id of the customer."""
    there = identifier(mapping(message, "chat"), "id")
    return "business_connection_id" in message and identifier(who, "id") != there


def _around(message: Mapping[str, Any], chat: str) -> dict[str, Any]:
    """What may come with a message of any kind: the one it quotes, and whether it was sent on."""
    around: dict[str, Any] = {}
    if message.get("reply_to_message") is not None:
        around["reply_to"] = message_key(chat, identifier(mapping(message, "reply_to_message"), "message_id"))
    if forwarded(message):
        around["forwarded"] = True
    return around
