"""Who waits for what, within one process. A signal only hastens: every waiter also looks for itself from time to time."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

ANY = "any"
"""Something changed somewhere."""


def message(id_: int) -> str:
    """The turn of this inbox message is committed."""
    return f"message:{id_}"


def identity(id_: int) -> str:
    """Something new was said to (or by) this identity."""
    return f"identity:{id_}"


def conversation(id_: int) -> str:
    return f"conversation:{id_}"


class Signals:
    """A notice board: `wait` for a key, `tell` everybody who waits for it."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self.elsewhere: Callable[[Iterable[str]], None] | None = None
        """Passes signals on to other processes, where there are any."""
        self._listeners: list[Callable[[Sequence[str]], None]] = []

    def tell(self, keys: Iterable[str]) -> None:
        """Wake whoever waits for any of these keys, here and in other processes."""
        keys = [*keys, ANY]
        self.hear(keys)
        if self.elsewhere is not None:
            self.elsewhere(keys)

    def hear(self, keys: Iterable[str]) -> None:
        """Wake whoever waits here."""
        keys = [*keys]
        for key in keys:
            for future in self._waiting.pop(key, ()):
                if not future.done():
                    future.set_result(None)
        for listener in tuple(self._listeners):
            listener(keys)

    def listen(self, listener: Callable[[Sequence[str]], None]) -> Callable[[], None]:
        """Have `listener` told the keys of every signal, from here or elsewhere; the result stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def expect(self, key: str) -> asyncio.Future[None]:
        """A future that is done at the next signal of this key; ask for it before starting what will give the signal."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[key].add(future)
        return future

    def forget(self, key: str, future: asyncio.Future[None]) -> None:
        """Stop waiting."""
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.discard(future)
            if not waiting:
                del self._waiting[key]

    async def wait(self, key: str, seconds: float) -> bool:
        """Wait for a signal of this key, at most so long; whether one came."""
        future = self.expect(key)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return False
        finally:
            self.forget(key, future)
        return True


class OpenRequests:
    """Callers of this process who wait for the answers of one message each.

    The turn that handles the message asks `taken` whether somebody still waits; if so it hands its answers over in its own
    transaction, and the caller waits for that commit rather than for its own limit.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, list[asyncio.Future[Any]]] = {}
        self._taken: set[int] = set()
        self._lock = threading.Lock()  # `taken` is asked from the thread that writes

    def open(self, message_id: int) -> asyncio.Future[Any]:
        """Wait for the answers of this message; give the future back to `close` in the end."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.setdefault(message_id, []).append(future)
        return future

    def taken(self, message_id: int) -> bool:
        """Whether somebody waits for these answers; from now on they wait until the turn is written."""
        with self._lock:
            if message_id not in self._waiting:
                return False
            self._taken.add(message_id)
            return True

    def answer(self, message_id: int, answers: Any) -> None:
        """The turn is committed: give its answers to whoever waits."""
        with self._lock:
            waiting = self._waiting.get(message_id, ())
        for future in waiting:
            if not future.done():
                future.set_result(answers)

    def close(self, message_id: int, future: asyncio.Future[Any]) -> bool:
        """Stop waiting. False when a turn was handing its answers over: they may be committed at any moment."""
        with self._lock:
            waiting = self._waiting.get(message_id, [])
            if future in waiting:
                waiting.remove(future)
            if not waiting:
                self._waiting.pop(message_id, None)
                was_taken = message_id in self._taken
                self._taken.discard(message_id)
                return not was_taken
            return message_id not in self._taken
