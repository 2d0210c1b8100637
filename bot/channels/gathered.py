"""Going through a body event by event, so that one bad event costs none of its neighbours. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from bot.channels.texts import clean
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind, PublicMessage, Reading, Receipt, Unread

Found = InboundMessage | Receipt | PublicMessage


class Said(NamedTuple):
    """What somebody did, before it is known who it was."""

    kind: Kind
    text: str
    data: dict[str, Any]


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

    def reading(self, *, as_it_came: bool = False) -> Reading:
        """All of it, messages in the platform's time order, or `as_it_came` where the body's own order is the platform's."""
        return Reading(
            messages=tuple(self._messages if as_it_came else sorted(self._messages, key=lambda message: message.sent_at)),
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
