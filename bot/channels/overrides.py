"""An operator's own figures over a channel's table: platforms change limits without telling anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from bot.errors import SettingsError

Table = TypeVar("Table")


def overridden(table: Table, overrides: Mapping[str, Any]) -> Table:
    """`table`, a frozen dataclass, with `overrides` in place of its fields; in a field that is a mapping, entry by entry.

    Raises:
        SettingsError: a name is not in the table, or a value is of another type than the one it stands for.
    """
    known = {field.name for field in fields(table)}  # type: ignore[arg-type]  # a dataclass, which no type can say
    changed = {}
    for name, value in overrides.items():
        if name not in known:
            raise SettingsError(f"{name!r} is no limit of {type(table).__name__}; choose one of {', '.join(sorted(known))}")
        changed[name] = _fitting(name, getattr(table, name), value)
    return replace(table, **changed)  # type: ignore[type-var]  # as above


def _fitting(name: str, former: Any, value: Any) -> Any:
    if isinstance(former, Mapping) and isinstance(value, Mapping):
        return {**former, **{str(key): entry for key, entry in value.items()}}
    if isinstance(former, tuple) and isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(former, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(former) is not type(value):
        raise SettingsError(f"{name!r} should be like {former!r}, not {value!r}; correct it in the brand's channels")
    return value
