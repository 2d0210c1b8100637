"""E-mail keeps the promises of a channel, and a few of its own, with a real server."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.email.compose import Origin, Thread, message_id
from bot.channels.email.transport import EmailChannel
from bot.errors import AccountRefused, SendFailed, SettingsError
from bot.messages import OutboundMessage
from tests.contracts.channel import ChannelContract, Shown
from tests.fakes.smtp_server import FakeSmtp

CUSTOMER = "camille@example.org"
ORIGIN = Origin(address="support@orvelle.example", name="Orvelle", secret="for ids")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TROUBLES: dict[str, dict[str, Any]] = {
    "busy": {"step": "rcpt", "answer": "450 4.2.0 Greylisted, try again in 7 seconds"},
    "gone": {"step": "rcpt", "answer": "550 5.1.1 No such user here"},
    "refused": {"answer": "554 5.7.1 Looks like spam"},
    "account": {"step": "mail", "answer": "553 5.7.1 Sender not owned by user"},
    "error": {"answer": "nonsense", "taken": True},
    "silence": {"how": "silence", "taken": True},
    "cut": {"how": "cut", "taken": True},
}


class EmailPlatform:
    customer = CUSTOMER

    def __init__(self, server: FakeSmtp, channel: EmailChannel) -> None:
        self.server, self.channel = server, channel
        keys = ["k0", "k1", *(f"{key}/{part}" for key in ("k0", "k1") for part in range(1, 20))]
        self._keys = {message_id(key, ORIGIN): key for key in keys}

    def shown(self) -> list[Shown]:
        made = []
        for sent in self.server.sent:
            known = sent.mail["Message-ID"].strip("<>")
            titles = tuple(re.findall(r"^\d+\) (.*)$", sent.text, re.MULTILINE))
            made.append(Shown(sent.text, self._keys[known], known, titles))
        return made

    def break_next(self, trouble: str) -> None:
        if trouble == "unreachable":
            # A port nobody listens on: the connection is refused before anything is sent.
            self.channel = EmailChannel("smtp://support:secret@127.0.0.1:9", ORIGIN, timeout=1.0)
        elif trouble == "busy after one":
            self.server.fail(**TROUBLES["busy"], skip=1)
        else:
            self.server.fail(**TROUBLES[trouble])


@pytest.fixture
async def platform() -> AsyncIterator[EmailPlatform]:
    async with FakeSmtp() as server:
        channel = EmailChannel(server.url, ORIGIN, timeout=0.5, now=lambda: NOW)
        await channel.start()
        yield EmailPlatform(server, channel)
        await channel.close()


def bonjour(**more: object) -> OutboundMessage:
    return OutboundMessage(**({"channel": "email", "recipient": CUSTOMER, "text": "Bonjour", "key": "k1"} | more))  # type: ignore[arg-type]


class TestEmailIsAChannel(ChannelContract):
    pass


@pytest.mark.parametrize(
    ("step", "answer", "failure"),
    [
        ("rcpt", "550 No such user", "CustomerGone"),
        ("rcpt", "550 5.7.1 We do not like you", "Refused"),
        ("rcpt", "552 5.2.2 Mailbox full", "TryLater"),
        ("rcpt", "452 4.2.2 Mailbox full", "TryLater"),
        ("rcpt", "554 5.1.1 Unknown", "CustomerGone"),
        ("mail", "451 4.7.1 Later", "TryLater"),
        ("data", "550 5.1.1 Nobody after all", "CustomerGone"),
        ("data", "552 5.3.4 Too big", "Refused"),
        ("data", "550 Refused", "Refused"),
        ("data", "421 4.3.2 Going down", "TryLater"),
    ],
)
async def test_each_answer_has_its_class(platform: EmailPlatform, step: Any, answer: str, failure: str) -> None:
    platform.server.fail(step=step, answer=answer)
    with pytest.raises(SendFailed) as met:
        await platform.channel.send(bonjour())
    assert type(met.value).__name__ == failure
    assert CUSTOMER not in str(met.value)


@pytest.mark.parametrize("how", ["silence", "cut"])
@pytest.mark.parametrize("step", ["mail", "rcpt"])
async def test_what_breaks_before_the_mail_is_handed_over_has_sent_nothing(platform: EmailPlatform, step: Any, how: Any) -> None:
    platform.server.fail(step=step, how=how)
    with pytest.raises(SendFailed) as met:
        await platform.channel.send(bonjour())
    assert type(met.value).__name__ == "TryLater"
    assert platform.shown() == []


async def test_a_wrong_password_is_told(platform: EmailPlatform) -> None:
    platform.server.password = "another"
    for attempt in (platform.channel.send(bonjour()), platform.channel.check()):
        with pytest.raises(AccountRefused, match="FILROUGE_EMAIL_SMTP_URL"):
            await attempt


async def test_a_check_sends_nothing(platform: EmailPlatform) -> None:
    await platform.channel.check()
    assert platform.server.sent == []


async def test_an_answer_goes_under_the_mail_it_answers(platform: EmailPlatform) -> None:
    class Threads:
        async def of(self, message: OutboundMessage) -> Thread | None:
            assert (message.recipient, message.key) == (CUSTOMER, "k1")
            return Thread(subject="Ma commande", message_id="m3@example.org", references=("m1@example.org", "m2@example.org"))

    channel = EmailChannel(platform.server.url, ORIGIN, threads=Threads(), now=lambda: NOW)
    await channel.send(bonjour())
    mail = platform.server.sent[0].mail
    assert mail["Subject"] == "Re: Ma commande"
    assert mail["In-Reply-To"] == "<m3@example.org>"
    assert mail["References"] == "<m1@example.org> <m2@example.org> <m3@example.org>"
    assert mail["Auto-Submitted"] == "auto-replied"


async def test_the_password_is_in_no_log_and_no_traceback(platform: EmailPlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    met = []
    for trouble in ("account", "error", "cut", "unreachable"):
        platform.break_next(trouble)
        with pytest.raises(SendFailed) as failure:
            await platform.channel.send(bonjour())
        met.append("".join(traceback.format_exception(failure.value)) + repr(vars(platform.channel)))
    said = caplog.text + "".join(met)
    assert "p@ss word" not in said
    assert "p%40ss" not in said
    assert "for ids" not in said


@pytest.mark.parametrize("url", ["", "mail.example.org", "https://mail.example.org", "smtp://host:port", "imaps://a:b@c"])
def test_an_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="FILROUGE_EMAIL_SMTP_URL") as met:
        EmailChannel(url, ORIGIN)
    assert "port" not in str(met.value)


async def test_a_server_elsewhere_without_encryption_is_never_given_the_password(platform: EmailPlatform) -> None:
    server = EmailChannel(platform.server.url.replace("127.0.0.1", "mail.example.org"), ORIGIN)._server
    assert server.security == "starttls"
    channel = EmailChannel(platform.server.url, ORIGIN)
    channel._server = type(server)(
        **{name: getattr(channel._server, name) for name in server.__slots__} | {"security": "starttls"}
    )
    with pytest.raises(AccountRefused, match="encryption"):
        await channel.send(bonjour())
    assert platform.server.sent == []
