"""Every line of an imported file has an outcome, in its own place."""

from __future__ import annotations

from bot.customers.customer_file import Line
from bot.customers.importing import judge, told_by_lines
from bot.customers.profile import Profile
from bot.customers.sources import Change


def line(number: int, id_: str = "") -> Line:
    profile = Profile(id=id_, first_name="A", last_name="B") if id_ else None
    return Line(number=number, id=id_, profile=profile, said=frozenset({"id", "first_name", "last_name"}))


def test_lines_and_changes_are_put_together_in_their_order() -> None:
    lines = [line(2, "c1"), line(3), line(4, "c2"), line(5, "c3"), line(6, "c4")]
    assert [told.id for told in told_by_lines(lines)] == ["c1", "c2", "c3", "c4"]
    changes = [
        Change(id="c1", outcome="new"),
        Change(id="c2", outcome="changed", fields=("city",)),
        Change(id="c3", outcome="same"),
        Change(id="c4", outcome="erased"),
    ]
    judged = [(one.line.number, one.outcome, one.fields) for one in judge(lines, changes)]
    assert judged == [(2, "new", ()), (3, "wrong", ()), (4, "changed", ("city",)), (5, "same", ()), (6, "erased", ())]


def test_only_what_is_written_in_a_line_is_told() -> None:
    (told,) = told_by_lines([line(2, "c1")])
    assert told.facts == {"first_name": "A", "last_name": "B"}
