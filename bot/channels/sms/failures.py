"""What Twilio's codes mean for a message: which class of `SendFailed`, from a refusal or from a status."""

from __future__ import annotations

from http import HTTPStatus

from bot.channels.meanings import ACCOUNT, BUSY, REFUSED, UNKNOWN, failure_meaning
from bot.channels.sms.table import SmsTable
from bot.errors import SendFailed

_WINDOW = "the customer has to write first, or take an approved template"
_ACCOUNT = "look at the account, its token and its sender in Twilio's console"


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
        meaning = BUSY
    elif meaning is None:
        meaning = ACCOUNT if status in (401, 403, 404) else REFUSED
    return _of(meaning, said, retry_after if retry_after is not None else table.waits.get(code))


def _of(meaning: str, said: str, wait: float | None) -> SendFailed:
    return failure_meaning(meaning, said, wait=wait, window=_WINDOW, account=_ACCOUNT)
