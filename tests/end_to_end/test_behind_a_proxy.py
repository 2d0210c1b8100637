"""The whole program behind a proxy that ends https: visitors are told apart, cookies kept, figures not given away."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from handoff.console.signin import MOST
from tests.servers import Server, copy_of

TOKEN = "figures-please"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    cookies: SimpleCookie
    text: str


@pytest.fixture(scope="module")
def server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    env = {"FILROUGE_TRUSTED_PROXIES": "127.0.0.1", "FILROUGE_METRICS_TOKEN": TOKEN}
    with Server(copy_of(trained, tmp_path_factory.mktemp("proxy") / "data"), env=env) as started:
        yield started


def through_the_proxy(server: Server, visitor: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
    """What a visitor of that address gets who asks the proxy over https."""
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    passed_on = {"X-Forwarded-For": f"192.0.2.66, {visitor}", "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(server.url + path, data=body, headers=passed_on | headers)
    try:
        with _opener.open(request, timeout=10) as answer:
            status, told, text = answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            status, told, text = error.code, error.headers, error.read().decode()
    cookies = SimpleCookie()
    for line in told.get_all("Set-Cookie", []):
        cookies.load(line)
    return Answer(status, cookies, text)


def test_wrong_passwords_of_one_address_keep_nobody_else_out(server: Server) -> None:
    def guess(visitor: str) -> int:
        page = through_the_proxy(server, visitor, "/console/login")
        cookie = page.cookies["filrouge_login"]
        assert cookie["secure"]
        found = re.search('name="csrf" value="([^"]*)"', page.text)
        assert found
        form = {"username": "ines", "password": "a guess", "csrf": found[1]}
        return through_the_proxy(server, visitor, "/console/login", form, Cookie=f"filrouge_login={cookie.value}").status

    assert [guess("198.51.100.1") for _ in range(MOST.here + 1)] == [403] * MOST.here + [429]
    assert guess("198.51.100.2") == 403


def test_the_chats_cookie_stays_on_https(server: Server) -> None:
    assert through_the_proxy(server, "198.51.100.1", "/").cookies["filrouge_chat"]["secure"]


def test_figures_are_for_the_machine_itself_and_whoever_has_the_token(server: Server) -> None:
    assert through_the_proxy(server, "198.51.100.1", "/metrics").status == 401
    bearing = through_the_proxy(server, "198.51.100.1", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert bearing.status == 200
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        assert 'filrouge_seat_held{seat="housekeeping"} 1.0' in answer.read().decode()
