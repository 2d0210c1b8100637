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


@given(text=st.text(max_size=30), number=st.none() | st.integers(), hour=st.none() | st.text(max_size=6))
def test_no_text_makes_it_raise(text: str, number: int | None, hour: str | None) -> None:
    found = pick(TIMES, text, {"number": number, "hour": {"at": hour}, "day": text, "part_of_day": text})
    assert found is None or found in TIMES
