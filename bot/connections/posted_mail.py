"""Mail that a mail service posts to us: Mailgun's routes and webhooks, Postmark's inbound and its reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from bot.channels.email import mailgun, parts, postmark
from bot.channels.email.automatic import Chatter
from bot.channels.email.polling import calmed
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours
from bot.clock import Clock
from bot.connections.accounts import EmailAccount
from bot.connections.forms import Form, read_form
from bot.errors import BadUpdate, Refused
from bot.messages import InboundMessage, Reading
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.storage.mailboxes import spend
from bot.web.inbox_door import Files, FilesOf, no_files
from bot.web.webhook_door import NotJson, Posted

PATH = "/webhooks/email"


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

    async def admits(self, posted: Posted) -> bool:
        if self._by_password(posted):
            return True
        proof = _mailguns_proof(posted)
        if proof is None or not self._by_signature(proof):
            return False
        # Its signature covers a token and not the body: the token is good for one body only.
        return await self.database.write(partial(spend, token=proof[1], body=posted.body, now=self.clock.now()))

    def read(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        if not _is_json(posted):
            return self._route(posted, now)
        body = _json(posted)
        if "event-data" in body:
            told = body["event-data"] if isinstance(body["event-data"], dict) else {}
            envelope = told.get("envelope")
            account = self._account(posted, envelope.get("sender") if isinstance(envelope, dict) else "")
            return mailgun.read_event(body, account=account, table=self.table), no_files
        # Of a mail that came in the recipient is ours; of one that bounced, the sender.
        account = self._account(posted, body.get("OriginalRecipient"), body.get("To"), body.get("From"))
        reading = postmark.read_body(body, received_at=now, ours=self.ours[account], account=account)
        return self._with_files(reading, now, partial(postmark.raw_mail, body))

    def committed(self, message: InboundMessage, accepted: Accepted) -> None:
        """A mail has no read mark that could be paid."""

    def _route(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        form = _form(posted)
        account = self._account(posted, form.fields.get("recipient"))
        reading = mailgun.read_route(form.fields, form.files, received_at=now, ours=self.ours[account], account=account)
        return self._with_files(reading, now, partial(mailgun.raw_mail, form.fields, form.files))

    def _with_files(self, reading: Reading, now: datetime, raw: Callable[[], bytes]) -> tuple[Reading, FilesOf]:
        calm = calmed(reading, self.chatter, now)
        return calm, files_in(calm.messages, raw, self.table)

    def _account(self, posted: Posted, *told: object) -> str:
        """Which of ours it is about: whose address is named, among those whose secret the request knows."""
        proof = None if (known := self._by_password(posted)) else _mailguns_proof(posted)
        admitted = known or (self._by_signature(proof) if proof is not None else []) or list(self.accounts)
        named = list(_addresses(told))
        for account in admitted:
            if any(self.ours[account.name].owns(address) for address in named):
                return account.name
        return admitted[0].name

    def _by_password(self, posted: Posted) -> list[EmailAccount]:
        """The accounts whose secret the request has as its password; all are compared, whichever fits."""
        given = posted.headers.get("Authorization")
        return [account for account in self.accounts if postmark.is_postmarks(given, account.secret)]

    def _by_signature(self, proof: tuple[str, str, str]) -> list[EmailAccount]:
        now, age = self.clock.now(), self.table.webhook_age
        return [one for one in self.accounts if mailgun.is_mailguns(*proof, key=one.secret, now=now, age=age)]


def files_in(messages: Sequence[InboundMessage], raw: Callable[[], bytes], table: EmailTable) -> FilesOf:
    """The files of the messages of one mail, taken out at once; slow where they are large, so not for the loop's own thread."""
    places = [message.data["part"] for message in messages if isinstance(message.data.get("part"), int)]
    if not places:
        return no_files
    mail, found = parts.parsed(raw()), {}
    for place in places:
        with suppress(Refused):
            found[place] = parts.attachment(mail, place, table.media_types).content

    def files_of(message: InboundMessage) -> Files | None:
        place = message.data.get("part")
        return {place: found[place]} if isinstance(place, int) and place in found else None

    return files_of


def _addresses(told: Sequence[object]) -> Iterator[str]:
    """The addresses in these fields, each of which may name several."""
    for written in told:
        if isinstance(written, str):
            yield from (one.rpartition("<")[2].rstrip("> ").strip() for one in written.split(","))


def _mailguns_proof(posted: Posted) -> tuple[str, str, str] | None:
    """Timestamp, token and signature, from the form or from the JSON."""
    try:
        fields: object = _json(posted).get("signature") if _is_json(posted) else _form(posted).fields
    except BadUpdate:
        return None
    if not isinstance(fields, Mapping):
        return None
    found = [fields.get(name) for name in ("timestamp", "token", "signature")]
    return (found[0], found[1], found[2]) if all(isinstance(one, str) for one in found) else None  # type: ignore[return-value]


def _form(posted: Posted) -> Form:
    return read_form(posted.body, posted.headers.get("Content-Type", ""))


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
