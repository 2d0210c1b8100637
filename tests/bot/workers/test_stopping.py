"""Workers stop when they are told to, at whatever instant that is."""

from __future__ import annotations

import asyncio

import pytest

from bot.signals import Signals
from bot.storage.database import Database
from bot.workers.turns import TurnWorker
from tests.fakes.house import FakeClock, FakeUnderstander, demo_house


@pytest.mark.parametrize("steps", range(8))
async def test_a_worker_woken_and_stopped_at_once_stops(sqlite: Database, steps: int) -> None:
    worker = TurnWorker(sqlite, demo_house(), FakeUnderstander(), FakeClock(), Signals(), name="test", poll_seconds=5)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)  # it has looked around and rests
    worker.wake(1)
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=2)
    running.cancel()
    assert done, "the cancellation that met the wake-up was lost"


@pytest.mark.parametrize("steps", range(8))
async def test_a_waiter_told_and_cancelled_at_once_is_cancelled_or_told(steps: int) -> None:
    board = Signals()

    async def waits_for_ever() -> None:
        while True:
            await board.wait("bell", 5)

    waiting = asyncio.create_task(waits_for_ever())
    await asyncio.sleep(0)
    board.tell(["bell"])
    for _ in range(steps):
        await asyncio.sleep(0)
    waiting.cancel()
    done, _ = await asyncio.wait({waiting}, timeout=1)
    waiting.cancel()
    assert done
