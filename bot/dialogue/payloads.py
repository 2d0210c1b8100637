"""What a button of domain.yml stands for: `/SetSlots(slot=value)`, `/intent` or `/intent{"entity": "value"}`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SET_SLOTS = re.compile(r"/SetSlots\s*\((?P<pairs>.*)\)\s*", re.DOTALL)
_INTENT = re.compile(r"/(?P<intent>[A-Za-z_][\w-]*)\s*(?P<entities>\{.*\})?\s*", re.DOTALL)
_PAIR = re.compile(r"""\s*(?P<slot>[A-Za-z_]\w*)\s*=\s*(?P<value>"(?:\\.|[^"\\])*"|'[^']*'|[^,()"']*?)\s*(?:,|$)""")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "none": None}


@dataclass(frozen=True, slots=True)
class Payload:
    """What pressing a button means."""

    set: Mapping[str, Any] = field(default_factory=dict)
    intent: str | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)


def parse_payload(written: str) -> Payload:
    """Read a button's payload.

    Raises:
        ValueError: it is none of the three forms; the message says which there are.
    """
    if found := _SET_SLOTS.fullmatch(written):
        return Payload(set=_pairs(found["pairs"], written))
    if found := _INTENT.fullmatch(written):
        return Payload(intent=found["intent"], entities=_entities(found["entities"], written))
    forms = '`/SetSlots(slot=value)`, `/intent` or `/intent{"entity": "value"}`'
    raise ValueError(f"the payload {written!r} is none of {forms}; write one of these")


def _pairs(written: str, payload: str) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    at = 0
    while at < len(written):
        found = _PAIR.match(written, at)
        if not found or found.end() == at:
            raise ValueError(f"{payload!r} cannot be read at `{written[at:].strip()}`; write `slot=value, slot=value`")
        pairs[found["slot"]] = _value(found["value"])
        at = found.end()
    if not pairs:
        raise ValueError(f"{payload!r} sets nothing; write `/SetSlots(slot=value)`")
    return pairs


def _value(written: str) -> Any:
    if written[:1] in ('"', "'"):
        return written[1:-1]
    if written.lower() in _WORDS:
        return _WORDS[written.lower()]
    try:
        return json.loads(written)
    except ValueError:
        return written


def _entities(written: str | None, payload: str) -> Mapping[str, Any]:
    if not written:
        return {}
    try:
        entities = json.loads(written)
    except ValueError as wrong:
        raise ValueError(f"{payload!r}: what stands between braces is not JSON ({wrong}); quote names and texts") from None
    return dict(entities)
