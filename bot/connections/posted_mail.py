"""Mail that a mail service posts to us: Mailgun's routes and webhooks, Postmark's inbound and its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson

from bot.channels.email import mailgun, parts, postmark
from bot.channels.email.automatic import Chatter
from bot.channels.email.polling import calmed
from bot.channels.email.rebuilt import PostedFile
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours
from bot.clock import Clock
from bot.connections.accounts import EmailAccount
from bot.errors import BadUpdate, Refused
from bot.messages import InboundMessage, Reading
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.storage.mailboxes import spend
from bot.web.inbox_door import Files, FilesOf, no_files
from bot.web.webhook_door import NotJson, Posted

PATH = "/webhooks/email"
_FIELDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it was posted."""

    fields: Mapping[str, str]
    files: Sequence[PostedFile] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailWebhook:
    """What is known about the webhook of e-mail."""

    accounts: tuple[EmailAccount, ...]
    ours: Mapping[str, Ours]
    """By account."""
    table: EmailTable
    database: Database
    clock: Clock
    chatter: Chatter
    channel: str = "email"
    path: str = PATH
    max_body: int = 40 * 1024 * 1024
    """A mail of 25 MB, its files in base64."""
    answer: tuple[str, str] = ("application/json", '{"ok":true}')

    def welcome(self, _query: Mapping[str, str]) -> str | None:
        return None

    async def admits(self, posted: Posted) -> bool:
        authorization = posted.headers.get("Authorization")
        checked = [postmark.is_postmarks(authorization, account.secret) for account in self.accounts]
        if any(checked):
            return True
        proof = _mailguns_proof(posted)
        if proof is None:
            return False
        now = self.clock.now()
        age = self.table.webhook_age
        checked = [mailgun.is_mailguns(*proof, key=account.secret, now=now, age=age) for account in self.accounts]
        if not any(checked):
            return False
        # Its signature covers a token and not the body: the token is good for one body only.
        return await self.database.write(partial(spend, token=proof[1], body=posted.body, now=now))

    def read(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        if not _is_json(posted):
            form = read_form(posted)
            account = self._account(form.fields.get("recipient", ""))
            reading = mailgun.read_route(form.fields, form.files, received_at=now, ours=self.ours[account], account=account)
            return self._with_files(reading, now, partial(mailgun.raw_mail, form.fields, form.files))
        body = _json(posted)
        if "event-data" in body:
            told = body["event-data"] if isinstance(body["event-data"], dict) else {}
            account = self._account(str((told.get("envelope") or {}).get("sender", "")))
            return mailgun.read_event(body, account=account, table=self.table), no_files
        account = self._account(str(body.get("OriginalRecipient") or body.get("From") or ""))
        reading = postmark.read_body(body, received_at=now, ours=self.ours[account], account=account)
        return self._with_files(reading, now, partial(postmark.raw_mail, body))

    def committed(self, message: InboundMessage, accepted: Accepted) -> None:
        """A mail has no read mark that could be paid."""

    def _with_files(self, reading: Reading, now: datetime, raw: Any) -> tuple[Reading, FilesOf]:
        calm = calmed(reading, self.chatter, now)
        if not any("part" in message.data for message in calm.messages):
            return calm, no_files
        return calm, partial(files_of, raw=raw(), table=self.table)

    def _account(self, recipient: str) -> str:
        """Which of ours a mail was for; the first where that cannot be told."""
        address = recipient.rpartition("<")[2].rstrip(">").strip()
        return next((name for name, ours in self.ours.items() if ours.owns(address)), self.accounts[0].name)


def files_of(message: InboundMessage, *, raw: bytes, table: EmailTable) -> Files | None:
    """The bytes of the file this message stands for, checked; None when it stands for none that may be shown."""
    place = message.data.get("part")
    if not isinstance(place, int):
        return None
    try:
        return {place: parts.attachment(raw, place, table.media_types).content}
    except Refused:
        return None


def read_form(posted: Posted) -> Form:
    """The fields and files of a form, whichever way it was written. Raises `NotJson` where it is none."""
    kind = posted.headers.get("Content-Type", "")
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        try:
            return Form(fields=dict(parse_qsl(posted.body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)))
        except ValueError:
            raise NotJson("the body is no form") from None
    if not kind.lower().startswith("multipart/form-data"):
        raise NotJson("the body is neither a form nor JSON")
    whole = message_from_bytes(b"Content-Type: " + kind.encode("ascii", "replace") + b"\r\n\r\n" + posted.body, policy=compat32)
    inside = whole.get_payload()
    if not isinstance(inside, list):
        raise NotJson("the body is no form")
    fields: dict[str, str] = {}
    files: list[PostedFile] = []
    for part in inside[:_FIELDS]:
        if not isinstance(part, Message):
            continue
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is None:
            fields[name] = content.decode("utf-8", "replace")
        else:
            files.append(PostedFile(name=str(part.get_filename()), mime_type=part.get_content_type(), content=content))
    return Form(fields=fields, files=files)


def _mailguns_proof(posted: Posted) -> tuple[str, str, str] | None:
    """Timestamp, token and signature, from the form or from the JSON."""
    try:
        fields = _json(posted).get("signature") if _is_json(posted) else read_form(posted).fields
    except BadUpdate:
        return None
    if not isinstance(fields, Mapping):
        return None
    found = [fields.get(name) for name in ("timestamp", "token", "signature")]
    return (found[0], found[1], found[2]) if all(isinstance(one, str) for one in found) else None  # type: ignore[return-value]


def _is_json(posted: Posted) -> bool:
    return posted.headers.get("Content-Type", "").lower().startswith("application/json")


def _json(posted: Posted) -> dict[str, Any]:
    try:
        body = orjson.loads(posted.body)
    except orjson.JSONDecodeError:
        raise NotJson("the body is not JSON") from None
    if not isinstance(body, dict):
        raise NotJson("the body should be an object")
    return body
