"""Somebody tries codes until one fits."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from bot.customers.challenge import BY_CLAIM, BY_IDENTITY, BY_PROFILE, TRIES
from bot.customers.recognise import Level
from bot.storage.database import Database
from bot.storage.schema import challenge, evidence
from tests.fakes.codes import LINA, Codes, another, running_codes

MAIL = "camille@courriel.example"


@pytest.fixture
async def codes(sqlite: Database) -> AsyncIterator[Codes]:
    async with running_codes(sqlite) as running:
        yield running


async def guesses_all(codes: Codes, sender: str) -> list[str]:
    """Try every try there is, and never the right one; what was answered."""
    code = await codes.code(MAIL)
    return [await codes.heard(sender, another(code, nth)) for nth in range(1, TRIES + 1)]


async def anything_proved(codes: Codes) -> int:
    count = select(func.count()).where(evidence.c.level > Level.CLAIMED)
    return int(await codes.house.database.read(lambda connection: connection.execute(count).scalar_one()))


async def test_one_sender_gets_no_more_codes_than_are_allowed(codes: Codes) -> None:
    for _ in range(BY_IDENTITY.hour):
        await codes.says("thief", "mes rendez-vous ?")
        assert "vient de partir" in await codes.heard("thief", MAIL)
        assert "ne vaut plus rien" in (await guesses_all(codes, "thief"))[-1]
    await codes.says("thief", "mes rendez-vous ?")
    assert "Trop de codes" in await codes.heard("thief", "MO7294631")
    assert len(codes.email.sent) == BY_IDENTITY.hour
    assert await anything_proved(codes) == 0


async def test_asking_for_another_code_gives_no_more_tries_than_the_codes_allowed(codes: Codes) -> None:
    await codes.says("thief", "mes rendez-vous ?")
    await codes.says("thief", MAIL)
    said = [await codes.heard("thief", "renvoyez le code") for _ in range(BY_IDENTITY.hour + 2)]
    assert sum("nouveau code" in one for one in said) == BY_IDENTITY.hour - 1
    assert any("Trop de codes" in one for one in said)


async def test_many_senders_get_no_more_codes_of_one_person(codes: Codes) -> None:
    claims = [MAIL, "+33639980101", "MO7294631"]
    answers = []
    for number in range(BY_PROFILE.day + 4):
        await codes.says(f"thief{number}", "mes rendez-vous ?")
        answers.append(await codes.heard(f"thief{number}", claims[number % 3]))
        await codes.carried()
        codes.house.clock.advance(minutes=20)
    assert len(codes.email.sent) + len(codes.sms.sent) == BY_PROFILE.day
    assert all("vient de partir" in one for one in answers), "that there is such a person is not told by the limit"


async def test_what_is_claimed_is_limited_whoever_claims_it_and_whether_or_not_it_is_known(codes: Codes) -> None:
    for mail in (MAIL, "nobody@courriel.example"):
        heard = []
        for number in range(BY_CLAIM.hour + 1):
            await codes.says(f"{mail}{number}", "mes rendez-vous ?")
            heard.append("Trop de codes" in await codes.heard(f"{mail}{number}", mail))
        assert heard == [False] * BY_CLAIM.hour + [True]


async def test_tries_are_counted_over_a_restart(sqlite: Database) -> None:
    async with running_codes(sqlite) as before:
        await before.says("thief", "mes rendez-vous ?")
        await before.says("thief", MAIL)
        code = await before.code(MAIL)
        for nth in range(1, TRIES):
            await before.says("thief", another(code, nth))
        numbers = before.house._numbers
    async with running_codes(sqlite) as after:
        after.house._numbers.update(numbers)
        assert "ne vaut plus rien" in await after.heard("thief", another(code, 9))
        assert "C’est bon" not in await after.heard("thief", code)
    assert await anything_proved(after) == 0


async def test_several_guesses_in_one_breath_are_as_many_tries(codes: Codes) -> None:
    await codes.says("thief", "mes rendez-vous ?")
    await codes.says("thief", MAIL)
    code = await codes.code(MAIL)
    for nth in range(1, 4):
        await codes.says("thief", f"{another(code, nth)}")
    tries = select(challenge.c.tries)
    assert await codes.house.database.read(lambda connection: connection.execute(tries).scalar_one()) == 3
    both = await codes.heard("thief", f"{another(code, 4)} ou {code}")
    assert "C’est bon" not in both, "two codes in one message are none"


async def test_a_lucky_guess_where_nobody_is_known_opens_nothing(codes: Codes) -> None:
    from bot.customers.challenge import code_of

    await codes.says("thief", "mes rendez-vous ?")
    await codes.says("thief", "nobody@courriel.example")
    seed = select(challenge.c.seed)
    code = code_of(await codes.house.database.read(lambda connection: connection.execute(seed).scalar_one()))
    assert "Ce n’est pas ce code" in await codes.heard("thief", code)
    assert await anything_proved(codes) == 0
    assert LINA.first_name not in await codes.heard("thief", code)
