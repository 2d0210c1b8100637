"""SMS, and WhatsApp over Twilio: the accounts, and what Twilio posts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlsplit

from bot.brand.channels import ChannelRules
from bot.channels.files import Media
from bot.channels.overrides import overridden
from bot.channels.sms.signature import HEADER, SETTINGS_HEADER, address_of, is_twilios, read_form
from bot.channels.sms.table import SmsTable
from bot.channels.sms.translate import read_body
from bot.channels.sms.transport import SmsChannel
from bot.channels.templates import Template
from bot.connections.accounts import SmsAccount
from bot.connections.line import Connection, Finding, Line, named, templates_of
from bot.errors import AccountRefused, SendFailed
from bot.messages import InboundMessage, Reading
from bot.storage.inbox import Accepted
from bot.web.inbox_door import FilesOf, no_files
from bot.web.webhook_door import Posted

PATH = "/webhooks/sms"


def sms_line(accounts: Sequence[SmsAccount], rules: ChannelRules, brand: str, address: str, now: Callable[[], datetime]) -> Line:
    """SMS with these accounts. `address` is that of our webhook as Twilio has it (`webhook_address`)."""
    table = overridden(SmsTable(), rules.limits)
    templates = templates_of(rules, brand)
    connections = tuple(_connection(one, rules, templates, address, now) for one in accounts)
    return Line(name="sms", connections=connections, webhook=SmsWebhook(accounts=tuple(accounts), address=address, table=table))


def webhook_address(told: str, public_url: str = "") -> str:
    """Where Twilio posts: `told` for it by an operator, with the path of the webhook or without, else below `public_url`.

    Empty when neither is known.
    """
    if told:
        return told if urlsplit(told).path.strip("/") else f"{told.rstrip('/')}{PATH}"
    return f"{public_url.rstrip('/')}{PATH}" if public_url else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsWebhook:
    """What is known about the webhook of SMS."""

    accounts: tuple[SmsAccount, ...]
    address: str
    table: SmsTable
    channel: str = "sms"
    path: str = PATH
    max_body: int = 256 * 1024
    answer: tuple[str, str] = ("text/xml", "<Response/>")

    async def admits(self, posted: Posted) -> bool:
        if not self.address:
            return False
        address = address_of(self.address, posted.query)
        header, settings = posted.headers.get(HEADER), posted.headers.get(SETTINGS_HEADER)
        checked = [
            is_twilios(address, posted.body, header, auth_token=account.auth_token, settings=settings)
            for account in self.accounts
        ]
        return any(checked)

    def read(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        form = dict(read_form(posted.body))
        key = parse_qs(posted.query).get("key", [""])[0]
        reading = read_body(form, received_at=now, account=self._account(form), key=key, table=self.table)
        return reading, no_files

    def committed(self, message: InboundMessage, accepted: Accepted) -> None:
        """An SMS has no read mark, and shows nobody typing."""

    def _account(self, form: Mapping[str, str]) -> str:
        """Which of ours it is about: its number is the recipient of what comes in, and the sender of what went out."""
        ends = [form.get(name, "") for name in ("To", "From", "MessagingServiceSid")]
        numbers = [one.rpartition(":")[2] for one in ends if one]  # one number may be ours for SMS and for WhatsApp
        mine = [one for one in self.accounts if one.sender in ends]
        same_number = [one for one in self.accounts if one.sender.rpartition(":")[2] in numbers]
        same = [one for one in self.accounts if one.account_sid == form.get("AccountSid")]
        return (mine or same_number or same or list(self.accounts))[0].name


def _connection(
    account: SmsAccount, rules: ChannelRules, templates: Mapping[str, Template], address: str, now: Callable[[], datetime]
) -> Connection:
    transport = SmsChannel(
        account.account_sid,
        account.auth_token,
        account.sender,
        root=account.base_url,
        public_url=address,
        account=account.name,
        overrides=rules.limits,
        now=now,
    )

    async def fetch(reference: Mapping[str, Any]) -> Media:
        return await transport.fetch(named(reference, "url"))

    return Connection(transport=transport, check=partial(check, transport, address), fetch=fetch, templates=templates)


async def check(transport: SmsChannel, address: str) -> Sequence[Finding]:
    """Whether account, sender and webhook are right."""
    try:
        status = await transport.account_status()
    except AccountRefused as error:
        do = "copy Account SID and Auth Token from Twilio's console into FILROUGE_SMS_ACCOUNT_SID and FILROUGE_SMS_AUTH_TOKEN"
        return [Finding(about="token", wrong=str(error), do=do)]
    except SendFailed as error:
        return [Finding(about="token", wrong=str(error), do="try again in a few minutes")]
    findings = [Finding(about="token")]
    if status != "active":
        findings.append(
            Finding(about="account", wrong=f"Twilio calls it {status}", do="see its console for what it wants of you")
        )
    if not address:
        do = "set FILROUGE_SMS_PUBLIC_URL to the address at which Twilio reaches this server, https and all"
        return [*findings, Finding(about="webhook", wrong="our own address is not known, so no signature can be checked", do=do)]
    return [*findings, await _webhook(transport, address)]


async def _webhook(transport: SmsChannel, address: str) -> Finding:
    try:
        told = await transport.webhook()
    except SendFailed as error:
        return Finding(about="webhook", wrong=str(error), do="set FILROUGE_SMS_FROM to a number of this account")
    # What stands behind a `#` says how often Twilio tries, and is not sent.
    if told is not None and urldefrag(told).url != urldefrag(address).url:
        return Finding(
            about="webhook",
            wrong=f"Twilio posts to {told or 'nowhere'}",
            do=f'write {address} where the number\'s settings say "a message comes in"',
        )
    return Finding(about="webhook")
