"""No word of a customer's reaches the log, whatever breaks over it: the real configuration, in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from bot.errors import ClaimLost
from bot.logs import failure
from tests.fakes.failing_program import QUIET
from tests.servers import REPOSITORY


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_program_that_fails_over_a_customers_words_keeps_them_to_itself(loop: str, sqlite_url: str) -> None:
    command = [sys.executable, "-m", "tests.fakes.failing_program", sqlite_url, loop]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    for word in ("4970", "card", "my "):
        assert word not in ended.stderr, ended.stderr
    lines: list[dict[str, Any]] = [json.loads(line) for line in ended.stderr.splitlines()]
    by_event: dict[str, list[str]] = {}
    for line in lines:
        assert {"level", "timestamp"} <= line.keys()
        by_event.setdefault(line["event"], []).append(line.get("exception", ""))
    failed = {name for name, told in by_event.items() if any("LibraryError" in one for one in told)}
    assert failed >= {
        "turn_failed",
        "delivery_failed",
        "request_failed",
        "loop_failure",
        "caught",
        "it was %s",
        "failure_nobody_could_hear",
        "thread_failed",
        "ended_by_failure",
    }
    # The place of the failure and what led to it are there: that is what the log is read for.
    assert re.search(
        r"__main__:\d+ in fail\nsqlite3.OperationalError \[SQLITE_ERROR\]\nwhich led to\n", by_event["turn_failed"][0]
    )
    assert "bot.workers.turns:" in by_event["turn_failed"][0]
    assert [line["what"] for line in lines if line["event"] == "loop_failure"][:2] == [
        "Task exception was never retrieved",
        "Future exception was never retrieved",
    ]
    assert by_event["Task exception was never retrieved"] == [""]
    assert by_event["full"] == ["OSError [ENOSPC]"]
    assert sum(QUIET in told for told in by_event["caught"]) == 2, "what our own errors say is for the operator"


def test_a_recursion_without_end_is_told_in_short() -> None:
    def down(depth: int) -> None:
        down(depth + 1)

    with pytest.raises(RecursionError) as caught:
        down(0)
    told = failure(caught.value).splitlines()
    assert len(told) < 40
    assert told[-1] == "RecursionError"
    assert any(line.endswith(" more") for line in told)


def test_an_error_of_ours_raised_from_none_tells_only_itself() -> None:
    def give_up() -> None:
        try:
            {}["a word"]
        except KeyError:
            raise ClaimLost("another worker has it") from None

    with pytest.raises(ClaimLost) as caught:
        give_up()
    told = failure(caught.value)
    assert told.splitlines()[-1] == "bot.errors.ClaimLost: another worker has it"
    assert "KeyError" not in told
