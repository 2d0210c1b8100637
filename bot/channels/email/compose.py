"""Our messages as mails. Pure: no network, no clock."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from bot.channels import choices, texts
from bot.channels.email.headers import is_address
from bot.channels.email.servers import Service
from bot.channels.email.table import EmailTable
from bot.errors import Refused
from bot.messages import OutboundMessage

_LEAD_IN = {
    "fr": "Répondez à ce message par le numéro de votre choix :",
    "en": "Answer this message with the number of your choice:",
}
_ID = re.compile(r"[^<>\s\x00-\x1f\x7f-\U0010ffff]{1,250}")
_REFERENCES = 20
_POLICY = SMTP.clone(max_line_length=78)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From whom our mails come."""

    address: str
    name: str
    """The brand, as it stands before the address."""
    secret: str = field(repr=False)
    """Makes our message ids: nobody can guess one, and so nobody can report a mail they did not get."""
    subjects: Mapping[str, str] = field(default_factory=dict)
    """What stands over a mail that answers none, by language; the brand's name where there is nothing."""
    plus: bool = False
    """Whether the mail server takes `address+token`, so that an answer finds its thread without any header."""
    service: Service = ""
    """The mail service that sends for us, if it is one that can tell what became of a mail by our own key."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The mail of the customer's that a mail of ours goes under."""

    subject: str = ""
    message_id: str = ""
    references: Sequence[str] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Thread:
        """The thread of a message that came in, from its `data`."""
        thread = data.get("thread") or {}
        return cls(
            subject=str(data.get("subject", "")),
            message_id=str(thread.get("message_id", "")),
            references=tuple(str(one) for one in thread.get("references", ())),
        )


def message_id(key: str, origin: Origin) -> str:
    """The id of the mail with this key, without brackets: the same at every attempt, so that a repeated mail is the same mail."""
    made = hmac.digest(origin.secret.encode(), f"message {key}".encode(), hashlib.sha256)
    return f"{made[:16].hex()}@{origin.domain}"


def thread_token(recipient: str, origin: Origin) -> str:
    """What stands after the `+` of the address a customer answers to."""
    return hmac.digest(origin.secret.encode(), f"thread {recipient.lower()}".encode(), hashlib.sha256)[:10].hex()


def write_message(
    message: OutboundMessage, *, origin: Origin, at: datetime, thread: Thread | None = None, table: EmailTable | None = None
) -> EmailMessage:
    """One mail in plain text, under `thread` where there is one.

    Words of the bot are marked as automatic (RFC 3834), so that no other program answers them; an advisor's are not.

    Raises:
        Refused: it can never be sent; the caller should have cut it with `parts_of`.
    """
    limit = (table or EmailTable()).text
    if not message.text.strip():
        raise Refused("a mail is never empty; give the response a text")
    if message.buttons:
        raise Refused("a mail has no buttons; send the message as `parts_of` writes it")
    if (length := texts.utf16(message.text)) > limit:
        raise Refused(f"{length} characters are more than the {limit} of one mail; send the message in parts")
    if not is_address(message.recipient) or not message.recipient.isascii():
        raise Refused("the recipient is no address that mail servers take; nothing was sent")
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _named(origin.address, origin.name)
    mail["To"] = _named(message.recipient, "")
    mail["Subject"] = _subject(message, origin, thread)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id(message.key, origin)}>"
    if origin.plus:
        name, _, domain = origin.address.rpartition("@")
        mail["Reply-To"] = _named(f"{name}+{thread_token(message.recipient, origin)}@{domain}", origin.name)
    _join(mail, thread)
    _tag(mail, message.key, origin.service)
    if message.author in ("bot", "system"):
        mail["Auto-Submitted"] = "auto-replied" if thread else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(texts.clean(message.text), charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = message.language
    return mail


def parts_of(message: OutboundMessage, table: EmailTable | None = None) -> list[OutboundMessage]:
    """The same message as mails, in order, its choices as numbered lines of the last one; nearly always one mail.

    The keys of several parts are `key/1`, `key/2` and so on, the same at each attempt.
    """
    lead_in = _LEAD_IN.get(message.language, _LEAD_IN["en"])
    return choices.parts(message, (), (table or EmailTable()).text, lead_in=lead_in)


def _join(mail: EmailMessage, thread: Thread | None) -> None:
    if thread is None or not _ID.fullmatch(thread.message_id):
        return
    mail["In-Reply-To"] = f"<{thread.message_id}>"
    former = [one for one in thread.references if _ID.fullmatch(one) and one != thread.message_id]
    # The first one holds the thread together, the last ones say where in it we are.
    kept = former if len(former) < _REFERENCES else [former[0], *former[-_REFERENCES + 2 :]]
    mail["References"] = " ".join(f"<{one}>" for one in [*kept, thread.message_id])


def _tag(mail: EmailMessage, key: str, service: Service) -> None:
    """Our key where the service gives it back with what it tells of the mail; it takes these lines off on the way."""
    if service == "postmark":
        mail["X-PM-KeepID"] = "true"  # else it would send the mail under an id of its own, and answers would name that
        mail["X-PM-Metadata-key"] = key
    elif service == "mailgun":
        mail["X-Mailgun-Variables"] = json.dumps({"key": key})


def _subject(message: OutboundMessage, origin: Origin, thread: Thread | None) -> str:
    if thread is not None and thread.subject.strip():
        subject = f"Re: {thread.subject}"
    else:
        subject = origin.subjects.get(message.language) or origin.name or origin.domain
    # A line end would begin another header, and so would an encoded one, which the library decodes.
    subject = subject.replace("=?", "= ?")
    return texts.shorten(" ".join("".join(c if c.isprintable() else " " for c in texts.clean(subject)).split()), 200)


def _named(address: str, name: str) -> Address:
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return Address(display_name=plain, addr_spec=address)
