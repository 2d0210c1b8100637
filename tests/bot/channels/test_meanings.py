"""Which of a platform's errors are about one message, and which about every other too: then the whole account waits."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import pytest

from bot.channels.email.failures import refusal as mail_refusal
from bot.channels.email.table import EmailTable
from bot.channels.meanings import broken
from bot.channels.messenger.table import MessengerTable
from bot.channels.meta.failures import GraphRefused, failure_of
from bot.channels.sms.failures import refusal
from bot.channels.sms.table import SmsTable
from bot.channels.telegram.failures import ApiRefused
from bot.channels.telegram.failures import failure_of as telegram_failure
from bot.channels.telegram.table import TelegramTable
from bot.channels.whatsapp.table import WhatsAppTable
from bot.errors import TryLater


def graph(status: int, code: int | None, table: WhatsAppTable | MessengerTable) -> Exception:
    return failure_of(GraphRefused(status, "no", code=code, wait=7), table, "Meta")


@pytest.mark.parametrize(
    ("fails", "everybody"),
    [
        (lambda: graph(400, 130429, WhatsAppTable()), True),
        (lambda: graph(400, 80007, WhatsAppTable()), True),
        (lambda: graph(400, 131056, WhatsAppTable()), False),  # too many to this recipient
        (lambda: graph(429, None, WhatsAppTable()), True),
        (lambda: graph(400, 613, MessengerTable()), True),
        (lambda: graph(400, 1200, MessengerTable()), False),
        (lambda: refusal(429, "20429", "too many requests", SmsTable(), retry_after=3), True),
        (lambda: refusal(400, "21611", "the queue is full", SmsTable()), True),
        (lambda: refusal(400, "30003", "the phone is off", SmsTable()), False),
        (lambda: telegram_failure(ApiRefused(429, "Too Many Requests", retry_after=9), TelegramTable()), True),
        (lambda: broken(aiohttp.ConnectionTimeoutError(), "Telegram"), True),
        (lambda: mail_refusal(OSError("no route"), EmailTable().statuses, handed_over=False), True),
    ],
)
def test_whether_everybody_must_wait(fails: Callable[[], Exception], everybody: bool) -> None:
    failure = fails()
    assert isinstance(failure, TryLater)
    assert failure.everybody is everybody
