"""Who would like to be somebody else on the web chat: forged, stolen and repeated tokens, other sites, other sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.storage import erased
from bot.storage.database import Database
from bot.storage.schema import conversation, evidence, message
from bot.web.pace import Pace
from tests.fakes.shop import token_for
from tests.fakes.tablet import Shop, open_shop


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    async with open_shop(database) as shop:
        yield shop


async def proofs(shop: Shop) -> int:
    def count(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(evidence)).scalar_one())

    return await shop.house.database.read(count)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "a-key-the-shop-has-never-seen-but-of-the-right-length-0123456789-0123456789"},
        {"aud": "another-service"},
        {"iat": 1_000_000_000, "exp": 1_000_000_300},
        {"exp": 99_999_999_999},
        {"algorithm": "HS512"},
        {"nonce": "another-session"},
    ],
)
async def test_a_token_that_is_not_the_shops_word_for_now_makes_nobody_known(shop: Shop, wrong: dict[str, Any]) -> None:
    browser = await shop.browser()
    token = token_for("c1", shop.house.clock.now(), **wrong)
    answer = await browser.post("/chat/identity", {"token": token})
    told = await answer.json()
    assert (answer.status, told["error"]) == (403, "token_refused")
    assert "Set-Cookie" not in answer.headers
    assert await proofs(shop) == 0


async def test_a_token_is_refused_alike_whether_or_not_there_is_such_a_customer(shop: Shop) -> None:
    """Nobody learns from a refusal, nor from an acceptance, who is a customer."""
    told = []
    for profile in ("c1", "nobody-at-all"):
        browser = await shop.browser()
        bad = await browser.post("/chat/identity", {"token": token_for(profile, shop.house.clock.now(), aud="x")})
        good = await browser.post("/chat/identity", {"token": token_for(profile, shop.house.clock.now())})
        told.append((bad.status, await bad.json(), good.status, await good.json()))
    assert told[0] == told[1]


async def test_a_token_is_good_for_one_session(shop: Shop) -> None:
    camille, thief = await shop.browser(), await shop.browser()
    token = token_for("c1", shop.house.clock.now())
    assert (await camille.post("/chat/identity", {"token": token})).status == 202
    await camille.says("bonjour")
    answer = await thief.post("/chat/identity", {"token": token})
    assert (answer.status, (await answer.json())["error"]) == (409, "token_spent")
    assert await thief.sees() == []
    assert await proofs(shop) == 1
    assert (await camille.post("/chat/identity", {"token": token})).status == 202, "a page that heard no answer asks again"
    await camille.settled()
    assert await proofs(shop) == 1


async def test_a_token_of_before_does_not_sign_in_again_who_has_left(shop: Shop) -> None:
    tablet = await shop.browser()
    token = token_for("c1", shop.house.clock.now())
    assert (await tablet.post("/chat/identity", {"token": token})).status == 202
    await tablet.leaves()
    assert (await tablet.post("/chat/identity", {"token": token, "again": True})).status == 409


async def test_a_cookie_that_was_copied_is_worth_nothing_once_its_owner_has_left(shop: Shop) -> None:
    tablet = await shop.browser()
    await tablet.signs_in("c1")
    await tablet.says("bonjour")
    copied = tablet.token
    await tablet.leaves()
    thief = await shop.browser()
    thief.client.cookie_jar.update_cookies({"filrouge_chat": copied})
    assert await thief.sees() == []
    await thief.says("mes rendez-vous ?")
    assert "Camille" not in " ".join(await thief.sees())


@pytest.mark.parametrize("path", ["/chat/identity", "/chat/identity/leave"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://www.brand.example"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
    ],
)
async def test_no_other_site_signs_a_customer_in_or_out(shop: Shop, path: str, headers: dict[str, str]) -> None:
    """Signed in as the attacker, a victim would write into the attacker's thread."""
    victim = await shop.browser()
    before = victim.token
    answer = await victim.post(path, {"token": token_for("c2", shop.house.clock.now())}, **headers)
    assert (answer.status, (await answer.json())["error"]) == (403, "wrong_origin")
    assert victim.token == before
    assert await proofs(shop) == 0


async def test_without_a_session_there_is_nobody_to_sign_in(shop: Shop) -> None:
    stranger = await shop.browser()
    stranger.client.cookie_jar.clear()
    assert (await stranger.post("/chat/identity", {"token": token_for("c1", shop.house.clock.now())})).status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"token": "a" * 5000}, 413),
        ({"token": "a" * 20_000}, 413),
        ({"token": 7}, 400),
        ({}, 400),
        ([], 400),
        ("token", 400),
        (None, 400),
    ],
)
async def test_what_is_no_token_is_refused_before_it_is_read(shop: Shop, body: Any, status: int) -> None:
    browser = await shop.browser()
    assert (await browser.post("/chat/identity", body)).status == status


async def test_tokens_cannot_be_tried_without_end(database: Database) -> None:
    async with open_shop(database, session_pace=Pace(burst=3, per_second=0.1)) as shop:
        browser = await shop.browser()
        statuses = [(await browser.post("/chat/identity", {"token": "a.b.c"})).status for _ in range(5)]
        assert statuses == [403, 403, 403, 429, 429]


async def test_somebody_erased_is_not_brought_back_by_the_site(shop: Shop) -> None:
    def erased_before(connection: Connection) -> None:
        erased.remember(connection, ["gone-1"], shop.house.clock.now())

    await shop.house.database.write(erased_before)
    browser = await shop.browser()
    assert await browser.signs_in("gone-1", given_name="Ana") == "same"
    await browser.says("bonjour")
    assert await proofs(shop) == 0

    def mentions(connection: Connection) -> list[Any]:
        return list(connection.execute(select(message.c.data, message.c.text)).all())

    assert "gone-1" not in str(await shop.house.database.read(mentions))
    await browser.signs_in("c1")
    assert await browser.signs_in("gone-1") == "new", "and is not taken for who was known there"
    assert await browser.sees() == []


async def test_the_token_is_kept_nowhere(shop: Shop) -> None:
    browser = await shop.browser()
    now = shop.house.clock.now()
    token = token_for("c1", now, given_name="Camille", email="secret@example.org", email_verified=True)
    await browser.post("/chat/identity", {"token": token})
    await browser.settled()

    def kept(connection: Connection) -> list[Any]:
        return list(connection.execute(select(message.c.text, message.c.data, message.c.external_key)).all())

    rows = await shop.house.database.read(kept)
    assert [row.data["profile"] for row in rows] == ["c1"]
    assert not any(part in str(rows) for part in (token, token.rpartition(".")[2], "secret@example.org"))


async def test_an_address_the_shop_has_not_verified_leads_nobodys_mails_to_who_typed_it(shop: Shop) -> None:
    """An attacker registers at the shop with a victim's address: what the victim writes later must not reach the attacker."""
    attacker = await shop.browser()
    await attacker.signs_in("new-1", email="victim@example.org", email_verified=False, given_name="Mallory")
    await attacker.says("bonjour")
    aliases = {"email": "victim@example.org"}
    victim = await shop.house.says("victim@example.org", "bonjour", channel="email", data={"aliases": aliases})

    def profile_of(connection: Connection) -> str | None:
        found = select(conversation.c.profile_id).where(conversation.c.id == victim.conversation)
        return connection.execute(found).scalar_one()

    assert await shop.house.database.read(profile_of) is None
