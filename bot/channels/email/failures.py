"""What mail servers' answers mean for a message: which class of `SendFailed`, from a refusal or from a bounce."""

from __future__ import annotations

import re
from collections.abc import Mapping

import aiosmtplib

from bot.channels.email.table import ACCOUNT, GONE, REFUSED, TRY_LATER
from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, Refused, SendFailed, TryLater

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_WAIT = re.compile(r"\b(?:in|for|after|wait)\s+(\d{1,5})\s*(s|sec|secs|seconds?|m|min|mins|minutes?)\b", re.IGNORECASE)
_BARE = {421: TRY_LATER, 550: GONE, 551: GONE, 552: TRY_LATER, 553: GONE}
"""What a code means without an enhanced status beside it."""


def bounce_failure(status: str, statuses: Mapping[str, str]) -> SendFailed:
    """Why a mail came back, by the status in the report."""
    return _of(_meaning(status, statuses), f"the mail came back ({status})", None)


def refusal(error: Exception, statuses: Mapping[str, str], *, handed_over: bool) -> SendFailed:
    """What an error at some step of handing a mail over means; `handed_over` once its contents were on their way."""
    # For a missing STARTTLS the library has no class of its own.
    if isinstance(error, aiosmtplib.SMTPNotSupported) or (
        isinstance(error, aiosmtplib.SMTPException) and "STARTTLS" in str(error)
    ):
        return AccountRefused("the mail server has no encryption; write smtps:// in FILROUGE_EMAIL_SMTP_URL, or name another")
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 400:
        return _answered(error, statuses)
    if handed_over:
        return OutcomeUnknown(f"no answer from the mail server ({type(error).__name__}); the mail may have been taken")
    return TryLater(f"the mail server cannot be reached ({type(error).__name__}); nothing was sent, try again", everybody=True)


def _answered(error: aiosmtplib.SMTPResponseException, statuses: Mapping[str, str]) -> SendFailed:
    found = _ENHANCED.search(error.message)
    status = found[1] if found else ""
    said = f"mail server: {error.code}{f' {status}' if status else ''}"  # its words may name the customer
    permanent = error.code >= 500
    if isinstance(error, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPSenderRefused):
        return _of(ACCOUNT if permanent else TRY_LATER, said, wait_in(error.message))
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        meaning = _meaning(status, statuses) if status else _BARE.get(error.code, REFUSED if permanent else TRY_LATER)
    else:
        # Only an answer to the recipient's name speaks of the recipient; one to the contents speaks of them.
        meaning = _meaning(status, statuses) if status else (REFUSED if permanent else TRY_LATER)
        meaning = REFUSED if meaning == GONE and not status.startswith(("5.1", "5.2")) else meaning
    return _of(meaning, said, wait_in(error.message))


def wait_in(words: str) -> float | None:
    """Seconds to wait where a server says so, as greylisting does ("try again in 300 seconds"); else None."""
    found = _WAIT.search(words)
    return None if found is None else float(found[1]) * (60 if found[2].lower().startswith("m") else 1)


def _meaning(status: str, statuses: Mapping[str, str]) -> str:
    parts = status.split(".")
    beginnings = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((statuses[beginning] for beginning in beginnings if beginning in statuses), REFUSED)


def _of(meaning: str, said: str, wait: float | None) -> SendFailed:
    if meaning == TRY_LATER:
        return TryLater(said, wait=wait)
    if meaning == ACCOUNT:
        return AccountRefused(f"{said}; look at the name, the password and the sender in FILROUGE_EMAIL_SMTP_URL and _ADDRESS")
    return CustomerGone(said) if meaning == GONE else Refused(said)
