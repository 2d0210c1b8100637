"""Asking the brand's own databases about whoever writes, before the turn that may recognise them.

What is found becomes what that source says of the profile, in our own tables: the turn looks nowhere else. A database that is
slow or away costs a message its time-out at most, and after a few times nothing: the bot works on with what it knows.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import structlog

from bot import metrics
from bot.brand.sources import LookUp
from bot.channels.phones import e164, variants
from bot.clock import Clock
from bot.customers.fields import loyalty_key
from bot.customers.sources import Order, Told
from bot.errors import SourceAway
from bot.storage.database import UNAVAILABLE, Database
from bot.storage.inbox import Arrival
from bot.storage.profile_sources import take, told_by
from bot.workers.breaker import Breaker
from nlu.understanding import Understanding

log = structlog.get_logger(__name__)

MOST_KEPT = 20_000
"""Look-ups remembered for each source."""
MOST_AT_ONCE = 4
"""Look-ups of one turn: whoever writes a list of numbers learns nothing, and keeps nobody busy."""
CLAIMED: Mapping[str, LookUp] = {"phone": "phone", "email": "email", "loyalty_number": "loyalty", "order_number": "loyalty"}
"""Entities by which customers say who they are; a card's number is often taken for an order's."""
Contact = tuple[LookUp, tuple[str, ...]]
"""A kind, and the forms of one number or address."""


class Source(Protocol):
    """A database that is looked into."""

    @property
    def name(self) -> str: ...

    @property
    def kinds(self) -> Collection[str]: ...

    @property
    def cache_seconds(self) -> float: ...

    async def look_up(self, kind: LookUp, values: Sequence[str]) -> list[Told]: ...

    async def by_id(self, ids: Sequence[str]) -> list[Told]: ...


class Profiles(Protocol):
    """Where profiles are brought from before a turn."""

    async def bring(self, kind: LookUp, values: Sequence[str]) -> None:
        """See to it that whoever these forms of a number or address lead to is in the profile table. Never raises."""
        ...


class Bringer:
    """Brings profiles from any number of databases, which are asked at the same time."""

    def __init__(
        self, database: Database, sources: Sequence[Source], order: Order, clock: Clock, *, patience: float = 5.0
    ) -> None:
        """`patience`: seconds a turn waits at most for all of them, whatever their own time-outs; what comes later is kept."""
        self._seekers = [_Seeker(database, source, order, clock) for source in sources]
        self._patience = patience

    async def bring(self, kind: LookUp, values: Sequence[str]) -> None:
        wanted = [seeker for seeker in self._seekers if kind in seeker.source.kinds and values]
        asking = {task for seeker in wanted if (task := seeker.seek(kind, tuple(values))) is not None}
        if asking:
            await asyncio.wait(asking, timeout=self._patience)

    async def close(self) -> None:
        """Give up what is being asked."""
        asking = {task for seeker in self._seekers for task in seeker.asking.values()}
        for task in asking:
            task.cancel()
        if asking:
            await asyncio.wait(asking)


class _Seeker:
    """One source: what was asked lately, what is being asked, and whether it is there at all."""

    def __init__(self, database: Database, source: Source, order: Order, clock: Clock) -> None:
        self._database, self.source, self._order, self._clock = database, source, order, clock
        self._breaker = Breaker(failures=3, first=5.0)
        self._asked: OrderedDict[Contact, float] = OrderedDict()
        """Until when it is not asked again, whether or not anybody was found."""
        self.asking: dict[Contact, asyncio.Task[None]] = {}

    def seek(self, kind: LookUp, values: tuple[str, ...]) -> asyncio.Task[None] | None:
        """The look-up to wait for, which others may be waiting for, too; None where there is no need, or no use."""
        contact = (kind, values)
        now = asyncio.get_running_loop().time()
        if self._asked.get(contact, 0.0) > now:
            return None
        task = self.asking.get(contact)
        if task is None:
            if self._breaker.room(1, len(self.asking), now) == 0:
                metrics.LOOK_UPS.labels(self.source.name, "left_alone").inc()
                return None
            task = self.asking[contact] = asyncio.create_task(self._ask(kind, values))
            task.add_done_callback(lambda _task: self.asking.pop(contact, None))
        return task

    async def _ask(self, kind: LookUp, values: tuple[str, ...]) -> None:
        loop = asyncio.get_running_loop()
        name = self.source.name
        try:
            found = await self.source.look_up(kind, values)
            known = await self._database.read(partial(told_by, source=name, kind=kind, values=values))
            # Whom this contact led to before may have given it up, or be gone: a number gets another owner.
            doubtful = sorted(set(known) - {one.id for one in found})
            found += await self.source.by_id(doubtful) if doubtful else []
            if found:
                work = partial(take, source=name, told=found, order=self._order, now=self._clock.now())
                await self._database.write(work)
        except SourceAway as error:
            metrics.LOOK_UPS.labels(name, "away").inc()
            if self._breaker.failed(loop.time()):
                log.warning("profile_source_away", source=name, why=str(error))
            return
        except UNAVAILABLE as error:  # ours: the turn will find that out, too
            log.warning("profiles_not_kept", source=name, why=type(error).__name__)
            return
        except Exception:
            log.exception("profile_source_failed", source=name)
            self._breaker.failed(loop.time())
            return
        if self._breaker.answered():
            log.info("profile_source_back", source=name)
        metrics.LOOK_UPS.labels(name, "found" if found else "nobody").inc()
        self._remember((kind, values), loop.time())

    def _remember(self, contact: Contact, now: float) -> None:
        self._asked[contact] = now + self.source.cache_seconds
        self._asked.move_to_end(contact)
        while len(self._asked) > MOST_KEPT:
            self._asked.popitem(last=False)


async def bring_all(profiles: Profiles, contacts: Sequence[Contact]) -> None:
    """Bring whoever any of these contacts leads to."""
    for kind, values in contacts:
        await profiles.bring(kind, values)


def vouched_contacts(arrivals: Sequence[Arrival]) -> list[Contact]:
    """The numbers and addresses that came with these messages: of the senders by their platform's word, and of contact cards."""
    found: dict[Contact, None] = {}
    for arrival in arrivals:
        if arrival.author != "customer":
            continue
        aliases = arrival.data.get("aliases")
        given: Mapping[str, Any] = aliases if isinstance(aliases, Mapping) else {}
        if arrival.kind == "contact" and arrival.data.get("own") is True:
            given = {**given, "phone": arrival.data.get("phone")}
        for kind in ("phone", "email"):
            contact = _contact(kind, given.get(kind))
            if contact is not None:
                found[contact] = None
    return list(found)[:MOST_AT_ONCE]


def claimed_contacts(understandings: Sequence[Understanding]) -> list[Contact]:
    """What customers say to be known by: only a claim, and nothing follows from it but that somebody may be found."""
    entities = [entity for one in understandings for entity in one.entities if entity.name in CLAIMED]
    found = [_contact(CLAIMED[entity.name], entity.value) for entity in entities]
    return list(dict.fromkeys(contact for contact in found if contact is not None))[:MOST_AT_ONCE]


def _contact(kind: LookUp, value: Any) -> Contact | None:
    if not isinstance(value, str) or not value or len(value) > 254:
        return None
    if kind == "phone":
        number = e164(value)
        return ("phone", variants(number)) if number else None
    if kind == "email":
        return ("email", (value.lower(),))
    key = loyalty_key(value)
    return ("loyalty", tuple(dict.fromkeys((key, value.strip())))) if key else None
