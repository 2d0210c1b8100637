"""Mail that Postmark posts: mails that came in, and what became of ours. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels.email.rebuilt import PostedFile, rebuilt
from bot.channels.email.table import NAME
from bot.channels.email.translate import Ours, read_mail
from bot.channels.reading import optional_mapping, words
from bot.errors import BadUpdate, CustomerGone, Refused, SendFailed, TryLater
from bot.messages import Reading, Receipt, Unread

_GONE = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated", "Unsubscribe", "AddressChange"})
_LATER = frozenset({"SoftBounce", "Transient", "DnsError", "SMTPApiError"})


def is_postmarks(authorization: str | None, secret: str) -> bool:
    """Whether a request has our secret as its password (`https://any:SECRET@bot.example/...`); never without one."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if not secret or scheme.lower() != "basic":
        return False
    try:
        _, _, password = base64.b64decode(encoded, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(password, secret.encode())


def read_body(body: Mapping[str, Any], *, received_at: datetime, ours: Ours, account: str = "") -> Reading:
    """A mail that came in, or what became of one of ours.

    Raises:
        BadUpdate: the body cannot come from Postmark.
    """
    if not isinstance(body, Mapping):
        raise BadUpdate("a mail should be an object; the body does not come from Postmark")
    try:
        if body.get("RecordType", "Inbound") != "Inbound":
            return Reading(receipts=_receipts(body, received_at, account))
        return _mail(body, received_at, ours, account)
    except BadUpdate as error:
        return Reading(unread=(Unread(raw=dict(body), why=str(error)),))


def raw_mail(body: Mapping[str, Any]) -> bytes:
    """The mail that Postmark posts, as mail servers write it. Raises `BadUpdate` where a field is no text."""
    if words(body, "RawEmail"):
        return words(body, "RawEmail").encode("utf-8", "surrogateescape")
    return rebuilt(_headers(body), words(body, "TextBody"), words(body, "HtmlBody"), _files(body))


def _mail(body: Mapping[str, Any], received_at: datetime, ours: Ours, account: str) -> Reading:
    to = words(body, "OriginalRecipient")
    return read_mail(raw_mail(body), received_at=received_at, ours=ours, account=account, envelope_to=to)


def _headers(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Postmark puts some headers into fields, others into a list, and its own id in place of the mail's."""
    listed = [(words(one, "Name"), words(one, "Value")) for one in _objects(body, "Headers")]
    named = {name.lower() for name, _ in listed}
    fields = [(name, words(body, name)) for name in ("From", "To", "Cc", "Subject", "Date", "Reply-To", "ReplyTo")]
    made = [("Reply-To" if name == "ReplyTo" else name, given) for name, given in fields if given]
    if "message-id" not in named and words(body, "MessageID"):
        made.append(("Message-ID", f"<{words(body, 'MessageID')}@inbound.postmarkapp.com>"))
    return [*listed, *(pair for pair in made if pair[0].lower() not in named)]


def _files(body: Mapping[str, Any]) -> Sequence[PostedFile]:
    files = []
    for one in _objects(body, "Attachments"):
        try:
            content = base64.b64decode(words(one, "Content"))
        except ValueError:
            content = b""  # it is told that there was a file; it cannot be opened
        files.append(
            PostedFile(
                name=words(one, "Name"), mime_type=words(one, "ContentType"), content=content, content_id=words(one, "ContentID")
            )
        )
    return files


def _receipts(body: Mapping[str, Any], received_at: datetime, account: str) -> tuple[Receipt, ...]:
    """Postmark names its own id of a mail, and gives back our key; without one, address and time say which mails are meant."""
    told = words(body, "RecordType")
    recipient, at = (words(body, "Email") or words(body, "Recipient")).lower(), received_at
    for name in ("BouncedAt", "DeliveredAt", "ReceivedAt"):
        try:
            at = datetime.fromisoformat(words(body, name)).astimezone(UTC)
            break
        except ValueError:
            continue
    if not recipient:
        raise BadUpdate("a report without an address; the body does not come from Postmark")
    key = optional_mapping(body, "Metadata").get("key")
    base: dict[str, Any] = {"channel": NAME, "account": account, "at": at, "recipient": recipient}
    if isinstance(key, str):
        base["key"] = key
    match told:
        case "Delivery":
            return (Receipt(state="delivered", **base),)
        case "Open":
            return (Receipt(state="read", **base),)
        case "Bounce":
            return (Receipt(state="failed", failure=_failure(words(body, "Type")), **base),)
        case "SpamComplaint":
            return (Receipt(state="failed", failure=CustomerGone("the customer took our mail for spam"), **base),)
        case _:
            raise BadUpdate(f"kind {told!r} is not known to this version")


def _failure(bounce: str) -> SendFailed:
    said = f"the mail came back ({bounce})"
    return CustomerGone(said) if bounce in _GONE else TryLater(said) if bounce in _LATER else Refused(said)


def _objects(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = body.get(name)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
