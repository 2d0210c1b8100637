"""The desk's cases: rows of what `handoff` decides, changed within the turn of their conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.brand import Brand
from bot.brand.opening import queue_hours
from bot.storage import timers
from bot.storage.schema import IS_OPEN, account, session
from bot.storage.schema import case as case_table
from handoff.case import OPEN, Case, HandoffContext, Line
from handoff.errors import AlreadyTaken, NotPossible
from handoff.ownership import after
from handoff.ports import DeskStatus
from handoff.routing import (
    Advisor,
    Queue,
    Staffing,
    check_load,
    choose_queue,
    deadline,
    desk_status,
    eligible,
    in_order,
    position,
)

PRESENT_FOR = timedelta(minutes=15)
"""An advisor whose console was used within this time counts as there."""
MEASURED = 30
"""How many of a queue's latest cases tell how long one takes."""


class DeskRefuses(NotPossible):
    """An act that is refused here for a reason the rules of handing over do not know; `code` names it."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Desks:
    """The brand's queues and advisors, as the rules of handing over read them."""

    queues: tuple[Queue, ...]
    advisors: Mapping[str, Advisor]
    names: Mapping[str, str]
    """Username to the name customers see."""

    def advisor(self, username: str) -> Advisor:
        """An advisor's skills and limits; one of whom the brand says nothing serves every queue."""
        return self.advisors.get(username) or Advisor(name=username)

    def queue(self, name: str) -> Queue | None:
        return next((queue for queue in self.queues if queue.name == name), None)


def desks_of(brand: Brand) -> Desks:
    """The desks a brand folder describes."""
    queues = tuple(
        Queue(
            name=queue.id,
            hours=queue_hours(queue, brand),
            skills=frozenset(queue.skills),
            languages=frozenset(queue.languages),
            answer_minutes=queue.timeout_seconds / 60,
            handling_minutes=queue.handling_minutes,
        )
        for queue in brand.queues
    )
    advisors = {
        advisor.username: Advisor(
            name=advisor.username,
            skills=frozenset(advisor.skills),
            languages=frozenset(advisor.languages),
            stores=frozenset(advisor.stores),
            limit=advisor.max_conversations,
        )
        for advisor in brand.advisors
    }
    names = {advisor.username: advisor.display_name for advisor in brand.advisors}
    names |= {other.username: other.display_name for other in brand.accounts}
    return Desks(queues, advisors, names)


class StoreDesk:
    """`handoff.ports.CaseDesk` for one conversation, inside its turn's transaction."""

    def __init__(
        self, connection: Connection, desks: Desks, conversation: int, now: datetime, *, identity: int | None = None
    ) -> None:
        """`identity`: where the customer writes from."""
        self._connection, self._desks = connection, desks
        self._conversation, self._now, self._identity = conversation, now, identity
        self.timers_changed = False

    def status(self, *, skill: str | None, store: str | None, language: str) -> DeskStatus:
        queue = choose_queue(self._desks.queues, skill=skill, store=store, language=language)
        return self._status(queue)

    def open(self, context: HandoffContext) -> tuple[Case, DeskStatus]:
        current = self.current()
        if current is not None and current.status in ("waiting", "taken"):
            return current, self._standing(current)
        if current is not None:  # unanswered: the need is the same, its turn in the queue is kept
            again = self.wait_again()
            assert again is not None
            found = self.current()
            assert found is not None
            return found, again
        queue = choose_queue(self._desks.queues, skill=context.skill, store=context.store, language=context.language)
        case = self._insert(context, queue, deadline(queue, self._now))
        assert case.deadline is not None
        self._time_out_at(case.deadline)
        return case, self._standing(case)

    def call_back(self, context: HandoffContext, *, phone: str) -> Case:
        queue = choose_queue(self._desks.queues, skill=context.skill, store=context.store, language=context.language)
        current = self.current()
        if current is not None and current.status in ("waiting", "unanswered"):
            self._save(replace(after(current, "withdraw", now=self._now), note="asked to be called back instead"))
            self._stop_timer()
        context = replace(context, reason="callback", slots={**context.slots, "callback_phone": phone})
        # Nobody waits on line for it, so it has no deadline to announce; it keeps its place in the queue until served.
        return self._insert(context, queue, None)

    def wait_again(self) -> DeskStatus | None:
        current = self.current()
        if current is None or current.status != "unanswered":
            return None
        queue = self._queue_of(current)
        again = after(current, "wait_again", now=self._now, deadline=deadline(queue, self._now))
        self._save(again)
        assert again.deadline is not None
        self._time_out_at(again.deadline)
        return self._standing(again)

    def withdraw(self) -> bool:
        current = self.current()
        if current is None or current.status not in ("waiting", "unanswered"):
            return False
        self._save(after(current, "withdraw", now=self._now))
        self._stop_timer()
        return True

    def time_out(self) -> bool:
        """Whether the waiting case's time is over; it is then marked unanswered."""
        current = self.current()
        if current is None or current.status != "waiting" or current.deadline is None or self._now < current.deadline:
            return False
        self._save(after(current, "time_out", now=self._now))
        self.timers_changed = True
        return True

    def take(self, by: str, *, over: bool, context: HandoffContext, case: int | None = None) -> Case:
        """A person takes the conversation's case, or the one named; `over`: whoever had it, opening one when there is none.

        Raises `handoff.errors.NotPossible` (`AlreadyTaken`, `HandsFull`) with what to do instead.
        """
        wanted = self._meant(case)
        if wanted is None:
            if not over:
                raise NotPossible("This conversation has no open case; take it over instead.")
            queue = choose_queue(self._desks.queues, skill=None, store=None, language=context.language)
            wanted = self._insert(context, queue, deadline(queue, self._now))
        taken = after(wanted, "take_over" if over else "take", now=self._now, by=by)
        self._check_one_voice(wanted, by)
        advisor = self._desks.advisor(by)
        if not over and wanted.advisor != by:
            if not eligible(wanted.context, advisor):
                raise DeskRefuses("not_eligible", "This case needs another skill, store or language; leave it to who has it.")
            check_load(advisor, self._load(by))
        self._save(taken)
        self._stop_timer()
        return taken

    def act(self, act: Any, by: str, note: str = "", case: int | None = None) -> Case:
        """`answer`, `release`, `give_back` or `close` by the person who has the case. Raises `NotPossible` with the cure."""
        wanted = self._meant(case) or self.latest()
        if wanted is None:
            raise NotPossible("This conversation has no case; take it over first.")
        due = deadline(self._queue_of(wanted), self._now) if act == "release" else None
        changed = after(wanted, act, now=self._now, by=by, note=note, deadline=due)
        if act == "release" and not waits_on_line(changed):
            changed = replace(changed, deadline=None)
        if changed != wanted:
            self._save(changed)
        if changed.deadline is not None:
            self._time_out_at(changed.deadline)
        elif act in ("give_back", "close"):
            self._stop_timer()
        return changed

    def step_back(self, until: datetime | None) -> None:
        """Keep the bot silent until then, because a person answers elsewhere; None: whoever speaks here decides again."""
        if until is None:
            timers.drop_timer(self._connection, self._conversation, timers.STEP_BACK)
        else:
            timers.set_timer(self._connection, self._conversation, timers.STEP_BACK, until)
        self.timers_changed = True

    @property
    def stepped_back(self) -> bool:
        return timers.waits(self._connection, self._conversation, timers.STEP_BACK)

    def _meant(self, case: int | None) -> Case | None:
        """The case an act is about: the one named, else the open one, a call-back only when nothing else is open."""
        if case is None:
            latest = self.current() or self.latest()
            return latest if latest is not None and latest.status in OPEN else None
        row = self._connection.execute(
            select(case_table).where(case_table.c.id == case, case_table.c.conversation_id == self._conversation)
        ).first()
        if row is None:
            raise NotPossible("This case is not one of this conversation; reload the page.")
        return case_from(row)

    def _check_one_voice(self, wanted: Case, by: str) -> None:
        """Only one case of a conversation is in somebody's hands, so that only one person speaks."""
        current = self.current()
        if current is None or current.id == wanted.id:
            return
        if current.status == "taken" and current.advisor != by:
            raise AlreadyTaken(current.advisor or "")
        raise DeskRefuses("other_first", "Another case of this conversation comes first; take or finish that one.")

    def current(self) -> Case | None:
        """The conversation's open case in which somebody waits; call-backs nobody has taken are not."""
        rows = self._connection.execute(
            select(case_table)
            .where(case_table.c.conversation_id == self._conversation, case_table.c.status.in_(sorted(OPEN)))
            .order_by(case_table.c.id)
        ).all()
        cases = [case_from(row) for row in rows]
        live = [case for case in cases if case.status == "taken" or waits_on_line(case)]
        return next((case for case in live if case.status == "taken"), live[-1] if live else None)

    def latest(self) -> Case | None:
        """The conversation's latest case, whatever became of it; a call-back that waits comes first."""
        rows = self._connection.execute(
            select(case_table).where(case_table.c.conversation_id == self._conversation).order_by(case_table.c.id)
        ).all()
        cases = [case_from(row) for row in rows]
        waiting = [case for case in cases if case.status in OPEN]
        found = waiting or cases
        return found[-1] if found else None

    def _insert(self, context: HandoffContext, queue: Queue, due: datetime | None) -> Case:
        values = {
            "conversation_id": self._conversation,
            "identity_id": self._identity,
            "queue": queue.name,
            "status": "waiting",
            "context": context_to(context),
            "opened_at": self._now,
            "deadline": due,
            "note": "",
        }
        identifier = self._connection.execute(insert(case_table).returning(case_table.c.id), values).scalar_one()
        return Case(
            id=identifier,
            conversation=self._conversation,
            queue=queue.name,
            status="waiting",
            context=context,
            opened_at=self._now,
            deadline=due,
        )

    def _save(self, case: Case) -> None:
        self._connection.execute(
            update(case_table)
            .where(case_table.c.id == case.id)
            .values(
                status=case.status,
                deadline=case.deadline,
                advisor=case.advisor,
                taken_at=case.taken_at,
                ended_at=case.ended_at,
                note=case.note,
            )
        )

    def _queue_of(self, case: Case) -> Queue:
        # A queue taken out of the brand's files still has its cases: they go on under the rules of the first one.
        return self._desks.queue(case.queue) or self._desks.queues[0]

    def _time_out_at(self, due: datetime) -> None:
        timers.set_timer(self._connection, self._conversation, timers.HANDOFF, due)
        self.timers_changed = True

    def _stop_timer(self) -> None:
        timers.drop_timer(self._connection, self._conversation, timers.HANDOFF)
        self.timers_changed = True

    def _load(self, by: str) -> int:
        return self._connection.execute(
            select(func.count())
            .select_from(case_table)
            .where(case_table.c.advisor == by, IS_OPEN, case_table.c.status == "taken")
        ).scalar_one()

    def _waiting(self, queue: str) -> list[Case]:
        rows = self._connection.execute(
            select(case_table).where(case_table.c.queue == queue, IS_OPEN, case_table.c.status != "taken")
        )
        return in_order(case_from(row) for row in rows)

    def _status(self, queue: Queue) -> DeskStatus:
        ahead = [case for case in self._waiting(queue.name) if case.conversation != self._conversation]
        return desk_status(queue, ahead=len(ahead), staffing=self._staffing(queue), now=self._now)

    def _standing(self, case: Case) -> DeskStatus:
        queue = self._queue_of(case)
        place = position(case, self._waiting(case.queue))
        return desk_status(queue, ahead=max(place - 1, 0), staffing=self._staffing(queue), now=self._now)

    def _staffing(self, queue: Queue) -> Staffing:
        seen = self._connection.execute(
            select(session.c.username)
            .join(account, account.c.username == session.c.username)
            .where(
                session.c.seen_at >= self._now - PRESENT_FOR,
                session.c.expires_at > self._now,
                account.c.role == "advisor",
                account.c.disabled.is_(False),
            )
            .distinct()
        ).scalars()
        present = [advisor for name in seen if _serves(advisor := self._desks.advisor(name), queue)]
        idle = sum(self._load(advisor.name) < advisor.limit for advisor in present)
        took = self._connection.execute(
            select(case_table.c.taken_at, case_table.c.ended_at)
            .where(case_table.c.queue == queue.name, case_table.c.taken_at.is_not(None), case_table.c.ended_at.is_not(None))
            .order_by(case_table.c.id.desc())
            .limit(MEASURED)
        )
        measured = tuple((row.ended_at - row.taken_at).total_seconds() / 60 for row in took)
        return Staffing(present=len(present), idle=idle, measured=measured)


def _serves(advisor: Advisor, queue: Queue) -> bool:
    return not advisor.skills or not queue.skills or bool(advisor.skills & queue.skills)


def waits_on_line(case: Case) -> bool:
    """Whether the customer waits here and now, rather than for a call."""
    return case.context.reason != "callback"


def context_to(context: HandoffContext) -> dict[str, Any]:
    """A handoff's context as it is kept."""
    plain = asdict(context)
    plain["transcript"] = [{**asdict(line), "at": line.at.isoformat()} for line in context.transcript]
    return plain


def context_from(plain: Mapping[str, Any]) -> HandoffContext:
    lines: Sequence[Mapping[str, Any]] = plain.get("transcript", ())
    transcript = tuple(Line(**{**line, "at": datetime.fromisoformat(line["at"])}) for line in lines)
    return HandoffContext(**{**plain, "transcript": transcript})


def case_from(row: Any) -> Case:
    """A case as it was kept."""
    return Case(
        id=row.id,
        conversation=row.conversation_id,
        queue=row.queue,
        status=row.status,
        context=context_from(row.context),
        opened_at=row.opened_at,
        deadline=row.deadline,
        advisor=row.advisor,
        taken_at=row.taken_at,
        ended_at=row.ended_at,
        note=row.note,
    )
