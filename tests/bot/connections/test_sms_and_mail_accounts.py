"""The accounts of SMS and mail: what is missing is told by its name, and a check says what to do about what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from bot.brand.channels import EmailAccountRules, EmailRules, SmsAccountRules, SmsRules
from bot.clock import SystemClock
from bot.connections.accounts import EmailAccount, SmsAccount, email_accounts, sms_accounts
from bot.connections.email import email_line
from bot.connections.line import Finding
from bot.connections.sms import sms_line, webhook_address
from bot.errors import SettingsError
from bot.settings import Settings
from bot.storage.database import Database
from bot.web.webhook_door import Posted
from tests.fakes.house import NOON
from tests.fakes.sms_server import FakeTwilio
from tests.fakes.smtp_server import FakeSmtp
from tests.imap_server import Imap, imap_server

ADDRESS = "https://bot.orvelle.example/webhooks/sms"


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg]  # pydantic-settings' own


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"sms_account_sid": "AC1"}, "FILROUGE_SMS_FROM"),
        ({"sms_account_sid": "AC1", "sms_from": "+33639980001"}, "FILROUGE_SMS_AUTH_TOKEN"),
        ({"sms_from": "+33639980001"}, "FILROUGE_SMS_ACCOUNT_SID"),
        ({"sms_auth_token": SecretStr("secret")}, "FILROUGE_SMS_ACCOUNT_SID"),
    ],
)
def test_what_twilio_needs_is_told_by_its_name(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(SettingsError, match=rf"{missing} is missing; docs/channels/sms.md"):
        sms_accounts(settings(**given), (), {})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"email_address": "a@b.example"}, "FILROUGE_EMAIL_SMTP_URL is missing; docs/channels/email.md"),
        ({"email_address": "a@b.example", "email_smtp_url": SecretStr("smtps://x")}, "FILROUGE_EMAIL_WEBHOOK_SECRET is missing"),
        ({"email_smtp_url": SecretStr("smtps://x")}, "FILROUGE_EMAIL_ADDRESS is missing"),
        ({"email_imap_url": SecretStr("imaps://x")}, "FILROUGE_EMAIL_ADDRESS is missing"),
        ({"email_address": "Orvelle <a@b.example>"}, "FILROUGE_EMAIL_ADDRESS is no plain address"),
    ],
)
def test_what_mail_needs_is_told_by_its_name(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        email_accounts(settings(**given), (), {})


def test_a_secret_of_channels_yml_that_is_not_set_is_told_by_its_name() -> None:
    number = SmsAccountRules(name="lyon", account_sid="AC1", auth_token="LYON_TOKEN", sender="+33639980002")
    with pytest.raises(SettingsError, match="LYON_TOKEN"):
        sms_accounts(settings(), (number,), {})
    repairs = EmailAccountRules(name="repairs", address="r@b.example", smtp_url="REPAIRS_SMTP", webhook_secret="REPAIRS_SECRET")
    with pytest.raises(SettingsError, match="REPAIRS_SMTP"):
        email_accounts(settings(), (repairs,), {})
    with pytest.raises(SettingsError, match="REPAIRS_SECRET"):
        email_accounts(settings(), (repairs,), {"REPAIRS_SMTP": "smtps://a:b@c.example"})


def test_one_number_or_address_stands_once() -> None:
    given = {"sms_account_sid": "AC1", "sms_from": "+33639980001", "sms_auth_token": SecretStr("t")}
    again = SmsAccountRules(name="lyon", account_sid="AC1", auth_token="LYON_TOKEN", sender="+33639980001")
    with pytest.raises(SettingsError, match=r"\*0001 twice"):
        sms_accounts(settings(**given), (again,), {"LYON_TOKEN": "t"})


async def test_an_address_that_cannot_be_read_is_told_by_the_variable_it_stands_in(sqlite: Database) -> None:
    for smtp, imap, named in (
        ("http://name:hidden@b", "", "REPAIRS_SMTP"),
        ("smtps://a:hidden@b.example", "pop://a:hidden@b", "REPAIRS_IMAP"),
    ):
        account = EmailAccount(
            name="repairs",
            address="r@b.example",
            smtp_url=smtp,
            imap_url=imap,
            secret="s",
            smtp_setting="REPAIRS_SMTP",
            imap_setting="REPAIRS_IMAP",
        )
        with pytest.raises(SettingsError, match=named) as met:
            email_line([account], EmailRules(), "Orvelle", (), sqlite, SystemClock(None))
        assert "hidden" not in str(met.value)
        assert "hidden" not in repr(account)


@pytest.mark.parametrize(
    ("told", "public_url", "address"),
    [
        ("", "", ""),
        ("", "https://bot.example", "https://bot.example/webhooks/sms"),
        ("", "https://brand.example/bot", "https://brand.example/bot/webhooks/sms"),
        ("https://bot.example/", "https://other.example", "https://bot.example/webhooks/sms"),
        ("https://bot.example/hooks/sms", "", "https://bot.example/hooks/sms"),
        ("https://bot.example/hooks/sms?a=1", "", "https://bot.example/hooks/sms?a=1"),
    ],
)
def test_where_twilio_posts(told: str, public_url: str, address: str) -> None:
    assert webhook_address(told, public_url) == address


LYON, LILLE = "+33639980001", "+33639980002"
SERVICE = "MG0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("form", "account"),
    [
        ({"From": "+33639988001", "To": LYON, "AccountSid": "AC1"}, "lyon"),
        ({"From": "+33639988001", "To": LILLE, "AccountSid": "AC1"}, "lille"),
        ({"From": "whatsapp:+33639988001", "To": f"whatsapp:{LILLE}", "AccountSid": "AC1"}, "lille"),
        ({"From": LILLE, "To": "+33639988001", "AccountSid": "AC1", "MessageStatus": "sent"}, "lille"),
        ({"From": "+33639988001", "To": "+33639980007", "MessagingServiceSid": SERVICE, "AccountSid": "AC1"}, "service"),
        ({"From": "+33639988001", "To": "+33639980008", "AccountSid": "AC2"}, "other"),
        ({"From": "+33639988001", "To": "+33639980008", "AccountSid": "AC9"}, "lyon"),
    ],
)
def test_the_number_that_was_written_to_says_whose_message_it_is(form: dict[str, str], account: str) -> None:
    senders = {"lyon": ("AC1", LYON), "lille": ("AC1", LILLE), "service": ("AC1", SERVICE), "other": ("AC2", "+33639980003")}
    accounts = [
        SmsAccount(name=name, account_sid=sid, sender=sender, base_url="https://api.twilio.com", auth_token="t")
        for name, (sid, sender) in senders.items()
    ]
    webhook = sms_line(accounts, SmsRules(), "Orvelle", ADDRESS, lambda: NOON).webhook
    assert webhook is not None
    body = urlencode(form | {"MessageSid": "SM1", "Body": "bonjour"}).encode()
    reading, _ = webhook.read(Posted(body=body, headers={}, path="/webhooks/sms"), NOON)
    assert {one.account for one in (*reading.messages, *reading.receipts)} == {account}


async def checked_sms(twilio: FakeTwilio, address: str = ADDRESS, **given: str) -> dict[str, Finding]:
    told = {"account_sid": twilio.sid, "auth_token": twilio.token, "sender": twilio.number, "base_url": twilio.root} | given
    line = sms_line([SmsAccount(name="", **told)], SmsRules(), "Orvelle", address, lambda: datetime.now(UTC))
    (connection,) = line.connections
    await connection.transport.start()
    try:
        return by_what(await connection.check())
    finally:
        await connection.transport.close()


def by_what(findings: Sequence[Finding]) -> dict[str, Finding]:
    assert all(bool(one.wrong) == bool(one.do) for one in findings)
    return {one.about: one for one in findings}


async def test_a_right_account_at_twilio() -> None:
    async with FakeTwilio() as twilio:
        twilio.sms_url = f"{ADDRESS}#rc=3&rp=all"  # how often it tries is no part of the address
        assert not any(one.wrong for one in (await checked_sms(twilio)).values())
        for sender in ("MG0123456789abcdef0123456789abcdef", f"whatsapp:{twilio.number}"):  # Twilio does not tell theirs
            assert not any(one.wrong for one in (await checked_sms(twilio, sender=sender)).values())


async def test_what_is_wrong_at_twilio() -> None:
    async with FakeTwilio() as twilio:
        assert "nowhere" in (await checked_sms(twilio))["webhook"].wrong
        twilio.sms_url = "https://demo.twilio.com/welcome/sms/reply"
        found = (await checked_sms(twilio))["webhook"]
        assert "https://demo.twilio.com/welcome/sms/reply" in found.wrong
        assert ADDRESS in found.do
        twilio.sms_url, twilio.sms_method = ADDRESS, "GET"
        assert "nowhere" in (await checked_sms(twilio))["webhook"].wrong
        assert "FILROUGE_SMS_PUBLIC_URL" in (await checked_sms(twilio, address=""))["webhook"].do
        assert "FILROUGE_SMS_FROM" in (await checked_sms(twilio, sender="+33639980009"))["webhook"].do
        twilio.state = "suspended"
        assert "suspended" in (await checked_sms(twilio))["account"].wrong
        wrong = (await checked_sms(twilio, auth_token="wrong-token"))["token"]
        assert "FILROUGE_SMS_AUTH_TOKEN" in wrong.do
        assert "wrong-token" not in f"{wrong}"
    away = (await checked_sms(twilio, base_url="http://127.0.0.1:9"))["token"]
    assert "try again" in away.do


async def checked_mail(database: Database, smtp_url: str, imap_url: str = "") -> dict[str, Finding]:
    account = EmailAccount(name="", address="support@orvelle.example", smtp_url=smtp_url, imap_url=imap_url, secret="s")
    line = email_line([account], EmailRules(), "Orvelle", (), database, SystemClock(None))
    return by_what(await line.connections[0].check())


@pytest.fixture(scope="module")
def imap() -> Iterator[Imap]:
    with imap_server() as server:
        yield server


async def test_a_right_server_and_mailbox(sqlite: Database, imap: Imap) -> None:
    async with FakeSmtp() as smtp:
        found = await checked_mail(sqlite, smtp.url, imap.url("check"))
        assert {about: one.wrong for about, one in found.items()} == {"SMTP": "", "IMAP": ""}
        assert smtp.sent == []


async def test_what_is_wrong_with_servers_of_mail(sqlite: Database, imap: Imap) -> None:
    async with FakeSmtp() as smtp:
        wrong = await checked_mail(sqlite, smtp.url.replace("p%40ss", "hidden"), imap.url("check", "hidden"))
        assert "FILROUGE_EMAIL_SMTP_URL" in wrong["SMTP"].do
        assert "FILROUGE_EMAIL_IMAP_URL" in wrong["IMAP"].do
        assert "hidden" not in f"{wrong}"
        nowhere = await checked_mail(sqlite, "smtp://a:b@127.0.0.1:9", "imap://a:b@127.0.0.1:9")
        assert {about: "host and port" in one.do for about, one in nowhere.items()} == {"SMTP": True, "IMAP": True}
        folder = await checked_mail(sqlite, smtp.url, imap.url("check", folder="No such folder"))
        assert "folder" in folder["IMAP"].do
