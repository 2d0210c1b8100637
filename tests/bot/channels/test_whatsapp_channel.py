"""WhatsApp keeps the promises of a channel, and a few of its own."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.meta.graph import _wait as waiting
from bot.channels.overrides import overridden
from bot.channels.templates import Template
from bot.channels.whatsapp.table import WhatsAppTable
from bot.channels.whatsapp.transport import WhatsAppChannel
from bot.errors import OutcomeUnknown, OutsideWindow, Refused, SendFailed, SettingsError, TryLater
from bot.messages import OutboundMessage
from tests.contracts.channel import ChannelContract, Shown
from tests.fakes.meta_server import TOKEN
from tests.fakes.whatsapp_server import PHONE_NUMBER_ID, FakeWhatsApp

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60

TROUBLES: dict[str, dict[str, Any]] = {
    "busy": {"code": 130429, "message": "(#130429) Rate limit hit", "wait": 7},
    "busy after one": {"code": 130429, "wait": 7, "skip": 1},
    "gone": {"code": 131026, "message": "(#131026) Message undeliverable"},
    "refused": {"code": 131009, "message": "(#131009) Parameter value is not valid"},
    "account": {"status": 401, "code": 190, "message": "Error validating access token"},
    "error": {"how": "page", "status": 502, "when": "after"},
    "silence": {"how": "silence", "when": "after"},
    "cut": {"how": "cut", "when": "after"},
}


class WhatsAppPlatform:
    customer = "33639980101"

    def __init__(self, server: FakeWhatsApp, channel: WhatsAppChannel) -> None:
        self.server, self.channel = server, channel

    def shown(self) -> list[Shown]:
        return [Shown(sent.text, sent.key, sent.id, sent.titles) for sent in self.server.sent]

    def break_next(self, trouble: str) -> None:
        if trouble == "unreachable":
            # A port nobody listens on: the connection is refused before anything is sent.
            self.channel = WhatsAppChannel(TOKEN, PHONE_NUMBER_ID, root="http://127.0.0.1:9", timeout=1.0)
        else:
            self.server.fail(**TROUBLES[trouble])


@pytest.fixture
async def platform() -> AsyncIterator[WhatsAppPlatform]:
    async with FakeWhatsApp() as server:
        channel = WhatsAppChannel(TOKEN, PHONE_NUMBER_ID, root=server.root, timeout=0.3, now=lambda: NOW)
        await channel.start()
        made = WhatsAppPlatform(server, channel)
        yield made
        await channel.close()
        await made.channel.close()


def bonjour(**more: object) -> OutboundMessage:
    given = {"channel": "whatsapp", "recipient": "33639980101", "text": "Bonjour", "key": "k1"}
    return OutboundMessage(**(given | more))  # type: ignore[arg-type]


class TestWhatsAppIsAChannel(ChannelContract):
    pass


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (500, 2, "TryLater"),
        (503, 131016, "TryLater"),
        (500, 131000, "OutcomeUnknown"),
        (400, 80007, "TryLater"),
        (400, 131056, "TryLater"),
        (400, 131048, "Refused"),
        (400, 131047, "OutsideWindow"),
        (400, 131050, "Refused"),
        (400, 131062, "Refused"),
        (404, 132001, "Refused"),
        (400, 100, "Refused"),
        (403, 10, "AccountRefused"),
        (403, 200, "AccountRefused"),
        (403, 299, "AccountRefused"),
        (403, 131031, "AccountRefused"),
        (400, 368, "AccountRefused"),
        (500, 999_999, "OutcomeUnknown"),
        (200, 190, "AccountRefused"),  # an error may stand in a 200
    ],
)
async def test_each_code_has_its_class(platform: WhatsAppPlatform, status: int, code: int, failure: str) -> None:
    platform.server.fail(status=status, code=code)
    with pytest.raises(SendFailed) as met:
        await platform.channel.send(bonjour())
    assert type(met.value).__name__ == failure


async def test_one_customer_written_to_too_fast_waits_alone(platform: WhatsAppPlatform) -> None:
    platform.server.fail(code=131056)
    with pytest.raises(TryLater) as met:
        await platform.channel.send(bonjour())
    assert met.value.wait == 6


async def test_an_operator_can_say_what_a_code_means(platform: WhatsAppPlatform) -> None:
    table = overridden(WhatsAppTable(), {"codes": {"131026": "refused"}})
    channel = WhatsAppChannel(TOKEN, PHONE_NUMBER_ID, root=platform.server.root, table=table)
    platform.break_next("gone")
    with pytest.raises(Refused):
        await channel.send(bonjour())
    await channel.close()
    with pytest.raises(SettingsError, match="cannot mean 'nothing'"):
        WhatsAppChannel(TOKEN, PHONE_NUMBER_ID, table=overridden(WhatsAppTable(), {"codes": {"1": "nothing"}}))


async def test_an_answer_without_an_id_may_have_been_delivered(
    platform: WhatsAppPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def said_yes(_body: object, _key: str) -> dict[str, Any]:
        return {"messages": []}

    monkeypatch.setattr(platform.server, "send", said_yes)
    with pytest.raises(OutcomeUnknown, match="without a message id"):
        await platform.channel.send(bonjour())


async def test_outside_the_window_nothing_is_tried_and_a_template_goes(platform: WhatsAppPlatform) -> None:
    with pytest.raises(OutsideWindow):
        await platform.channel.send(bonjour(window_ends=NOW - timedelta(hours=1)))
    assert not platform.server.calls
    template = Template(name="reprise", language="fr", parameters=("Camille",))
    sent = await platform.channel.send_template("33639980101", template, "k1")
    assert platform.shown() == [Shown("[reprise] Camille", "k1", sent)]


async def test_a_template_nobody_approved_is_refused(platform: WhatsAppPlatform) -> None:
    with pytest.raises(Refused, match="132001"):
        await platform.channel.send_template("33639980101", Template(name="inconnu", language="fr"), "k1")


async def test_a_message_is_marked_as_read_and_an_answer_announced(platform: WhatsAppPlatform) -> None:
    platform.channel.seen("wamid.1", typing=True)
    await platform.server.until(lambda: bool(platform.server.acts))
    assert platform.server.acts[0]["typing_indicator"] == {"type": "text"}


async def test_a_courtesy_that_fails_disturbs_nobody(platform: WhatsAppPlatform) -> None:
    platform.channel.seen("nothing")
    assert await platform.channel.send(bonjour())


async def test_a_file_is_fetched_by_its_id(platform: WhatsAppPlatform) -> None:
    platform.server.files["1003383421387256"] = (JPEG, "image/jpeg")
    media = await platform.channel.media("1003383421387256", name="semelle.jpg")
    assert (media.content, media.mime_type, media.name) == (JPEG, "image/jpeg", "semelle.jpg")


@pytest.mark.parametrize(
    ("content", "claimed", "why"),
    [
        (b"<html>hello</html>", "image/jpeg", "unknown type"),
        (b"MZ" + b"\x00" * 60, "application/pdf", "unknown type"),
        (JPEG * 20_000, "image/jpeg", "more than"),
    ],
)
async def test_a_file_that_is_not_what_it_says_or_too_large_is_refused(
    platform: WhatsAppPlatform, content: bytes, claimed: str, why: str
) -> None:
    table = overridden(WhatsAppTable(), {"media_bytes": 1_000_000})
    channel = WhatsAppChannel(TOKEN, PHONE_NUMBER_ID, root=platform.server.root, table=table)
    platform.server.files["7"] = (content, claimed)
    with pytest.raises(Refused, match=why):
        await channel.media("7")
    await channel.close()


@pytest.mark.parametrize("file_id", ["404", "../me", ""])
async def test_a_file_that_is_not_there_is_refused(platform: WhatsAppPlatform, file_id: str) -> None:
    with pytest.raises(Refused):
        await platform.channel.media(file_id)


async def test_the_token_is_in_no_log_and_no_traceback(platform: WhatsAppPlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    met = []
    for trouble in ("account", "error", "cut", "unreachable"):
        platform.break_next(trouble)
        with pytest.raises(SendFailed) as failure:
            await platform.channel.send(bonjour())
        met.append("".join(traceback.format_exception(failure.value)))
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(met)
    assert "Bonjour" not in caplog.text


async def test_a_check_names_the_number(platform: WhatsAppPlatform) -> None:
    assert (await platform.channel.check(platform.server.secret))["verified_name"] == "Orvelle"
    with pytest.raises(Refused, match="appsecret_proof"):
        await platform.channel.check("another")


async def test_an_address_may_name_its_own_version(platform: WhatsAppPlatform) -> None:
    channel = WhatsAppChannel(TOKEN, PHONE_NUMBER_ID, root=f"{platform.server.root}/v25.0/", version="v1.0")
    assert await channel.send(bonjour())
    await channel.close()


@pytest.mark.parametrize(("status", "failure"), [(429, "TryLater"), (401, "AccountRefused"), (403, "Refused"), (302, "Refused")])
async def test_a_page_of_some_proxys_own_has_a_class_too(platform: WhatsAppPlatform, status: int, failure: str) -> None:
    platform.server.fail(how="page", status=status)
    with pytest.raises(SendFailed) as met:
        await platform.channel.send(bonjour())
    assert type(met.value).__name__ == failure


async def test_the_minutes_meta_names_in_its_own_header_are_waited(platform: WhatsAppPlatform) -> None:
    usage = '{"1": [{"type": "messages", "estimated_time_to_regain_access": 3}]}'
    assert waiting({"X-Business-Use-Case-Usage": usage}) == 180
    assert waiting({"X-Business-Use-Case-Usage": "[1]"}) is None
    assert waiting({"Retry-After": "soon"}) is None


def test_a_channel_without_token_or_number_says_where_to_get_them() -> None:
    with pytest.raises(SettingsError, match="access token"):
        WhatsAppChannel("", PHONE_NUMBER_ID)
    with pytest.raises(SettingsError, match="id of the number"):
        WhatsAppChannel(TOKEN, "")
