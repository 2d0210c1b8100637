"""The web chat's routes, as a page uses them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.webchat.translate import session_of
from bot.messages import Button
from bot.web.pace import Pace
from bot.web.webchat import COOKIE, add_webchat
from tests.fakes.chat_book import FakeChatBook


class Page:
    """A browser with the chat's page open."""

    def __init__(self, client: TestClient[Any, Any], book: FakeChatBook) -> None:
        self.client, self.book = client, book

    async def open(self, path: str = "/", **headers: str) -> str:
        async with self.client.get(path, headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    @property
    def session(self) -> str:
        cookies = self.client.session.cookie_jar.filter_cookies(self.client.make_url("/"))
        session = session_of(cookies[COOKIE].value)
        assert session is not None
        return session

    async def post(self, path: str = "/chat/messages", headers: dict[str, str] | None = None, **body: Any) -> ClientResponse:
        return await self.client.post(path, json=body, headers=headers)

    async def says(self, text: str, **headers: str) -> ClientResponse:
        return await self.post(id=str(uuid4()), text=text, headers=headers)

    async def hears(self, count: int, after: int = 0, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """The next `count` lines of the stream."""
        lines: list[dict[str, Any]] = []
        async with asyncio.timeout(5), self.client.get(f"/chat/events?after={after}", headers=headers) as stream:
            assert stream.status == 200
            async for raw in stream.content:
                if raw.startswith(b'data: {"number"'):
                    lines.append(json.loads(raw[6:]))
                    if len(lines) == count:
                        break
        return lines


@pytest.fixture
def book() -> FakeChatBook:
    return FakeChatBook()


@pytest.fixture
def options() -> dict[str, Any]:
    return {"session_pace": Pace(burst=100, per_second=1), "address_pace": Pace(burst=100, per_second=1)}


@pytest.fixture
async def page(book: FakeChatBook, options: dict[str, Any]) -> AsyncIterator[Page]:
    app = web.Application()
    add_webchat(app, book, heartbeat=0.01, **options)
    async with TestClient(TestServer(app)) as client:
        made = Page(client, book)
        await made.open()
        yield made


async def test_a_message_is_accepted_once_it_is_committed(page: Page, book: FakeChatBook) -> None:
    chosen = str(uuid4())
    answer = await page.post(id=chosen, text="Bonjour")
    assert (answer.status, await answer.json()) == (202, {"id": chosen, "accepted": True})
    assert [(message.text, message.sender) for message in book.accepted] == [("Bonjour", page.session)]


async def test_a_message_that_could_not_be_committed_is_not_accepted(page: Page, book: FakeChatBook) -> None:
    book.away = 1
    assert (await page.says("Bonjour")).status == 500
    assert book.accepted == []


async def test_a_message_sent_again_is_one_message(page: Page, book: FakeChatBook) -> None:
    chosen = str(uuid4())
    answers = [await page.post(id=chosen, text="Bonjour") for _ in range(3)]
    assert {answer.status for answer in answers} == {202}
    assert len(book.accepted) == 1


async def test_a_pressed_button_comes_with_its_token(page: Page, book: FakeChatBook) -> None:
    await page.post(id=str(uuid4()), press="tok", title="Lyon")
    assert (book.accepted[0].kind, book.accepted[0].data["token"], book.accepted[0].text) == ("press", "tok", "Lyon")


async def test_every_line_is_heard_with_its_number(page: Page, book: FakeChatBook) -> None:
    chosen = str(uuid4())
    await page.post(id=chosen, text="Bonjour")
    book.say(page.session, "Quel magasin ?", buttons=(Button(title="Lyon", token="t1"),))
    own, ours = await page.hears(2)
    assert (own["number"], own["direction"], own["id"], own["text"]) == (1, "in", chosen, "Bonjour")
    assert (ours["number"], ours["author"], ours["buttons"]) == (2, "bot", [{"title": "Lyon", "token": "t1", "url": ""}])


async def test_a_page_that_was_away_hears_what_it_missed_and_nothing_twice(page: Page, book: FakeChatBook) -> None:
    for text in ("un", "deux", "trois"):
        book.say(page.session, text)
    assert [line["text"] for line in await page.hears(2, after=1)] == ["deux", "trois"]
    headers = {"Last-Event-ID": "2"}
    assert [line["text"] for line in await page.hears(1, headers=headers)] == ["trois"]


async def test_a_new_line_is_heard_at_once(page: Page, book: FakeChatBook) -> None:
    hearing = asyncio.create_task(page.hears(1))
    await asyncio.sleep(0.05)
    book.say(page.session, "Bonjour, je suis Inès.", author="advisor", name="Inès")
    assert [(line["author"], line["name"]) for line in await hearing] == [("advisor", "Inès")]


async def test_a_long_history_is_heard_to_its_end(page: Page, book: FakeChatBook) -> None:
    for place in range(250):
        book.say(page.session, str(place))
    assert [line["number"] for line in await page.hears(250)] == list(range(1, 251))


async def test_a_silent_stream_beats(page: Page) -> None:
    async with asyncio.timeout(5), page.client.get("/chat/events") as stream:
        seen = [await stream.content.readuntil(b"\n\n") for _ in range(3)]
    assert [event.split(b"\n")[0] for event in seen] == [b"event: ready", b"event: beat", b"event: beat"]


async def test_nobody_hears_another_session(page: Page, book: FakeChatBook) -> None:
    book.say("a" * 64, "pas pour vous")
    book.say(page.session, "pour vous")
    assert [line["text"] for line in await page.hears(1)] == ["pour vous"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/chat/events"), ("POST", "/chat/messages"), ("POST", "/chat/continue")])
async def test_without_a_session_the_way_to_one_is_told(page: Page, method: str, path: str) -> None:
    page.client.session.cookie_jar.clear()
    answer = await page.client.request(method, path, json={})
    assert answer.status == 401
    assert "open / first" in (await answer.json())["message"]


async def test_the_session_survives_a_reload(page: Page) -> None:
    before = page.session
    await page.open()
    assert page.session == before


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(book: FakeChatBook) -> None:
    app = web.Application()
    add_webchat(app, book, is_https=lambda _: True)
    async with TestClient(TestServer(app)) as client, client.get("/") as answer:
        cookie = answer.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 202),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://{host}"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://the.hosts.own.name.behind.a.proxy"}, 202),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://{host}"}, 202),
        ({"Origin": "http://{host}.elsewhere.example"}, 403),
    ],
)
async def test_only_our_own_page_may_post(page: Page, headers: dict[str, str], status: int) -> None:
    host = f"{page.client.host}:{page.client.port}"
    headers = {name: value.format(host=host) for name, value in headers.items()}
    assert (await page.says("Bonjour", **headers)).status == status


class TestAnAllowedOrigin:
    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"allowed_origins": ["https://orvelle.example/"]}

    async def test_may_post(self, page: Page) -> None:
        headers = {"Origin": "https://orvelle.example"}
        assert (await page.says("Bonjour", **headers)).status == 202


class TestInAFrame:
    """The chat on a page of the brand's own site."""

    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"frame_origins": ["https://www.orvelle.example"], "is_https": lambda _: True}

    async def cookies(self, page: Page, **headers: str) -> list[set[str]]:
        """What is said of each cookie."""
        async with page.client.get("/?lang=en", headers=headers) as answer:
            lines = answer.headers.getall("Set-Cookie")
        assert [line.partition("=")[0] for line in lines] in ([COOKIE, "filrouge_language"], ["filrouge_language", COOKIE])
        return [
            set(line.split("; ")[1:]) & {"HttpOnly", "Secure", "SameSite=None", "SameSite=Lax", "Partitioned"} for line in lines
        ]

    async def test_only_the_named_sites_may_show_it(self, page: Page) -> None:
        async with page.client.get("/") as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith("; frame-ancestors 'self' https://www.orvelle.example")

    async def test_its_cookies_are_that_sites_own(self, page: Page) -> None:
        assert (
            await self.cookies(page, **{"Sec-Fetch-Dest": "iframe"})
            == [{"HttpOnly", "Secure", "SameSite=None", "Partitioned"}] * 2
        )

    async def test_in_a_window_of_its_own_its_cookies_stay_as_strict_as_ever(self, page: Page) -> None:
        assert await self.cookies(page, **{"Sec-Fetch-Dest": "document"}) == [{"HttpOnly", "Secure", "SameSite=Lax"}] * 2

    async def test_the_site_around_it_may_not_write_in_the_customers_name(self, page: Page) -> None:
        headers = {"Origin": "https://www.orvelle.example", "Sec-Fetch-Site": "cross-site"}
        assert (await page.says("Bonjour", **headers)).status == 403


async def test_no_site_may_show_it_unless_named(page: Page) -> None:
    async with page.client.get("/", headers={"Sec-Fetch-Dest": "iframe"}) as answer:
        assert answer.headers["Content-Security-Policy"].endswith("; frame-ancestors 'self'")
        assert answer.cookies[COOKIE]["samesite"] == "Lax"


class TestTooFast:
    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"session_pace": Pace(burst=2, per_second=0.5), "address_pace": Pace(burst=3, per_second=0.5)}

    async def test_a_session_is_told_how_long_to_wait(self, page: Page, book: FakeChatBook) -> None:
        answers = [await page.says(text) for text in ("un", "deux", "trois")]
        assert [answer.status for answer in answers] == [202, 202, 429]
        assert answers[-1].headers["Retry-After"] == "2"
        assert (await answers[-1].json())["error"] == "too_fast"
        assert len(book.accepted) == 2

    async def test_an_address_with_many_sessions_too(self, page: Page) -> None:
        statuses = []
        for _ in range(4):
            page.client.session.cookie_jar.clear()
            await page.open()
            statuses.append((await page.says("un")).status)
        assert statuses == [202, 202, 202, 429]


async def test_a_text_that_is_too_long_says_so(page: Page) -> None:
    answer = await page.says("a" * 4001)
    assert (answer.status, (await answer.json())["error"]) == (422, "too_long")


async def test_a_body_that_is_too_large_is_not_even_read(page: Page) -> None:
    answer = await page.says("é" * 17_000)
    assert (answer.status, (await answer.json())["error"]) == (413, "too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": "\xff"}', b'{"id": 1, "text": "a"}'])
async def test_what_is_no_message_is_refused(page: Page, book: FakeChatBook, body: bytes) -> None:
    answer = await page.client.post("/chat/messages", data=body)
    assert (answer.status, (await answer.json())["error"]) == (400, "bad_request")
    assert book.accepted == []


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 30])
async def test_a_number_that_is_none_is_refused(page: Page, after: str) -> None:
    async with page.client.get(f"/chat/events?after={after}") as answer:
        assert answer.status == 400


async def test_too_many_windows_of_one_session_are_refused(page: Page) -> None:
    streams = [await page.client.get("/chat/events") for _ in range(6)]
    one_more = await page.client.get("/chat/events")
    assert [stream.status for stream in [*streams, one_more]] == [200] * 6 + [429]
    for stream in streams:
        stream.close()


async def test_a_conversation_can_go_on_elsewhere(page: Page) -> None:
    answer = await page.post("/chat/continue", channel="telegram")
    assert (await answer.json())["url"] == f"/demo/telegram?start=once-{page.session[:6]}"


@pytest.mark.parametrize("body", [{"channel": "pigeon"}, {"channel": 7}, {}])
async def test_only_where_the_brand_is(page: Page, body: dict[str, Any]) -> None:
    assert (await page.post("/chat/continue", **body)).status == 404


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("/", "de,fr;q=0.8,en;q=0.2", "fr"),
        ("/", "de", "fr"),
        ("/", "", "fr"),
        ("/", "en;q=x,fr;q=0.1", "fr"),
        ("/?lang=en", "fr", "en"),
        ("/?lang=<script>", "en", "en"),
    ],
)
async def test_the_page_speaks_the_visitors_language(page: Page, path: str, accepted: str, language: str) -> None:
    headers = {"Accept-Language": accepted}
    assert f'<html lang="{language}">' in await page.open(path, **headers)


async def test_a_chosen_language_is_kept_and_told_to_the_bot(page: Page, book: FakeChatBook) -> None:
    await page.open("/?lang=en")
    assert '<html lang="en">' in await page.open("/")
    await page.says("Hello")
    assert book.accepted[0].language == "en"


async def test_the_page_runs_no_script_but_ours(page: Page) -> None:
    async with page.client.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        html = await answer.text()
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert html.count("<script") == html.count('<script src="/static/') == 1
    assert "<style" not in html
    assert " style=" not in html


async def test_what_the_page_names_is_there(page: Page) -> None:
    html = await page.open()
    for piece in html.split('"'):
        if piece.startswith("/static/"):
            async with page.client.get(piece) as answer:
                assert answer.status == 200


async def test_the_brands_words_are_escaped(page: Page, book: FakeChatBook) -> None:
    book.brand = book.brand.__class__(name="<b>&", languages=("fr",), greeting={"fr": "<u>"})
    html = await page.open()
    assert "<b>" not in html
    assert "<u>" not in html
    assert "&lt;b&gt;&amp;" in html


async def test_open_streams_do_not_hold_up_the_end(page: Page) -> None:
    stream = await page.client.get("/chat/events")
    async with asyncio.timeout(5):
        await page.client.server.close()
    stream.close()
