"""What a platform's error means for a message: seven words an operator can write into a table, and the class of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, OutsideWindow, Refused, SendFailed, SettingsError, TryLater

TRY_LATER = "try later"
BUSY = "busy"
"""The same, and for every other message too: the platform, or our whole account there, has enough for now."""
UNKNOWN = "unknown"
OUTSIDE = "outside window"
REFUSED = "refused"
GONE = "gone"
ACCOUNT = "account"

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""What goes wrong before the first byte of a request leaves: nothing can have been delivered."""


def failure_meaning(meaning: str, why: str, *, wait: float | None = None, window: str = "", account: str = "") -> SendFailed:
    """The failure a meaning stands for; `window` and `account` say what to do about those two."""
    if meaning == TRY_LATER:
        return TryLater(why, wait=wait)
    if meaning == BUSY:
        return TryLater(why, wait=wait, everybody=True)
    if meaning == OUTSIDE:
        return OutsideWindow(f"{why}; {window}")
    if meaning == ACCOUNT:
        return AccountRefused(f"{why}; {account}")
    return {UNKNOWN: OutcomeUnknown, GONE: CustomerGone}.get(meaning, Refused)(why)


def broken(error: BaseException, platform: str) -> SendFailed:
    """What a call means that got no answer at all, or none that can be read."""
    if isinstance(error, _NEVER_SENT):
        return TryLater(f"{platform} cannot be reached ({type(error).__name__}); nothing was sent, try again", everybody=True)
    # Whatever broke after that (a time-out, a cut connection, an answer nobody can read) may have come after delivery.
    return OutcomeUnknown(f"no answer from {platform} ({type(error).__name__}); the message may have arrived")


def check_meanings(codes: Mapping[str, str]) -> None:
    """Refuse a table in which an operator wrote a meaning that is none.

    Raises:
        SettingsError: names the code and the words to choose from.
    """
    meanings = (TRY_LATER, BUSY, UNKNOWN, OUTSIDE, REFUSED, GONE, ACCOUNT)
    for code, meaning in codes.items():
        if meaning not in meanings:
            raise SettingsError(f"code {code} cannot mean {meaning!r}; choose one of {', '.join(meanings)}")
