"""Mail that Mailgun posts: its routes hand over mails, its webhooks tell what became of ours. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from bot.channels.email.failures import bounce_failure
from bot.channels.email.rebuilt import PostedFile, rebuilt
from bot.channels.email.table import NAME, EmailTable
from bot.channels.email.translate import Ours, read_mail
from bot.channels.reading import mapping, moment, optional_mapping, words
from bot.errors import BadUpdate
from bot.messages import Reading, Receipt, Unread

_STATES = {"accepted": "sent", "delivered": "delivered", "opened": "read", "failed": "failed", "rejected": "failed"}


def is_mailguns(timestamp: str, token: str, signature: str, *, key: str, now: datetime, age: int = 300) -> bool:
    """Whether these three fields are Mailgun's, and not older than `age` seconds. `key` is its webhook signing key.

    They do not cover the body: the caller also remembers for which body a token was used.
    """
    if not key or not token or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    expected = hmac.new(key.encode(), f"{timestamp}{token}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    fits = hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode())
    return fits and abs(now.timestamp() - int(timestamp)) <= age


def read_route(
    form: Mapping[str, str], files: Sequence[PostedFile] = (), *, received_at: datetime, ours: Ours, account: str = ""
) -> Reading:
    """A mail as a route posts it: raw in `body-mime` where its address ends with `mime`, else in fields and files.

    Raises:
        BadUpdate: the body cannot come from Mailgun.
    """
    if not isinstance(form, Mapping):
        raise BadUpdate("a mail should be a form; the body does not come from Mailgun")
    try:
        return _mail(form, files, received_at, ours, account)
    except BadUpdate as error:
        return Reading(unread=(Unread(raw=dict(form), why=str(error)),))


def raw_mail(form: Mapping[str, str], files: Sequence[PostedFile] = ()) -> bytes:
    """The mail that a route posts, as mail servers write it. Raises `BadUpdate` where a field is no text."""
    if "body-mime" in form:
        return words(form, "body-mime").encode("utf-8", "surrogateescape")
    return rebuilt(_headers(form), words(form, "body-plain"), words(form, "body-html"), files)


def _mail(form: Mapping[str, str], files: Sequence[PostedFile], received_at: datetime, ours: Ours, account: str) -> Reading:
    raw = raw_mail(form, files)
    envelope_from = words(form, "sender") if "sender" in form else None
    return read_mail(
        raw,
        received_at=received_at,
        ours=ours,
        account=account,
        envelope_from=envelope_from,
        envelope_to=words(form, "recipient"),
    )


def read_event(body: Mapping[str, Any], *, account: str = "", table: EmailTable | None = None) -> Reading:
    """What a webhook says of a mail of ours.

    Raises:
        BadUpdate: the body cannot come from Mailgun.
    """
    if not isinstance(body, Mapping):
        raise BadUpdate("an event should be an object; the body does not come from Mailgun")
    try:
        receipt = _receipt(mapping(body, "event-data"), account, table or EmailTable())
    except BadUpdate as error:
        return Reading(unread=(Unread(raw=dict(body), why=str(error)),))
    return Reading(receipts=(receipt,) if receipt else ())


def _headers(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of the mail, which come as a JSON list of pairs; the few fields of their own where they do not."""
    try:
        told = orjson.loads(words(form, "message-headers") or "[]")
    except orjson.JSONDecodeError:
        told = []
    pairs = (
        [(str(pair[0]), str(pair[1])) for pair in told if isinstance(pair, list) and len(pair) == 2]
        if isinstance(told, list)
        else []
    )
    return pairs or [
        (name, words(form, name)) for name in ("From", "To", "Subject", "Message-Id", "In-Reply-To", "References") if name in form
    ]


def _receipt(event: Mapping[str, Any], account: str, table: EmailTable) -> Receipt | None:
    told = words(event, "event")
    if told not in _STATES:
        raise BadUpdate(f"kind {told!r} is not known to this version")
    failure: Exception | None = None
    if _STATES[told] == "failed":
        if words(event, "severity") == "temporary":
            return None  # Mailgun is still trying
        status = optional_mapping(event, "delivery-status").get("enhanced-code")
        failure = bounce_failure(status if isinstance(status, str) and status else "5.0.0", table.statuses)
    key = optional_mapping(event, "user-variables").get("key")
    about = words(optional_mapping(optional_mapping(event, "message"), "headers"), "message-id").strip("<>")
    return Receipt(
        channel=NAME,
        account=account,
        state=_STATES[told],  # type: ignore[arg-type]  # its values
        at=moment(event, "timestamp"),
        provider_id=about,
        key=key if isinstance(key, str) else "",
        recipient=words(event, "recipient").lower(),
        failure=failure,
    )
