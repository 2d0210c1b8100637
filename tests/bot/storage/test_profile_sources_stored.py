"""Profiles of several sources, kept: what each says, what follows, and the contacts that lead to it, all in one transaction."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update

from bot.customers.profile import Profile
from bot.customers.sources import Change, Order, Told, version_of
from bot.storage import profiles
from bot.storage.database import Database
from bot.storage.profile_sources import combine_anew, preview, said_of, take, told_by
from bot.storage.schema import contact_point, conversation, profile, profile_source

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ORDER = Order(sources=("crm", "shop", "file"))
NASTY = "Robert'); DROP TABLE profile;--"


async def tell(
    database: Database, source: str, id_: str, version: int | None = None, *, at: datetime = NOON, **facts: Any
) -> Change:
    told = Told(id=id_, facts=facts, version=None if version is None else version_of(version))
    (change,) = await database.write(partial(take, source=source, told=[told], order=ORDER, now=at))
    return change


async def forget(database: Database, source: str, id_: str) -> Change:
    (change,) = await database.write(partial(take, source=source, told=[Told(id=id_, facts=None)], order=ORDER, now=NOON))
    return change


async def found(database: Database, kind: str, value: str) -> list[str]:
    led_to = await database.read(partial(profiles.candidates, kind=kind, values=[value]))
    return [one.id for one in led_to]


async def facts(database: Database, id_: str) -> Any:
    return await database.read(lambda connection: connection.execute(select(profile.c.facts).where(profile.c.id == id_)).scalar())


async def test_a_push_beats_the_file_and_the_file_does_not_undo_it(database: Database) -> None:
    await tell(database, "file", "c1", first_name="Camille", phones=["+33639980101"])
    await tell(database, "crm", "c1", 1, phones=["+33639980102"])
    await tell(database, "file", "c1", first_name="Camille", phones=["+33639980101"], city="Lyon")
    now = await facts(database, "c1")
    assert (now["first_name"], now["phones"], now["city"]) == ("Camille", ["+33639980102"], "Lyon")
    assert await found(database, "phone", "+33639980101") == []
    assert await found(database, "phone", "+33639980102") == ["c1"]


async def test_contacts_lead_to_a_profile_as_long_as_they_are_its_own(database: Database) -> None:
    await tell(database, "crm", "c1", 1, emails=["camille@courriel.example"], loyalty_number="mo 729-4631")
    assert await found(database, "loyalty", "MO7294631") == ["c1"]
    await tell(database, "crm", "c1", 2, emails=["c@courriel.example"])
    assert await found(database, "loyalty", "MO7294631") == await found(database, "email", "camille@courriel.example") == []
    assert await found(database, "email", "c@courriel.example") == ["c1"]


async def test_repeated_or_older_it_writes_nothing(database: Database) -> None:
    assert (await tell(database, "crm", "c1", 2, city="Lyon")).outcome == "new"
    later = NOON + timedelta(days=1)
    assert (await tell(database, "crm", "c1", 2, at=later, city="Lyon")).outcome == "same"
    assert (await tell(database, "crm", "c1", 1, at=later, city="Lille")).outcome == "older"
    (said,) = await database.read(partial(said_of, profile_id="c1"))
    assert (said.at, said.facts) == (NOON, {"city": "Lyon"})
    changed = await tell(database, "crm", "c1", 3, at=later, city="Lille")
    assert (changed.outcome, changed.fields) == ("changed", ("city",))
    at = await database.read(lambda connection: connection.execute(select(profile.c.changed_at)).scalar())
    assert at == later


async def test_a_later_count_of_the_same_is_kept_so_that_an_older_one_is_known(database: Database) -> None:
    await tell(database, "crm", "c1", 1, city="Lyon")
    assert (await tell(database, "crm", "c1", 5, city="Lyon")).outcome == "same"
    assert (await tell(database, "crm", "c1", 3, city="Lille")).outcome == "older"


async def test_a_preview_tells_the_same_and_writes_nothing(database: Database) -> None:
    told = [Told(id="c1", facts={"city": "Lyon"})]
    (change,) = await database.read(partial(preview, source="file", told=told))
    assert change.outcome == "new"
    assert await facts(database, "c1") is None


async def test_a_profile_nobody_has_any_more_goes_away_and_what_was_pushed_before_does_not_bring_it_back(
    database: Database,
) -> None:
    await tell(database, "crm", "c1", 4, phones=["+33639980101"])
    assert (await forget(database, "crm", "c1")).outcome == "deleted"
    assert await facts(database, "c1") is None
    assert await found(database, "phone", "+33639980101") == []
    assert (await tell(database, "crm", "c1", 4, phones=["+33639980101"])).outcome == "older"
    assert await facts(database, "c1") is None
    assert (await tell(database, "crm", "c1", 5, phones=["+33639980101"])).outcome == "new"
    assert await found(database, "phone", "+33639980101") == ["c1"]


async def test_what_one_source_no_longer_has_another_still_says(database: Database) -> None:
    await tell(database, "file", "c1", first_name="Camille", city="Lyon")
    await tell(database, "crm", "c1", 1, city="Lille")
    await forget(database, "crm", "c1")
    assert (await facts(database, "c1"))["city"] == "Lyon"


async def test_a_thread_whose_profile_is_gone_belongs_to_an_empty_one(database: Database) -> None:
    await tell(database, "crm", "c1", 1, first_name="Camille", phones=["+33639980101"])
    values = {"state": "", "owner": "bot", "epoch": 0, "language": "fr", "fence": 0, "profile_id": "c1", "level": 0}
    values |= {"unsure": False, "created_at": NOON, "touched_at": NOON}
    await database.write(lambda connection: connection.execute(insert(conversation), values) and None)
    await forget(database, "crm", "c1")
    assert profiles.profile_from(await facts(database, "c1")) == Profile(id="c1", first_name="", last_name="")
    assert await found(database, "phone", "+33639980101") == []


async def test_two_sources_that_speak_at_once_both_count(database: Database) -> None:
    for number in range(5):
        id_ = f"c{number}"
        told = [
            tell(database, "crm", id_, 1, city="Lyon"),
            tell(database, "shop", id_, postcode="69002"),
            tell(database, "file", id_, first_name="Zoé"),
        ]
        await asyncio.gather(*told)
        now = await facts(database, id_)
        assert (now["city"], now["postcode"], now["first_name"]) == ("Lyon", "69002", "Zoé")


async def test_batches_that_overlap_neither_wait_for_each_other_for_ever_nor_lose_anything(database: Database) -> None:
    ids = [f"c{number}" for number in range(40)]

    async def batch(source: str, order: list[str]) -> None:
        told = [Told(id=id_, facts={"city" if source == "crm" else "postcode": source}) for id_ in order]
        await database.write(partial(take, source=source, told=told, order=ORDER, now=NOON))

    await asyncio.gather(batch("crm", ids), batch("shop", ids[::-1]))
    for id_ in ids:
        now = await facts(database, id_)
        assert (now["city"], now["postcode"]) == ("crm", "shop")


async def test_another_order_is_applied_to_what_is_there(database: Database) -> None:
    await tell(database, "crm", "c1", 1, city="Lille", phones=["+33639980101"])
    await tell(database, "file", "c1", city="Lyon", phones=["+33639980102"])
    order = Order(sources=("file", "crm"))
    last = await database.write(partial(combine_anew, order=order, now=NOON, after="", limit=10))
    assert last == "c1"
    assert (await facts(database, "c1"))["city"] == "Lyon"
    assert await found(database, "phone", "+33639980102") == ["c1"]
    assert await found(database, "phone", "+33639980101") == []
    assert await database.write(partial(combine_anew, order=order, now=NOON, after=last, limit=10)) is None


async def test_a_profile_from_before_there_were_sources_is_what_the_file_says(database: Database) -> None:
    old = {"id": "c1", "first_name": "Camille", "last_name": "F", "phones": ["+33639980101"], "loyalty_number": "MO1", "city": ""}

    def before(connection: Connection) -> None:
        connection.execute(insert(profile), {"id": "c1", "facts": old})
        connection.execute(insert(contact_point), {"kind": "phone", "value": "+33639980101", "profile_id": "c1"})

    await database.write(before)
    await database.write(partial(combine_anew, order=ORDER, now=NOON, after="", limit=10))
    (said,) = await database.read(partial(said_of, profile_id="c1"))
    assert (said.source, dict(said.facts or {})) == (
        "file",
        {"first_name": "Camille", "last_name": "F", "phones": ["+33639980101"], "loyalty_number": "MO1"},
    )
    assert await found(database, "loyalty", "MO1") == await found(database, "phone", "+33639980101") == ["c1"]


async def test_contacts_of_a_profile_that_was_joined_to_another_lead_there(database: Database) -> None:
    await tell(database, "file", "c1", phones=["+33639980101"])
    await tell(database, "file", "c2", phones=["+33639980101", "+33639980102"])

    def joined(connection: Connection) -> None:
        connection.execute(update(profile).where(profile.c.id == "c2").values(merged_into="c1"))
        connection.execute(contact_point.delete().where(contact_point.c.profile_id == "c2"))
        connection.execute(insert(contact_point), {"kind": "phone", "value": "+33639980102", "profile_id": "c1"})

    await database.write(joined)
    await tell(database, "file", "c2", phones=["+33639980103"])
    assert await found(database, "phone", "+33639980103") == ["c1"]
    assert await found(database, "phone", "+33639980102") == []
    assert await found(database, "phone", "+33639980101") == ["c1"], "it is c1's own as well"


async def test_a_profile_that_was_joined_and_is_gone_can_still_be_parted_and_leads_nowhere(database: Database) -> None:
    await tell(database, "file", "c1", phones=["+33639980101"])
    await tell(database, "crm", "c2", 1, phones=["+33639980101", "+33639980102"])

    def joined(connection: Connection) -> None:
        connection.execute(update(profile).where(profile.c.id == "c2").values(merged_into="c1"))
        connection.execute(update(contact_point).where(contact_point.c.value == "+33639980102").values(profile_id="c1"))
        connection.execute(contact_point.delete().where(contact_point.c.profile_id == "c2"))

    await database.write(joined)
    await forget(database, "crm", "c2")
    assert await found(database, "phone", "+33639980102") == []
    assert await found(database, "phone", "+33639980101") == ["c1"], "it is c1's own as well"
    assert (await facts(database, "c2"))["phones"] == []


@pytest.mark.parametrize("kind", ["phone", "email", "loyalty", "phone' OR '1'='1"])
async def test_names_and_contacts_are_values_and_never_sql(database: Database, kind: str) -> None:
    await tell(database, "crm", NASTY[:64], 1, first_name=NASTY, city='"; DELETE FROM contact_point; --', emails=["a@b.example"])
    assert await found(database, kind, "' OR '1'='1") == []
    assert await found(database, "email", "a@b.example") == [NASTY[:64]]
    assert (await facts(database, NASTY[:64]))["first_name"] == NASTY
    assert await database.read(partial(told_by, source="crm' --", kind="email", values=["a@b.example"])) == []
    assert await database.read(lambda connection: connection.execute(text("SELECT count(*) FROM profile")).scalar()) == 1


async def test_importing_is_what_the_customer_file_says(database: Database) -> None:
    await tell(database, "crm", "c1", 1, city="Lille")
    camille = Profile(id="c1", first_name="Camille", last_name="F", phones=("+33639980101",), city="Lyon")
    assert await database.write(partial(profiles.import_profiles, profiles=[camille], order=ORDER)) == 1
    assert (await facts(database, "c1"))["city"] == "Lille"
    assert await found(database, "phone", "+33639980101") == ["c1"]
    kept = await database.read(lambda connection: list(connection.execute(select(profile_source.c.source)).scalars()))
    assert sorted(kept) == ["crm", "file"]
