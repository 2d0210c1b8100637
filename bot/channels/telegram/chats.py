"""Which chat is which: a customer's own with the bot, or one of an account connected to it in business mode. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.reading import identifier, mapping, sender, words

_BUSINESS = "business"


def chat_of(outer: Mapping[str, Any]) -> str | None:
    """Whom to answer: the chat's id, or `business:CONNECTION:CHAT`; None where it is no private chat.

    It is the customer's sender id, too: a private chat has the id of the person. An account in business mode is another place
    to talk, from which the bot's own chat cannot be answered, so it is another identity of that person.
    """
    chat = mapping(outer, "chat")
    if words(chat, "type") != "private":
        return None
    if outer.get("business_connection_id") is None:
        return sender(chat, "id")
    reference = f"{_BUSINESS}:{identifier(outer, 'business_connection_id')}:{identifier(chat, 'id')}"
    return sender({"chat": reference}, "chat")


def address(recipient: str) -> dict[str, str]:
    """The parameters that lead a call to this recipient."""
    kind, _, rest = recipient.partition(":")
    connection, _, chat = rest.rpartition(":")
    if kind == _BUSINESS and connection:
        return {"business_connection_id": connection, "chat_id": chat}
    return {"chat_id": recipient}


def in_business(recipient: str) -> bool:
    """Whether this is a chat of an account connected in business mode."""
    return "business_connection_id" in address(recipient)


def message_key(chat: str, message_id: str) -> str:
    """The id of a message, which Telegram only numbers within its chat."""
    return f"{chat}:{message_id}"
