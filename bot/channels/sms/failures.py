"""What Twilio's codes mean for a message: which class of `SendFailed`, from a refusal or from a status."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from bot.channels.sms.table import ACCOUNT, GONE, OUTSIDE, REFUSED, TRY_LATER, UNKNOWN, SmsTable
from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, OutsideWindow, Refused, SendFailed, TryLater

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""What goes wrong before the first byte of a request leaves: nothing can have been delivered."""


def status_failure(code: str, table: SmsTable) -> SendFailed:
    """Why a message Twilio had taken was not delivered; carriers do not always say, then `code` is empty."""
    said = f"Twilio: not delivered, error {code}" if code else "Twilio: not delivered, the carrier did not say why"
    return _of(table.codes.get(code, REFUSED), said, table.waits.get(code))


def refusal(status: int, code: str, reason: str, table: SmsTable, *, retry_after: float | None = None) -> SendFailed:
    """Why Twilio did not take a message: its own code first, then the status of the answer."""
    said = f"Twilio: {reason} ({status}{f', error {code}' if code else ''})"
    meaning = table.codes.get(code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        meaning = UNKNOWN
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        meaning = TRY_LATER
    elif meaning is None:
        meaning = ACCOUNT if status in (401, 403, 404) else REFUSED
    return _of(meaning, said, retry_after if retry_after is not None else table.waits.get(code))


def broken(error: Exception) -> SendFailed:
    """What a call means that got no answer at all, or none that can be read."""
    if isinstance(error, _NEVER_SENT):
        return TryLater(f"Twilio cannot be reached ({type(error).__name__}); nothing was sent, try again")
    return OutcomeUnknown(f"no answer from Twilio ({type(error).__name__}); the message may have arrived")


def _of(meaning: str, said: str, wait: float | None) -> SendFailed:
    if meaning == TRY_LATER:
        return TryLater(said, wait=wait)
    if meaning == OUTSIDE:
        return OutsideWindow(f"{said}; the customer has to write first, or take an approved template")
    if meaning == ACCOUNT:
        return AccountRefused(f"{said}; look at the account, its token and its sender in Twilio's console")
    return {GONE: CustomerGone, UNKNOWN: OutcomeUnknown}.get(meaning, Refused)(said)
