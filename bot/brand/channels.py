"""What `channels.yml` says: accounts beyond those of the settings, an operator's own limits, and the templates that are approved.

Secrets never stand in a brand's folder: the file names the environment variables that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from bot.brand.words import BrandModel, Id, Text


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{2,99}", name):
        # What was written may be the secret: it is not repeated.
        raise ValueError("write the name of the environment variable that holds the secret, like QUEBEC_TOKEN; not the secret")
    return name


Variable = Annotated[str, AfterValidator(_variable)]
"""The name of an environment variable that holds a secret."""
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class TemplateRules(BrandModel):
    """A message the platform has approved, which may be sent when the customer's window is closed."""

    name: Text
    """As it is called there; on Twilio its `HX...` id."""
    language: Text
    """As it was approved: `fr`, `en_GB`."""
    parameters: tuple[Text, ...] = ()
    """What stands for {{1}}, {{2}} ...: words, in which {brand} is the brand's name."""


class ChannelRules(BrandModel):
    """What is the same for all accounts of a channel."""

    limits: Mapping[str, Any] = Field(default_factory=dict)
    """An operator's own figures over those of the channel's table."""
    templates: Mapping[Language, TemplateRules] = Field(default_factory=dict)
    """By language, the template that says an answer waits: it is sent when somebody's words may not leave any more."""


class AccountRules(BrandModel):
    """One account beside the one the settings name."""

    name: Id
    base_url: WebAddress | None = None
    """Where the platform is spoken to, if not at its own address."""


class MetaAccountRules(AccountRules):
    token: Variable
    app_secret: Variable
    verify_token: Variable


class WhatsAppAccountRules(MetaAccountRules):
    phone_number_id: Text


class PageAccountRules(MetaAccountRules):
    page_id: Text
    """Of the page; on Instagram of the account."""


class SmsAccountRules(AccountRules):
    account_sid: Text
    auth_token: Variable
    sender: Text
    """A number, `whatsapp:` and a number, or the id of a messaging service (`MG...`)."""


class EmailAccountRules(BrandModel):
    name: Id
    address: Text
    imap_url: Variable | None = None
    smtp_url: Variable
    webhook_secret: Variable


class WhatsAppRules(ChannelRules):
    accounts: tuple[WhatsAppAccountRules, ...] = ()


class PageRules(ChannelRules):
    accounts: tuple[PageAccountRules, ...] = ()


class SmsRules(ChannelRules):
    accounts: tuple[SmsAccountRules, ...] = ()


class EmailRules(ChannelRules):
    accounts: tuple[EmailAccountRules, ...] = ()
    subjects: Mapping[Language, Text] = Field(default_factory=dict)
    """What stands over a mail that answers none; the brand's name where there is nothing."""
    plus_addresses: bool = False
    """Whether the mail server takes `address+token`, so that an answer finds its thread without any header."""


class TelegramRules(BrandModel):
    limits: Mapping[str, Any] = Field(default_factory=dict)


class Channels(BrandModel):
    """What `channels.yml` says, channel by channel."""

    whatsapp: WhatsAppRules = WhatsAppRules()
    messenger: PageRules = PageRules()
    instagram: PageRules = PageRules()
    sms: SmsRules = SmsRules()
    email: EmailRules = EmailRules()
    telegram: TelegramRules = TelegramRules()
