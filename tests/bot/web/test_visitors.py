"""Where a request comes from: proxies the operator named are believed, everybody else is taken for what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from multidict import CIMultiDict

from bot.settings import Settings
from bot.web.pace import Pace
from bot.web.visitors import Visitors
from bot.web.webchat import COOKIE, add_webchat
from bot.wiring import visitors_of
from tests.fakes.chat_book import FakeChatBook

PROXIES = Visitors([ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.1")])


def request(peer: str | None, headers: Sequence[tuple[str, str]] | Mapping[str, str] = ()) -> web.Request:
    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (peer, 50_000) if name == "peername" and peer is not None else default
    return make_mocked_request("GET", "/", headers=CIMultiDict(headers), transport=transport)


def forwarded(*lines: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", line) for line in lines]


@pytest.mark.parametrize(
    ("peer", "lines", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # a stranger's word
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),  # what the visitor wrote stands to the left
        ("10.0.0.2", ["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", ["198.51.100.1, 10.0.0.3"], "198.51.100.1"),
        ("10.0.0.2", ["10.9.9.9,10.0.0.3"], "10.9.9.9"),  # a visitor inside the network of the proxies
        ("10.0.0.2", ["<script>, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", ["198.51.100.1, unknown"], "10.0.0.2"),
        ("10.0.0.2", [""], "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.1,"], "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.2", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.2", ["2001:DB8:0::1"], "2001:db8::1"),
        ("10.0.0.2", ["300.1.1.1:80"], "10.0.0.2"),
        ("fd00::7", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_the_visitor_is_the_last_one_a_trusted_proxy_saw(peer: str | None, lines: list[str], address: str) -> None:
    assert PROXIES.address(request(peer, forwarded(*lines))) == address


@pytest.mark.parametrize(
    ("peer", "scheme", "secure"),
    [
        ("10.0.0.2", "https", True),
        ("10.0.0.2", "HTTPS", True),
        ("10.0.0.2", "https, http", True),  # http between two proxies
        ("10.0.0.2", "http", False),
        ("10.0.0.2", "", False),
        ("203.0.113.9", "https", False),
    ],
)
def test_https_is_what_a_trusted_proxy_says_it_is(peer: str, scheme: str, secure: bool) -> None:
    assert PROXIES.is_https(request(peer, {"X-Forwarded-Proto": scheme})) is secure


@pytest.mark.parametrize(
    ("public_url", "secure"), [("https://chat.orvelle.example", True), ("http://chat.orvelle.example", False), (None, False)]
)
def test_a_public_address_over_https_needs_no_proxy_to_say_so(public_url: str | None, secure: bool) -> None:
    settings = Settings(public_url=public_url, trusted_proxies=())
    assert visitors_of(settings).is_https(request("203.0.113.9")) is secure


@pytest.mark.parametrize(
    ("peer", "headers", "inside"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("10.0.0.2", {}, True),
        ("203.0.113.9", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("10.0.0.2", {"Forwarded": "for=203.0.113.9"}, False),
        ("10.0.0.2", {"Via": "1.1 edge"}, False),
        (None, {}, False),
    ],
)
def test_whoever_comes_through_a_proxy_is_not_inside(peer: str | None, headers: dict[str, str], inside: bool) -> None:
    assert PROXIES.is_inside(request(peer, headers)) is inside


async def test_visitors_behind_one_proxy_do_not_share_a_pace() -> None:
    app, pace = web.Application(), Pace(burst=2, per_second=0.01)
    visitors = Visitors([ip_network("127.0.0.1")])
    add_webchat(app, FakeChatBook(), address_of=visitors.address, is_https=visitors.is_https, address_pace=pace)
    async with TestClient(TestServer(app)) as client:

        async def writes(address: str) -> int:
            client.session.cookie_jar.clear()
            headers = {"X-Forwarded-For": address}
            await client.get("/", headers=headers)
            answer = await client.post("/chat/messages", json={"id": str(uuid4()), "text": "Bonjour"}, headers=headers)
            return answer.status

        assert [await writes("198.51.100.1") for _ in range(3)] == [202, 202, 429]
        assert await writes("198.51.100.2") == 202
        # What a visitor writes into the header themselves changes nothing.
        assert await writes("192.0.2.66, 198.51.100.1") == 429


async def test_the_chats_cookie_is_kept_to_https_where_the_proxy_speaks_it() -> None:
    app = web.Application()
    visitors = Visitors([ip_network("127.0.0.1")])
    add_webchat(app, FakeChatBook(), address_of=visitors.address, is_https=visitors.is_https)
    async with TestClient(TestServer(app)) as client:

        async def cookie(**headers: str) -> Any:
            async with client.get("/", headers=headers) as answer:
                return answer.cookies[COOKIE]

        assert (await cookie(**{"X-Forwarded-Proto": "https"}))["secure"] is True
        assert not (await cookie())["secure"]
