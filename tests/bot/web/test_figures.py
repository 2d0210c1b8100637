"""`/metrics`: for the operator's own machine as it is, for everybody else with the token."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.web.app import application
from bot.web.visitors import Visitors

PASSED_ON = {"X-Forwarded-For": "203.0.113.9"}


async def healthy() -> dict[str, str]:
    return {}


async def asked(*headers: dict[str, str], token: str | None = None, **options: Any) -> list[int]:
    """The status of each answer to requests with these headers, all from the loopback."""
    app = application(healthy, visitors=Visitors(**options), metrics_token=token)
    async with TestClient(TestServer(app)) as client:
        answers = [await client.get("/metrics", headers=one) for one in headers]
        for answer in answers:
            assert ("filrouge_turns_total" in await answer.text()) == (answer.status == 200)
        return [answer.status for answer in answers]


@pytest.mark.parametrize("token", [None, "figures-please"])
async def test_the_servers_own_machine_needs_no_token(token: str | None) -> None:
    assert await asked({}, {"Authorization": "Bearer wrong"}, token=token) == [200, 200]


@pytest.mark.parametrize("proxies", [[], [ip_network("127.0.0.1")]])
async def test_what_a_proxy_on_the_same_machine_passes_on_does(proxies: Any) -> None:
    bearing = PASSED_ON | {"Authorization": "Bearer figures-please"}
    wrong = PASSED_ON | {"Authorization": "Bearer figures"}
    basic = PASSED_ON | {"Authorization": "Basic figures-please"}
    asking = (PASSED_ON, bearing, wrong, basic)
    assert await asked(*asking, token="figures-please", proxies=proxies) == [401, 200, 401, 401]
    assert await asked(*asking, proxies=proxies) == [401] * 4


async def test_a_visitor_cannot_pass_for_the_machine_itself() -> None:
    claims = {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-IP": "127.0.0.1"}
    assert await asked(*claims) == [401] * 3
