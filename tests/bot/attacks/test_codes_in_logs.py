"""Somebody reads the log, the thread, a backup: no code is in any of them."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import AsyncIterator

import pytest
import structlog
from sqlalchemy import select

from bot.customers.challenge import PLACE
from bot.errors import OutsideWindow, Refused, SendFailed, TryLater
from bot.logs import set_up_logs
from bot.messages import OutboundMessage
from bot.storage.database import Database
from bot.storage.schema import delivery, metadata
from tests.fakes.codes import Codes, running_codes

MAIL = "camille@courriel.example"
NOT_MINE = frozenset({"key", "seed", "claim_hash", "token_hash"})
"""Columns of random letters and digits, among which six digits may stand by chance."""


@pytest.fixture
async def codes(sqlite: Database) -> AsyncIterator[Codes]:
    async with running_codes(sqlite) as running:
        yield running


async def everything_kept(codes: Codes) -> str:
    """Every value of every table."""

    def read(connection) -> str:  # type: ignore[no-untyped-def]
        kept = []
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in NOT_MINE]
            kept += [str(list(row)) for row in connection.execute(select(*columns)).all()]
        return "\n".join(kept)

    return await codes.house.database.read(read)


@pytest.fixture
def log() -> AsyncIterator[io.StringIO]:
    stream = io.StringIO()
    before, level = structlog.get_config(), logging.getLogger().level
    handlers = list(logging.getLogger().handlers)
    set_up_logs("debug", stream)
    logging.getLogger().setLevel(logging.DEBUG)
    yield stream
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


async def test_no_code_is_logged_or_kept(log: io.StringIO, codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    assert code not in await everything_kept(codes)
    await codes.says("visitor", f"c'est le {code}")
    assert code not in await everything_kept(codes)
    thread = await codes.house.said(await codes.conversation("visitor"))
    assert ("customer", f"c'est le {PLACE}") in thread
    assert code not in str(thread)
    assert code not in log.getvalue()


async def test_a_wrong_code_is_not_kept_either(log: io.StringIO, codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    await codes.says("visitor", "246801 ?")
    assert "246801" not in await everything_kept(codes)
    assert "246801" not in log.getvalue()


@pytest.mark.parametrize("kind", [Refused, OutsideWindow, TryLater, RuntimeError])
async def test_a_platform_that_repeats_what_it_refuses_gives_nothing_away(
    log: io.StringIO, codes: Codes, kind: type[Exception]
) -> None:
    refused: list[str] = []

    async def send(message: OutboundMessage) -> str:
        refused.append(message.text)
        raise kind(f"the platform refuses {message.text!r}") from ValueError(f"cannot send {message.text!r}")

    codes.email.send = send  # type: ignore[method-assign]
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    await codes.carried()
    code = re.search(r"(?<!\d)\d{6}(?!\d)", refused[0])
    assert code is not None
    assert code.group() not in log.getvalue()
    assert code.group() not in await everything_kept(codes)
    why = select(delivery.c.why).where(delivery.c.channel == "email")
    told = await codes.house.database.read(lambda connection: connection.execute(why).scalar_one())
    assert not issubclass(kind, SendFailed) or PLACE in str(told)


async def test_a_code_that_may_not_leave_by_its_channel_goes_by_no_other(codes: Codes) -> None:
    await codes.says(MAIL, "bonjour", channel="email")
    await codes.carried()
    codes.email.fails = [OutsideWindow("closed")]
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    await codes.carried()
    assert not codes.email.sent[1:]
    assert not codes.sms.sent
    row = select(delivery.c.state).where(delivery.c.channel == "email").order_by(delivery.c.message_id.desc())
    assert await codes.house.database.read(lambda connection: connection.execute(row).scalars().first()) == "failed"
