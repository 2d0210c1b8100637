"""Several sources say things of one customer: the declared order decides, and what is older changes nothing."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.brand.sources import ColumnRules, ProfileField
from bot.customers.fields import read_facts
from bot.customers.profile import Profile
from bot.customers.sources import EMPTY, Order, Saying, Told, change_by, combined, facts_of, kept, saying_after, version_of
from bot.storage.profiles import profile_from

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ORDER = Order(sources=("crm", "shop", "file"))


def says(source: str, at: datetime = NOON, version: str | None = None, **facts: Any) -> Saying:
    return Saying(source=source, facts=facts, at=at, version=version)


def test_the_first_source_that_says_anything_is_believed_field_by_field() -> None:
    whole = combined("c1", [says("file", first_name="Zoé", city="Lyon"), says("crm", first_name="Zoe")], ORDER)
    assert whole is not None
    assert (whole["first_name"], whole["city"]) == ("Zoe", "Lyon")


def test_a_field_may_have_an_order_of_its_own() -> None:
    order = Order(sources=ORDER.sources, fields={"language": ("file",)})
    whole = combined("c1", [says("crm", language="en", city="Lille"), says("file", language="fr", city="Lyon")], order)
    assert whole is not None
    assert (whole["language"], whole["city"]) == ("fr", "Lille")


def test_the_newest_wins_only_where_that_is_declared() -> None:
    order = Order(sources=ORDER.sources, newest=frozenset({"phones"}))
    sayings = [
        says("crm", NOON, phones=["+33639980101"], city="Lille"),
        says("file", NOON + timedelta(days=1), phones=["+33639980102"], city="Lyon"),
    ]
    whole = combined("c1", sayings, order)
    assert whole is not None
    assert (whole["phones"], whole["city"]) == (["+33639980102"], "Lille")


def test_a_source_can_say_that_there_is_nothing() -> None:
    whole = combined("c1", [says("crm", phones=[], birthday=None), says("file", phones=["+33639980101"])], ORDER)
    assert whole is not None
    assert whole["phones"] == []


def test_a_source_nobody_declared_any_more_is_believed_last() -> None:
    whole = combined("c1", [says("gone", city="Arras", postcode="62000"), says("file", city="Lyon")], ORDER)
    assert whole is not None
    assert (whole["city"], whole["postcode"]) == ("Lyon", "62000")


def test_a_profile_that_no_source_has_any_more_is_nobodys() -> None:
    assert combined("c1", [Saying(source="crm", facts=None, at=NOON)], ORDER) is None


def test_facts_kept_of_nothing_are_a_profile_all_the_same() -> None:
    whole = combined("c1", [says("crm", city="Lyon")], ORDER)
    assert whole is not None
    assert profile_from(whole) == Profile(id="c1", first_name="", last_name="", city="Lyon")


def test_every_field_of_a_profile_can_be_mapped_and_read() -> None:
    names = {one.name for one in fields(Profile)} - {"id"}
    assert names == set(EMPTY) == set(get_args(ProfileField)) == set(ColumnRules.model_fields) - {"id"}
    assert set(read_facts(dict.fromkeys(names)).facts) == names


def test_a_line_of_the_customer_file_says_only_what_is_written_in_it() -> None:
    profile = Profile(id="c1", first_name="Zoé", last_name="K", consents_to_marketing=False)
    assert facts_of(profile, {"id", "first_name", "last_name"}) == {"first_name": "Zoé", "last_name": "K"}
    assert facts_of(profile, {"consents_to_marketing"}) == {"consents_to_marketing": False}
    assert facts_of(profile) == {"first_name": "Zoé", "last_name": "K"}
    assert kept(profile)["phones"] == []


@pytest.mark.parametrize(
    ("version", "outcome"),
    [(version_of(6), "changed"), (version_of(5), "changed"), (version_of(4), "older"), (version_of(NOON), "mixed")],
)
def test_an_older_version_never_overwrites_a_newer_one(version: str, outcome: str) -> None:
    before = says("crm", version=version_of(5), city="Lyon")
    told = Told(id="c1", facts={"city": "Lille"}, version=version)
    assert change_by(told, before).outcome == outcome
    after = saying_after("crm", told, before, NOON)
    assert (after is not None) == (outcome == "changed")


def test_what_is_told_again_changes_nothing_not_even_its_age() -> None:
    before = says("crm", version=version_of(5), city="Lyon")
    again = Told(id="c1", facts={"city": "Lyon"}, version=version_of(5))
    assert change_by(again, before).outcome == "same"
    assert saying_after("crm", again, before, NOON + timedelta(days=1)) is None
    later = saying_after("crm", Told(id="c1", facts={"city": "Lyon"}, version=version_of(9)), before, NOON + timedelta(days=1))
    assert later is not None
    assert (later.at, later.version) == (NOON, version_of(9))


def test_what_was_deleted_is_not_brought_back_by_what_was_pushed_before() -> None:
    before = says("crm", version=version_of(5), city="Lyon")
    gone = saying_after("crm", Told(id="c1", facts=None), before, NOON)
    assert gone is not None
    assert gone.facts is None
    for version, outcome in ((5, "older"), (6, "new")):
        assert change_by(Told(id="c1", facts={"city": "Lyon"}, version=version_of(version)), gone).outcome == outcome


def test_an_id_deleted_without_a_version_is_gone_as_of_when_it_was_sent() -> None:
    before = says("crm", version=version_of(NOON - timedelta(hours=1)), city="Lyon")
    gone = saying_after("crm", Told(id="c1", facts=None, since=version_of(NOON)), before, NOON)
    late = Told(id="c1", facts={"city": "Lyon"}, version=version_of(NOON - timedelta(minutes=1)))
    assert change_by(late, gone).outcome == "older"


def test_something_deleted_that_was_never_told_leaves_a_mark_only_with_its_version() -> None:
    assert saying_after("crm", Told(id="c9", facts=None), None, NOON) is None
    gone = saying_after("crm", Told(id="c9", facts=None, version=version_of(3)), None, NOON)
    assert change_by(Told(id="c9", facts={}, version=version_of(2)), gone).outcome == "older"


@given(st.data())
def test_pushes_end_alike_in_whatever_order_and_however_often_they_arrive(data: st.DataObject) -> None:
    versions = st.lists(st.integers(0, 99), min_size=1, max_size=6, unique=True)
    cities = st.sampled_from(["Lyon", "Lille", "", None])
    told = [
        Told(id="c1", facts=None if city is None else {"city": city}, version=version_of(version))
        for version, city in ((version, data.draw(cities)) for version in data.draw(versions))
    ]
    arrivals = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4))))
    kept: Saying | None = None
    for one in arrivals:
        kept = saying_after("crm", one, kept, NOON) or kept
    latest = max(told, key=lambda one: one.version or "")
    assert kept is not None
    assert (kept.facts, kept.version) == (latest.facts, latest.version)


def test_versions_sort_as_they_count() -> None:
    assert version_of(9) < version_of(10) < version_of(2**63 - 1)
    paris = timezone(timedelta(hours=1))
    assert version_of(NOON) == version_of(NOON.astimezone(paris)) < version_of(NOON + timedelta(microseconds=1))
