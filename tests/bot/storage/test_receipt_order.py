"""Platforms tell things late, twice and in any order: what we know in the end is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CustomerGone, OutsideWindow, Refused, TryLater
from bot.messages import Receipt
from bot.storage.receipts import Entry, after

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=1)

FAILURES = (TryLater("busy", wait=60), OutsideWindow("late"), Refused("spam"), CustomerGone("gone"), None)
BEGINNINGS = (
    Entry(state="sending", attempts=1),  # the call is not over
    Entry(state="pending", attempts=1, next_at=NOON, why="no answer"),  # its answer was lost
    Entry(state="sent", attempts=1, provider_id="p", sent_at=NOON),
)


def receipts_of(key: str, provider_id: str, failure: Exception | None, kinds: set[str]) -> list[Receipt]:
    """What a platform tells of one attempt: each of its statuses has one time."""
    at = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
    return [
        Receipt(
            channel="sms",
            state=kind,  # type: ignore[arg-type]
            at=NOON + timedelta(minutes=at[kind]),
            key=key,
            provider_id=provider_id,
            failure=failure if kind == "failed" else None,
        )
        for kind in sorted(kinds)
    ]


def play(entry: Entry, told: list[Receipt]) -> Entry:
    for receipt in told:
        entry = after(entry, receipt, NOW)
    return entry


KINDS = st.sets(st.sampled_from(["sent", "failed", "delivered", "read"]), min_size=1)


@given(
    beginning=st.sampled_from(BEGINNINGS),
    kinds=KINDS,
    failure=st.sampled_from(FAILURES),
    with_id=st.booleans(),
    data=st.data(),
)
def test_any_order_and_any_repetition_ends_alike(
    beginning: Entry, kinds: set[str], failure: Exception | None, with_id: bool, data: st.DataObject
) -> None:
    once = receipts_of("k", "p" if with_id else "", failure, kinds)
    told = data.draw(st.lists(st.sampled_from(once), max_size=8).flatmap(lambda more: st.permutations(once + more)))
    ended, plainly = play(beginning, told), play(beginning, once)
    assert (ended.state, ended.provider_id, ended.read_at) == (plainly.state, plainly.provider_id, plainly.read_at)
    assert (ended.delivered_at is None) == (plainly.delivered_at is None)
    if kinds & {"delivered", "read"}:
        assert ended.state == "sent"
    elif "failed" in kinds:
        assert ended.state != "sent"
    else:
        assert ended.state == "sent"


@given(
    beginning=st.sampled_from(BEGINNINGS),
    told=st.lists(
        st.builds(
            lambda kind, key, provider_id, failure: receipts_of(key, provider_id, failure, {kind})[0],
            st.sampled_from(["sent", "failed", "delivered", "read"]),
            st.sampled_from(["k", "k/1", "k/2", ""]),
            st.sampled_from(["p", "p-2", ""]),
            st.sampled_from(FAILURES),
        ),
        max_size=8,
    ),
)
def test_nothing_ever_goes_backwards(beginning: Entry, told: list[Receipt]) -> None:
    entry = beginning
    for receipt in told:
        then = after(entry, receipt, NOW)
        assert after(then, receipt, NOW) == then, "told twice, it changed something"
        if entry.delivered_at is not None:
            assert then.state == "sent"
            assert then.delivered_at is not None
            assert then.delivered_at <= entry.delivered_at
        assert then.read_at is None or then.delivered_at is not None
        assert (then.state in ("failed", "held")) == (then.ended_at is not None)
        entry = then


@given(parts=st.lists(st.sampled_from(["k/1", "k/2", "k/3"]), max_size=6), kind=st.sampled_from(["sent", "delivered", "read"]))
def test_parts_never_settle_the_whole(parts: list[str], kind: str) -> None:
    lost = BEGINNINGS[1]
    told = [one for part in parts for one in receipts_of(part, f"of {part}", None, {kind})]
    assert play(lost, told) == lost
