"""Likely doubles are proposed once, judged once, and what was judged is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.customers.doubling.reasons import Reason
from bot.customers.doubling.search import Likely
from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.errors import MergeRefused
from bot.storage import doubling
from bot.storage.database import Database
from bot.storage.double_decisions import accept, reject
from bot.storage.joining_by_hand import follow_profile, part_profiles
from bot.storage.profiles import import_profiles
from bot.storage.schema import conversation, evidence, identity, likely_double, profile
from tests.fakes.house import NOON

T = TypeVar("T")
PHONE, NAME = Reason("phone_same", 8.1), Reason("last_name_same_rare", 4.4)
CAMILLE = Profile(id="a", first_name="Camille", last_name="Rosterand", phones=("+33639980101",), created=date(2020, 1, 1))
TWICE = replace(CAMILLE, id="b", emails=("camille@boite.example",), created=date(2023, 1, 1))
THRICE = replace(CAMILLE, id="c", phones=(), created=date(2024, 1, 1))


def likely(first: str, second: str, probability: float = 0.9, reasons: Sequence[Reason] = (PHONE, NAME)) -> Likely:
    return Likely(first, second, probability, tuple(reasons))


@pytest.fixture
async def shop(database: Database) -> Database:
    """A database with one person's three profiles."""
    await database.write(partial(import_profiles, profiles=[CAMILLE, TWICE, THRICE], now=NOON))
    return database


async def put(database: Database, *pairs: Likely, now: Any = NOON) -> int:
    return await database.write(partial(doubling.put_forward, likely=pairs, now=now))


async def shown(database: Database, state: doubling.State = "open") -> list[tuple[str, str]]:
    page = await database.read(partial(doubling.page, state=state))
    return [(one.first.id, one.second.id) for one in page.doubles]


async def number_of(database: Database, first: str, second: str) -> int:
    def find(connection: Connection) -> int:
        pair = (likely_double.c.first_id == first) & (likely_double.c.second_id == second)
        return int(connection.execute(select(likely_double.c.id).where(pair)).scalar_one())

    return await database.read(find)


async def withdraw_all(database: Database, found: set[tuple[str, str]], among: set[str] | None = None) -> None:
    last: int | None = 0
    while last is not None:
        last = await database.write(partial(doubling.withdraw, after=last, limit=1, found=found, among=among))


async def test_a_pair_is_proposed_once_with_both_profiles_and_the_reasons(shop: Database) -> None:
    assert await put(shop, likely("a", "b")) == 1
    assert await put(shop, likely("a", "b", 0.93, [PHONE])) == 0
    page = await shop.read(doubling.page)
    (double,) = page.doubles
    assert (double.first, double.second) == (CAMILLE, TWICE)
    assert (double.probability, double.reasons, double.state) == (0.93, (PHONE,), "open")
    assert double.found_at == NOON
    assert await shop.read(doubling.count_open) == 1
    assert await shop.read(partial(doubling.one, double_id=double.id)) == double
    assert await shop.read(partial(doubling.one, double_id=double.id + 1)) is None


async def test_pages_go_from_the_most_probable_to_the_least(shop: Database) -> None:
    await put(shop, likely("a", "b", 0.8), likely("a", "c", 0.95), likely("b", "c", 0.8))
    seen: list[tuple[str, str]] = []
    mark: str | None = None
    while True:
        page = await shop.read(partial(doubling.page, limit=1, after=mark))
        seen += [(one.first.id, one.second.id) for one in page.doubles]
        mark = page.next
        if mark is None:
            break
    assert seen[0] == ("a", "c")
    assert sorted(seen) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert len((await shop.read(partial(doubling.page, after="nonsense"))).doubles) == 3


async def test_what_was_rejected_comes_back_only_for_a_strong_new_reason(shop: Database) -> None:
    await put(shop, likely("a", "b", 0.8, [NAME]))
    number = await number_of(shop, "a", "b")
    await shop.write(partial(reject, double_id=number, by="ines", now=NOON))
    assert await shown(shop, "rejected") == [("a", "b")]
    assert await put(shop, likely("a", "b", 0.99, [NAME, Reason("place_city", 1.0)])) == 0
    assert await shown(shop) == []
    assert await put(shop, likely("a", "b", 0.99, [NAME, PHONE])) == 1
    (double,) = (await shop.read(doubling.page)).doubles
    assert (double.id, double.decided_by, double.decided_at) == (number, None, None)


async def test_what_no_longer_holds_is_taken_back_and_what_was_judged_stays(shop: Database) -> None:
    await put(shop, likely("a", "b"), likely("a", "c"), likely("b", "c"))
    await shop.write(partial(reject, double_id=await number_of(shop, "b", "c"), by="ines", now=NOON))
    await withdraw_all(shop, {("a", "b")}, among={"zz"})  # nobody of these was compared
    assert len(await shown(shop)) == 2
    await withdraw_all(shop, {("a", "b")}, among={"c"})
    assert await shown(shop) == [("a", "b")]
    await withdraw_all(shop, set())
    assert await shown(shop) == []
    assert await shown(shop, "rejected") == [("b", "c")]


async def test_accepted_the_profiles_are_one_and_it_can_be_undone(shop: Database) -> None:
    await put(shop, likely("a", "b"), likely("a", "c"), likely("b", "c"))
    await shop.write(partial(reject, double_id=await number_of(shop, "b", "c"), by="ines", now=NOON))
    number = await number_of(shop, "a", "b")
    ledger = await shop.write(partial(accept, double_id=number, by="ines", now=NOON))
    assert await shop.read(partial(follow_profile, profile_id="b")) == "a"  # the older one's id goes on
    (double,) = (await shop.read(partial(doubling.page, state="accepted"))).doubles
    assert (double.decided_by, double.decided_at) == ("ines", NOON)
    # Whoever is not b is not a either.
    assert sorted(await shown(shop, "rejected")) == [("a", "c"), ("b", "c")]
    with pytest.raises(MergeRefused, match="joined already"):
        await shop.write(partial(accept, double_id=number, by="ines", now=NOON))
    with pytest.raises(MergeRefused, match="ledger"):
        await shop.write(partial(reject, double_id=number, by="ines", now=NOON))
    await shop.write(partial(part_profiles, number=ledger, by="ines", why="", now=NOON))
    assert await shop.read(partial(follow_profile, profile_id="b")) == "b"
    assert await put(shop, likely("a", "b")) == 0  # somebody has judged, and judged again
    birthday = Reason("birthday_same", 7.0)
    assert await put(shop, likely("a", "b", 0.99, [PHONE, NAME, birthday])) == 1


async def test_what_is_open_of_a_joined_profile_is_over_and_what_was_rejected_counts_for_the_other(shop: Database) -> None:
    await put(shop, likely("a", "b"), likely("b", "c"))
    await shop.write(partial(reject, double_id=await number_of(shop, "b", "c"), by="ines", now=NOON))
    await shop.write(partial(accept, double_id=await number_of(shop, "a", "b"), by="ines", now=NOON))
    assert await shown(shop) == []
    assert sorted(await shown(shop, "rejected")) == [("a", "c"), ("b", "c")]
    assert await put(shop, likely("a", "c")) == 0
    assert await put(shop, likely("b", "c")) == 0  # an alias is nobody's


async def test_the_one_somebody_writes_as_goes_on_and_who_judges_may_choose(shop: Database) -> None:
    def writes(connection: Connection, profile_id: str, sender: str) -> None:
        standing = {"state": "", "owner": "bot", "epoch": 0, "language": "fr", "fence": 0, "level": 30, "unsure": False}
        standing |= {"created_at": NOON, "touched_at": NOON, "profile_id": profile_id}
        number = connection.execute(insert(conversation).returning(conversation.c.id), standing).scalar_one()
        reach = {"channel": "rest", "account": "", "sender": sender, "conversation_id": number, "created_at": NOON}
        by = connection.execute(insert(identity).returning(identity.c.id), reach).scalar_one()
        proof = {"conversation_id": number, "identity_id": by, "profile_id": profile_id, "kind": "code"}
        connection.execute(insert(evidence), proof | {"level": int(Level.CHALLENGE_VERIFIED), "at": NOON})

    await put(shop, likely("a", "b"), likely("a", "c"))
    await shop.write(partial(writes, profile_id="b", sender="1"))
    await shop.write(partial(accept, double_id=await number_of(shop, "a", "b"), by="ines", now=NOON))
    assert await shop.read(partial(follow_profile, profile_id="a")) == "b"
    await put(shop, likely("b", "c"))
    number = await number_of(shop, "b", "c")
    with pytest.raises(MergeRefused, match="name b or c"):
        await shop.write(partial(accept, double_id=number, by="ines", now=NOON, keep="a"))
    await shop.write(partial(writes, profile_id="c", sender="2"))
    with pytest.raises(MergeRefused) as refused:  # two people have each proved to be one of them
        await shop.write(partial(accept, double_id=number, by="ines", now=NOON, keep="c"))
    assert refused.value.code == "two_people"
    assert await shown(shop) == [("b", "c")]


async def test_of_profiles_that_are_gone_nothing_is_kept(shop: Database) -> None:
    await put(shop, likely("a", "b"), likely("a", "c"), likely("b", "c"))
    await shop.write(partial(reject, double_id=await number_of(shop, "b", "c"), by="ines", now=NOON))
    assert await shop.write(partial(doubling.forget, profile_id="a")) == 2
    await shop.write(lambda connection: connection.execute(profile.delete().where(profile.c.id == "c")).rowcount)
    assert await put(shop, likely("a", "c")) == 0
    await withdraw_all(shop, {("a", "b"), ("b", "c")})
    assert await shown(shop, "rejected") == []
    with pytest.raises(MergeRefused, match="reload"):
        await shop.write(partial(reject, double_id=1, by="ines", now=NOON))


async def test_profiles_are_read_in_pages_without_aliases(shop: Database) -> None:
    def alias(connection: Connection) -> None:
        connection.execute(update(profile).where(profile.c.id == "b").values(merged_into="a"))

    await shop.write(alias)
    first = await shop.read(partial(doubling.profiles_after, after="", limit=1))
    rest = await shop.read(partial(doubling.profiles_after, after="a", limit=9))
    assert [read.profile for read in (*first, *rest)] == [CAMILLE, THRICE]
    assert first[0].changed_at == NOON


async def test_the_last_search_is_remembered_and_what_the_last_whole_one_learnt(database: Database) -> None:
    assert await database.read(doubling.last_run) is None
    keep: Callable[..., Any] = partial(doubling.keep_run, ended_at=NOON)
    for hours, learnt in ((0, {"shares": [1]}), (24, None), (48, {"shares": [2]}), (72, None)):
        run = doubling.Run(began_at=NOON + timedelta(hours=hours), profiles=3, compared=2, found=1, learnt=learnt)
        await database.write(partial(keep, run=run))
    last, whole = await database.read(doubling.last_run), await database.read(partial(doubling.last_run, whole=True))
    assert last is not None
    assert whole is not None
    assert (last.began_at, last.learnt) == (NOON + timedelta(hours=72), None)
    assert (whole.began_at, whole.learnt) == (NOON + timedelta(hours=48), {"shares": [2]})
