"""The search for doubles goes on beside everything else, compares what changed, and is one process's at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.brand.rules import DoublingRules
from bot.customers.profile import Profile
from bot.storage import doubling
from bot.storage.database import Database
from bot.storage.double_decisions import reject
from bot.storage.profiles import import_profiles
from bot.storage.schema import profile as profiles
from bot.workers import doubling_search
from bot.workers.doubling import Doubling, next_search
from tests.benchmarks.doubling_set import doubling_set
from tests.fakes.house import NOON, FakeClock

PARIS = ZoneInfo("Europe/Paris")
CAMILLE = Profile(
    id="a",
    first_name="Camille",
    last_name="Rosterand",
    phones=("+33639980101",),
    birthday=date(1984, 3, 12),
    postcode="69002",
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


async def keep(database: Database, clock: FakeClock, *those: Profile) -> None:
    await database.write(partial(import_profiles, profiles=those, now=clock.now()))


@pytest.fixture
async def shop(sqlite: Database, clock: FakeClock) -> Database:
    """Some hundred customers none of whom is there twice."""
    made = doubling_set(700, seed=11)
    double = {id_ for pair in made.doubles for id_ in pair}
    await keep(sqlite, clock, *(one for one in made.profiles if one.id not in double))
    return sqlite


def searching(database: Database, clock: FakeClock, name: str = "one", **rules: Any) -> Doubling:
    return Doubling(database, clock, DoublingRules(**rules), PARIS, name=name)


async def open_pairs(database: Database) -> list[tuple[str, str]]:
    page = await database.read(doubling.page)
    return [(one.first.id, one.second.id) for one in page.doubles]


async def test_the_first_search_compares_everything_and_the_next_what_changed(shop: Database, clock: FakeClock) -> None:
    searcher = searching(shop, clock)
    clock.advance(hours=2)
    first = await searcher.search(rests=0)
    assert first is not None
    assert first.whole
    clock.advance(days=1)
    await keep(shop, clock, CAMILLE, replace(CAMILLE, id="b", phones=()))
    clock.advance(hours=2)
    second = await searcher.search(rests=0)
    assert second is not None
    assert (second.whole, second.opened) == (False, 1)
    assert second.compared < first.compared / 10
    assert ("a", "b") in await open_pairs(shop)
    clock.advance(hours=2)
    third = await searcher.search(rests=0)
    assert third is not None
    assert (third.compared, third.opened) == (0, 0)
    assert len(await open_pairs(shop)) == first.opened + 1  # what did not change stays


async def test_a_profile_that_changes_takes_its_proposal_back(shop: Database, clock: FakeClock) -> None:
    searcher = searching(shop, clock)
    await keep(shop, clock, CAMILLE, replace(CAMILLE, id="b"))
    await searcher.search(rests=0)
    assert ("a", "b") in await open_pairs(shop)
    clock.advance(days=1)
    await keep(shop, clock, replace(CAMILLE, id="b", first_name="Antoine", birthday=date(1982, 7, 1)))
    await searcher.search(rests=0)
    assert ("a", "b") not in await open_pairs(shop)


async def test_what_was_rejected_stays_so_through_whole_searches(shop: Database, clock: FakeClock) -> None:
    searcher = searching(shop, clock)
    await keep(shop, clock, CAMILLE, replace(CAMILLE, id="b"))
    await searcher.search(rests=0)
    (double,) = [one for one in (await shop.read(doubling.page)).doubles if one.first.id == "a"]
    await shop.write(partial(reject, double_id=double.id, by="ines", now=clock.now()))
    for _ in range(2):
        clock.advance(days=1)
        again = await searcher.search(whole=True, rests=0)
        assert again is not None
        assert (again.whole, again.opened) == (True, 0)
    assert ("a", "b") not in await open_pairs(shop)


async def test_everything_is_compared_again_after_a_month_and_when_many_have_come(shop: Database, clock: FakeClock) -> None:
    searcher = searching(shop, clock)
    await searcher.search(rests=0)
    clock.advance(days=31)
    after_a_month = await searcher.search(rests=0)
    assert after_a_month is not None
    assert after_a_month.whole
    crowd = doubling_set(400, seed=12).profiles
    await keep(shop, clock, *(replace(one, id=f"n{one.id}") for one in crowd))
    clock.advance(days=1)
    after_many = await searcher.search(rests=0)
    assert after_many is not None
    assert after_many.whole


async def test_only_one_process_searches_and_the_seat_is_free_afterwards(shop: Database, clock: FakeClock) -> None:
    one, other = searching(shop, clock, "one"), searching(shop, clock, "other")
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    going = asyncio.create_task(one.search(rests=0, told=lambda *_: loop.call_soon_threadsafe(begun.set)))
    await begun.wait()
    assert await other.search(rests=0) is None
    assert await going is not None
    assert await other.search(rests=0) is not None


async def test_called_off_it_stops_at_its_next_step_and_writes_nothing(
    shop: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubling_search, "LONGEST_REST", 60)
    await keep(shop, clock, CAMILLE, replace(CAMILLE, id="b"))
    comparing = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(what: str, part: float) -> None:
        if what == "comparing":
            loop.call_soon_threadsafe(comparing.set)

    going = asyncio.create_task(searching(shop, clock).search(rests=1e9, told=told))
    await comparing.wait()
    began = time.monotonic()
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    for thread in threading.enumerate():
        if thread.name.startswith("filrouge-doubling"):
            await asyncio.to_thread(thread.join, 10)
    assert time.monotonic() - began < 10
    assert await open_pairs(shop) == []
    assert await shop.read(doubling.last_run) is None
    assert await searching(shop, clock, "other").search(rests=0) is not None


async def test_nobody_waits_for_it(shop: Database, clock: FakeClock) -> None:
    """While it computes, the loop goes on: a tick of 5 ms comes again and again."""
    crowd = doubling_set(4000, seed=13).profiles
    await keep(shop, clock, *(replace(one, id=f"n{one.id}") for one in crowd))
    going = asyncio.create_task(searching(shop, clock).search(whole=True))
    ticks: list[float] = []
    while not going.done():
        began = time.monotonic()
        await asyncio.sleep(0.005)
        ticks.append(time.monotonic() - began)
    outcome = await going
    assert outcome is not None
    assert outcome.profiles > 4000
    assert len(ticks) > 20
    assert sorted(ticks)[len(ticks) // 2] < 0.05


async def test_nobody_is_searched_where_the_brand_wants_none(sqlite: Database, clock: FakeClock) -> None:
    running = asyncio.create_task(searching(sqlite, clock, search=False).run())
    await asyncio.sleep(0.05)
    assert not running.done()
    running.cancel()
    assert await sqlite.read(doubling.last_run) is None


async def test_left_to_itself_it_searches_at_once_and_then_once_a_night(
    shop: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workers.doubling.LOOK_EVERY", timedelta(milliseconds=5))
    running = asyncio.create_task(searching(shop, clock).run())

    async def last() -> int:
        """In days from the first one."""
        run = await shop.read(doubling.last_run)
        return (run.began_at - NOON).days if run else -1

    for day in range(3):
        clock.time = NOON + timedelta(days=day)
        async with asyncio.timeout(20):
            while await last() != day:  # noqa: ASYNC110 - it is the database that tells
                await asyncio.sleep(0.005)
        latest = await shop.read(doubling.last_run)
        clock.advance(hours=3)
        await asyncio.sleep(0.03)
        assert await shop.read(doubling.last_run) == latest  # not twice a day
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_with_many_profiles_the_first_search_waits_for_the_night(
    shop: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workers.doubling.LOOK_EVERY", timedelta(milliseconds=5))
    monkeypatch.setattr("bot.workers.doubling.FEW", 10)
    running = asyncio.create_task(searching(shop, clock).run())
    await asyncio.sleep(0.1)
    assert await shop.read(doubling.last_run) is None
    clock.advance(hours=24)
    async with asyncio.timeout(20):
        while await shop.read(doubling.last_run) is None:  # noqa: ASYNC110 - it is the database that tells
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_it_is_the_same_on_either_database(database: Database, clock: FakeClock) -> None:
    crowd = doubling_set(200, seed=14).profiles
    await keep(database, clock, *(replace(one, id=f"n{one.id}") for one in crowd), CAMILLE, replace(CAMILLE, id="b"))
    first = await searching(database, clock).search(rests=0)
    assert first is not None
    assert first.opened >= 1
    assert ("a", "b") in await open_pairs(database)
    clock.advance(days=1)
    await keep(database, clock, replace(CAMILLE, id="b", first_name="Antoine", birthday=date(1982, 7, 1)))
    second = await searching(database, clock, "other").search(rests=0)
    assert second is not None
    assert not second.whole
    assert ("a", "b") not in await open_pairs(database)


def test_the_next_search_is_at_the_brands_hour_on_its_own_clock() -> None:
    noon = datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert next_search(noon, 3, PARIS) == datetime(2026, 3, 28, 2, tzinfo=UTC)
    assert next_search(noon + timedelta(days=1), 3, PARIS) == datetime(2026, 3, 29, 1, tzinfo=UTC)  # the clocks went forward
    late = datetime(2026, 3, 27, 1, tzinfo=UTC)  # it began an hour before its time
    assert next_search(late, 3, PARIS) == datetime(2026, 3, 28, 2, tzinfo=UTC)


async def test_an_empty_shop_and_an_emptied_profile_are_no_trouble(sqlite: Database, clock: FakeClock) -> None:
    searcher = searching(sqlite, clock)
    assert (await searcher.search(rests=0)) is not None
    await sqlite.write(lambda connection: connection.execute(profiles.insert(), {"id": "x", "facts": {}}))
    outcome = await searcher.search(rests=0)
    assert outcome is not None
    assert outcome.profiles == 0


@pytest.mark.parametrize("wrong", [{"threshold": 0.2}, {"threshold": 1.0}, {"hour": 24}, {"every": 2}])
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DoublingRules(**wrong)
