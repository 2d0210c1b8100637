"""What several sources say of one profile, and which of them is believed. Pure; the caller keeps the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any, Literal

from bot.customers.fields import filled
from bot.customers.profile import Profile

FILE = "file"
"""The source that is always there: `customers.csv` and what `filrouge customers import` brings."""
_EMPTY_BY_TYPE: Mapping[str, Any] = {"str": "", "bool": False}
EMPTY: Mapping[str, Any] = {
    one.name: [] if one.name in ("phones", "emails") else _EMPTY_BY_TYPE.get(str(one.type))
    for one in fields(Profile)
    if one.name != "id"
}
"""Every field as it is kept when no source says anything."""

_NOT_SAID = object()
_NAMES = ("id", *EMPTY)

Outcome = Literal["new", "changed", "same", "older", "mixed", "deleted", "unknown", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whom to believe where sources contradict each other: the first of them that says anything."""

    sources: tuple[str, ...] = (FILE,)
    """One that is not named here is believed last."""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields with an order of their own; who is not in it comes after, in the usual order."""
    newest: frozenset[str] = frozenset()
    """Fields for which whoever changed their mind last is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What one source says of one profile, as it is kept."""

    source: str
    facts: Mapping[str, Any] | None
    """Only the fields it speaks of, as `bot.customers.fields` reads them; None once the source no longer has the profile."""
    at: datetime
    """When this was first heard of it."""
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source tells of a profile now, whole."""

    id: str
    facts: Mapping[str, Any] | None
    """None: it no longer has this profile."""
    version: str | None = None
    """As `version_of` writes it; None where the source counts none, and what comes last counts."""
    since: str | None = None
    """Of something gone whose version was not told: it is gone as of this time, as `version_of` writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What something told changes."""

    id: str
    outcome: Outcome
    """"erased": nothing, because its person asked us to forget them."""
    fields: tuple[str, ...] = ()
    """Names of the fields that change, of a profile this source has told of before. Never what is in them."""


def version_of(told: int | datetime) -> str:
    """A source's own count, or the aware time of its last change, in a form that sorts as text."""
    if isinstance(told, datetime):
        return f"t{told.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    return f"n{told:020d}"


def change_by(told: Told, before: Saying | None) -> Change:
    """What `told` changes of what the same source said `before`.

    An older version than before changes nothing ("older"), nor does one that is counted in another way ("mixed").
    """
    known = before is not None and before.facts is not None
    if before is not None and before.version is not None and told.version is not None:
        if told.version[:1] != before.version[:1]:
            return Change(id=told.id, outcome="mixed")
        # What was deleted only comes back with a later version; otherwise the same one may be told better.
        if told.version < before.version or (told.version == before.version and not known and told.facts is not None):
            return Change(id=told.id, outcome="older")
    if told.facts is None:
        return Change(id=told.id, outcome="deleted" if known else "unknown")
    if before is None or before.facts is None:
        return Change(id=told.id, outcome="new")
    changed = tuple(name for name in EMPTY if told.facts.get(name, _NOT_SAID) != before.facts.get(name, _NOT_SAID))
    return Change(id=told.id, outcome="changed" if changed else "same", fields=changed)


def saying_after(source: str, told: Told, before: Saying | None, now: datetime) -> Saying | None:
    """What is to be kept after `told`; None when that is what is kept already."""
    change = change_by(told, before)
    if change.outcome in ("older", "mixed"):
        return None
    version, at = told.version, now
    if change.outcome == "unknown" and version is None:
        return None
    if told.facts is None and version is None and before is not None:
        # Nothing pushed before it was gone brings it back; a count goes on from where it stood.
        version = max(before.version or "", told.since or "") if (before.version or "t")[0] == "t" else before.version
    if change.outcome in ("same", "unknown") and before is not None:
        if version == before.version:
            return None
        at = before.at
    return Saying(source=source, facts=told.facts, at=at, version=version or None)


def combined(profile_id: str, sayings: Iterable[Saying], order: Order) -> dict[str, Any] | None:
    """The facts of a profile from all its sources; None when no source has it any more."""
    living = [saying for saying in sayings if saying.facts is not None]
    if not living:
        return None
    facts: dict[str, Any] = {"id": profile_id, **EMPTY}
    for name, saying in origins(living, order).items():
        assert saying.facts is not None
        value = saying.facts[name]
        facts[name] = EMPTY[name] if value is None else value
    return facts


def origins(sayings: Sequence[Saying], order: Order) -> dict[str, Saying]:
    """For each field anybody speaks of, who is believed."""
    believed: dict[str, Saying] = {}
    usual = _sorted(sorted(sayings, key=lambda saying: saying.source), order.sources)
    for name in EMPTY:
        ranked = usual
        if name in order.newest:
            ranked = sorted(usual, key=lambda saying: saying.at, reverse=True)  # stable: at the same time, the usual order
        elif name in order.fields:
            ranked = _sorted(usual, order.fields[name])
        found = next((saying for saying in ranked if name in (saying.facts or ())), None)
        if found is not None:
            believed[name] = found
    return believed


def facts_of(profile: Profile, said: Iterable[str] | None = None) -> dict[str, Any]:
    """What a profile of the customer file says: the columns in `said`; without it whatever is filled in."""
    facts = kept(profile)
    facts.pop("id")
    if said is not None:
        return {name: value for name, value in facts.items() if name in said}
    return {name: value for name, value in filled(facts).items() if value is not False}


def kept(profile: Profile) -> dict[str, Any]:
    """A profile as JSON."""
    return {name: _plain(getattr(profile, name)) for name in _NAMES}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def _sorted(sayings: Iterable[Saying], names: Sequence[str]) -> list[Saying]:
    """As `names` has them, the others behind as they are."""
    places = {name: place for place, name in enumerate(names)}
    return sorted(sayings, key=lambda saying: places.get(saying.source, len(places)))
