"""The console's doors: who may come in, what they may open, and that nothing said by a customer runs there."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from markupsafe import escape

from handoff.case import Case
from handoff.console import console
from handoff.console.app import DOORS
from handoff.console.passwords import hash_password, is_outdated, is_password
from handoff.console.rights import AFTERWARDS, may_open
from handoff.console.sessions import ABSOLUTE, IDLE
from handoff.console.signin import MOST, WINDOW
from handoff.console.views import Role
from handoff.console.visit import BODY_LIMIT, safe_next
from tests.handoff.conftest import Fragment, Visit, hidden
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_people import INES, NOON, PASSWORD, TOM

PEOPLE: dict[Role, str] = {"advisor": "ines", "community_manager": "maud", "admin": "ada"}
EVERYBODY = {"advisor", "community_manager", "admin"}
MANAGERS = {"community_manager", "admin"}

# Written again here, by hand, so that a door opened by mistake is noticed. None: no need to sign in.
WHO_MAY = {
    ("GET", "/login"): None,
    ("POST", "/login"): None,
    ("GET", "/static/{name}"): None,
    ("POST", "/logout"): EVERYBODY,
    ("GET", ""): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/fragments/queue"): EVERYBODY,
    ("GET", "/conversations"): MANAGERS,
    ("GET", "/fragments/conversations"): MANAGERS,
    ("GET", "/conversations/{conversation}"): EVERYBODY,
    ("GET", "/fragments/conversations/{conversation}"): EVERYBODY,
    ("POST", "/conversations/{conversation}/acts"): EVERYBODY,
    ("POST", "/conversations/{conversation}/messages/{message}/correct"): MANAGERS,
    ("POST", "/conversations/{conversation}/proofs/{proof}/revoke"): MANAGERS,
    ("POST", "/conversations/{conversation}/joins/{sort}/{join}/undo"): MANAGERS,
    ("GET", "/conversations/{conversation}/join"): MANAGERS,
    ("POST", "/conversations/{conversation}/join"): MANAGERS,
    ("GET", "/doubles"): MANAGERS,
    ("POST", "/doubles/{double}"): MANAGERS,
    ("GET", "/conversations/{conversation}/archive"): {"admin"},
    ("GET", "/conversations/{conversation}/erase"): {"admin"},
    ("POST", "/conversations/{conversation}/erase"): {"admin"},
    ("GET", "/erasures/{receipt}"): {"admin"},
    ("GET", "/undelivered"): MANAGERS,
    ("GET", "/fragments/undelivered"): MANAGERS,
    ("POST", "/undelivered/{message}/again"): MANAGERS,
    ("GET", "/media/{file}"): EVERYBODY,
    ("GET", "/live"): EVERYBODY,
    ("GET", "/live/{conversation}"): EVERYBODY,
    ("GET", "/stores"): EVERYBODY,
    ("GET", "/stores/{store}/today"): EVERYBODY,
    ("GET", "/accounts"): {"admin"},
}


def address(path: str) -> str:
    names = {"name": "console.css", "conversation": "1", "message": "1", "store": "lyon", "file": "1"}
    names |= {"proof": "5", "sort": "conversations", "join": "9", "double": "3", "receipt": "20261127-0badcafe"}
    return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)


def test_every_door_of_the_console_is_in_the_table(house: FakeHouse) -> None:
    app = console(house.ports, clock=house.clock, secure=lambda _: True)
    parent = web.Application()
    parent.add_subapp("/console", app)
    served = {
        (route.method, route.resource.canonical.removeprefix("/console"))
        for route in app.router.routes()
        if route.resource and route.method != "HEAD"
    }

    assert served == set(WHO_MAY)
    assert len(DOORS) == len(WHO_MAY)


@pytest.mark.parametrize("role", PEOPLE)
async def test_every_role_passes_its_own_doors_and_no_other(visit: Visit, role: Role) -> None:
    visitor = await visit(PEOPLE[role])
    csrf = hidden(await visitor.read(""), "csrf")
    doors = sorted(WHO_MAY.items(), key=lambda door: door[0] == ("POST", "/logout"))
    for (method, path), roles in doors:
        if method == "GET":
            answer = await visitor.get(address(path))
        else:
            answer = await visitor.post(address(path), {"csrf": csrf, "kind": "note", "id": "0123456789abcdef"})
        answer.close()
        if roles is None:
            continue
        refused = answer.status == 403
        assert refused == (role not in roles), f"{role} {method} {path}: {answer.status}"


async def test_nobody_passes_without_signing_in(visit: Visit) -> None:
    stranger = await visit()
    for (method, path), roles in WHO_MAY.items():
        if roles is None:
            continue
        answer = await (stranger.get(address(path)) if method == "GET" else stranger.post(address(path), {}))
        if path.startswith("/live"):
            assert answer.status == 401
        else:
            assert answer.status == 303, path
            assert answer.headers["Location"].startswith("/console/login")


async def test_a_handler_that_is_not_in_the_table_is_closed_to_everybody(house: FakeHouse) -> None:
    async def forgotten(_: web.Request) -> web.Response:
        return web.Response(text="every customer's secrets")

    app, parent = console(house.ports, clock=house.clock, secure=lambda _: False), web.Application()
    app.router.add_get("/forgotten", forgotten)
    parent.add_subapp("/console", app)
    async with TestClient(TestServer(parent)) as client:
        answer = await client.get("/console/forgotten")
        assert answer.status == 403
        assert "secrets" not in await answer.text()


async def test_signing_in_leads_back_to_the_page_that_was_asked(visit: Visit, house: FakeHouse) -> None:
    ines = await visit()
    answer = await ines.get("/conversations/1")
    assert answer.headers["Location"] == "/console/login?next=/console/conversations/1"

    answer = await ines.sign_in("ines", to="%2Fconsole%2Fconversations%2F1")
    assert (answer.status, answer.headers["Location"]) == (303, "/console/conversations/1")
    assert house.audit.acts("ines") == [("sign_in", None)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/console//evil.example",
        "/console/../../x\\y",
        "/consoled",
        "javascript:alert(1)",
        "/console/fragments/queue",
        "/console/login?next=/console/login",
        "/console/a\nb",
        "",
        None,
    ],
)
def test_signing_in_never_leads_to_another_site(elsewhere: str | None) -> None:
    assert safe_next(elsewhere) == "/console"


async def test_a_wrong_password_and_an_unknown_name_read_the_same(visit: Visit) -> None:
    stranger = await visit()
    wrong, unknown = await stranger.sign_in("ines", "wrong"), await stranger.sign_in("nobody", "wrong")

    assert (wrong.status, unknown.status) == (403, 403)
    texts = [re.sub(r'value="[^"]*"', "", await answer.text()) for answer in (wrong, unknown)]
    assert texts[0] == texts[1]
    assert "Unknown username or password" in texts[0]


async def test_guessing_is_slowed_down_even_with_the_right_password_at_last(visit: Visit, house: FakeHouse) -> None:
    thief = await visit()
    for _ in range(MOST.here):
        assert (await thief.sign_in("ines", "guess")).status == 403
    answer = await thief.sign_in("ines", PASSWORD)
    assert (answer.status, "Too many attempts" in await answer.text()) == (429, True)
    assert int(answer.headers["Retry-After"]) == WINDOW.total_seconds()

    house.clock.advance(minutes=16)
    assert (await thief.sign_in("ines", PASSWORD)).status == 303


async def test_an_address_that_tries_many_names_is_slowed_down(visit: Visit, house: FakeHouse) -> None:
    house.accounts.tries = [(f"name{number}", "127.0.0.1", NOON) for number in range(MOST.address)]
    assert (await (await visit()).sign_in("ines")).status == 429


async def test_a_name_tried_from_everywhere_is_slowed_down(visit: Visit, house: FakeHouse) -> None:
    house.accounts.tries = [("ines", f"10.0.0.{number}", NOON) for number in range(MOST.name)]
    assert (await (await visit()).sign_in("ines")).status == 429


async def test_the_right_password_forgives_earlier_slips(visit: Visit, house: FakeHouse) -> None:
    ines = await visit()
    for _ in range(MOST.here - 1):
        await ines.sign_in("ines", "slip")
    assert (await ines.sign_in("ines")).status == 303
    assert house.accounts.tries == []


async def test_the_cookie_is_out_of_reach_and_its_secret_is_not_stored(house: FakeHouse) -> None:
    parent = web.Application()
    parent.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: True))
    async with TestClient(TestServer(parent)) as client:
        page = await client.get("/console/login")
        kept = page.cookies["filrouge_login"]
        assert kept["secure"]
        form = {"username": "ines", "password": PASSWORD, "csrf": kept.value}
        answer = await client.post(
            "/console/login", data=form, headers={"Cookie": f"filrouge_login={kept.value}"}, allow_redirects=False
        )
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["filrouge_console"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (
        True,
        True,
        "Strict",
        "/console",
    )
    assert cookie.value not in str(house.accounts.sessions)
    assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_what_is_kept_to_https_and_who_is_counted_depends_on_the_request(house: FakeHouse) -> None:
    parent = web.Application()

    def address(request: web.Request) -> str:
        return request.headers["X-From"]

    def secure(request: web.Request) -> bool:
        return request.headers.get("X-Scheme") == "https"

    parent.add_subapp("/console", console(house.ports, clock=house.clock, secure=secure, address=address))
    async with TestClient(TestServer(parent)) as client:

        async def guess(origin: str, **headers: str) -> ClientResponse:
            form = {"username": "ines", "password": "a guess", "csrf": "k" * 43}
            headers = {"X-From": origin, "Cookie": f"filrouge_login={'k' * 43}"} | headers
            return await client.post("/console/login", data=form, headers=headers, allow_redirects=False)

        assert [(await guess("a")).status for _ in range(MOST.here + 1)] == [403] * MOST.here + [429]
        elsewhere = await guess("b", **{"X-Scheme": "https"})
        assert elsewhere.status == 403
        assert elsewhere.cookies["filrouge_login"]["secure"]
        assert "Strict-Transport-Security" in elsewhere.headers
        assert not (await guess("c")).cookies["filrouge_login"]["secure"]


async def test_a_session_ends_after_two_idle_hours_or_twelve_in_all(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    for _ in range(6):
        house.clock.advance(seconds=IDLE.total_seconds() - 60)
        assert (await ines.get("")).status == 200
    house.clock.advance(seconds=ABSOLUTE.total_seconds() - 6 * (IDLE.total_seconds() - 60))
    assert (await ines.get("")).status == 303

    tom = await visit("tom")
    house.clock.advance(seconds=IDLE.total_seconds())
    assert (await tom.get("/fragments/queue", headers=Fragment)).status == 401
    assert house.accounts.sessions == {}


async def test_a_page_left_open_does_not_keep_its_session_alive(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    for _ in range(2):
        house.clock.advance(minutes=50)
        assert (await ines.get("/fragments/queue", headers=Fragment)).status == 200
    house.clock.advance(minutes=50)
    assert (await ines.get("/fragments/queue", headers=Fragment)).status == 401


async def test_signing_out_ends_the_session_on_the_server(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    csrf = hidden(await ines.read(""), "csrf")
    assert (await ines.post("/logout", {"csrf": csrf})).status == 303

    assert house.accounts.sessions == {}
    assert (await ines.get("")).status == 303


async def test_an_account_that_is_gone_is_out_at_once(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    del house.accounts.people["ines"]
    assert (await ines.get("")).status == 303


async def test_a_form_without_its_token_does_nothing(visit: Visit, house: FakeHouse) -> None:
    ines, tom = await visit("ines"), await visit("tom")
    others = hidden(await tom.read(""), "csrf")
    for csrf in ("", others, "é" * 40):
        answer = await ines.post("/conversations/1/acts", {"csrf": csrf, "kind": "take", "id": "0123456789abcdef"})
        assert (answer.status, "Reload the page" in await answer.text()) == (403, True)
    assert house.desk.acts == []

    answer = await (await visit()).post("/login", {"username": "ines", "password": PASSWORD, "csrf": "guess"})
    assert answer.status == 403
    assert len(house.accounts.sessions) == 2


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
async def test_a_form_from_another_site_does_nothing(visit: Visit, house: FakeHouse, headers: dict[str, str]) -> None:
    ines = await visit("ines")
    csrf = hidden(await ines.read(""), "csrf")
    form = {"csrf": csrf, "kind": "take", "id": "0123456789abcdef"}
    assert (await ines.post("/conversations/1/acts", form, headers=headers)).status == 403
    assert house.desk.acts == []

    same = {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"}
    assert (await ines.post("/conversations/1/acts", form, headers=same)).status == 303


async def test_bodies_are_bounded_and_must_be_forms(visit: Visit) -> None:
    ines = await visit("ines")
    page = await ines.read("")
    form = {"csrf": hidden(page, "csrf"), "kind": "note", "id": "0123456789abcdef"}

    huge = await ines.post("/conversations/1/acts", form | {"text": "a" * BODY_LIMIT})
    assert (huge.status, "Cut your text" in await huge.text()) == (413, True)
    many = await ines.post("/conversations/1/acts", form | {f"field{n}": "" for n in range(50)})
    assert many.status == 400
    file = await ines.client.post("/console/conversations/1/acts", json=form, allow_redirects=False)
    assert file.status == 415
    bytes_ = await ines.client.post(
        "/console/conversations/1/acts",
        data=b"csrf=%ff\xff",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        allow_redirects=False,
    )
    assert bytes_.status == 400


async def test_an_advisor_opens_only_what_is_in_their_queue_or_theirs(visit: Visit, house: FakeHouse) -> None:
    tom = await visit("tom")
    assert "Lena" not in await tom.read("")  # English: not one of Tom's languages
    for path in ("/conversations/3", "/fragments/conversations/3", "/live/3"):
        answer = await tom.get(path)
        assert (answer.status, "not in your queue" in await answer.text()) == (403, True)
    assert (await tom.act(3, "take", id="0123456789abcdef")).status == 403
    assert (await tom.get("/conversations/4")).status == 403  # the bot's
    assert (await tom.get("/conversations/999")).status == 403  # not told apart from one that does not exist
    assert ("look", 3) not in house.audit.acts("tom")

    assert (await tom.get("/conversations/2")).status == 200
    assert (await tom.get("/stores/montreal/today")).status == 403
    assert "Montréal" not in await tom.read("/stores")


async def test_a_manager_is_told_when_there_is_no_such_thing(visit: Visit) -> None:
    maud = await visit("maud")
    for path in ("/conversations/999", "/stores/nowhere/today", "/nothing", "/static/secrets.txt", "/static/../app.py"):
        assert (await maud.get(path)).status == 404, path
    assert (await maud.get("/logout")).status == 405


def test_an_advisor_keeps_reading_their_own_case_for_a_day(house: FakeHouse) -> None:
    case: Case = replace(house.desk.threads[3].cases[0], status="closed", advisor="tom", ended_at=NOON)

    assert may_open(TOM, [case], NOON)
    assert not may_open(TOM, [case], NOON + AFTERWARDS)
    assert not may_open(INES, [case], NOON)


async def test_every_look_is_in_the_audit_log_and_a_refreshed_page_only_now_and_then(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    for _ in range(3):
        await maud.read("/conversations/1")
        await maud.read("/fragments/conversations/1")
    assert house.audit.acts("maud").count(("look", 1)) == 1

    house.clock.advance(minutes=10)
    await maud.read("/fragments/conversations/1")
    assert house.audit.acts("maud").count(("look", 1)) == 2
    await maud.read("/fragments/conversations")
    assert ("look_list", None) in house.audit.acts("maud")
    assert "Camille" not in str(house.audit.entries)


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("nasty", NASTY)
async def test_nothing_a_customer_says_or_is_called_runs_in_the_console(visit: Visit, house: FakeHouse, nasty: str) -> None:
    thread = house.desk.threads[1]
    thread.card = replace(thread.card, name=nasty, identities=((nasty, nasty),))
    thread.slots = tuple(replace(slot, name=nasty, value=nasty) for slot in thread.slots)
    context = replace(thread.cases[0].context, summary=nasty, store=nasty, skill=nasty, reason=nasty)
    thread.cases[0] = replace(thread.cases[0], context=context)
    house.desk.says(1, nasty, meaning=replace(thread.messages[0].meaning, intent=nasty), buttons=(nasty,))  # type: ignore[type-var]
    house.desk.diary = [replace(one, name=nasty, note=nasty, phone=nasty) for one in house.desk.diary]
    maud = await visit("maud")
    for path in ("", "/conversations", "/conversations/1", "/fragments/conversations/1", "/stores/lyon/today"):
        answer = await maud.get(path)
        page = await answer.text()
        for sharp in ("<script>alert", "<img src=x", "<svg onload", "onmouseover='alert"):
            assert sharp not in page, path
        if path == "/conversations/1":
            assert escape(nasty) in page
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    typed = await maud.act(1, "answer", text=nasty + "a" * 4001)
    assert "<svg onload" not in await typed.text()


async def test_pages_have_no_inline_script_or_style(visit: Visit) -> None:
    ada = await visit("ada")
    for path in ("", "/conversations", "/conversations/1", "/stores/lyon/today", "/accounts", "/nothing"):
        page = await (await ada.get(path)).text()
        assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=|href=\"javascript", page) == []
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []


async def test_assets_are_cached_by_version_and_pages_never(visit: Visit) -> None:
    stranger = await visit()
    page = await stranger.read("/login")
    style = re.search(r'href="/console(/static/console.css\?v=\w+)"', page)
    assert style
    answer = await stranger.get(style[1])
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content_type == "text/css"

    plain = await stranger.get("/static/live.js")
    assert plain.headers["Cache-Control"] == "no-cache"
    again = await stranger.get("/static/live.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status == 304


async def test_passwords_are_slow_to_guess_and_long_enough() -> None:
    kept = await hash_password("douze lettres au moins")
    assert kept.startswith("$argon2id$")
    assert await is_password("douze lettres au moins", kept)
    assert not await is_password("autre chose", kept)
    assert not await is_password("douze lettres au moins", None)
    assert not await is_password("x" * 5000, kept)
    assert not await is_password("douze lettres au moins", "not a hash")
    assert not is_outdated(kept)
    for wrong in ("court", "x" * 300):
        with pytest.raises(ValueError, match="8 to 256"):
            await hash_password(wrong)


async def test_a_hash_of_yesterday_is_made_again_at_sign_in(visit: Visit, house: FakeHouse) -> None:
    house.accounts.hashes["ines"] = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    await visit("ines")
    assert not is_outdated(house.accounts.hashes["ines"])


async def test_cookies_that_are_no_text_sign_nobody_in_and_break_nothing(house: FakeHouse) -> None:
    parent = web.Application()
    parent.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False))
    form = b"csrf=x&username=ines&password=x"
    head = b"%s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nCookie: filrouge_console=%b; filrouge_login=%b\r\n"
    odd = b"\xff" * 43
    typed = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s" % (len(form), form)
    async with TestServer(parent) as server:
        for line, rest, status in (
            (b"GET /console", b"\r\n", b"303"),
            (b"GET /console/login", b"\r\n", b"200"),
            (b"POST /console/login", typed, b"403"),
        ):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(head % (line, odd, odd) + rest)
            assert (await reader.readline()).split()[1] == status, line
            writer.close()
