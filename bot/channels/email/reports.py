"""What became of mails of ours, as other servers and programs report it: RFC 3464 and 8098. Pure.

A report is believed only about a mail whose id it knows: ids cannot be guessed, while anybody can send a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.message import Message

from bot.channels.email.failures import bounce_failure
from bot.channels.email.headers import is_address, message_ids, raw_value
from bot.channels.email.table import NAME
from bot.channels.texts import clean
from bot.messages import Receipt

_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")
_COPIED_ID = re.compile(r"^Message-ID:\s*<([^<>\s]{1,250})>", re.IGNORECASE | re.MULTILINE)


def is_report(mail: Message) -> bool:
    """Whether this is a report about another mail."""
    return mail.get_content_type() == "multipart/report" or bool(raw_value(mail, "X-Failed-Recipients"))


def read_report(mail: Message, *, at: datetime, account: str, statuses: Mapping[str, str]) -> tuple[Receipt, ...]:
    """What a report says; nothing when it names no mail, or says that a server is still trying."""
    about = _about(mail)
    if not about:
        return ()
    told = [part for part in mail.walk() if part.get_content_type() == "message/disposition-notification"]
    if told:
        shown = any("displayed" in raw_value(block, "Disposition").lower() for part in told for block in _blocks(part))
        return (Receipt(channel=NAME, account=account, state="read", at=at, provider_id=about),) if shown else ()
    made = []
    for recipient, action, status in _recipients(mail):
        receipt = {"channel": NAME, "account": account, "at": at, "provider_id": about, "recipient": recipient}
        if action == "failed":
            made.append(Receipt(state="failed", failure=bounce_failure(status, statuses), **receipt))  # type: ignore[arg-type]
        elif action == "delivered":
            made.append(Receipt(state="delivered", **receipt))  # type: ignore[arg-type]  # the fields of a Receipt
    return tuple(made)


def _recipients(mail: Message) -> Iterator[tuple[str, str, str]]:
    """Recipient, action and status of each mail a server speaks of."""
    found = False
    for part in mail.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            for block in _blocks(part):
                action = raw_value(block, "Action").split(" ")[0].lower()
                status = _STATUS.match(raw_value(block, "Status"))
                if action:
                    found = True
                    recipient = _recipient(raw_value(block, "Final-Recipient"), raw_value(block, "Original-Recipient"))
                    yield recipient, action, status[1] if status else "5.0.0"
    if not found and (failed := raw_value(mail, "X-Failed-Recipients")):
        for recipient in failed.split(","):  # as Exim wrote before it made reports
            yield _recipient(recipient), "failed", "5.0.0"


def _recipient(*written: str) -> str:
    """The address in the first of these that has one: `rfc822; name@example.org`."""
    tried = (clean(one.rpartition(";")[2].strip(" <>")).lower() for one in written)
    return next((one for one in tried if is_address(one)), "")


def _about(mail: Message) -> str:
    """The id of the mail a report is about."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/disposition-notification":
            ids = [found for block in _blocks(part) for found in message_ids(block, "Original-Message-ID")]
        elif kind in ("message/rfc822", "message/global"):
            ids = [found for inner in _blocks(part) for found in message_ids(inner, "Message-ID")]
        elif kind in ("text/rfc822-headers", "text/plain", "message/global-headers"):
            content = part.get_payload(decode=True)
            ids = _COPIED_ID.findall(content.decode("utf-8", "replace")) if isinstance(content, bytes) else []
        else:
            continue
        if ids:
            return clean(ids[0])
    return ""


def _blocks(part: Message) -> list[Message]:
    """A part that is made of headers, as the standard library reads it: a list of mails without bodies."""
    inside = part.get_payload()
    return [block for block in inside if isinstance(block, Message)] if isinstance(inside, list) else []
