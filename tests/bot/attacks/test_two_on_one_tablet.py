"""Two people on one tablet: nothing of the first is shown or said to the second, and each finds their own thread again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.channels.webchat.translate import tag_of
from bot.messages import InboundMessage
from bot.storage.database import Database
from bot.storage.schema import conversation
from handoff.console.views import ConversationFilter
from tests.fakes.shop import token_for
from tests.fakes.tablet import Browser, Shop, open_shop

PRIVATE = ("Camille", "Fournier", "Lyon", "39980101", "essayage", "Essayage")


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    async with open_shop(database) as shop:
        yield shop


async def camille_books(browser: Browser) -> None:
    await browser.signs_in("c1")
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        await browser.says(words)
    assert "Camille" in " ".join(await browser.sees())


async def tells_nothing(browser: Browser) -> None:
    """Whoever sits there now asks for everything there is."""
    for words in ("bonjour", "mes rendez-vous ?", "oui", "le premier", "un essayage demain à Lyon"):
        await browser.says(words)
    own = {"bonjour", "mes rendez-vous ?", "oui", "le premier", "un essayage demain à Lyon"}
    said = " | ".join(line["text"] for line in await browser.lines() if line["text"] not in own)
    before_booking = said.partition("quel nom")[0]
    assert not any(word in said for word in ("Camille", "Fournier", "39980101"))
    assert "Je ne vois pas de rendez-vous" in before_booking


def known_as(conversation_id: int) -> Any:
    def read(connection: Connection) -> str | None:
        found = select(conversation.c.profile_id).where(conversation.c.id == conversation_id)
        return connection.execute(found).scalar_one()

    return read


async def test_who_signs_in_is_known_without_a_word(shop: Shop) -> None:
    browser = await shop.browser()
    assert await browser.signs_in("c1") == "same"
    assert await browser.sees() == [], "the bot says nothing to who has said nothing"
    await browser.says("mes rendez-vous ?")
    assert "Je ne vois pas de rendez-vous à venir à votre nom" in " ".join(await browser.sees())


async def test_somebody_else_signs_in_on_the_same_tablet(shop: Shop) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    first = tablet.session
    assert await tablet.signs_in("c2") == "new"
    assert tablet.session != first
    assert await tablet.sees() == [], "an empty page"
    await tablet.says("mes rendez-vous ?")
    said = " ".join(await tablet.sees())
    assert not any(word in said for word in PRIVATE)
    assert "Je ne vois pas de rendez-vous" in said


@pytest.mark.parametrize("how", ["button", "words", "named", "english"])
async def test_somebody_says_that_it_is_not_them(shop: Shop, how: str) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    first = tablet.session
    if how == "button":
        await tablet.leaves()
    else:
        words = {"words": "Ce n’est pas moi !", "named": "Désolé, je ne suis pas Camille", "english": "That's not me."}[how]
        assert (await tablet.says(words))["session"] == "new"
    assert tablet.session != first
    assert await tablet.sees() == []
    await tells_nothing(tablet)


@pytest.mark.parametrize("words", ["ce n'est pas moi", "not me", "je ne suis pas Camille"])
async def test_where_nobody_is_known_these_are_words_like_others(shop: Shop, words: str) -> None:
    browser = await shop.browser()
    before = browser.session
    assert "session" not in await browser.says(words)
    assert browser.session == before
    assert (await browser.sees())[0] == words


@pytest.mark.parametrize("words", ["je ne suis pas Paul", "je ne suis pas content", "pas moi", "ce n'est pas moi qui ai payé"])
async def test_something_else_is_not_taken_for_it(shop: Shop, words: str) -> None:
    browser = await shop.browser()
    await browser.signs_in("c1")
    assert "session" not in await browser.says(words)


async def test_the_first_finds_their_own_thread_again(shop: Shop) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    before = await tablet.sees()
    assert await tablet.signs_in("c2") == "new"
    await tablet.says("bonjour")
    noes = await tablet.sees()
    assert await tablet.signs_in("c1") == "new"
    assert await tablet.sees() == before
    await tablet.says("mes rendez-vous ?")
    assert "Vous êtes attendu" in (await tablet.sees())[-1]
    assert await tablet.signs_in("c2") == "new"
    assert await tablet.sees() == noes


async def test_the_first_goes_on_elsewhere_untouched(shop: Shop) -> None:
    tablet, telephone = await shop.browser(), await shop.browser()
    await camille_books(tablet)
    await telephone.signs_in("c1")
    before = await telephone.sees()
    await tablet.leaves()
    await tells_nothing(tablet)
    assert await telephone.sees() == before
    await telephone.says("mes rendez-vous ?")
    assert "Vous êtes attendu" in (await telephone.sees())[-1]


async def test_the_shops_word_alone_does_not_bring_back_who_was_left(shop: Shop) -> None:
    """Its pages go on saying that Camille is signed in there."""
    tablet = await shop.browser()
    await camille_books(tablet)
    await tablet.leaves()
    token = token_for("c1", shop.house.clock.now())
    answer = await tablet.post("/chat/identity", {"token": token})
    assert (answer.status, (await answer.json())["error"]) == (409, "left")
    assert await tablet.sees() == []
    assert await tablet.signs_in("c2") == "same", "but somebody else may sign in"
    elsewhere = await shop.browser()
    await camille_books(elsewhere)
    await elsewhere.leaves()
    assert (await elsewhere.post("/chat/identity", {"token": token, "again": True})).status == 202
    await elsewhere.settled()
    assert "Camille" in " ".join(await elsewhere.sees()), "it was her after all"


async def test_two_who_sign_in_at_once_on_a_new_session_are_kept_apart(shop: Shop) -> None:
    tablet = await shop.browser()
    now = shop.house.clock.now()
    bodies = [{"token": token_for(profile, now)} for profile in ("c1", "c2")]
    answers = await asyncio.gather(*(tablet.post("/chat/identity", body) for body in bodies))
    sessions = sorted([(await answer.json())["session"] for answer in answers])
    assert sessions == ["new", "same"]


async def test_an_anonymous_thread_becomes_that_of_who_signs_in(shop: Shop) -> None:
    browser = await shop.browser()
    await browser.says("bonjour")
    assert await browser.signs_in("c1") == "same"
    assert (await browser.sees())[0] == "bonjour"
    elsewhere = await shop.browser()
    await elsewhere.signs_in("c1")
    assert (await elsewhere.sees())[0] == "bonjour"


async def test_a_proof_that_is_over_shows_and_tells_nothing_any_more(shop: Shop) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    page = await tablet.open()
    shop.house.clock.advance(hours=12, minutes=1)
    assert await tablet.sees() == [], "what was said while it was Camille is not there for whoever looks now"
    await tells_nothing(tablet)
    assert "Camille" not in page
    await tablet.signs_in("c1")
    assert "Camille" in " ".join(await tablet.sees()), "it comes back with her"


async def test_the_shops_session_may_end_sooner(shop: Shop) -> None:
    tablet = await shop.browser()
    ends = int(shop.house.clock.now().timestamp()) + 1800
    await tablet.signs_in("c1", session_exp=ends)
    await tablet.says("mes rendez-vous ?")
    assert await tablet.sees()
    shop.house.clock.advance(minutes=31)
    assert await tablet.sees() == []


async def test_a_later_token_renews_it_silently(shop: Shop) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    before = await tablet.sees()
    for _ in range(3):
        shop.house.clock.advance(hours=9)
        assert await tablet.signs_in("c1") == "same"
    assert await tablet.sees() == before


async def test_a_page_that_stays_open_is_told_to_forget(shop: Shop) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    async with asyncio.timeout(10), tablet.client.get(f"{tablet.root}/chat/events") as stream:
        heard: list[str] = []
        async for raw in stream.content:
            if raw.startswith(b"event: "):
                heard.append(raw[7:].decode().strip())
                if heard[-1] == "ready":
                    shop.house.clock.advance(hours=13)
                elif heard[-1] == "view" and "ready" in heard:
                    told = await stream.content.readline()
                    break
    assert told == b'data: {"view":"over","known":false}\n'


async def test_a_window_that_still_shows_the_first_cannot_write_as_the_second(shop: Shop) -> None:
    tablet = await shop.browser()
    await camille_books(tablet)
    stale = {"X-Chat-Session": tag_of(tablet.session)}
    await tablet.leaves()
    body = {"id": "0d9f5d3e-2f0a-4c1b-9d51-0b6f3c6e8a11", "text": "mon code est 1234"}
    answer = await tablet.post("/chat/messages", body, **stale)
    assert (answer.status, (await answer.json())["error"]) == (409, "other_session")
    assert await tablet.sees() == []


async def test_signing_in_on_a_page_does_not_take_the_answers_away_from_where_they_wrote(shop: Shop) -> None:
    """Camille writes on WhatsApp; that she opens the shop's site meanwhile is no reason to answer her there."""
    house = shop.house
    phone = {"aliases": {"phone": "+33639980101"}}
    written = await house.says("33639980101", "un conseiller svp", channel="whatsapp", data=phone)
    browser = await shop.browser()
    await browser.signs_in("c1")
    assert (await house.thread(written.conversation)).channel == "whatsapp"
    assert await house.database.read(known_as(written.conversation)) == "c1"


async def test_whoever_only_signed_in_can_still_be_written_to(shop: Shop) -> None:
    browser = await shop.browser()
    await browser.signs_in("c1")

    def holder(connection: Connection) -> Any:
        return connection.execute(select(conversation.c.identity_id).where(conversation.c.profile_id == "c1")).scalar_one()

    assert await shop.house.database.read(holder) is not None


async def test_what_a_page_tells_by_itself_is_no_line_for_advisors(shop: Shop) -> None:
    browser = await shop.browser()
    await browser.says("bonjour")
    await browser.signs_in("c1")
    listed = (await shop.house.ports.desk.conversations(ConversationFilter())).rows[0]
    kinds = [message.kind for message in (await shop.house.thread(listed.id)).messages]
    assert set(kinds) == {"text"}
    assert listed.last_text


async def test_a_customer_only_the_shop_knows_is_known_by_its_word(shop: Shop) -> None:
    browser, telephone = await shop.browser(), await shop.browser()
    await browser.signs_in("new-7", given_name="Ana", family_name="Duarte", locale="en")
    await browser.says("bonjour")
    assert await telephone.signs_in("new-7") == "same"
    assert (await telephone.sees())[0] == "bonjour", "one thread on both"


async def test_a_message_and_a_sign_in_are_heard_in_their_order(shop: Shop) -> None:
    browser = await shop.browser()
    now = shop.house.clock.now()
    message = InboundMessage(channel="webchat", external_id="x:1", sender=browser.session, text="mes rendez-vous ?", sent_at=now)
    await shop.house.door.accept(message)
    await browser.signs_in("c1")
    await browser.says("mes rendez-vous ?")
    said = [line["text"] for line in await browser.lines() if line["direction"] == "out"]
    assert "à votre nom" not in said[0]
    assert "à votre nom" in said[-1]
