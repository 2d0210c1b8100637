"""Long texts are cut where a reader would pause."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.texts import clusters, shorten, split, utf16

LINK = "https://orvelle.example/magasins/lyon?jour=2026-11-22"
FAMILY, FLAG, KEYCAP, WAVE = "👩‍👩‍👧", "🇫🇷", "3️⃣", "👋🏽"


def test_a_short_text_stays_whole() -> None:
    assert split("Bonjour", 4096) == ["Bonjour"]


def test_a_blank_text_is_nothing_to_say() -> None:
    assert split(" \n ", 4096) == []


def test_paragraphs_are_kept_together_first() -> None:
    assert split("Un début. Encore.\n\nUne suite assez longue.", 30) == ["Un début. Encore.", "Une suite assez longue."]


def test_then_sentences() -> None:
    assert split("Bonjour à vous ! Le magasin ouvre à dix heures.", 40) == ["Bonjour à vous !", "Le magasin ouvre à dix heures."]


def test_then_words() -> None:
    assert split("un deux trois quatre", 9) == ["un deux", "trois", "quatre"]


def test_a_word_that_ends_exactly_at_the_limit_is_not_pushed_away() -> None:
    assert split("un deux trois", 7) == ["un deux", "trois"]


def test_a_link_is_never_cut() -> None:
    for limit in range(len(LINK), len(LINK) + 30):
        assert any(LINK in piece for piece in split(f"Voici({LINK} pour vous, avec tout le détail", limit))


def test_a_mail_address_is_never_cut() -> None:
    address = "le.service.des.reparations@magasins.orvelle.example"
    for limit in range(len(address), len(address) + 30):
        assert any(address in piece for piece in split(f"Voici({address} pour vous, avec tout le détail", limit))


def test_a_text_without_a_single_gap_is_cut_in_no_time() -> None:
    begun = time.perf_counter()
    assert len(split("x" * 200_000, 1000)) == 200
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("emoji", [FAMILY, FLAG, KEYCAP, WAVE, "e\u0301"])
def test_an_emoji_or_accented_letter_is_never_cut(emoji: str) -> None:
    for limit in range(utf16(emoji) + 2, utf16(emoji) * 3 + 4):
        for piece in split(emoji * 9, limit):
            assert piece.count(emoji) * len(emoji) == len(piece)


def test_four_flags_are_four_flags() -> None:
    assert list(clusters("🇫🇷🇨🇦🇲🇶🇬🇧")) == ["🇫🇷", "🇨🇦", "🇲🇶", "🇬🇧"]


def test_length_is_counted_as_the_platform_counts() -> None:
    assert utf16("🙂") == 2
    assert split("🙂🙂🙂", 4) == ["🙂🙂", "🙂"]


@pytest.mark.parametrize(("text", "short"), [("Lyon", "Lyon"), ("Lyon Bellecour", "Lyon Be…"), ("🙂🙂🙂🙂🙂", "🙂🙂🙂…")])
def test_a_long_title_ends_with_an_ellipsis(text: str, short: str) -> None:
    assert shorten(text, 8) == short


def test_a_limit_without_room_for_an_emoji_is_refused() -> None:
    with pytest.raises(ValueError, match="use 4 or more"):
        split("Bonjour", 3)


pieces_of_talk = some.sampled_from([*"aé .!?\n\u00a0…»", "\n\n", LINK, FAMILY, FLAG, KEYCAP, WAVE, "mot", "🙂"])


@given(some.lists(pieces_of_talk, max_size=60).map("".join), some.integers(4, 90))
def test_pieces_fit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(piece and utf16(piece) <= limit for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


@given(some.text(max_size=80), some.integers(2, 40))
def test_a_shortened_title_fits(text: str, limit: int) -> None:
    assert utf16(shorten(text, limit)) <= limit
