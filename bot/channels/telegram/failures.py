"""What the Bot API's refusals mean for a message: which class of `SendFailed`, from status and description."""

from __future__ import annotations

import aiohttp
from telegram.error import TelegramError

from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, Refused, SendFailed, TryLater

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""What goes wrong before the first byte of a request leaves: nothing can have been delivered."""

_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")


class ApiRefused(TelegramError):
    """The Bot API answered, and its answer was no."""

    def __init__(self, status: int, description: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{description} ({status})")
        self.status, self.description, self.retry_after = status, description, retry_after


def failure_of(error: Exception) -> SendFailed:
    """The class of `SendFailed` that says what to do after `error`, which sending a message raised."""
    if isinstance(error, ApiRefused):
        return _refusal(error)
    cause = error.__cause__
    if isinstance(cause, _NEVER_SENT):
        return TryLater(f"Telegram cannot be reached ({type(cause).__name__}); nothing was sent, try again")
    # Whatever broke after that (a time-out, a cut connection, an answer nobody can read) may have come after delivery.
    return OutcomeUnknown(f"no answer from Telegram ({type(cause or error).__name__}); the message may have arrived")


def _refusal(error: ApiRefused) -> SendFailed:
    said = f"Telegram: {error.description} ({error.status})"
    description = error.description.lower()
    match error.status:
        case 429:
            return TryLater(said, wait=error.retry_after)
        case 401 | 404:
            return AccountRefused(f"{said}; set the bot's token anew, as @BotFather gives it")
        case 409:
            return AccountRefused(f"{said}; stop the other program that reads this bot's updates, or use another bot")
        case 403:
            return CustomerGone(said)
        case 400 if any(sign in description for sign in _GONE):
            return CustomerGone(said)
        case status if status >= 500:
            return OutcomeUnknown(said)
        case _:
            return Refused(said)
