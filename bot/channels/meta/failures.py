"""What the Graph API's refusals mean for a message: which class of `SendFailed`, by code and subcode, never by words."""

from __future__ import annotations

from http import HTTPStatus

from bot.channels.meanings import REFUSED, broken, failure_meaning
from bot.channels.meta.table import MetaTable
from bot.errors import AccountRefused, OutcomeUnknown, SendFailed, TryLater

_WINDOW = "send a template, a person's words, or wait until the customer writes"
_ACCOUNT = "renew the token and look at the account in Meta's business settings"


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
    return broken(error, platform)


def failure_of_code(
    code: int | None, subcode: int | None, said: str, table: MetaTable, platform: str, *, wait: float | None = None
) -> SendFailed:
    """The class for an error told by a code, in an answer or afterwards in a status."""
    why = f"{platform}: {said or 'no reason given'} ({_written(code, subcode)})"
    keys = [f"{code}/{subcode}", str(code)]
    meaning = next((table.codes[key] for key in keys if key in table.codes), REFUSED)
    if wait is None:
        wait = next((table.waits[key] for key in keys if key in table.waits), None)
    return failure_meaning(meaning, why, wait=wait, window=_WINDOW, account=_ACCOUNT)


def _refusal(error: GraphRefused, table: MetaTable, platform: str) -> SendFailed:
    known = error.code is not None and (f"{error.code}/{error.subcode}" in table.codes or str(error.code) in table.codes)
    if known:
        return failure_of_code(error.code, error.subcode, error.said, table, platform, wait=error.wait)
    why = f"{platform}: {error.said or 'no reason given'} ({error.status})"
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown(why)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TryLater(why, wait=error.wait, everybody=True)
    if error.status == HTTPStatus.UNAUTHORIZED:
        return AccountRefused(f"{why}; renew the token")
    return failure_of_code(error.code, error.subcode, error.said, table, platform, wait=error.wait)


def _written(code: int | None, subcode: int | None) -> str:
    return f"error {code}" if subcode is None else f"error {code}, subcode {subcode}"
