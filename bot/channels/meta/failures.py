"""What the Graph API's refusals mean for a message: which class of `SendFailed`, by code and subcode, never by words."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from bot.channels.meta.table import ACCOUNT, GONE, OUTSIDE, REFUSED, TRY_LATER, UNKNOWN, MetaTable
from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, OutsideWindow, Refused, SendFailed, SettingsError, TryLater

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""What goes wrong before the first byte of a request leaves: nothing can have been delivered."""


class GraphRefused(Exception):
    """The Graph API answered, and its answer was no."""

    def __init__(
        self, status: int, said: str = "", *, code: int | None = None, subcode: int | None = None, wait: float | None = None
    ) -> None:
        super().__init__(said)
        self.status, self.said, self.code, self.subcode, self.wait = status, said, code, subcode, wait


def failure_of(error: Exception, table: MetaTable, platform: str) -> SendFailed:
    """The class of `SendFailed` that says what to do after `error`, which a call of the Graph API raised."""
    if isinstance(error, GraphRefused):
        return _refusal(error, table, platform)
    if isinstance(error, _NEVER_SENT):
        return TryLater(f"{platform} cannot be reached ({type(error).__name__}); nothing was sent, try again")
    # Whatever broke after that (a time-out, a cut connection, an answer nobody can read) may have come after delivery.
    return OutcomeUnknown(f"no answer from {platform} ({type(error).__name__}); the message may have arrived")


def failure_of_code(
    code: int | None, subcode: int | None, said: str, table: MetaTable, platform: str, *, wait: float | None = None
) -> SendFailed:
    """The class for an error told by a code, in an answer or afterwards in a status."""
    why = f"{platform}: {said or 'no reason given'} ({_written(code, subcode)})"
    keys = [f"{code}/{subcode}", str(code)]
    meaning = next((table.codes[key] for key in keys if key in table.codes), REFUSED)
    if wait is None:
        wait = next((table.waits[key] for key in keys if key in table.waits), None)
    if meaning == TRY_LATER:
        return TryLater(why, wait=wait)
    if meaning == OUTSIDE:
        return OutsideWindow(f"{why}; send a template, a person's words, or wait until the customer writes")
    if meaning == ACCOUNT:
        return AccountRefused(f"{why}; renew the token and look at the account in Meta's business settings")
    return {UNKNOWN: OutcomeUnknown, GONE: CustomerGone}.get(meaning, Refused)(why)


def check_meanings(table: MetaTable) -> None:
    """Refuse a table in which an operator wrote a meaning that is none.

    Raises:
        SettingsError: names the code and the words to choose from.
    """
    meanings = (TRY_LATER, UNKNOWN, OUTSIDE, REFUSED, GONE, ACCOUNT)
    for code, meaning in table.codes.items():
        if meaning not in meanings:
            raise SettingsError(f"code {code} cannot mean {meaning!r}; choose one of {', '.join(meanings)}")


def _refusal(error: GraphRefused, table: MetaTable, platform: str) -> SendFailed:
    known = error.code is not None and (f"{error.code}/{error.subcode}" in table.codes or str(error.code) in table.codes)
    if known:
        return failure_of_code(error.code, error.subcode, error.said, table, platform, wait=error.wait)
    why = f"{platform}: {error.said or 'no reason given'} ({error.status})"
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown(why)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TryLater(why, wait=error.wait)
    if error.status == HTTPStatus.UNAUTHORIZED:
        return AccountRefused(f"{why}; renew the token")
    return failure_of_code(error.code, error.subcode, error.said, table, platform, wait=error.wait)


def _written(code: int | None, subcode: int | None) -> str:
    return f"error {code}" if subcode is None else f"error {code}, subcode {subcode}"
