"""When a platform is away it is left alone for a while, longer each time; then one message goes to see whether it is back."""

from __future__ import annotations


class Breaker:
    """What one account of a channel knows of its platform's presence. Pure: `now` is a monotonic time in seconds."""

    def __init__(self, *, failures: int = 4, first: float = 2.0, longest: float = 300.0) -> None:
        """Opens after so many `failures` in a row, for `first` seconds, then twice as long each time up to `longest`."""
        self._failures, self._first, self._longest = failures, first, longest
        self._in_a_row = 0
        self._pause = 0.0
        self._until = 0.0
        self._since: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the platform is taken to be away: nothing is sent, or just one message to try."""
        return self._since is not None

    def wait(self, now: float) -> float:
        """Seconds during which nothing may be sent."""
        return max(0.0, self._until - now) if self.is_open else 0.0

    def away_for(self, now: float) -> float:
        """Seconds since the platform is taken to be away; 0 when it is not."""
        return now - self._since if self._since is not None else 0.0

    def room(self, room: int, under_way: int, now: float) -> int:
        """How many of `room` messages may be taken: while the platform is away none, then one alone to try."""
        if not self.is_open:
            return room
        return 1 if self._until <= now and not under_way else 0

    def answered(self) -> bool:
        """The platform answered, whatever it said of the message. True when it was taken to be away until now."""
        was_open = self.is_open
        self._in_a_row, self._pause, self._until, self._since = 0, 0.0, 0.0, None
        return was_open

    def failed(self, now: float) -> bool:
        """The platform, or our account there, was at fault. True when that opens it: everything stops."""
        self._in_a_row += 1
        if self._in_a_row < self._failures and not self.is_open:
            return False
        if now < self._until:
            return False  # one that was on its way when the others failed
        self._pause = min(self._longest, self._pause * 2 if self._pause else self._first)
        return self._stop(now, self._pause)

    def told_to_wait(self, seconds: float, now: float) -> bool:
        """The platform itself said how long it wants nothing of this account. True when that opens it."""
        return self._stop(now, seconds)

    def _stop(self, now: float, seconds: float) -> bool:
        opens = not self.is_open
        self._until = max(self._until, now + seconds)
        if self._since is None:
            self._since = now
        return opens
