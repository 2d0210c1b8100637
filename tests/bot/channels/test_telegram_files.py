"""Files customers send on Telegram: fetched by their id, from our own server only, and only what they claim to be."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.channels.files import FileRefused
from bot.channels.overrides import overridden
from bot.channels.telegram.table import TelegramTable
from bot.channels.telegram.transport import TelegramChannel
from bot.errors import AccountRefused, OutcomeUnknown, Refused, SendFailed, TryLater
from bot.web.bot_api import ApiRefusal
from tests.fakes.telegram_server import TOKEN, FakeTelegram

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        made.files["AgAC-large"] = ("photos/file_7.jpg", JPEG)
        yield made


@pytest.fixture
async def channel(server: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(server.token, root=server.root, timeout=0.5)
    yield made
    await made.close()


def answering(result: Any) -> Callable[..., Any]:
    async def answer(*_: Any) -> Any:
        return result

    return answer


async def test_a_file_comes_with_the_type_of_its_bytes(channel: TelegramChannel) -> None:
    file = await channel.media("AgAC-large", name="semelle.jpg")
    assert (file.content, file.mime_type, file.name) == (JPEG, "image/jpeg", "semelle.jpg")


async def test_a_sound_is_told_from_a_film_by_what_it_was_sent_as(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.files["CQAC"] = ("music/file_8", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40)
    assert (await channel.media("CQAC", claimed="audio/mp4")).mime_type == "audio/mp4"
    assert (await channel.media("CQAC", claimed="video/mp4")).mime_type == "video/mp4"


async def test_what_is_not_what_it_claims_is_kept_out(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.files["BQAC"] = ("documents/file_9.pdf", b"MZ\x90\x00 a program")
    with pytest.raises(FileRefused, match="unknown type"):
        await channel.media("BQAC", claimed="application/pdf", name="facture.pdf")


async def test_a_file_too_large_is_not_fetched(server: FakeTelegram) -> None:
    channel = TelegramChannel(TOKEN, root=server.root, table=overridden(TelegramTable(), {"media_bytes": 50}))
    with pytest.raises(FileRefused, match="more than the 50") as met:
        await channel.media("AgAC-large")
    assert met.value.code == "too_large"
    await channel.close()


async def test_a_file_that_lies_about_its_size_is_cut_off(server: FakeTelegram) -> None:
    channel = TelegramChannel(TOKEN, root=server.root, table=overridden(TelegramTable(), {"media_bytes": 50}))
    server.app()  # the calls are set up before one is replaced
    server._methods["getFile"] = answering({"file_id": "AgAC-large", "file_size": 3, "file_path": "photos/file_7.jpg"})
    with pytest.raises(FileRefused) as met:
        await channel.media("AgAC-large")
    assert met.value.code == "too_large"
    await channel.close()


@pytest.mark.parametrize(
    "path", ["../bot/secrets", "/etc/passwd", "https://elsewhere.example/x", "//elsewhere.example/x", "photos/a b", "", None, 7]
)
async def test_a_file_is_fetched_from_our_own_server_or_not_at_all(
    server: FakeTelegram, channel: TelegramChannel, path: Any
) -> None:
    server._methods["getFile"] = answering({"file_id": "AgAC-large", "file_path": path})
    with pytest.raises(FileRefused, match="no address"):
        await channel.media("AgAC-large")


async def test_a_file_that_has_gone_is_told_as_gone(server: FakeTelegram, channel: TelegramChannel) -> None:
    with pytest.raises(Refused, match="wrong file_id"):
        await channel.media("AgAC-forgotten")
    server._methods["getFile"] = answering({"file_id": "AgAC-large", "file_path": "photos/file_404.jpg"})
    with pytest.raises(FileRefused) as met:
        await channel.media("AgAC-large")
    assert met.value.code == "gone"


@pytest.mark.parametrize(("status", "failure"), [(429, TryLater), (502, OutcomeUnknown), (401, AccountRefused), (400, Refused)])
async def test_what_telegram_refuses_says_what_to_do(
    server: FakeTelegram, channel: TelegramChannel, status: int, failure: type[SendFailed]
) -> None:
    server.fail(method="getFile", status=status, description="Bad Request: file is too big")
    with pytest.raises(failure):
        await channel.media("AgAC-large")


async def test_the_token_in_a_files_address_is_in_no_log_and_no_traceback(
    server: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = TelegramChannel(TOKEN, root="http://127.0.0.1:9", timeout=0.5)
    channel._call = answering({"file_path": "photos/file_7.jpg"})  # type: ignore[method-assign]
    with pytest.raises(TryLater) as met:
        await channel.media("AgAC-large")
    assert TOKEN not in "".join(traceback.format_exception(met.value)) + caplog.text
    await channel.close()


async def test_a_server_that_names_no_reason_is_still_a_refusal(server: FakeTelegram, channel: TelegramChannel) -> None:
    async def refuse(*_: Any) -> Any:
        raise ApiRefusal(400, "")

    server._methods["getFile"] = refuse
    with pytest.raises(Refused, match="no reason given"):
        await channel.media("AgAC-large")
