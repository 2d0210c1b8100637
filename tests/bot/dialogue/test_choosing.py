"""Which of the offered choices a message means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.wording import short_when, spoken_names
from bot.dialogue.choosing import pick
from bot.dialogue.state import Choice


def at(*times: str) -> tuple[Choice, ...]:
    starts = [datetime.fromisoformat(time) for time in times]
    return tuple(
        Choice(short_when(start, "fr"), set={"start": f"{start:%dT%H:%M}"}, aliases=spoken_names(start, "fr")) for start in starts
    )


TIMES = at("2026-11-28T10:00", "2026-11-28T14:30", "2026-11-29T15:00")
STORES = (Choice("Paris Rivoli", set={"start": "rivoli"}), Choice("Paris Nation", set={"start": "nation"}))


@pytest.mark.parametrize(
    ("text", "values", "meant"),
    [
        ("sam. 28 nov. à 14 h 30", {}, "28T14:30"),
        ("14h30", {}, "28T14:30"),
        ("celui de 14 h 30 svp", {}, "28T14:30"),
        ("2:30pm", {}, "28T14:30"),
        ("3 pm please", {}, "29T15:00"),
        ("15h", {}, "29T15:00"),
        ("15", {}, "29T15:00"),
        ("dimanche", {}, "29T15:00"),
        ("Sunday works", {}, "29T15:00"),
        ("samedi", {}, None),
        ("dans 3 mois", {}, None),
        ("we are 2 people", {}, None),
        ("samedi après-midi", {"day": "2026-11-28", "part_of_day": "afternoon"}, "28T14:30"),
        ("le matin", {"part_of_day": "morning"}, "28T10:00"),
        ("à 3h", {"hour": {"at": "03:00"}}, "29T15:00"),
        ("vers 17h", {"hour": {"at": "17:00"}}, None),
        ("lundi", {"day": "2026-11-30"}, None),
        ("le premier", {}, "28T10:00"),
        ("la deuxième", {}, "28T14:30"),
        ("the third one", {}, "29T15:00"),
        ("le dernier", {"number": -1}, "29T15:00"),
        ("2", {"number": 2}, "28T14:30"),
        ("2️⃣", {}, "28T14:30"),
        ("4", {}, None),
        ("le plus tôt possible", {}, "28T10:00"),
        ("the latest please", {}, "29T15:00"),
        ("peu importe", {}, "28T10:00"),
        ("n'importe lequel", {}, "28T10:00"),
        ("ça m'est égal", {}, "28T10:00"),
        ("comme vous voulez, je vous laisse choisir", {}, "28T10:00"),
        ("whichever", {}, "28T10:00"),
        ("either is fine", {}, "28T10:00"),
        ("you choose", {}, "28T10:00"),
        ("up to you", {}, "28T10:00"),
        ("le plus proche", {}, "28T10:00"),
        ("the earliest", {}, "28T10:00"),
        ("the soonest you have", {}, "28T10:00"),
        ("first available", {}, "28T10:00"),
        ("le plus tard possible", {}, "29T15:00"),
        ("celui du milieu", {}, "28T14:30"),
        ("the middle one", {}, "28T14:30"),
        ("l'avant-dernier", {}, "28T14:30"),
        ("the second to last", {}, "28T14:30"),
        ("celui de 15h", {"hour": {"at": "15:00"}}, "29T15:00"),
        ("le deuxième svp", {"number": 2}, "28T14:30"),
        ("va pour le 3", {}, "29T15:00"),
        ("n°2", {"number": 2}, "28T14:30"),
        ("option trois", {}, "29T15:00"),
        ("I meant the first", {}, "28T10:00"),
        ("je voulais dire dimanche", {"day": "2026-11-29"}, "29T15:00"),
        ("pas le premier", {}, None),
        ("neither", {}, None),
        ("je ne sais pas", {}, None),
        ("", {}, None),
    ],
)
def test_times(text: str, values: dict[str, Any], meant: str | None) -> None:
    found = pick(TIMES, text, values)
    assert (found.set["start"] if found else None) == meant


@pytest.mark.parametrize(
    ("text", "meant"), [("Nation", "nation"), ("celle de rivoli", "rivoli"), ("paris", None), ("Paris Nasion", "nation")]
)
def test_names(text: str, meant: str | None) -> None:
    found = pick(STORES, text, {})
    assert (found.set["start"] if found else None) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pas Rivoli", "nation"),
        ("not the first", "nation"),
        ("peu importe", "rivoli"),
        ("l'une ou l'autre, c'est pareil", "rivoli"),
        ("le plus tôt possible", None),
        ("la dernière", "nation"),
    ],
)
def test_of_two(text: str, meant: str | None) -> None:
    found = pick(STORES, text, {})
    assert (found.set["start"] if found else None) == meant


def test_any_of_them_is_no_yes_and_chooses_nothing_of_a_long_list() -> None:
    confirm = (Choice("Oui", set={"confirmed": True}), Choice("Non", set={"confirmed": False}))
    assert pick(confirm, "peu importe", {}) is None
    eight = tuple(Choice(f"Boutique {n}", set={"store": str(n)}) for n in "abcdefgh")
    assert pick(eight, "n'importe laquelle", {}) is None


@given(text=st.text(max_size=30), number=st.none() | st.integers(), hour=st.none() | st.text(max_size=6))
def test_no_text_makes_it_raise(text: str, number: int | None, hour: str | None) -> None:
    found = pick(TIMES, text, {"number": number, "hour": {"at": hour}, "day": text, "part_of_day": text})
    assert found is None or found in TIMES
