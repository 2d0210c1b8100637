"""Bodies of platforms on file, and what must hold for every reader of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.errors import BadUpdate
from bot.messages import Reading

Read = Callable[[Any], Reading]

_LISTS = ("entry", "changes", "messages", "message_echoes", "statuses", "messaging", "standby")

_words = some.text(some.characters(), max_size=8)
"""Halves of surrogate pairs included: JSON can carry them, databases and wires cannot."""
_leaves = some.none() | some.booleans() | some.integers() | some.floats() | _words
anything = some.recursive(
    _leaves,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(_words, inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True, slots=True)
class PayloadFolder:
    """The JSON bodies of one platform, a file for each kind of event."""

    path: Path

    def names(self) -> list[str]:
        return sorted(file.stem for file in self.path.glob("*.json"))

    def body(self, name: str) -> Any:
        return json.loads((self.path / f"{name}.json").read_text(encoding="utf-8"))


def told(*readings: Reading) -> set[str]:
    """Everything some readings hold, each thing once, however often it was delivered."""
    return {
        repr((type(one).__name__, one))
        for reading in readings
        for group in (reading.messages, reading.public, [(r.state, r.provider_id, r.at, r.recipient) for r in reading.receipts])
        for one in group
    }


def check_orders(folder: PayloadFolder, read: Read) -> None:
    """One by one, twice, all in one batch, or backwards: the same is told."""
    bodies = [folder.body(name) for name in folder.names()]
    one_by_one = told(*map(read, bodies))
    assert one_by_one
    batch = {**bodies[0], "entry": [entry for body in bodies for entry in body["entry"]]}
    assert told(read(batch)) == one_by_one
    assert told(read(batch), read(copy.deepcopy(batch))) == one_by_one
    assert told(read(backwards(batch))) == one_by_one
    times = [message.sent_at for message in read(backwards(batch)).messages]
    assert times == sorted(times)


def check_any_body(folder: PayloadFolder, read: Read) -> Callable[[], None]:
    """A test: whatever is posted is read or refused; nearest to the truth, a real body with any one value replaced."""

    @settings(deadline=None)
    @given(some.data())
    def test(data: some.DataObject) -> None:
        body = data.draw(anything | _bodies_of(folder) | _changed(folder))
        with suppress(BadUpdate):
            _check(read(body))

    return test


def _bodies_of(folder: PayloadFolder) -> some.SearchStrategy[Any]:
    """A body whose envelope is right and whose entries are anything."""
    kind = folder.body(folder.names()[0])["object"]
    entry = some.fixed_dictionaries({"id": anything}, optional={name: some.lists(anything, max_size=2) for name in _LISTS[1:]})
    return some.fixed_dictionaries({"object": some.just(kind), "entry": some.lists(entry | anything, max_size=2)})


@some.composite
def _changed(draw: some.DrawFn, folder: PayloadFolder) -> Any:
    body = folder.body(draw(some.sampled_from(folder.names())))
    here: Any = body
    while True:
        key = draw(some.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[key], dict | list) or not here[key] or draw(some.booleans()):
            break
        here = here[key]
    here[key] = draw(anything)
    return body


def _check(reading: Reading) -> None:
    for message in reading.messages:
        assert message.sender
        assert message.external_id
        assert len(message.external_id) <= 255
        assert message.sent_at.tzinfo is not None
        "".join((message.external_id, message.sender, message.text, message.sender_name or "")).encode()
        json.dumps(dict(message.data), allow_nan=False, ensure_ascii=False).encode()
    for public in reading.public:
        assert public.external_id
        "".join((public.external_id, public.author, public.text, public.author_name or "", public.post, public.parent)).encode()
        json.dumps(dict(public.data), allow_nan=False, ensure_ascii=False).encode()
    for receipt in reading.receipts:
        assert receipt.provider_id or receipt.key or receipt.recipient
    assert all(unread.why.encode() for unread in reading.unread)
    # The net under what nobody has thought of must never be needed for what these tests think of.
    assert all("a shape this version" not in unread.why for unread in reading.unread)


def backwards(value: Any) -> Any:
    """The same with every list of events turned round."""
    return dict(_turned(value)) if isinstance(value, dict) else value


def _turned(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        turned = [backwards(part) for part in reversed(inner)] if name in _LISTS and isinstance(inner, list) else inner
        yield name, backwards(turned)
