"""What the chat page posts, as our messages, and the session token that says whose they are. Pure but for the dice."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.channels.reading import words
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Limits

NAME = "webchat"

LIMITS = Limits(text=4000, buttons=20, button_title=80, honours_keys=True)
"""Text in characters. Keys are honoured because what is shown is our own ledger, where a key stands once."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_BUTTON = 200


class TooLong(BadUpdate):
    """A text longer than one message may be; the customer can shorten it."""


def new_token() -> str:
    """A fresh session token, 256 random bits; only the customer's browser ever keeps it."""
    return secrets.token_urlsafe(32)


def session_of(token: str | None) -> str | None:
    """The sender id of a session: its token's SHA-256, so that a stolen database opens nobody's chat."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def read_post(body: Any, *, session: str, received_at: datetime, language: str | None = None) -> InboundMessage:
    """What the customer wrote or pressed.

    The external id is the client's own id within its session, so a page that sends again after a cut connection says
    it only once, and nobody can use up another session's ids.

    Raises:
        TooLong: the text has more than `LIMITS.text` characters.
        BadUpdate: our page would not have sent this.
    """
    if not isinstance(body, Mapping):
        raise BadUpdate("the body should be a JSON object")
    try:
        client_id = str(UUID(words(body, "id")))
    except ValueError:
        raise BadUpdate("'id' should be a UUID made by the client, the same each time this message is sent") from None
    text, token, title = words(body, "text").strip(), words(body, "press"), words(body, "title").strip()
    if len(text) > LIMITS.text:
        raise TooLong(f"a message has at most {LIMITS.text} characters; send it in two")
    if bool(text) == bool(token) or max(len(token), len(title)) > _LONGEST_BUTTON:
        raise BadUpdate("the body should have either a 'text', or a 'press' with the button's 'title'")
    return InboundMessage(
        channel=NAME,
        external_id=external_id(session, client_id),
        sender=session,
        sent_at=received_at,
        kind="press" if token else "text",
        text=title if token else text,
        data={"token": token} if token else {},
        language=language,
    )


def external_id(session: str, client_id: str) -> str:
    return f"{session[:16]}:{client_id}"


def client_id(external: str) -> str:
    """The client's own id within an external id of `read_post`."""
    return external.partition(":")[2]
