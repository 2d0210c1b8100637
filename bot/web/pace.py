"""How often somebody may knock: a bucket of tokens for each key, refilled steadily."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class Pace:
    """`burst` knocks at once, then `per_second`; remembers at most `keys` of those who knocked last."""

    def __init__(self, *, burst: int, per_second: float, keys: int = 20_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._keys, self._clock = burst, per_second, keys, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def knock(self, key: str) -> float:
        """0 when `key` may come in, else the seconds until it may."""
        now = self._clock()
        tokens, since = self._buckets.pop(key, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._per_second
        self._buckets[key] = (tokens - 1 if wait == 0 else tokens, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return wait
