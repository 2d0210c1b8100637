"""Rasa where it answers, the embedded engine where it does not: no message is lost, none waits longer than the limit.

One failure is enough to doubt Rasa. From then on nobody waits for it: a probe of our own asks it again, at once and then
less and less often, and when it answers within the limit it is trusted again. It begins in doubt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from nlu.errors import RasaFailed
from nlu.understanding import Understander, Understanding

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 5.0
"""Seconds between two probes, the first and the longest: each is twice the one before."""
_STEADY = 30.0
"""Seconds of answering after which a failure is a first one again."""


_ALL = 0.9
"""Share of the limit that a single question must have waited for Rasa itself to be doubted."""


class _WaitedEnough(Exception):
    """One message has waited for Rasa as long as a message may."""


class Remote(Protocol):
    """What `RasaClient` is to this module: both methods raise `RasaFailed`."""

    async def understand(self, text: str, *, language: str) -> Understanding: ...

    async def ready(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Wait:
    """How long one message may wait for Rasa altogether."""

    until: float
    seconds: float


_wait: ContextVar[_Wait | None] = ContextVar("rasa_wait", default=None)


class Bounded:
    """An `Understander` around one that may ask Rasa several times about one message, such as `nlu.reader`.

    All of it together waits for Rasa no longer than the limit; what is asked after that the embedded engine answers.
    """

    def __init__(self, inner: Understander, seconds: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._inner, self._seconds, self._monotonic = inner, seconds, monotonic

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means; see `nlu.understanding.Understander`."""
        before = _wait.set(_Wait(self._monotonic() + self._seconds, self._seconds))
        try:
            return await self._inner.understand(text, language=language)
        finally:
            _wait.reset(before)


class Guarded:
    """An `Understander` that asks Rasa and never depends on it. Its answers' `engine` says who answered."""

    def __init__(self, rasa: Remote, meanwhile: Understander, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rasa, self._meanwhile, self._monotonic = rasa, meanwhile, monotonic
        self._doubted, self._trusted = asyncio.Event(), asyncio.Event()
        self._doubted.set()
        self._hurried = asyncio.Event()
        self._trusted_at = float("-inf")
        self._pause = 0.0
        self.why = "it has not been asked yet"
        """Why it is in doubt; empty while it is trusted."""

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means to Rasa, or to the embedded engine when Rasa does not tell."""
        if not self._doubted.is_set():
            try:
                return await self._asked(text, language)
            except _WaitedEnough:
                pass  # one message's patience is over; Rasa may be well
            except Exception as error:  # noqa: BLE001 - whatever it is, the customer is answered
                self.doubt(_why(error))
        answer = await self._meanwhile.understand(text, language=language)
        return replace(answer, engine=f"{answer.engine} (rasa did not answer)")

    async def _asked(self, text: str, language: str) -> Understanding:
        """Rasa's answer, within what is left of the message's patience."""
        wait = _wait.get()
        if wait is None:
            return await self._rasa.understand(text, language=language)
        begun = self._monotonic()
        try:
            async with asyncio.timeout(max(0.0, wait.until - begun)):
                return await self._rasa.understand(text, language=language)
        except TimeoutError:
            if self._monotonic() - begun >= wait.seconds * _ALL:
                raise RasaFailed(f"it did not answer within {wait.seconds:g} s") from None
            raise _WaitedEnough from None

    @property
    def trusted(self) -> bool:
        return not self._doubted.is_set()

    async def until_trusted(self) -> None:
        """Wait until Rasa answers; `watch` must be running."""
        await self._trusted.wait()

    def doubt(self, why: str) -> None:
        """Ask Rasa nothing more until a probe has found it well."""
        if self._doubted.is_set():
            return
        self.why = why
        self._pause = 0.0 if self._monotonic() - self._trusted_at > _STEADY else max(FIRST_PAUSE, self._pause)
        self._trusted.clear()
        self._doubted.set()
        log.warning("rasa_does_not_answer", why=why)

    def probe_now(self) -> None:
        """Probe at once rather than when the pause is over: there is reason to believe it is well."""
        self._hurried.set()

    async def watch(self) -> None:
        """Probe Rasa whenever it is in doubt, until cancelled."""
        while True:
            await self._doubted.wait()
            await self._rest()
            self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
            try:
                await self._rasa.ready()
            except Exception as error:  # noqa: BLE001 - whatever it is, Rasa is probed again
                if self.why != (why := _why(error)):
                    self.why = why
                    log.warning("rasa_does_not_answer", why=self.why)
                continue
            self.why, self._trusted_at = "", self._monotonic()
            self._doubted.clear()
            self._trusted.set()
            log.info("rasa_answers")

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause):
                await self._hurried.wait()
        except TimeoutError:
            pass
        self._hurried.clear()


def _why(error: Exception) -> str:
    """What the log may hold: our own sentences, and of an error nobody foresaw its name alone."""
    return str(error) if isinstance(error, RasaFailed) else f"its answer could not be used ({type(error).__name__})"
