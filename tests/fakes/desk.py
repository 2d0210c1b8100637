"""A desk with a memory of the cases one conversation opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handoff.case import Case, CaseStatus, HandoffContext
from handoff.ports import DeskStatus


class FakeDesk:
    """`handoff.ports.CaseDesk` for one conversation."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.cases: list[Case] = []
        self.open_now = True
        self.opens_at: datetime | None = None
        self.position = 1
        self.wait_minutes: int | None = 8

    def close(self, *, until: datetime) -> None:
        """Nobody is there before `until`, aware in the queue's zone."""
        self.open_now, self.opens_at = False, until

    @property
    def case(self) -> Case:
        """The latest case."""
        return self.cases[-1]

    def become(self, status: CaseStatus) -> None:
        self.cases[-1] = replace(self.cases[-1], status=status)

    def status(self, *, skill: str | None, store: str | None, language: str) -> DeskStatus:
        return DeskStatus(
            queue="customer_service",
            open=self.open_now,
            opens_at=self.opens_at,
            position=self.position,
            wait_minutes=self.wait_minutes if self.open_now else None,
        )

    def open(self, context: HandoffContext) -> tuple[Case, DeskStatus]:
        self._add(context, self._now + timedelta(minutes=3))
        return self.case, self.status(skill=context.skill, store=context.store, language=context.language)

    def wait_again(self) -> DeskStatus | None:
        if not self.cases or self.case.status != "unanswered":
            return None
        self.become("waiting")
        return self.status(skill=None, store=None, language="fr")

    def withdraw(self) -> bool:
        if not self.cases or self.case.status not in ("waiting", "unanswered"):
            return False
        self.become("withdrawn")
        return True

    def call_back(self, context: HandoffContext, *, phone: str) -> Case:
        self.withdraw()
        self._add(replace(context, reason="callback", slots={**context.slots, "callback_phone": phone}), None)
        return self.case

    def _add(self, context: HandoffContext, deadline: datetime | None) -> None:
        number = len(self.cases) + 1
        self.cases.append(
            Case(
                id=number,
                conversation=1,
                queue="customer_service",
                status="waiting",
                context=context,
                opened_at=self._now,
                deadline=deadline,
            )
        )
