"""What the chat page posts, as our messages, and the session token that says whose they are. Pure but for the dice."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.channels.files import checked, kind_of
from bot.channels.reading import words
from bot.channels.texts import clean, shorten
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Limits

NAME = "webchat"

LIMITS = Limits(text=4000, buttons=20, button_title=80, honours_keys=True)
"""Text in characters. Keys are honoured because what is shown is our own ledger, where a key stands once."""

FILE_BYTES = 10 * 1024 * 1024
"""Largest file a customer can send from the page."""
FILE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "application/pdf")
"""What a file's own bytes must be of."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_BUTTON = 200
_LONGEST_NAME = 120


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


def tag_of(session: str) -> str:
    """What a page may know of its session: enough to tell it from another, and nothing that opens it."""
    return hashlib.sha256(f"page:{session}".encode()).hexdigest()[:16]


def signed_in(
    session: str, *, token_id: str, profile: str, until: datetime, at: datetime, language: str | None
) -> InboundMessage:
    """That whoever has this session is signed in at the brand's site, by a token that was verified."""
    said = hashlib.sha256(token_id.encode()).hexdigest()[:32]
    return InboundMessage(
        channel=NAME,
        external_id=external_id(session, f"signin-{said}"),
        sender=session,
        sent_at=at,
        kind="signin",
        text="",
        data={"profile": profile, "until": until.isoformat()},
        language=language,
    )


def signed_out(session: str, *, at: datetime) -> InboundMessage:
    """That whoever was known in this session has left it."""
    said = external_id(session, f"signout-{secrets.token_hex(16)}")
    return InboundMessage(channel=NAME, external_id=said, sender=session, sent_at=at, kind="signout", text="")


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
    own_id = _own_id(words(body, "id"))
    text, token, title = words(body, "text").strip(), words(body, "press"), words(body, "title").strip()
    if len(text) > LIMITS.text:
        raise TooLong(f"a message has at most {LIMITS.text} characters; send it in two")
    if bool(text) == bool(token) or max(len(token), len(title)) > _LONGEST_BUTTON:
        raise BadUpdate("the body should have either a 'text', or a 'press' with the button's 'title'")
    return InboundMessage(
        channel=NAME,
        external_id=external_id(session, own_id),
        sender=session,
        sent_at=received_at,
        kind="press" if token else "text",
        text=title if token else text,
        data={"token": token} if token else {},
        language=language,
    )


def read_file(
    content: bytes,
    *,
    given_id: str,
    name: str,
    claimed: str,
    session: str,
    received_at: datetime,
    language: str | None = None,
) -> InboundMessage:
    """A picture or a document the customer sent; its bytes are part 0 of the message.

    Raises:
        FileRefused: its bytes are of no type anybody is shown.
        BadUpdate: our page would not have sent this.
    """
    own_id = _own_id(given_id)
    file = checked(content, claimed, FILE_TYPES)
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in clean(name)).split())
    # Some browsers tell the way to a file along with its name.
    shown = shorten(re.split(r"[/\\]", shown)[-1], _LONGEST_NAME)
    kind = "photo" if file.mime_type.startswith("image/") else kind_of(file.mime_type)
    told = {"type": kind, "part": 0, "mime_type": file.mime_type, "size": len(content)}
    return InboundMessage(
        channel=NAME,
        external_id=external_id(session, own_id),
        sender=session,
        sent_at=received_at,
        kind="media",
        text="",
        data=told | ({"name": shown} if shown else {}),
        language=language,
    )


def _own_id(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        raise BadUpdate("'id' should be a UUID made by the client, the same each time this message is sent") from None


def external_id(session: str, client_id: str) -> str:
    return f"{session[:16]}:{client_id}"


def client_id(external: str) -> str:
    """The client's own id within an external id of `read_post`."""
    return external.partition(":")[2]
