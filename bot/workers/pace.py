"""How fast a channel, or one recipient, may be written to."""

from __future__ import annotations

import time


class Pace:
    """A bucket of `burst` tokens refilled at `rate` a second."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = float(burst), time.monotonic()

    def delay(self) -> float:
        """Take one token and return how many seconds to wait before using it."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._tokens / self._rate)

    def turn_to(self, rate: float) -> None:
        """Refill at another rate from now on."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at, self._rate = now, rate

    @property
    def full(self) -> bool:
        """Whether nobody has taken a token lately."""
        return self._tokens + (time.monotonic() - self._at) * self._rate >= self._burst


class Paces:
    """The pace of one account as a whole and towards each of its recipients; a rate of 0 is no limit."""

    _KEPT = 10_000
    _WHOLE_BURST = 0.05
    """Seconds' worth of messages that may leave at once: platforms count by the second, and a burst would come on top."""
    _RECIPIENTS_BURST = 3
    """What platforms tolerate towards one recipient, and what a turn of two or three messages needs."""

    def __init__(self, per_second: float, per_recipient_per_second: float) -> None:
        self._per_second = per_second
        self._whole = Pace(per_second, max(1, int(per_second * self._WHOLE_BURST))) if per_second else None
        self._rate = per_recipient_per_second
        self._recipients: dict[str, Pace] = {}

    @property
    def is_limited(self) -> bool:
        """Whether the account as a whole has a pace to keep."""
        return self._whole is not None

    def share_among(self, processes: int) -> None:
        """So many processes send by this account: each keeps its part of the pace."""
        if self._whole:
            self._whole.turn_to(self._per_second / processes)

    def delay(self, recipient: str) -> float:
        """Take leave to write to this recipient and return how many seconds to wait before doing it."""
        wait = 0.0
        if self._rate:
            if len(self._recipients) > self._KEPT:
                self._recipients = {key: pace for key, pace in self._recipients.items() if not pace.full}
            wait = self._recipients.setdefault(recipient, Pace(self._rate, self._RECIPIENTS_BURST)).delay()
        return max(wait, self._whole.delay()) if self._whole else wait
