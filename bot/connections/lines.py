"""Every channel that is configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.brand import Brand
from bot.clock import Clock
from bot.connections import accounts
from bot.connections.email import email_line
from bot.connections.line import Line
from bot.connections.meta import page_line, whatsapp_line
from bot.connections.sms import sms_line, webhook_address
from bot.settings import Settings
from bot.storage.database import Database


def lines_of(
    settings: Settings, brand: Brand, *, database: Database, clock: Clock, environment: Mapping[str, str]
) -> Iterator[Line]:
    """The channels for which there is an account, beside Telegram, web chat and REST.

    Raises `SettingsError` naming the variable that is missing or wrong, and what to write there.
    """
    rules = brand.channels
    if numbers := accounts.meta_accounts("whatsapp", settings, rules.whatsapp.accounts, environment):
        yield whatsapp_line(numbers, rules.whatsapp, brand.name, clock.now)
    if pages := accounts.meta_accounts("messenger", settings, rules.messenger.accounts, environment):
        yield page_line("messenger", pages, rules.messenger, clock.now)
    if profiles := accounts.meta_accounts("instagram", settings, rules.instagram.accounts, environment):
        yield page_line("instagram", profiles, rules.instagram, clock.now)
    if senders := accounts.sms_accounts(settings, rules.sms.accounts, environment):
        address = webhook_address(settings.sms_public_url or "", settings.public_url or "")
        yield sms_line(senders, rules.sms, brand.name, address, clock.now)
    if addresses := accounts.email_accounts(settings, rules.email.accounts, environment):
        yield email_line(addresses, rules.email, brand.name, settings.email_trusted_servers, database, clock)
