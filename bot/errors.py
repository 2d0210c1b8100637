"""Every error `bot` raises on purpose; each message says what to do next.

BotError
├── BrandError        a brand file is wrong: file, line, what to write instead
├── SettingsError     a setting is wrong or missing
├── ClaimLost         another worker took the conversation; drop this attempt
├── MergeRefused      two conversations or profiles are not joined, or not parted again: `code` says why
├── PersonRefused     nobody to export or erase, or not as things stand: `code` says why
├── BadUpdate         a channel posted something that cannot come from its platform
├── SourceAway        a source of profiles does not answer; go on with what is known
└── SendFailed        a channel did not take a message
    ├── TryLater      nothing was delivered; try again after `wait` seconds
    │   └── OutsideWindow   the platform only takes a template, or a person's words, until the customer writes again
    ├── OutcomeUnknown   it may have been delivered: settle first, then send once more, marked
    ├── Refused       this message will never be taken as it is
    ├── CustomerGone  blocked, opted out or deleted: never try this recipient again
    └── AccountRefused   token or configuration problem: stop the channel and tell the operator
"""

from __future__ import annotations


class BotError(Exception):
    """Something `bot` refuses on purpose."""


class BrandError(BotError):
    """A brand file cannot be used as it is."""

    def __init__(self, problem: str, *, file: str = "", line: int = 0) -> None:
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(place + problem)
        self.problem, self.file, self.line = problem, file, line


class SettingsError(BotError):
    """A setting is wrong or missing."""


class ClaimLost(BotError):
    """Another worker took the conversation over; nothing of this attempt was written."""


class MergeRefused(BotError):
    """Two conversations or profiles cannot be made one, or two again.

    `code`: `unknown`, `undone` or `too_old` (nothing to undo); `of_profiles` (undo those); `same`, `gone`,
    `two_people`, `apart` (nothing to join).
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class PersonRefused(BotError):
    """A person cannot be exported or erased.

    `code`: `unknown` (we keep nothing of them), `appointments` (some are still to come), `word` (another was to be typed).
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class BadUpdate(BotError):
    """A body that cannot come from this channel's platform."""


class SourceAway(BotError):
    """A source of profiles gave no answer, or not in time; what is known already is all there is for now."""


class SendFailed(BotError):
    """A channel did not take a message."""


class TryLater(SendFailed):
    """Nothing was delivered; the same message may be tried again after `wait` seconds (None: the usual back-off).

    `everybody`: it is about the platform or our account, not about this message: no other would be taken before either.
    """

    def __init__(self, why: str, *, wait: float | None = None, everybody: bool = False) -> None:
        super().__init__(why)
        self.wait, self.everybody = wait, everybody


class OutsideWindow(TryLater):
    """Too long since the customer wrote: only what the platform allows outside its contact window may be sent."""


class OutcomeUnknown(SendFailed):
    """The platform may or may not have taken the message (time-out, 5xx, connection cut while waiting)."""


class Refused(SendFailed):
    """The platform will never take this message as it is."""


class CustomerGone(SendFailed):
    """The customer blocked us, opted out or is gone; never try again on this channel."""


class AccountRefused(SendFailed):
    """Our own account is refused (token, permission, second poller); stop the channel and tell the operator."""
