"""What a CRM pushes: profiles that changed and ids that are gone, each judged for itself. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import orjson

from bot.customers.fields import read_facts, well_formed_id
from bot.customers.sources import EMPTY, Change, Told, version_of
from bot.errors import BadUpdate

MOST = 1_000
"""Entries of one push: they are written in one transaction, which others wait for."""
_OUR_KEYS = ("id", "version", "updated_at")
_MIXED = "this source has counted otherwise so far: write `version` or `updated_at`, always the same of the two"


@dataclass(slots=True)
class Push:
    """A push, entry by entry; `report` tells what became of each."""

    told: list[Told] = field(default_factory=list)
    """What can be taken."""
    entries: list[tuple[str, str, str]] = field(default_factory=list)
    """List it stands in, id, and what is wrong with it (empty: nothing)."""


def read_push(body: bytes, *, sent_at: datetime, country: str = "", stores: Collection[str] | None = None) -> Push:
    """Read `{"profiles": [...], "deleted": [...]}`.

    `sent_at` is when it was sent: an id that is deleted without a version is deleted as of then. Raises `BadUpdate` for a body
    that has not this form; one wrong entry is told in the push and leaves the others alone.
    """
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadUpdate("the body is no JSON") from None
    if not isinstance(data, dict) or not data or data.keys() - {"profiles", "deleted"}:
        raise BadUpdate('write {"profiles": [...], "deleted": [...]}, one of them or both, and nothing else')
    profiles, deleted = data.get("profiles", []), data.get("deleted", [])
    if not isinstance(profiles, list) or not isinstance(deleted, list):
        raise BadUpdate("`profiles` and `deleted` are lists")
    if len(profiles) + len(deleted) > MOST:
        raise BadUpdate(f"a push has at most {MOST} entries; send the rest in another one")
    push, seen = Push(), set[str]()
    for kind, entries in (("profiles", profiles), ("deleted", deleted)):
        for entry in entries:
            _read(push, kind, entry, seen, sent_at, country, stores)
    return push


def report(push: Push, changes: Sequence[Change]) -> dict[str, list[dict[str, Any]]]:
    """What became of every entry, in the order they came in."""
    outcomes = {change.id: change for change in changes}
    told: dict[str, list[dict[str, Any]]] = {"profiles": [], "deleted": []}
    for kind, id_, wrong in push.entries:
        change = outcomes.get(id_)
        if wrong or change is None:
            told[kind].append({"id": id_, "outcome": "wrong", "why": wrong})
        elif change.outcome == "mixed":
            told[kind].append({"id": id_, "outcome": "wrong", "why": _MIXED})
        else:
            fields = {"fields": list(change.fields)} if change.fields else {}
            told[kind].append({"id": id_, "outcome": change.outcome, **fields})
    return told


def _read(
    push: Push,
    kind: str,
    entry: Any,
    seen: set[str],
    sent_at: datetime,
    country: str,
    stores: Collection[str] | None,
) -> None:
    values = entry if isinstance(entry, dict) else {"id": entry}
    id_ = _shown(values.get("id"))
    try:
        id_ = _once(values.get("id"), seen)
        told = _deleted(id_, values, sent_at) if kind == "deleted" else _changed(id_, values, country, stores)
    except ValueError as wrong:
        push.entries.append((kind, id_, str(wrong)))
        return
    seen.add(id_)
    push.entries.append((kind, id_, ""))
    push.told.append(told)


def _once(id_: Any, seen: Collection[str]) -> str:
    written = well_formed_id(id_)
    if written in seen:
        raise ValueError("this id stands twice in this push; send its last state")
    return written


def _changed(id_: str, values: Mapping[str, Any], country: str, stores: Collection[str] | None) -> Told:
    said = {name: value for name, value in values.items() if name not in _OUR_KEYS}
    for name in said:
        if name not in EMPTY:
            near = get_close_matches(name, list(EMPTY), n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"the fields are: {', '.join(EMPTY)}"
            raise ValueError(f"there is no field {name[:64]!r}; {advice}")
    version = _version(values)
    if version is None:
        raise ValueError("`version` (a number that rises) or `updated_at` (a time with its offset) is missing")
    read = read_facts(said, country=country, stores=stores)
    for name, wrong in read.wrong.items():
        raise ValueError(f"`{name}`: {wrong}")
    return Told(id=id_, facts=read.facts, version=version)


def _deleted(id_: str, values: Mapping[str, Any], sent_at: datetime) -> Told:
    for name in values.keys() - set(_OUR_KEYS):
        raise ValueError(f"a deleted entry has an id, and `version` or `updated_at`; `{name[:64]}` is neither")
    version = _version(values)
    return Told(id=id_, facts=None, version=version, since=None if version else version_of(sent_at))


def _version(values: Mapping[str, Any]) -> str | None:
    count, changed = values.get("version"), values.get("updated_at")
    if count is not None and changed is not None:
        raise ValueError("write `version` or `updated_at`, not both")
    if count is not None:
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 2**63:
            raise ValueError("`version` is a whole number that rises with every change")
        return version_of(count)
    if changed is None:
        return None
    try:
        at = datetime.fromisoformat(changed if isinstance(changed, str) else "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("`updated_at` is a time with its offset, like 2026-11-26T12:00:00+01:00")
    return version_of(at)


def _shown(id_: Any) -> str:
    """The id as it can be told back, right or wrong."""
    return str(id_)[:64] if isinstance(id_, str | int) else ""
