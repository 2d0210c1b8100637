"""Whoever writes is looked for in the brand's own databases, before the turn and in time; without them the bot works on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from bot.customers.sources import Order, Told
from bot.errors import SourceAway
from bot.storage import profiles
from bot.storage.database import Database
from bot.storage.inbox import Arrival
from bot.storage.profile_sources import take
from bot.workers.bringing import Bringer, claimed_contacts, vouched_contacts
from nlu.understanding import Entity, Understanding
from tests.fakes.house import FakeClock

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ORDER = Order(sources=("shop", "file"))
PHONE = "+33639980101"


class FakeShop:
    """A shop's database in a dictionary: id to facts."""

    def __init__(self, people: dict[str, dict[str, Any]]) -> None:
        self.name, self.kinds, self.cache_seconds = "shop", frozenset({"phone", "loyalty"}), 300.0
        self.people = people
        self.asked: list[tuple[str, ...]] = []
        self.away: Callable[[], Any] | None = None

    async def look_up(self, kind: str, values: Sequence[str]) -> list[Told]:
        self.asked.append(tuple(values))
        if self.away is not None:
            await self.away()
        return [Told(id=id_, facts=facts) for id_, facts in self.people.items() if set(values) & set(facts.get("phones", ()))]

    async def by_id(self, ids: Sequence[str]) -> list[Told]:
        return [Told(id=id_, facts=self.people.get(id_)) for id_ in ids]


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop({"c1": {"first_name": "Camille", "phones": [PHONE]}})


@pytest.fixture
async def bringer(sqlite: Database, shop: FakeShop) -> AsyncIterator[Bringer]:
    opened = Bringer(sqlite, [shop], ORDER, FakeClock(NOON), patience=0.2)
    yield opened
    await opened.close()


async def known_by(database: Database, phone: str) -> list[str]:
    return [one.id for one in await database.read(partial(profiles.candidates, kind="phone", values=[phone]))]


async def refuse() -> None:
    raise SourceAway("no answer within 1 s")


async def hang() -> None:
    await asyncio.sleep(30)


async def test_whoever_is_found_is_known_from_then_on(bringer: Bringer, shop: FakeShop, sqlite: Database) -> None:
    await bringer.bring("phone", [PHONE])
    assert await known_by(sqlite, PHONE) == ["c1"]


async def test_what_was_asked_is_not_asked_again_found_or_not(bringer: Bringer, shop: FakeShop) -> None:
    for _ in range(3):
        await bringer.bring("phone", [PHONE])
        await bringer.bring("phone", ["+33639980199"])
    assert shop.asked == [(PHONE,), ("+33639980199",)]


async def test_after_its_time_it_is_asked_again(bringer: Bringer, shop: FakeShop, sqlite: Database) -> None:
    shop.cache_seconds = 0
    await bringer.bring("phone", [PHONE])
    shop.people["c1"] = {"first_name": "Camille", "phones": [PHONE], "city": "Lyon"}
    await bringer.bring("phone", [PHONE])
    (camille,) = await sqlite.read(partial(profiles.candidates, kind="phone", values=[PHONE]))
    assert camille.city == "Lyon"


async def test_two_who_ask_the_same_at_once_ask_once(bringer: Bringer, shop: FakeShop) -> None:
    await asyncio.gather(*(bringer.bring("phone", [PHONE]) for _ in range(5)))
    assert len(shop.asked) == 1


async def test_a_kind_nobody_is_looked_up_by_is_not_asked(bringer: Bringer, shop: FakeShop) -> None:
    await bringer.bring("email", ["camille@courriel.example"])
    await bringer.bring("phone", [])
    assert shop.asked == []


async def test_a_number_that_has_another_owner_leads_to_them_alone(bringer: Bringer, shop: FakeShop, sqlite: Database) -> None:
    shop.cache_seconds = 0
    await bringer.bring("phone", [PHONE])
    shop.people = {"c1": {"first_name": "Camille", "phones": ["+33639980177"]}, "c2": {"first_name": "Bob", "phones": [PHONE]}}
    await bringer.bring("phone", [PHONE])
    assert (await known_by(sqlite, PHONE), await known_by(sqlite, "+33639980177")) == (["c2"], ["c1"])


async def test_somebody_who_is_gone_there_is_gone_here(bringer: Bringer, shop: FakeShop, sqlite: Database) -> None:
    shop.cache_seconds = 0
    await bringer.bring("phone", [PHONE])
    shop.people = {}
    await bringer.bring("phone", [PHONE])
    assert await known_by(sqlite, PHONE) == []


async def test_what_another_source_says_first_stays(bringer: Bringer, sqlite: Database) -> None:
    order = Order(sources=("file", "shop"))
    told = [Told(id="c1", facts={"first_name": "Cam", "phones": [PHONE]})]
    await sqlite.write(partial(take, source="file", told=told, order=order, now=NOON))
    shop = FakeShop({"c1": {"first_name": "Camille", "phones": [PHONE], "city": "Lyon"}})
    await Bringer(sqlite, [shop], order, FakeClock(NOON)).bring("phone", [PHONE])
    (camille,) = await sqlite.read(partial(profiles.candidates, kind="phone", values=[PHONE]))
    assert (camille.first_name, camille.city) == ("Cam", "Lyon")


@pytest.mark.parametrize("failure", [SourceAway("slow"), RuntimeError("a driver's own")])
async def test_a_database_that_fails_is_soon_left_alone(
    bringer: Bringer, shop: FakeShop, sqlite: Database, failure: Exception
) -> None:
    async def fail() -> None:
        raise failure

    shop.away = fail
    for number in range(10):
        await bringer.bring("phone", [f"+3363998010{number}"])
    assert len(shop.asked) == 3
    assert await known_by(sqlite, PHONE) == []


async def test_once_it_is_back_it_is_asked_again(sqlite: Database, shop: FakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    bringer = Bringer(sqlite, [shop], ORDER, FakeClock(NOON))
    loop = asyncio.get_running_loop()
    now = loop.time()
    shop.away = refuse
    for number in range(4):
        await bringer.bring("phone", [f"+3363998010{number}"])
    shop.away = None
    await bringer.bring("phone", [PHONE])
    assert await known_by(sqlite, PHONE) == []
    monkeypatch.setattr(loop, "time", lambda: now + 60)
    await bringer.bring("phone", [PHONE])
    assert await known_by(sqlite, PHONE) == ["c1"]


async def test_a_turn_does_not_wait_longer_than_its_patience_and_what_comes_later_is_kept(
    bringer: Bringer, shop: FakeShop, sqlite: Database
) -> None:
    late = asyncio.Event()

    async def wait() -> None:
        await late.wait()

    shop.away = wait
    begun = time.monotonic()
    await bringer.bring("phone", [PHONE])
    assert time.monotonic() - begun < 2
    assert await known_by(sqlite, PHONE) == []
    late.set()
    await bringer.bring("phone", [PHONE])
    assert await known_by(sqlite, PHONE) == ["c1"]
    assert len(shop.asked) == 1


async def test_closing_gives_up_what_hangs(sqlite: Database, shop: FakeShop) -> None:
    shop.away = hang
    bringer = Bringer(sqlite, [shop], ORDER, FakeClock(NOON), patience=0.01)
    await bringer.bring("phone", [PHONE])
    begun = time.monotonic()
    await bringer.close()
    assert time.monotonic() - begun < 2


def arrival(kind: str = "text", author: str = "customer", **data: Any) -> Arrival:
    return Arrival(
        id=1, identity=1, channel="whatsapp", author=author, author_name=None, kind=kind, text="", data=data,
        at=NOON, received_at=NOON, failures=0,
    )  # fmt: skip


def test_what_a_platform_vouches_for_and_an_own_card_are_looked_up() -> None:
    came = [
        arrival(aliases={"phone": PHONE, "id": "x"}),
        arrival("contact", phone="+33639980102", own=True),
        arrival("contact", phone="+33639980103", own=False),
        arrival(author="advisor", aliases={"phone": "+33639980104"}),
        arrival(aliases={"email": "Camille@Courriel.example"}),
        arrival(aliases="' OR 1=1"),
        arrival("contact", phone={"$gt": ""}, own=True),
        arrival("contact", phone="robert'); DROP TABLE profile;--", own=True),
    ]
    assert vouched_contacts(came) == [
        ("phone", (PHONE,)),
        ("phone", ("+33639980102",)),
        ("email", ("camille@courriel.example",)),
    ]


def test_a_brazilian_number_is_looked_up_in_both_its_forms() -> None:
    ((_, forms),) = vouched_contacts([arrival(aliases={"phone": "+5511987654321"})])
    assert set(forms) == {"+5511987654321", "+551187654321"}


def test_what_a_customer_says_to_be_known_by_is_looked_up_but_not_a_list_of_it() -> None:
    def said(*entities: tuple[str, Any]) -> Understanding:
        return Understanding("", "fr", entities=tuple(Entity(name, value, str(value), 0, 1) for name, value in entities))

    assert claimed_contacts([said(("loyalty_number", "mo 729-4631"), ("store", "lyon"), ("email", "a@b.example"))]) == [
        ("loyalty", ("MO7294631", "mo 729-4631")),
        ("email", ("a@b.example",)),
    ]
    guesses = said(*[("loyalty_number", f"MO{number}") for number in range(50)])
    assert len(claimed_contacts([guesses])) == 4
