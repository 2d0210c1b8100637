"""Who may open which conversation and do what there: pure rules over accounts and cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from handoff.case import OPEN, Case
from handoff.console.ports import ActKind
from handoff.console.views import Account
from handoff.routing import eligible

AFTERWARDS = timedelta(hours=24)
"""How long an advisor can still read a conversation whose case they have ended."""

OF_ADVISORS: frozenset[ActKind] = frozenset({"take", "answer", "note", "release", "give_back", "close"})
OF_MANAGERS: frozenset[ActKind] = OF_ADVISORS | {"pause", "resume", "takeover"}


def may_see(account: Account, case: Case, now: datetime) -> bool:
    """Whether a case is theirs to see: theirs now or lately, or open and one they could take."""
    if account.manages:
        return True
    if case.advisor == account.username:
        return case.ended_at is None or now - case.ended_at < AFTERWARDS
    return case.status in OPEN and eligible(case.context, account.as_advisor())


def may_open(account: Account, cases: Iterable[Case], now: datetime) -> bool:
    """Whether a conversation with those cases is theirs to read."""
    return account.manages or any(may_see(account, case, now) for case in cases)


def may_see_store(account: Account, store: str) -> bool:
    return account.manages or not account.stores or store in account.stores


def kinds_for(account: Account) -> frozenset[ActKind]:
    """The acts the role allows at all."""
    return OF_MANAGERS if account.manages else OF_ADVISORS


def acts_offered(account: Account, case: Case | None, *, paused: bool, now: datetime) -> frozenset[ActKind]:
    """The acts to show for a conversation whose open case is `case`; the desk has the last word."""
    offered: set[ActKind] = {"note"}
    if case is not None and case.status == "taken":
        if case.advisor == account.username:
            offered |= {"answer", "release", "give_back", "close"}
        elif account.manages:
            offered |= {"takeover"}
    elif case is not None and may_see(account, case, now):
        offered |= {"take"}
        if account.manages:
            offered |= {"close"}
    elif account.manages:
        offered |= {"takeover"}
    if account.manages:
        offered |= {"resume"} if paused else {"pause"}
    return frozenset(offered)
