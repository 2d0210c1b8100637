"""The brand's accounts on each channel: the one the settings name, and those of `channels.yml`, secrets filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from bot.brand.channels import EmailAccountRules, MetaAccountRules, PageAccountRules, SmsAccountRules, WhatsAppAccountRules
from bot.channels.email.headers import is_address
from bot.errors import SettingsError
from bot.settings import Settings

MetaChannelName = Literal["whatsapp", "messenger", "instagram"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaAccount:
    """A number on WhatsApp, a page, or an Instagram account."""

    name: str
    id: str
    base_url: str
    token: str = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    """Where `id`, `token`, `app_secret` and `verify_token` are set: variables, or a line of `channels.yml`."""
    app_secret: str = field(default="", repr=False)
    verify_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAccount:
    """A sender at Twilio."""

    name: str
    account_sid: str
    sender: str
    base_url: str
    auth_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAccount:
    """An address mails are answered from."""

    name: str
    address: str
    smtp_url: str = field(repr=False)
    imap_url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    smtp_setting: str = "FILROUGE_EMAIL_SMTP_URL"
    """The variable that holds `smtp_url`, for whoever has to mend it."""
    imap_setting: str = "FILROUGE_EMAIL_IMAP_URL"


def meta_accounts(
    channel: MetaChannelName, settings: Settings, rules: Sequence[MetaAccountRules], environment: Mapping[str, str]
) -> tuple[MetaAccount, ...]:
    """Raises `SettingsError` naming the variable that is missing, and what to write there."""
    root = str(getattr(settings, f"{channel}_base_url"))
    found = []
    token = _secret(getattr(settings, f"{channel}_token"))
    if token:
        id_name = "phone_number_id" if channel == "whatsapp" else "page_id"
        found.append(
            MetaAccount(
                name="",
                id=_needed(str(getattr(settings, f"{channel}_{id_name}")), f"FILROUGE_{channel.upper()}_{id_name.upper()}"),
                base_url=root,
                token=token,
                app_secret=_secret(getattr(settings, f"{channel}_app_secret")),
                verify_token=_secret(getattr(settings, f"{channel}_verify_token")),
                settings={
                    name: f"FILROUGE_{channel.upper()}_{(id_name if name == 'id' else name).upper()}"
                    for name in ("id", "token", "app_secret", "verify_token")
                },
            )
        )
    for rule in rules:
        assert isinstance(rule, WhatsAppAccountRules | PageAccountRules)
        found.append(
            MetaAccount(
                name=rule.name,
                id=rule.phone_number_id if isinstance(rule, WhatsAppAccountRules) else rule.page_id,
                base_url=rule.base_url or root,
                token=_from(environment, rule.token),
                app_secret=_from(environment, rule.app_secret),
                verify_token=_from(environment, rule.verify_token),
                settings={
                    "id": f"the id of {rule.name!r} in channels.yml",
                    "token": rule.token,
                    "app_secret": rule.app_secret,
                    "verify_token": rule.verify_token,
                },
            )
        )
    _each_once([one.id for one in found], channel)
    return tuple(found)


def sms_accounts(settings: Settings, rules: Sequence[SmsAccountRules], environment: Mapping[str, str]) -> tuple[SmsAccount, ...]:
    """Raises `SettingsError` naming the variable that is missing, and what to write there."""
    found = []
    if settings.sms_auth_token or settings.sms_from:
        _needed(settings.sms_account_sid, "FILROUGE_SMS_ACCOUNT_SID")
    if settings.sms_account_sid:
        found.append(
            SmsAccount(
                name="",
                account_sid=settings.sms_account_sid,
                sender=_needed(settings.sms_from, "FILROUGE_SMS_FROM"),
                base_url=settings.sms_base_url,
                auth_token=_needed(_secret(settings.sms_auth_token), "FILROUGE_SMS_AUTH_TOKEN"),
            )
        )
    found += [
        SmsAccount(
            name=rule.name,
            account_sid=rule.account_sid,
            sender=rule.sender,
            base_url=rule.base_url or settings.sms_base_url,
            auth_token=_from(environment, rule.auth_token),
        )
        for rule in rules
    ]
    _each_once([one.sender for one in found], "sms")
    return tuple(found)


def email_accounts(
    settings: Settings, rules: Sequence[EmailAccountRules], environment: Mapping[str, str]
) -> tuple[EmailAccount, ...]:
    """Raises `SettingsError` naming the variable that is missing, and what to write there."""
    found = []
    if settings.email_smtp_url or settings.email_imap_url:
        _needed(settings.email_address, "FILROUGE_EMAIL_ADDRESS")
    if settings.email_address and not is_address(settings.email_address):
        raise SettingsError("FILROUGE_EMAIL_ADDRESS is no plain address; write it like support@brand.example")
    if settings.email_address:
        found.append(
            EmailAccount(
                name="",
                address=settings.email_address,
                smtp_url=_needed(_secret(settings.email_smtp_url), "FILROUGE_EMAIL_SMTP_URL"),
                imap_url=_secret(settings.email_imap_url),
                secret=_needed(_secret(settings.email_webhook_secret), "FILROUGE_EMAIL_WEBHOOK_SECRET"),
            )
        )
    found += [
        EmailAccount(
            name=rule.name,
            address=rule.address,
            smtp_url=_from(environment, rule.smtp_url),
            imap_url=_from(environment, rule.imap_url) if rule.imap_url else "",
            secret=_from(environment, rule.webhook_secret),
            smtp_setting=rule.smtp_url,
            imap_setting=rule.imap_url or "",
        )
        for rule in rules
    ]
    _each_once([one.address.lower() for one in found], "email")
    return tuple(found)


def _secret(kept: SecretStr | None) -> str:
    return kept.get_secret_value().strip() if kept else ""


def _needed(value: str, name: str) -> str:
    if not value:
        channel = name.split("_")[1].lower()
        raise SettingsError(f"{name} is missing; docs/channels/{channel}.md says where to find it")
    return value


def _from(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(
            f"the brand's channels.yml takes a secret from {name}, which is not set; set it where the server starts"
        )
    return value


def _each_once(ids: Sequence[str], channel: str) -> None:
    for place, one in enumerate(ids):
        if one in ids[:place]:
            shown = re.sub(r".(?=.{4})", "*", one)
            raise SettingsError(
                f"{channel} has the account {shown} twice; name it in the settings or in channels.yml, not in both"
            )
