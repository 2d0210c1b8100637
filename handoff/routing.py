"""Which queue a need goes to, in which order it is served, by whom, and how long it is likely to wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from statistics import fmean

from handoff.case import Case, HandoffContext
from handoff.errors import HandsFull, NoQueue
from handoff.hours import OpeningHours, after_open_minutes, is_open, next_opening
from handoff.ports import DeskStatus

HEAD_START: Mapping[str, timedelta] = {
    "distress": timedelta(minutes=60),
    "complaint": timedelta(minutes=10),
    "callback": timedelta(minutes=-10),
}
"""By how much a reason is served earlier (or later) than its waiting time alone would say. Since it is added to the
waiting time rather than put before it, no case can be overtaken for ever."""

FAMILIAR = 5
"""How many handled cases weigh as much as the queue's own estimate of the time a case takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A line of cases waiting for the same people. An empty set means "any"."""

    name: str
    hours: OpeningHours
    skills: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    answer_minutes: float = 5.0
    """How long a customer waits, in opening time, before they are told that nobody is free and offered a choice."""
    handling_minutes: float = 6.0
    """How long one case takes, as long as nothing has been measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisor:
    """A person who takes cases. An empty set means "any"."""

    name: str
    skills: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    present: bool = True
    limit: int = 3
    """Cases they handle at the same time."""


def choose_queue(queues: Sequence[Queue], *, skill: str | None, store: str | None, language: str) -> Queue:
    """The queue made most precisely for this need: by skill first, then store, then language; ties in brand order.

    A queue that serves only other skills, stores or languages is never chosen, except that language gives way when
    nobody speaks it: a person with another language is better than nobody. Raises `NoQueue`.
    """
    fitting = [q for q in queues if _serves(q.skills, skill) and _serves(q.stores, store)]
    fitting = [q for q in fitting if _serves(q.languages, language)] or fitting
    if not fitting:
        need = ", ".join(filter(None, (skill and f"skill {skill}", store and f"store {store}"))) or "any need"
        raise NoQueue(f"no queue serves {need}; give one queue of the brand no skills and no stores, as a last resort.")

    def made_for_it(queue: Queue) -> tuple[int, int, int, int]:
        return (
            _precision(queue.skills, skill),
            _precision(queue.stores, store),
            _precision(queue.languages, language),
            -queues.index(queue),
        )

    return max(fitting, key=made_for_it)


def eligible(context: HandoffContext, advisor: Advisor) -> bool:
    """Whether this advisor may see and take the case: skill, store and language all theirs."""
    return (
        _serves(advisor.skills, context.skill)
        and _serves(advisor.stores, context.store)
        and _serves(advisor.languages, context.language)
    )


def check_load(advisor: Advisor, taken: int) -> None:
    """Raise `HandsFull` when this advisor already handles as many cases as they may."""
    if taken >= advisor.limit:
        raise HandsFull(f"You already have {taken} open cases; close one or give one back before taking another.")


def in_order(cases: Iterable[Case]) -> list[Case]:
    """The cases a queue still has to serve, next first: by time waited, plus the head start of their reason."""
    return sorted((c for c in cases if c.status in ("waiting", "unanswered")), key=_turn)


def position(case: Case, cases: Iterable[Case]) -> int:
    """The case's place in its queue, 1 for the next to be served; 0 when it is not waiting there."""
    names = [c.id for c in in_order(c for c in cases if c.queue == case.queue)]
    return names.index(case.id) + 1 if case.id in names else 0


def handling_minutes(queue: Queue, measured: Collection[float]) -> float:
    """Minutes one case takes: what was measured lately, blended with the queue's estimate while there is little."""
    if not measured:
        return queue.handling_minutes
    weight = len(measured) / (len(measured) + FAMILIAR)
    return weight * fmean(measured) + (1 - weight) * queue.handling_minutes


def expected_wait(position: int, *, handling: float, advisors: int, idle: int = 0) -> int | None:
    """Whole minutes the case in that position is likely to wait; None when nobody is there to tell.

    With everybody busy somebody becomes free every `handling / advisors` minutes; the `idle` ones answer at once.
    """
    if advisors < 1:
        return None
    behind = position - min(idle, advisors)
    return 1 if behind <= 0 else max(1, ceil(behind * handling / advisors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Who is there for a queue at this moment."""

    present: int = 0
    idle: int = 0
    """Those of them who have room for another case."""
    measured: Sequence[float] = field(default_factory=tuple)
    """Minutes the latest cases took."""


def desk_status(queue: Queue, *, ahead: int, staffing: Staffing, now: datetime) -> DeskStatus:
    """What a customer would meet who joins that queue behind `ahead` others."""
    opened = is_open(queue.hours, now)
    handling = handling_minutes(queue, staffing.measured)
    wait = expected_wait(ahead + 1, handling=handling, advisors=staffing.present, idle=staffing.idle)
    return DeskStatus(
        queue=queue.name,
        open=opened,
        opens_at=None if opened else next_opening(queue.hours, now),
        position=ahead + 1,
        wait_minutes=wait if opened else None,
    )


def deadline(queue: Queue, now: datetime) -> datetime:
    """When a customer who starts waiting now must hear that nobody took the case; counted in opening time."""
    plain = now + timedelta(minutes=queue.answer_minutes)
    return after_open_minutes(queue.hours, now, queue.answer_minutes) or plain


def _serves(offered: frozenset[str], needed: str | None) -> bool:
    return not offered or needed is None or needed in offered


def _precision(offered: frozenset[str], needed: str | None) -> int:
    # A special queue is the best for what it was made for, and the last resort for everything else.
    if not offered:
        return 0
    return 1 if needed in offered else -1


def _turn(case: Case) -> tuple[datetime, int]:
    return case.opened_at - HEAD_START.get(case.context.reason, timedelta(0)), case.id
