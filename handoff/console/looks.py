"""Looking is an act too: every look at customers' data is recorded, a page refreshed all day once in a while."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from handoff.console.ports import Audit
from handoff.console.views import AuditEntry
from handoff.console.visit import Visit

SAME_LOOK = timedelta(minutes=10)
REMEMBERED = 10_000


class Looks:
    """Records looks; the same session looking again at the same thing within ten minutes is one look."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._latest: OrderedDict[tuple[object, ...], datetime] = OrderedDict()

    async def look(self, visit: Visit, act: str, *, conversation: int | None = None, **details: Any) -> None:
        """Record that this visitor looks at something, before it is shown to them."""
        what = (visit.session.key, act, conversation, *details.items())
        former = self._latest.get(what)
        if former is not None and visit.now - former < SAME_LOOK:
            return
        await self._audit.record(
            AuditEntry(at=visit.now, by=visit.account.username, act=act, conversation=conversation, details=details)
        )
        self._latest[what] = visit.now
        self._latest.move_to_end(what)
        while len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)
