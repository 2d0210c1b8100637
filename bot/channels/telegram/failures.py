"""What the Bot API's refusals mean for a message: which class of `SendFailed`, by the table."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

from telegram.error import TelegramError

from bot.channels.meanings import REFUSED, UNKNOWN, broken, failure_meaning
from bot.channels.telegram.table import PLATFORM, TelegramTable
from bot.errors import SendFailed

_WINDOW = "this account may answer only for a day after the customer wrote; wait until they write again"
_ANOTHER = "set the bot's token anew, as @BotFather gives it"
_OTHER_READER = "stop the other program that reads this bot's updates, or use another bot"

_Value = TypeVar("_Value")


class ApiRefused(TelegramError):
    """The Bot API answered, and its answer was no."""

    def __init__(self, status: int, description: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{description} ({status})")
        self.status, self.description, self.retry_after = status, description, retry_after


def failure_of(error: Exception, table: TelegramTable) -> SendFailed:
    """The class of `SendFailed` that says what to do after `error`, which a call raised."""
    if not isinstance(error, ApiRefused):
        wrapped = error.__cause__ if isinstance(error, TelegramError) else None
        return broken(wrapped or error, PLATFORM)
    otherwise = UNKNOWN if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else REFUSED
    wait = error.retry_after if error.retry_after is not None else _told(table.waits, error)
    account = _OTHER_READER if error.status == HTTPStatus.CONFLICT else _ANOTHER
    why = f"{PLATFORM}: {error.description} ({error.status})"
    return failure_meaning(_told(table.errors, error) or otherwise, why, wait=wait, window=_WINDOW, account=account)


def _told(by_error: Mapping[str, _Value], error: ApiRefused) -> _Value | None:
    """What stands under the longest key that fits the error."""
    said = error.description.lower()
    fitting = [key for key in by_error if _fits(key, error.status, said)]
    return by_error[max(fitting, key=len)] if fitting else None


def _fits(key: str, status: int, said: str) -> bool:
    code, _, sign = key.partition("/")
    return code == str(status) and sign.lower() in said
