"""Conditions of flows: what they mean, what they refuse, and that no text can make them raise when they are looked at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.conditions import parse_condition

SLOTS: dict[str, Any] = {"city": "Lyon", "count": 3, "sure": True, "day": None, "tags": ["a", "b"], "hour": {"at": "15:00"}}


@pytest.mark.parametrize(
    ("written", "holds"),
    [
        ("slots.sure", True),
        ("not slots.sure", False),
        ("slots.day is null", True),
        ("slots.day is not null", False),
        ('slots.city = "Lyon"', True),
        ("slots.city == 'Lyon' and slots.count > 2", True),
        ("slots.count >= 3 and slots.count <= 3", True),
        ("slots.count != 3 or slots.count < 3", False),
        ("not (slots.city is 'Lille' or slots.count = 4)", True),
        ("slots.city in ['Lille', 'Lyon']", True),
        ("slots.city not in ['Lille', 'Lyon']", False),
        ("slots.tags contains 'b'", True),
        ("slots.hour contains 'at'", True),
        (r"slots.city matches '^L\w+n$'", True),
        ("slots.count matches '3'", False),
        ("slots.sure = 1", False),
        ("slots.day > 3", False),
        ("slots.city < 3", False),
        ("slots.unheard_of", False),
        ("context.greeted", True),
        ("true and not false", True),
        ("slots.city is 'L\\'yon'", False),
        ("slots.sure or slots.day and slots.day", True),
    ],
)
def test_what_a_condition_means(written: str, holds: bool) -> None:
    assert parse_condition(written).holds(SLOTS, {"greeted": True}) is holds


def test_a_condition_knows_what_it_looks_at() -> None:
    condition = parse_condition("slots.city = 'x' and (context.greeted or slots.day)")
    assert (condition.slots, condition.context) == ({"city", "day"}, {"greeted"})


def test_true_and_false_may_be_written_without_quotes_in_yaml() -> None:
    assert not parse_condition(False).holds({}, {})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("city = 'Lyon'", "write `slots.city` for a slot, or quote it"),
        ("slots.city = ", "a value should stand at its end"),
        ("slots.city 'Lyon'", "the condition should end at `'Lyon'`"),
        ("(slots.city", "`)` should stand at its end"),
        ("slots.city matches '['", "is not a regular expression"),
        ("slots.city matches 3", "a quoted regular expression should stand at `3`"),
        ("slots.city = ;", "cannot be read"),
        ("__import__('os')", "write `slots.__import__` for a slot"),
        ("", "a condition is a text such as"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_cure(written: str, told: str) -> None:
    with pytest.raises(ValueError) as wrong:
        parse_condition(written)
    assert told in str(wrong.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


@given(left=VALUES, right=VALUES, operator=st.sampled_from(["=", "==", "!=", "<", "<=", ">", ">=", "is", "in", "contains"]))
def test_comparing_anything_with_anything_never_raises(left: Any, right: Any, operator: str) -> None:
    outcome = parse_condition(f"slots.left {operator} slots.right").holds({"left": left, "right": right}, {})
    assert isinstance(outcome, bool)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(written: str) -> None:
    try:
        condition = parse_condition(written)
    except ValueError:
        return
    assert isinstance(condition.holds({}, {}), bool)
