"""A CRM pushes at its door: believed only when signed just now, taken once, told entry by entry."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient
from sqlalchemy import insert, select

from bot import signals
from bot.customers.profile import Profile
from bot.customers.sources import Order
from bot.signals import Signals
from bot.storage import profiles
from bot.storage.database import Database
from bot.storage.schema import conversation, profile
from bot.web.app import application
from bot.web.crm_door import MAX_BODY, CrmDoor
from bot.web.visitors import Visitors
from tests.fakes.house import FakeClock

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = "a long secret of thirty-two signs"
ORDER = Order(sources=("crm", "file"))
CAMILLE = {"id": "c1", "version": 3, "first_name": "Camille", "phones": ["06 39 98 01 01"]}


class Crm:
    """A CRM that knows the secret, and may misuse it."""

    def __init__(self, client: TestClient[Any, Any], clock: FakeClock) -> None:
        self.client, self.clock = client, clock

    async def push(self, **body: Any) -> Any:
        """Push, and return what is told."""
        answer = await self.posts(json.dumps(body).encode())
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def posts(
        self, body: bytes, *, secret: str = SECRET, at: datetime | None = None, signed: bytes | None = None, **headers: str
    ) -> ClientResponse:
        stamp = str(int((at or self.clock.time).timestamp()))
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + (body if signed is None else signed), hashlib.sha256)
        sent = {"X-Filrouge-Timestamp": stamp, "X-Filrouge-Signature": f"sha256={signature.hexdigest()}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post("/webhooks/crm/crm", data=body, headers=sent)


@pytest.fixture
def board() -> Signals:
    return Signals()


@pytest.fixture
async def crm(database: Database, board: Signals, aiohttp_client: AiohttpClient) -> Crm:
    async def well() -> dict[str, str]:
        return {}

    clock = FakeClock(NOON)
    app = application(well, visitors=Visitors(()), metrics_token=None)
    CrmDoor("crm", SECRET, database, board, clock, order=ORDER, country="FR", stores={"lyon"}).add_to(app)
    return Crm(await aiohttp_client(app), clock)


async def known(database: Database) -> dict[str, Profile]:
    facts = await database.read(lambda connection: list(connection.execute(select(profile.c.facts)).scalars()))
    return {one["id"]: profiles.profile_from(one) for one in facts}


async def test_what_is_pushed_is_known_when_the_answer_comes(crm: Crm, database: Database) -> None:
    assert await crm.push(profiles=[CAMILLE]) == {"profiles": [{"id": "c1", "outcome": "new"}], "deleted": []}
    assert (await known(database))["c1"].phones == ("+33639980101",)
    (found,) = await database.read(partial(profiles.candidates, kind="phone", values=["+33639980101"]))
    assert found.first_name == "Camille"


async def test_wrong_entries_are_named_and_right_ones_kept(crm: Crm, database: Database) -> None:
    told = await crm.push(profiles=[{**CAMILLE, "phones": ["12"]}, {**CAMILLE, "id": "c2"}], deleted=[{"no": "id"}, "c9"])
    assert [one["outcome"] for one in told["profiles"]] == ["wrong", "new"]
    assert "country code" in told["profiles"][0]["why"]
    assert [one["outcome"] for one in told["deleted"]] == ["wrong", "unknown"]
    assert set(await known(database)) == {"c2"}


async def test_an_older_push_never_overwrites_a_newer_one(crm: Crm, database: Database) -> None:
    await crm.push(profiles=[{**CAMILLE, "version": 5, "city": "Lille"}])
    told = await crm.push(profiles=[{**CAMILLE, "version": 4, "city": "Lyon"}])
    assert told["profiles"] == [{"id": "c1", "outcome": "older"}]
    assert (await known(database))["c1"].city == "Lille"


async def test_a_deleted_profile_stays_deleted_whatever_comes_late(crm: Crm, database: Database) -> None:
    await crm.push(profiles=[CAMILLE])
    assert (await crm.push(deleted=["c1"]))["deleted"] == [{"id": "c1", "outcome": "deleted"}]
    late = {**CAMILLE, "city": "Lyon"}
    assert (await crm.push(profiles=[late]))["profiles"] == [{"id": "c1", "outcome": "older"}]
    assert await known(database) == {}


async def test_the_same_push_again_is_harmless_and_told_alike(crm: Crm, database: Database) -> None:
    first = json.dumps({"profiles": [{**CAMILLE, "city": "Lyon"}]}).encode()
    better = json.dumps({"profiles": [{**CAMILLE, "city": "Lille"}]}).encode()  # the same version, told better
    assert (await crm.posts(first, at=NOON)).status == (await crm.posts(better)).status == 200
    again = await crm.posts(first, at=NOON)
    assert again.status == 200
    assert (await known(database))["c1"].city == "Lille", "what was recorded and sent again changes nothing"


async def test_whoever_looks_at_the_thread_is_told(crm: Crm, database: Database, board: Signals) -> None:
    values = {"state": "", "owner": "bot", "epoch": 0, "language": "fr", "fence": 0, "profile_id": "c1", "level": 0}
    values |= {"unsure": False, "created_at": NOON, "touched_at": NOON}
    add = insert(conversation).returning(conversation.c.id)
    id_ = await database.write(lambda connection: connection.execute(add, values).scalar_one())
    waiting = board.expect(signals.conversation(id_))
    await crm.push(profiles=[CAMILLE])
    assert waiting.done()


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "another secret of thirty-two sign"},
        {"secret": ""},
        {"signed": b"{}"},
        {"X_Filrouge_Signature": ""},
        {"X_Filrouge_Signature": "sha256="},
        {"X_Filrouge_Signature": "sha256=" + "0" * 64},
        {"X_Filrouge_Signature": "sha1=" + "0" * 40},
        {"X_Filrouge_Signature": "é" * 71},
        {"X_Filrouge_Timestamp": str(int(NOON.timestamp()) + 1)},
        {"X_Filrouge_Timestamp": ""},
        {"at": NOON - timedelta(minutes=6)},
        {"at": NOON + timedelta(minutes=6)},
    ],
)
async def test_whoever_does_not_hold_the_secret_or_comes_late_is_refused(
    crm: Crm, database: Database, forged: dict[str, Any]
) -> None:
    answer = await crm.posts(json.dumps({"profiles": [CAMILLE]}).encode(), **forged)
    assert answer.status == 401
    assert await known(database) == {}


@pytest.mark.parametrize("stamp", ["-1", "1e9", "١٧٦٤", "9" * 30, "nan", " 5", "0x5"])
async def test_a_signed_time_that_is_none_is_refused(crm: Crm, stamp: str) -> None:
    body = b'{"deleted": []}'
    signature = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    answer = await crm.posts(body, X_Filrouge_Timestamp=stamp, X_Filrouge_Signature=f"sha256={signature}")
    assert answer.status == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"profiles": 1}', b"\xff\xfe", b'{"profiles": [], "sql": "DROP TABLE profile"}']
)
async def test_a_body_of_another_form_is_refused_with_what_to_send(crm: Crm, body: bytes) -> None:
    answer = await crm.posts(body)
    assert answer.status == 400
    assert "error" in await answer.json()


async def test_a_body_too_large_is_not_even_read(crm: Crm) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 65536 + 2):
            yield b"x" * 65536

    assert (await crm.client.post("/webhooks/crm/crm", data=BytesIO(b"x" * (MAX_BODY + 1)))).status == 413
    answer = await crm.client.post("/webhooks/crm/crm", data=drip(), headers={"X-Filrouge-Timestamp": "1"})
    assert answer.status == 413


async def test_names_are_values_and_never_sql(crm: Crm, database: Database) -> None:
    nasty = "Robert'); DROP TABLE profile;-- {{ 7*7 }} {customer_phone}"
    await crm.push(profiles=[{"id": "'; DELETE FROM profile; --", "version": 1, "first_name": nasty, "city": '" OR 1=1'}])
    ((_, robert),) = (await known(database)).items()
    assert robert.first_name == nasty


async def test_another_source_has_another_door(crm: Crm) -> None:
    assert (await crm.client.post("/webhooks/crm/other", data=b"{}")).status == 404
    assert (await crm.client.get("/webhooks/crm/crm")).status == 405


async def test_a_push_of_a_thousand_is_taken_at_once(crm: Crm, database: Database) -> None:
    many = [{"id": f"k{number}", "version": 1, "first_name": "K", "phones": [f"+3363998{number:04d}"]} for number in range(1000)]
    begun = time.monotonic()
    told = await crm.push(profiles=many)
    assert {one["outcome"] for one in told["profiles"]} == {"new"}
    assert len(await known(database)) == 1000
    assert time.monotonic() - begun < 10
