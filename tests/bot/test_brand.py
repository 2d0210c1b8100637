"""A brand's folder is read whole, and a mistake in it is shown by file and line with what to write instead."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest

import bot
from bot.brand import Brand, OpeningRange, load_brand
from bot.errors import BrandError

DEMO = Path(bot.__file__).parent / "demo"


@pytest.fixture(scope="module")
def demo() -> Brand:
    return load_brand(DEMO)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], tuple[BrandError, int]]:
    """Write the demo brand with one change, load it, and return the error and the line of the change."""

    def load(name: str, before: str, after: str) -> tuple[BrandError, int]:
        for file in ("brand.yml", "stores.yml"):
            shutil.copy(DEMO / file, tmp_path / file)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert before in text, "the demo brand no longer says what this test changes"
        line = text[: text.index(before)].count("\n") + 1
        (tmp_path / name).write_text(text.replace(before, after, 1), encoding="utf-8")
        with pytest.raises(BrandError) as refused:
            load_brand(tmp_path)
        assert Path(refused.value.file).name == name
        return refused.value, line

    return load


def hours(*ranges: str) -> tuple[OpeningRange, ...]:
    return tuple(OpeningRange(time.fromisoformat(r[:5]), time.fromisoformat(r[6:])) for r in ranges)


def test_the_demo_brand_has_eight_stores_in_three_time_zones(demo: Brand) -> None:
    assert demo.name == "Maison Orvelle"
    assert demo.languages.all == ("fr", "en")
    assert [store.id for store in demo.stores] == [
        "lyon", "paris_rivoli", "paris_nation", "lille", "bordeaux", "montreal", "quebec", "fort_de_france",
    ]  # fmt: skip
    assert {store.time_zone for store in demo.stores} == {"Europe/Paris", "America/Toronto", "America/Martinique"}


def test_a_city_means_all_its_stores_and_a_store_means_one(demo: Brand) -> None:
    assert [store.id for store in demo.stores_named("paris")] == ["paris_rivoli", "paris_nation"]
    assert [store.id for store in demo.stores_named("paris_nation")] == ["paris_nation"]
    assert [store.id for store in demo.stores_named("Montréal")] == ["montreal"]
    assert demo.stores_named("marseille") == ()


def test_every_number_of_the_demo_is_from_a_range_reserved_for_fiction(demo: Brand) -> None:
    for store in demo.stores:
        assert re.fullmatch(r"\+3363998\d{4}|\+1\d{3}55501\d\d", store.phone), store.id


def test_an_ordinary_day_follows_the_week(demo: Brand) -> None:
    fort_de_france = demo.store("fort_de_france")
    assert fort_de_france is not None
    assert fort_de_france.opening_on(date(2026, 11, 27)).ranges == hours("09:00-13:00", "14:30-18:30")
    saturday = fort_de_france.opening_on(date(2026, 11, 28))
    assert saturday == (hours("09:00-12:30"), None)
    assert fort_de_france.opening_on(date(2026, 11, 29)).ranges == ()


@pytest.mark.parametrize(
    ("store_id", "day", "name"),
    [
        ("lyon", date(2026, 12, 25), "Noël"),
        ("montreal", date(2027, 6, 24), "Fête nationale du Québec"),
        ("fort_de_france", date(2027, 5, 22), "Abolition de l'esclavage"),
    ],
)
def test_a_public_holiday_closes_the_store_and_says_which(demo: Brand, store_id: str, day: date, name: str) -> None:
    store = demo.store(store_id)
    assert store is not None
    ranges, reason = store.opening_on(day)
    assert ranges == ()
    assert reason is not None
    assert reason["fr"] == name
    assert reason["en"] != name


def test_a_holiday_of_one_country_leaves_the_others_open(demo: Brand) -> None:
    lyon = demo.store("lyon")
    assert lyon is not None
    assert lyon.opening_on(date(2027, 6, 24)) == (hours("10:00-20:00"), None)


def test_an_exceptional_opening_is_stronger_than_a_holiday(demo: Brand) -> None:
    quebec = demo.store("quebec")
    assert quebec is not None
    ranges, reason = quebec.opening_on(date(2027, 6, 24))
    assert ranges == hours("12:00-17:00")
    assert reason is not None
    assert "Fête nationale" in reason["fr"]


def test_an_exceptional_closing_covers_its_first_and_last_day(demo: Brand) -> None:
    lyon = demo.store("lyon")
    assert lyon is not None
    closed = [day for day in range(10, 15) if lyon.opening_on(date(2027, 1, day)).reason]
    assert closed == [11, 12]


def test_a_queue_knows_when_somebody_answers(demo: Brand) -> None:
    always, advice = demo.queue("customer_service"), demo.queue("store_advice")
    assert always is not None
    assert advice is not None
    sunday_night, monday_noon = datetime(2026, 11, 29, 3, 0), datetime(2026, 11, 30, 12, 0)  # noqa: DTZ001 local wall time
    assert always.is_open_at(sunday_night)
    assert not advice.is_open_at(sunday_night)
    assert advice.is_open_at(monday_noon)
    assert not advice.is_open_at(monday_noon.replace(hour=19)), "a queue that closes at 19:00 is shut at 19:00"


def test_a_brand_cannot_be_changed_once_read(demo: Brand) -> None:
    with pytest.raises(ValueError, match="frozen"):
        demo.name = "another"  # type: ignore[misc]


MISTAKES = [
    ("stores.yml", "- id: bordeaux", "- id: Bordeaux Centre", "small letters"),
    ("stores.yml", "closed_on_public_holidays: true", "closed_on_public_holiday: true", "closed_on_public_holidays"),
    ("stores.yml", "time_zone: Europe/Paris", "time_zone: Europe/Lyon", "IANA"),
    ("stores.yml", "time_zone: America/Martinique", "time_zone: America", "IANA"),
    ("stores.yml", "time_zone: America/Martinique", 'time_zone: ""', "IANA"),
    ("stores.yml", 'phone: "+33 6 39 98 10 01"', "phone: 06 39 98 10 01", "country code"),
    ("stores.yml", '"14:30-18:00"', '"12:30-18:00"', "overlap"),
    ("stores.yml", '"09:30-19:30"', '"19:30-09:30"', "earlier hour first"),
    ("stores.yml", '"09:30-19:30"', "9h30 à 19h30", "10:00-19:00"),
    ("stores.yml", '"09:30-19:30"', '"09:30-24:30"', "23:59"),
    ("stores.yml", "- id: paris_nation", "- id: paris_rivoli", "paris_rivoli"),
    ("stores.yml", 'subdivision: "972"', 'subdivision: "9999"', "972"),
    ("stores.yml", "country: CA", "country: ZZ", "ISO 3166"),
    ("stores.yml", "advice: {minutes: 45, places: 1}", "advise: {minutes: 45, places: 1}", "did you mean 'advice'"),
    ("stores.yml", "date: 2026-12-13", "date: 2027-01-11", "closed and open"),
    ("stores.yml", "to: 2027-01-12", "to: 2027-01-02", "swap"),
    ("stores.yml", "{fr: conseil randonnée, en: hiking advice}", "{fr: conseil randonnée}", "add `en"),
    ("brand.yml", "timeout_seconds: 180", "timeout_second: 180", "timeout_seconds"),
    ("brand.yml", "skills: [orders, returns]", "skills: [orders, return]", "did you mean 'returns'"),
    ("brand.yml", "stores: [montreal, quebec]", "stores: [montreal, kebec]", "did you mean 'quebec'"),
    ("brand.yml", "username: noemie", "username: ines", "another"),
    ("brand.yml", "username: thomas", "username: ines", "ines"),
    ("brand.yml", "role: admin", "role: boss", "community_manager"),
    ("brand.yml", "days_ahead: 60", "days_ahead: 0", "1"),
    ("brand.yml", "default: fr", "default: français", "two small letters"),
]


@pytest.mark.parametrize(("name", "before", "after", "advice"), MISTAKES)
def test_a_mistake_is_shown_by_its_line_with_what_to_write(
    edited: Callable[[str, str, str], tuple[BrandError, int]], name: str, before: str, after: str, advice: str
) -> None:
    error, line = edited(name, before, after)
    # A mistake that lies between two keys is shown where the entry that holds both begins.
    entry_begins = {"to: 2027-01-12": 1}
    shown = f":{line - entry_begins.get(before, 0)}: "
    assert any(shown in told and advice in told for told in str(error).splitlines()), str(error)


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    shutil.copy(DEMO / "stores.yml", tmp_path)
    rules = (DEMO / "brand.yml").read_text(encoding="utf-8")
    rules = rules.replace("days_ahead: 60", "days_ahead: 0").replace("slots_offered: 3", "slots_offered: many")
    (tmp_path / "brand.yml").write_text(rules, encoding="utf-8")
    with pytest.raises(BrandError) as refused:
        load_brand(tmp_path)
    assert len(str(refused.value).splitlines()) == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrandError) as refused:
        load_brand(tmp_path)
    assert "stores.yml" in str(refused.value)
