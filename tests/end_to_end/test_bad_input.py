"""Whatever is posted at a public door gets a clear refusal or a polite answer, and costs nobody else anything.

`FILROUGE_TESTS_BODIES=10000` makes the long version of the made-up bodies.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.transport import SECRET_HEADER
from tests.end_to_end.doors import DOORS, JSON, Answer, Connection, Door, post_once
from tests.fakes.telegram_server import TOKEN
from tests.servers import REPOSITORY, Server, copy_of

BODIES = int(os.environ.get("FILROUGE_TESTS_BODIES", "300"))
SECRET = "bad-input-test"
REST, TELEGRAM = "/webhooks/rest/webhook", "/webhooks/telegram"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").create()
    with _telegram() as root:
        data = copy_of(trained, tmp_path_factory.mktemp("bad-input"))
        started = Server(data, database_url=url)
        started.environment |= {
            "FILROUGE_TELEGRAM_TOKEN": TOKEN,
            "FILROUGE_TELEGRAM_BASE_URL": root,
            "FILROUGE_TELEGRAM_WEBHOOK_URL": f"{started.url}{TELEGRAM}",
            "FILROUGE_TELEGRAM_SECRET_TOKEN": SECRET,
            "FILROUGE_TELEGRAM_PER_SECOND": "1000",
            "FILROUGE_SITE_SECRET": "bad-input-test-of-what-the-brands-site-signs",
        }
        with started:
            yield started


@contextmanager
def _telegram() -> Iterator[str]:
    """A fake Telegram in a process of its own; yields its root."""
    command = [sys.executable, "-m", "tests.fakes.telegram_server", "--port", "0"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


class Regular:
    """A customer who goes on talking on a connection of their own, whatever happens beside them."""

    def __init__(self, server: Server, name: str) -> None:
        self._server, self.name = server, name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._talk)
        self.sent = 0
        self.wrong: list[str] = []

    def __enter__(self) -> Regular:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _talk(self) -> None:
        connection = Connection(self._server)
        while not self._stop.wait(0.02):
            body = {
                "sender": self.name,
                "message": "quels sont vos horaires à Lyon ?",
                "metadata": {"message_id": str(self.sent)},
            }
            try:
                answer = connection.post(REST, json.dumps(body).encode(), JSON)
            except Exception as error:  # noqa: BLE001 - a lost connection is a finding too
                self.wrong.append(f"message {self.sent}: {error!r}")
                return
            if answer.status != 200 or not answer.json():
                self.wrong.append(f"message {self.sent}: {answer.status} {answer.body[:200]!r}")
            self.sent += 1
        connection.close()

    def check(self) -> None:
        """Everything they wrote was answered at once, and is in their thread once, handled and answered."""
        assert not self.wrong
        assert self.sent > 0
        messages = self._server.thread("rest", self.name)["messages"]
        received = [one for one in messages if one["direction"] == "in"]
        assert [one["provider_id"].rpartition("/")[2] for one in received] == [str(n) for n in range(self.sent)]
        answered = {id_ for one in messages if one["direction"] == "out" for id_ in one["in_reply_to"]}
        assert {one["id"] for one in received} == answered


_NASTY_TEXTS = (
    *("", " ", "\x00", "\ud83d", "null", "é" * 300, "a" * 5000, "1" * 400, "\U0001f9f5" * 3000, "a\x00b", "\u202e"),
    *(
        "/start",
        "/start x",
        "/choice 1.0",
        "/choice 9999999999999999.0",
        "1.0",
        "-1",
        "'; DROP TABLE message;--",
        "{{7*7}}",
        "%s",
    ),
)
_NASTY_NUMBERS = (0, -1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1e308, 1e400, float("nan"))
_TEXTS = st.text(max_size=40) | st.sampled_from(_NASTY_TEXTS)
_NASTY = st.sampled_from([None, True, *_NASTY_TEXTS, *_NASTY_NUMBERS]) | st.builds(dict) | st.builds(list)
_VALUES = _NASTY | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


def _places(body: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    if isinstance(body, dict):
        for name, part in body.items():
            found += _places(part, (*path, name))
    return found


@st.composite
def _spoilt(draw: st.DrawFn, valid: Any) -> Any:
    """A good body with one to three of its parts replaced, removed or added to."""
    body = copy.deepcopy(dict(valid))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(_places(valid)))
        outer: Any = body
        for name in path[:-1]:
            outer = outer.get(name) if isinstance(outer, dict) else None
        if not isinstance(outer, dict):
            continue
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                outer[path[-1]] = draw(_VALUES)
            case "remove":
                outer.pop(path[-1], None)
            case _:
                outer[draw(_TEXTS)] = draw(_VALUES)
    return body


def bodies(door: Door) -> st.SearchStrategy[bytes]:
    """Mostly what is nearly right; also any JSON, any bytes, and what stops half-way."""
    whole = door.write(door.valid)
    return st.one_of(
        _spoilt(door.valid).map(door.write),
        _spoilt(door.valid).map(door.write),
        _VALUES.map(door.write),
        st.binary(max_size=200),
        st.integers(0, len(whole)).map(lambda length: whole[:length]),
        st.integers(1, 3000).map(lambda depth: b"[" * depth + b"]" * depth),
    )


def check_answer(answer: Answer) -> None:
    """A clear refusal or an answer: never a fault of ours, and never a refusal that does not say what is wrong."""
    assert answer.status < 500, answer.body[:500]
    if answer.headers.get("content-type", "").startswith("application/json"):
        told = answer.json()
        assert answer.status < 400 or told["error"]
    else:
        assert answer.status < 400 or answer.body.strip()


@pytest.mark.parametrize("make_door", DOORS, ids=lambda make: make.__name__)
def test_no_body_at_any_public_door_breaks_anything(server: Server, make_door: Callable[[Server], Door]) -> None:
    door = make_door(server)
    connection = Connection(server, door.posts_per_address)
    statuses: set[int] = set()

    @settings(
        max_examples=BODIES, deadline=None, database=None, derandomize=BODIES <= 300, suppress_health_check=list(HealthCheck)
    )
    @given(body=bodies(door))
    def post(body: bytes) -> None:
        answer = connection.post(door.path, body, door.headers())
        check_answer(answer)
        statuses.add(answer.status)

    with Regular(server, f"regular-{make_door.__name__}") as regular, closing(connection):
        post()
    regular.check()
    check_log(server)
    assert len(statuses) > 1, "these bodies are all alike to this door"


def check_log(server: Server) -> None:
    """Nothing went wrong inside either, where no answer would have told."""
    broken = re.findall(
        r'.*"event": ?"(?:request_failed|storage_unavailable|turn_failed|inbox_not_claimed)".*', server.log.read_text()
    )
    assert not broken, broken[0][:3000]


def _rest(**changed: Any) -> bytes:
    return json.dumps({"sender": "stranger", "message": "bonjour", **changed}).encode()


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[]", 400, "object"),
        (b'{"sender": "a"}', 400, "message"),
        (_rest(sender=""), 400, "sender"),
        (_rest(sender=7), 400, "sender"),
        (_rest(sender="s" * 201), 400, "sender"),
        (_rest(message=None), 400, "message"),
        (_rest(message="m" * 4001), 400, "longer than 4000"),
        (_rest(metadata=[]), 400, "metadata"),
        (_rest(metadata={"message_id": {}}), 400, "message_id"),
        (_rest(message="m" * 70_000), 413, "larger than"),
    ],
)
def test_the_rest_door_says_what_is_wrong(server: Server, body: bytes, status: int, told: str) -> None:
    answer = post_once(server, REST, body, JSON)
    assert answer.status == status
    assert told in answer.json()["error"]


@pytest.mark.parametrize(
    "headers", [JSON, {**JSON, SECRET_HEADER: "wrong"}, {**JSON, SECRET_HEADER: "é"}, {**JSON, SECRET_HEADER: ""}]
)
def test_a_webhook_without_its_secret_is_refused(server: Server, headers: dict[str, str]) -> None:
    raw = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    answer = post_once(server, TELEGRAM, b'{"update_id": 1}', raw)
    assert answer.status == 401
    assert SECRET not in answer.body.decode()


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 900_001},
        {"update_id": 900_002, "kind_of_tomorrow": {"from": {"id": 5}}},
        {"update_id": 900_003, "message": {"message_id": 1}},
        {"update_id": 900_004, "edited_channel_post": {}},
        {
            "update_id": 900_006,
            "message": {
                "message_id": 1,
                "from": {"id": "9" * 300},
                "chat": {"id": 5, "type": "private"},
                "date": 1795251600,
                "text": "bonjour",
            },
        },
        {"update_id": 900_005, "inline_query": {"id": "1", "from": {"id": 5}, "query": "x"}},
    ],
)
def test_an_update_that_is_not_for_us_is_let_go(server: Server, update: dict[str, Any]) -> None:
    """Its chat would wait for hours behind a refused update."""
    assert post_once(server, TELEGRAM, json.dumps(update).encode(), {**JSON, SECRET_HEADER: SECRET}).status == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (TELEGRAM, {**JSON, SECRET_HEADER: SECRET}),
        (REST, JSON),
        ("/chat/messages", JSON),
        ("/chat/identity", JSON),
        ("/console/login", {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
)
def test_an_oversized_body_is_refused_without_being_read(server: Server, path: str, headers: dict[str, str]) -> None:
    try:
        answer = post_once(server, path, b"x" * 2_000_000, headers)
    except OSError:  # the server has answered and closed before it was all written, which is its right
        return
    assert 400 <= answer.status < 500


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", [REST, TELEGRAM, "/chat/messages", "/chat/files", "/chat/continue", "/chat/identity", "/chat/identity/leave"]
)
def test_a_wrong_method_is_refused(server: Server, method: str, path: str) -> None:
    assert post_once(server, path, b"", JSON, method=method).status == 405


@pytest.mark.parametrize(
    "path", ["/console/conversations/1/acts", "/console/conversations/1/messages/1/correct", "/console/logout"]
)
def test_a_stranger_does_nothing_in_the_console(server: Server, path: str) -> None:
    answer = post_once(server, path, b"act=take", {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status in (303, 401, 403)
    assert not answer.headers.get("location", "").startswith("/console/conversations")


def test_an_unknown_address_is_not_found(server: Server) -> None:
    assert post_once(server, "/webhooks/unheard-of", b"{}", JSON).status == 404
