"""Going through a body of Meta's level by level, so that one bad event costs none of its neighbours. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.channels.reading import identifier
from bot.channels.texts import clean
from bot.errors import BadUpdate
from bot.messages import InboundMessage, PublicMessage, Reading, Receipt, Unread

Found = InboundMessage | Receipt | PublicMessage

_LONGEST_ID = 255
"""Characters; the database keeps no more of a provider's id."""


class Gathered:
    """What was found in a body so far."""

    def __init__(self) -> None:
        self._messages: list[InboundMessage] = []
        self._receipts: list[Receipt] = []
        self._public: list[PublicMessage] = []
        self._unread: list[Unread] = []

    def take(self, raw: Mapping[str, Any], read: Callable[..., Iterable[Found]], *scene: Any) -> None:
        """Keep what `read(raw, *scene)` makes of one event, or the event as it came when nobody here can read it."""
        try:
            found = list(read(raw, *scene))
        except BadUpdate as error:
            self.leave(raw, str(error))
        except Exception:  # noqa: BLE001  a fault of ours must cost neither this event, which is kept, nor its neighbours
            self.leave(raw, "it has a shape this version cannot read")
        else:
            for one in found:
                self._keep(one)

    def leave(self, raw: Any, why: str) -> None:
        """Keep an event unread."""
        self._unread.append(Unread(raw=raw, why=clean(why)))

    def parts(self, outer: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
        """The objects of the list under `name`, none when it is missing; whatever else stands there is kept unread."""
        inner = outer.get(name)
        if inner is None:
            return
        if not isinstance(inner, list):
            self.leave(outer, f"{name!r} should be a list; it does not come from this platform")
            return
        for part in inner:
            if isinstance(part, Mapping):
                yield part
            else:
                self.leave(part, f"an element of {name!r} should be an object; it does not come from this platform")

    def reading(self) -> Reading:
        """All of it, messages in the platform's time order."""
        return Reading(
            messages=tuple(sorted(self._messages, key=lambda message: message.sent_at)),
            receipts=tuple(self._receipts),
            public=tuple(sorted(self._public, key=lambda message: message.at)),
            unread=tuple(self._unread),
        )

    def _keep(self, one: Found) -> None:
        if isinstance(one, InboundMessage):
            self._messages.append(one)
        elif isinstance(one, Receipt):
            self._receipts.append(one)
        else:
            self._public.append(one)


def entries(body: Any, kind: str, gathered: Gathered) -> Iterator[Mapping[str, Any]]:
    """The entries of a webhook's body, whose `object` must be `kind`.

    Raises:
        BadUpdate: the body cannot come from this platform.
    """
    if not isinstance(body, Mapping) or body.get("object") != kind or not isinstance(body.get("entry"), list):
        raise BadUpdate(f"the body should be an object of {kind!r} with a list of entries; it does not come from this platform")
    return gathered.parts(body, "entry")


def account_of(outer: Mapping[str, Any], name: str, account: str, accounts: Mapping[str, str]) -> str:
    """The brand's account behind the platform's id under `name`; without `accounts` there is only one."""
    if not accounts:
        return account
    given = identifier(outer, name)
    if given not in accounts:
        raise BadUpdate(f"{name} {given[:64]} is none of the configured accounts; add it to the brand's channels")
    return accounts[given]


def event_id(outer: Mapping[str, Any], name: str) -> str:
    """The platform's id of an event."""
    written = identifier(outer, name)
    if len(written) > _LONGEST_ID:
        raise BadUpdate(f"{name!r} should be an id; {len(written)} characters are more than any platform gives")
    return written


def made_id(kind: str, *parts: str) -> str:
    """An id for an event that comes without one, the same each time it is delivered."""
    return f"{kind}:{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:32]}"
