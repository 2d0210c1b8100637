"""A mail as our messages. Pure: no network, no clock.

The words somebody wrote anew become a `text`, each file a `media` of its own; the whole text stays in `data`. Mail no person
wrote is kept as `standby` and never answered; a report about a mail of ours is a receipt.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from typing import Any

from bot.channels.email import bounds, parts
from bot.channels.email.automatic import is_machine, why_automatic
from bot.channels.email.headers import Address, addresses, message_ids, moment, raw_value, raw_values, value
from bot.channels.email.proof import is_proven
from bot.channels.email.quotes import new_words
from bot.channels.email.reports import is_report, read_report
from bot.channels.email.table import NAME, EmailTable
from bot.channels.texts import clean
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind, Reading, Unread

_ANSWER = re.compile(r"\s*(re|aw|sv|r[ée]f|fwd?|tr|wg|rép?)\s*(\[\d+\])?\s*:\s*", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_=-]{8,64}")
_OLDEST = timedelta(days=2)
_KEPT_RAW = 64 * 1024
_KEPT_REFERENCES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What is ours about a mailbox."""

    addresses: Sequence[str]
    """Our own addresses: the first is the one we write from."""
    trusted: Sequence[str] = ()
    """Names under which our receiving server writes `Authentication-Results`; with none, no sender is ever proven."""
    table: EmailTable = field(default_factory=EmailTable)

    def owns(self, address: str) -> bool:
        """Whether an address is ours, with a `+token` or without."""
        name, _, domain = address.lower().rpartition("@")
        return f"{name.partition('+')[0]}@{domain}" in {own.lower() for own in self.addresses}


def read_mail(
    raw: bytes, *, received_at: datetime, ours: Ours, account: str = "", envelope_from: str | None = None, envelope_to: str = ""
) -> Reading:
    """Everything one mail says. `envelope_from` and `envelope_to` are what the mail server was told, where that is known.

    `data` of every message has `subject` and `thread`: `candidates`, the ids of mails this may answer, best first, `token`, what
    stood after the `+` in our address, and `message_id` and `references`, which our answer will carry. The sender's address is
    in `aliases` when DMARC has proven it, else in `claimed`. `original` is the whole text where more was written than is new.
    A `media` has `type`, `mime_type`, `size`, `filename`, and `part`, by which `parts.attachment` finds it in the raw mail.
    """
    try:
        return _read_foreseen(raw, received_at, ours, account, envelope_from, envelope_to)
    except BadUpdate as error:
        return Reading(unread=(Unread(raw={"mail": raw[:_KEPT_RAW].decode("utf-8", "replace")}, why=str(error)),))


def _read_foreseen(
    raw: bytes, received_at: datetime, ours: Ours, account: str, envelope_from: str | None, envelope_to: str
) -> Reading:
    try:
        bounds.check(raw)
        mail = parts.parsed(raw)
        if is_report(mail):
            return _report(mail, received_at, ours, account)
        return _read(mail, received_at, ours, account, envelope_from, envelope_to)
    except BadUpdate:
        raise
    except Exception as error:
        # Mails come in shapes nobody has thought of: one of them must not stop the mailbox for those behind it.
        raise BadUpdate(f"the mail has a shape this version cannot read ({type(error).__name__}); it is kept") from error


def _report(mail: Message, at: datetime, ours: Ours, account: str) -> Reading:
    receipts = read_report(mail, at=at, account=account, statuses=ours.table.statuses)
    delayed = any(raw_value(part, "Action").lower().startswith("delayed") for part in mail.walk())
    if not receipts and not delayed:
        raise BadUpdate("a report that says nothing of a mail of ours; this kind is not known to this version")
    return Reading(receipts=receipts)


def _read(mail: Message, received_at: datetime, ours: Ours, account: str, envelope_from: str | None, envelope_to: str) -> Reading:
    who = _sender(mail)
    proven = is_proven(mail, ours.trusted)
    automatic = why_automatic(mail, who.address, envelope_from)
    kind: Kind = "standby" if automatic else "text"
    if ours.owns(who.address):
        written_for = next((one for one in addresses(mail, "Reply-To") if not ours.owns(one.address)), None)
        if written_for is not None and not automatic:
            who, proven = written_for, False  # a form on our own site, which writes in our name
        elif automatic:
            return Reading()  # our own answer, sent back to us
        else:
            who, kind = _echoed(mail, ours, proven), "echo"
    identity = {"aliases" if proven and kind != "echo" else "claimed": {"email": who.address}}
    thread = _thread(mail, ours, envelope_to)
    data = {"subject": subject_of(mail), "thread": thread} | identity
    if thread["candidates"]:
        data["reply_to"] = thread["candidates"][0]
    if automatic:
        data["automatic"] = automatic
    base = _Base(external_id_of(mail), who, _sent_at(mail, received_at), account, _language(mail), data)
    return Reading(messages=tuple(_messages(mail, base, kind, ours.table)))


@dataclass(frozen=True, slots=True)
class _Base:
    external_id: str
    who: Address
    sent_at: datetime
    account: str
    language: str | None
    data: dict[str, Any]

    def message(self, kind: Kind, text: str, more: dict[str, Any], place: str = "") -> InboundMessage:
        return InboundMessage(
            channel=NAME,
            account=self.account,
            external_id=self.external_id + place,
            sender=self.who.address,
            sender_name=self.who.name[:200] or None,
            sent_at=self.sent_at,
            language=self.language,
            kind=kind,
            text=text,
            data=self.data | more,
        )


def _messages(mail: Message, base: _Base, kind: Kind, table: EmailTable) -> list[InboundMessage]:
    files = [
        file
        for file in parts.attachments(mail)
        if not (file.inline and file.kind == "image" and file.size < table.ignored_image_bytes)
    ][: table.attachments]
    whole = parts.text_of(mail)
    words = new_words(whole)[: table.original] or ("" if files else base.data["subject"])
    album = {"album": base.external_id} if len(files) + bool(words) > 1 else {}
    original = {"original": whole[: table.original]} if whole != words else {}
    made = [base.message(kind, words, original | album)] if words or not files else []
    for count, file in enumerate(files, start=1):
        told = {"type": file.kind, "mime_type": file.mime_type, "size": file.size, "filename": file.name, "part": file.place}
        made.append(base.message("media" if kind == "text" else kind, "", told | album, f"/{count}"))
    return made


def external_id_of(mail: Message) -> str:
    """What tells this mail from every other: its id, and a sum of what its sender wrote, as ids are missing or used twice."""
    content = hashlib.sha256()
    for name in ("Message-ID", "From", "Date", "Subject"):
        content.update(raw_value(mail, name).encode("utf-8", "replace") + b"\0")
    for part in mail.walk():
        if not part.is_multipart():
            inside = part.get_payload(decode=True)
            content.update(inside if isinstance(inside, bytes) else b"\0")
    given = next(iter(message_ids(mail, "Message-ID")), "")
    return f"{given[:180]}#{content.hexdigest()[:16]}" if given else f"#{content.hexdigest()[:40]}"


def subject_of(mail: Message) -> str:
    """The subject without its `Re:` and `TR:`."""
    subject = " ".join(value(mail, "Subject").split())[:250]
    while found := _ANSWER.match(subject):
        subject = subject[found.end() :]
    return subject.strip()


def _sender(mail: Message) -> Address:
    who = next(iter(addresses(mail, "From", "Sender", "Return-Path")), None)
    if who is None:
        raise BadUpdate("a mail without a sender; nobody could be answered")
    return who


def _echoed(mail: Message, ours: Ours, proven: bool) -> Address:
    """Whom somebody of the brand has written to from their own program, with a copy to us."""
    if not proven:
        raise BadUpdate("a mail in our own name that is not proven to be ours; it was left alone")
    to = next((one for one in addresses(mail, "To", "Cc") if not ours.owns(one.address)), None)
    if to is None or is_machine(to.address):
        raise BadUpdate("a mail from ourselves to ourselves; it was left alone")
    return to


def _thread(mail: Message, ours: Ours, envelope_to: str) -> dict[str, Any]:
    references = message_ids(mail, "References")
    candidates = dict.fromkeys([*message_ids(mail, "In-Reply-To"), *reversed(references)])
    named = [one.address for one in addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")]
    tokens = (address.rpartition("@")[0].partition("+")[2] for address in [envelope_to, *named] if ours.owns(address))
    return {
        "message_id": next(iter(message_ids(mail, "Message-ID")), ""),
        "references": references[-_KEPT_REFERENCES:],
        "candidates": list(candidates)[:_KEPT_REFERENCES],
        "token": next((token for token in tokens if _TOKEN.fullmatch(token)), ""),
    }


def _sent_at(mail: Message, received_at: datetime) -> datetime:
    """The sender's own time, while it is one that can be: clocks of computers are wrong by years."""
    told = moment(mail, "Date")
    return told if told is not None and received_at - _OLDEST <= told <= received_at else received_at


def _language(mail: Message) -> str | None:
    told = clean(next(iter(raw_values(mail, "Content-Language")), ""))[:2].lower()
    return told if len(told) == 2 and told.isascii() and told.isalpha() else None
