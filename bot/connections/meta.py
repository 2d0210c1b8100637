"""WhatsApp, Messenger and Instagram: their accounts, and the webhooks of Meta's applications."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from bot.brand.channels import ChannelRules
from bot.channels.files import Media
from bot.channels.instagram.table import InstagramTable
from bot.channels.instagram.translate import FIELDS as INSTAGRAM_FIELDS
from bot.channels.instagram.translate import read_body as read_instagram
from bot.channels.instagram.transport import InstagramChannel
from bot.channels.messenger.table import MessengerTable
from bot.channels.messenger.translate import FIELDS as MESSENGER_FIELDS
from bot.channels.messenger.translate import read_body as read_messenger
from bot.channels.messenger.transport import MessengerChannel
from bot.channels.meta.page_transport import PageChannel
from bot.channels.meta.signature import HEADER, challenge, signed
from bot.channels.meta.transport import MetaChannel
from bot.channels.overrides import overridden
from bot.channels.whatsapp.table import WhatsAppTable
from bot.channels.whatsapp.translate import read_body as read_whatsapp
from bot.channels.whatsapp.transport import WhatsAppChannel
from bot.connections.accounts import MetaAccount
from bot.connections.line import Connection, Finding, Ground, Line, Work, named, templates_of
from bot.connections.mentions import fetch_mentions
from bot.errors import AccountRefused, Refused, SendFailed, TryLater
from bot.messages import InboundMessage, Reading
from bot.storage.inbox import SPEAKING, Accepted
from bot.web.inbox_door import FilesOf, no_files
from bot.web.webhook_door import NotJson, Posted

MAX_BODY = 4 * 1024 * 1024
"""Meta batches up to a thousand events into one body of at most 3 MB."""

Read = Callable[..., Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaWebhook:
    """What a channel of Meta's knows about its webhook."""

    channel: str
    accounts: tuple[MetaAccount, ...]
    translate: Read
    committed_by: Callable[[InboundMessage], None]
    max_body: int = MAX_BODY
    answer: tuple[str, str] = ("application/json", '{"ok":true}')
    app_ids: dict[str, str] = field(default_factory=dict)
    """By account, our own application's id, as soon as Meta has told it."""

    @property
    def path(self) -> str:
        return f"/webhooks/{self.channel}"

    def welcome(self, query: Mapping[str, str]) -> str | None:
        answers = [challenge(query, account.verify_token) for account in self.accounts]
        return next((answer for answer in answers if answer is not None), None)

    async def admits(self, posted: Posted) -> bool:
        # All are compared, whichever fits: how long it takes tells nothing.
        signers = [account for account in self.accounts if self._signed_by(account, posted)]
        return bool(signers)

    def _signed_by(self, account: MetaAccount, posted: Posted) -> bool:
        return signed(posted.body, posted.headers.get(HEADER), account.app_secret)

    def read(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        try:
            body = orjson.loads(posted.body)
        except orjson.JSONDecodeError:
            raise NotJson("the body is not JSON") from None
        # An account's words are believed by its own application's secret, not by that of another account.
        signers = [account for account in self.accounts if self._signed_by(account, posted)] or list(self.accounts[:1])
        several = len(self.accounts) > 1 or self.channel == "whatsapp"  # one application often serves several numbers
        accounts = {account.id: account.name for account in signers} if several else None
        more = {"app_id": next(iter(self.app_ids.values()), "")} if self.channel != "whatsapp" else {}
        return self.translate(body, received_at=now, account=signers[0].name, accounts=accounts, **more), no_files

    def committed(self, message: InboundMessage, accepted: Accepted) -> None:
        if message.kind in SPEAKING and accepted.owner == "bot":
            self.committed_by(message)


def whatsapp_line(accounts: Sequence[MetaAccount], rules: ChannelRules, brand: str, now: Callable[[], datetime]) -> Line:
    """WhatsApp with these accounts."""
    table = overridden(WhatsAppTable(), rules.limits)
    transports = {
        one.name: WhatsAppChannel(one.token, one.id, root=one.base_url, account=one.name, table=table, now=now)
        for one in accounts
    }

    def courtesy(message: InboundMessage) -> None:
        transports[message.account].seen(message.external_id)

    def typing(message: InboundMessage) -> None:
        transports[message.account].seen(message.external_id, typing=True)

    def fetch(transport: WhatsAppChannel) -> Callable[[Mapping[str, Any]], Any]:
        async def by_id(reference: Mapping[str, Any]) -> Media:
            return await transport.media(named(reference, "file_id"), name=str(reference.get("name", "")))

        return by_id

    templates = templates_of(rules, brand)
    connections = tuple(
        Connection(
            transport=transports[one.name],
            check=partial(check, transports[one.name], one, "whatsapp"),
            fetch=fetch(transports[one.name]),
            typing=typing,
            templates=templates,
        )
        for one in accounts
    )
    webhook = MetaWebhook(
        channel="whatsapp", accounts=tuple(accounts), translate=_with_table(read_whatsapp, table), committed_by=courtesy
    )
    return Line(name="whatsapp", connections=connections, webhook=webhook)


def page_line(channel: str, accounts: Sequence[MetaAccount], rules: ChannelRules, now: Callable[[], datetime]) -> Line:
    """Messenger or Instagram with these accounts."""
    transports: dict[str, PageChannel] = {}
    translate: Read
    if channel == "messenger":
        pages = overridden(MessengerTable(), rules.limits)
        translate = _with_table(read_messenger, pages)
        for one in accounts:
            transports[one.name] = MessengerChannel(one.token, one.id, root=one.base_url, account=one.name, table=pages, now=now)
    else:
        profiles = overridden(InstagramTable(), rules.limits)
        translate = _with_table(read_instagram, profiles)
        for one in accounts:
            transports[one.name] = InstagramChannel(
                one.token, one.id, root=one.base_url, account=one.name, table=profiles, now=now
            )

    def courtesy(message: InboundMessage) -> None:
        transports[message.account].seen(message.sender)

    def typing(message: InboundMessage) -> None:
        transports[message.account].typing(message.sender)

    def fetch(transport: PageChannel) -> Callable[[Mapping[str, Any]], Any]:
        async def by_address(reference: Mapping[str, Any]) -> Media:
            claimed, name = str(reference.get("mime_type", "")), str(reference.get("name", ""))
            return await transport.media(named(reference, "url"), claimed=claimed, name=name)

        return by_address

    connections = tuple(
        Connection(
            transport=transports[one.name],
            check=partial(check, transports[one.name], one, channel),
            fetch=fetch(transports[one.name]),
            typing=typing,
        )
        for one in accounts
    )
    webhook = MetaWebhook(channel=channel, accounts=tuple(accounts), translate=translate, committed_by=courtesy)

    async def learn(_ground: Ground) -> None:
        """Echoes of our own messages are told from those of others by our application's id, which Meta tells us."""
        pause = 1.0
        while len(webhook.app_ids) < len(transports):
            for name, transport in transports.items():
                with contextlib.suppress(SendFailed):
                    webhook.app_ids[name] = webhook.app_ids.get(name) or await transport.app_id()
            await asyncio.sleep(pause)
            pause = min(300.0, pause * 2)
        await asyncio.Event().wait()  # health takes a task that ends for one that failed

    work: dict[str, Work] = {f"{channel}:app": learn}
    if channel == "instagram":
        accounts_of = {name: one for name, one in transports.items() if isinstance(one, InstagramChannel)}
        work["instagram:mentions"] = partial(fetch_mentions, accounts_of)
    return Line(name=channel, connections=connections, webhook=webhook, work=work)


async def check(transport: MetaChannel, account: MetaAccount, channel: str) -> Sequence[Finding]:
    """Whether token, id, secret and subscriptions of an account are right."""
    findings = [await _token(transport, account)]
    if not findings[0].wrong:
        findings.append(await _secret(transport, account))
        if account.app_secret and not findings[-1].wrong:
            findings += await _permissions(transport, account)
        if isinstance(transport, PageChannel):
            findings.append(await _subscribed(transport, channel))
        elif isinstance(transport, WhatsAppChannel):
            findings.append(await _posted_to(transport))
    elif not account.app_secret:
        findings.append(_no_secret(account))
    if account.verify_token:
        return [*findings, Finding(about="verify token")]
    do = f"set {account.settings['verify_token']} to a word of your own, and write it into the application's webhook settings"
    return [*findings, Finding(about="verify token", wrong="none is configured, so Meta cannot subscribe the webhook", do=do)]


async def _token(transport: MetaChannel, account: MetaAccount) -> Finding:
    try:
        await transport.check()
    except AccountRefused as error:
        do = f"make a permanent token with all permissions and set {account.settings['token']}"
        return Finding(about="token", wrong=str(error), do=do)
    except Refused as error:
        do = f"see whether {account.settings['id']} is the id this token was made for"
        return Finding(about="token", wrong=str(error), do=do)
    except SendFailed as error:
        return Finding(about="token", wrong=str(error), do="try again in a few minutes")
    return Finding(about="token")


async def _secret(transport: MetaChannel, account: MetaAccount) -> Finding:
    if not account.app_secret:
        return _no_secret(account)
    try:
        await transport.check(account.app_secret)
    except TryLater as error:
        return Finding(about="signature secret", wrong=str(error), do="try again in a few minutes")
    except SendFailed:
        return Finding(
            about="signature secret",
            wrong="it is not the secret of the application this token belongs to",
            do=f"copy the App Secret from the application's basic settings into {account.settings['app_secret']}",
        )
    return Finding(about="signature secret")


async def _permissions(transport: MetaChannel, account: MetaAccount) -> list[Finding]:
    """What the token may do and how long; nothing where Meta does not tell (accounts of Instagram's own login)."""
    try:
        granted = await transport.granted(account.app_secret)
    except SendFailed:
        return []
    token, found = account.settings["token"], []
    if missing := sorted(set(transport.table.permissions) - granted.permissions):
        do = f"make a token with these permissions and set {token}"
        found.append(Finding(about="permissions", wrong=f"the token lacks {', '.join(missing)}", do=do))
    if granted.ends_at is not None:
        do = f"make a permanent token (of a system user, or of a page by a long-lived login) and set {token}"
        found.append(Finding(about="permissions", wrong=f"the token ends on {granted.ends_at:%Y-%m-%d}", do=do))
    return found or [Finding(about="permissions")]


def _no_secret(account: MetaAccount) -> Finding:
    return Finding(
        about="signature secret",
        wrong="none is configured, so every webhook is refused",
        do=f"copy the App Secret from the application's basic settings into {account.settings['app_secret']}",
    )


async def _posted_to(transport: WhatsAppChannel) -> Finding:
    try:
        address = await transport.webhook()
    except SendFailed as error:
        return Finding(about="webhook", wrong=str(error), do="give the token the permission whatsapp_business_management")
    if address == "":
        do = "write the address of /webhooks/whatsapp into the application's webhook settings and tick `messages`"
        return Finding(about="webhook", wrong="WhatsApp does not know where to post", do=do)
    return Finding(about="webhook")


async def _subscribed(transport: PageChannel, channel: str) -> Finding:
    wanted = frozenset(MESSENGER_FIELDS if channel == "messenger" else INSTAGRAM_FIELDS)
    try:
        missing = wanted - await transport.subscribed()
    except SendFailed as error:
        return Finding(about="webhook", wrong=str(error), do="give the token the permission to manage the page's subscriptions")
    if missing:
        names = ", ".join(sorted(missing))
        return Finding(
            about="webhook", wrong=f"not subscribed to: {names}", do="tick these fields in the application's webhook settings"
        )
    return Finding(about="webhook")


def _with_table(read: Read, table: Any) -> Read:
    return partial(read, table=table)
