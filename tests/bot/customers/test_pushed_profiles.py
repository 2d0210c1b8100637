"""A CRM pushes: every entry is judged for itself, and wrong ones are told with what to send instead."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.customers.pushed import MOST, Push, read_push, report
from bot.customers.sources import Change, version_of
from bot.errors import BadUpdate

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
CAMILLE = {"id": "c1", "version": 3, "first_name": "Camille", "phones": ["06 39 98 01 01"]}


def push(**body: Any) -> Push:
    return read_push(json.dumps(body).encode(), sent_at=NOON, country="FR", stores={"lyon"})


def test_a_profile_and_a_deletion_are_read() -> None:
    read = push(profiles=[CAMILLE], deleted=["c2", {"id": "c3", "version": 8}])
    camille, second, third = read.told
    assert (camille.facts, camille.version) == ({"first_name": "Camille", "phones": ["+33639980101"]}, version_of(3))
    assert (second.facts, second.version, second.since) == (None, None, version_of(NOON))
    assert (third.facts, third.version) == (None, version_of(8))


@pytest.mark.parametrize(
    ("entry", "advice"),
    [
        ({"id": "c1", "first_name": "Camille"}, "`updated_at`"),
        ({**CAMILLE, "updated_at": "2026-11-26T12:00:00Z"}, "not both"),
        ({"id": "c1", "updated_at": "2026-11-26T12:00:00"}, "with its offset"),
        ({"id": "c1", "updated_at": 17}, "with its offset"),
        ({"id": "c1", "version": "3"}, "whole number"),
        ({"id": "c1", "version": True}, "whole number"),
        ({"id": "c1", "version": -1}, "whole number"),
        ({"id": "c1", "version": 2**63}, "whole number"),
        ({**CAMILLE, "firstname": "C"}, "did you mean 'first_name'"),
        ({**CAMILLE, "level": 40}, "there is no field 'level'"),
        ({**CAMILLE, "phones": ["12"]}, "`phones`: '12' is no telephone number"),
        ({**CAMILLE, "home_store": "nice"}, "`home_store`"),
        ({"version": 3}, "an id"),
        ("c1", "`version`"),
        (None, "an id"),
        ([], "an id"),
    ],
)
def test_a_wrong_entry_is_named_and_the_others_are_kept(entry: Any, advice: str) -> None:
    read = push(profiles=[entry, {**CAMILLE, "id": "c2"}])
    assert [told.id for told in read.told] == ["c2"]
    told = report(read, [Change(id="c2", outcome="new")])["profiles"]
    assert [one["outcome"] for one in told] == ["wrong", "new"]
    assert advice in told[0]["why"]


def test_an_id_stands_once_in_a_push() -> None:
    read = push(profiles=[CAMILLE, CAMILLE], deleted=["c1"])
    assert len(read.told) == 1
    assert [wrong for _, _, wrong in read.entries] == ["", *["this id stands twice in this push; send its last state"] * 2]


def test_a_version_counted_in_another_way_is_told() -> None:
    read = push(profiles=[CAMILLE])
    (told,) = report(read, [Change(id="c1", outcome="mixed")])["profiles"]
    assert told["outcome"] == "wrong"
    assert "always the same of the two" in told["why"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"profile": []}',
        b'{"profiles": {}}',
        b'{"deleted": "c1"}',
        b"\xff",
        b'{"profiles": [], "x": 1}',
    ],
)
def test_a_body_of_another_form_is_refused_whole(body: bytes) -> None:
    with pytest.raises(BadUpdate):
        read_push(body, sent_at=NOON)


def test_a_push_is_bounded() -> None:
    with pytest.raises(BadUpdate, match="at most"):
        push(deleted=[str(number) for number in range(MOST + 1)])
