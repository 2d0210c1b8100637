"""Careful reading of what a platform posted: whatever cannot come from it is a `BadUpdate`, never a crash."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.texts import clean
from bot.errors import BadUpdate

_LONGEST_SENDER = 200
"""Characters; no platform comes near, and the database keeps no more than 255."""
_MILLISECONDS_FROM = 100_000_000_000
"""As seconds this is the year 5138, as milliseconds 1973: platforms mix both, the size tells."""


def mapping(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, which must be there."""
    value = outer.get(name)
    if not isinstance(value, Mapping):
        raise BadUpdate(f"{name!r} should be an object; the body does not come from this platform")
    return value


def optional_mapping(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, or an empty one when it is missing."""
    return {} if outer.get(name) is None else mapping(outer, name)


def identifier(outer: Mapping[str, Any], name: str) -> str:
    """An id as a string, whether the platform wrote it as a number or a string."""
    value = outer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise BadUpdate(f"{name!r} should be an id; the body does not come from this platform")
    return clean(str(value))


def sender(outer: Mapping[str, Any], name: str) -> str:
    """The id of a person, which is to be kept and written to."""
    written = identifier(outer, name)
    if len(written) > _LONGEST_SENDER:
        raise BadUpdate(f"{name!r} should be a person's id; {len(written)} characters are more than any platform gives")
    return written


def words(outer: Mapping[str, Any], name: str) -> str:
    """A text somebody wrote, empty when it is missing, without what cannot be stored."""
    value = outer.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadUpdate(f"{name!r} should be a text; the body does not come from this platform")
    return clean(value)


def number(outer: Mapping[str, Any], name: str) -> float:
    """A number that can be stored: JSON readers let `NaN` and `Infinity` through, databases do not."""
    value = outer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadUpdate(f"{name!r} should be a number; the body does not come from this platform")
    return float(value)


def moment(outer: Mapping[str, Any], name: str) -> datetime:
    """A time in UTC, from seconds or milliseconds, number or string."""
    value = outer.get(name)
    try:
        count = float(value)  # type: ignore[arg-type]  # whatever cannot be a number is refused below
        if count >= _MILLISECONDS_FROM:
            count /= 1000
        return datetime.fromtimestamp(count, UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise BadUpdate(f"{name!r} should be a time; the body does not come from this platform") from error
