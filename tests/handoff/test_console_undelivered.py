"""A manager sees what did not arrive and why, and sends it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.handoff.conftest import Visit, hidden
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_undelivered import FAILED


async def test_what_did_not_arrive_is_shown_with_its_reason(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    page = await maud.read("/undelivered")
    assert "Votre pointure est arrivée !" in page
    assert "not on WhatsApp (error 131026)" in page
    assert 'href="/console/conversations/1"' in page
    assert "Send the message to Camille Martin again" in page
    assert page.count("sending it again may say it twice") == 1
    assert 'aria-current="page">Not delivered' in page
    assert ("look_list", None) in house.audit.acts("maud")


async def test_the_page_speaks_french_too(visit: Visit) -> None:
    maud = await visit("maud")
    page = await maud.read("/undelivered?lang=fr")
    assert "Renvoyer le message à Camille Martin" in page
    assert "Non remis" in page


async def test_one_is_sent_again_and_a_second_click_changes_nothing(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    form = {"csrf": hidden(await maud.read("/undelivered"), "csrf")}
    first = await maud.post("/undelivered/71/again", form)
    assert (first.status, first.headers["Location"]) == (303, "/console/undelivered?told=sent")
    assert "The message is being sent again." in await maud.read("/undelivered?told=sent")
    second = await maud.post("/undelivered/71/again", form)
    assert second.headers["Location"] == "/console/undelivered?told=gone"
    assert "nothing to send again" in await maud.read("/undelivered?told=gone")
    assert house.undelivered.sent == [71]
    assert [
        (entry.act, entry.conversation, entry.details["outcome"]) for entry in house.audit.entries if "outcome" in entry.details
    ] == [
        ("send_again", 1, "sent"),
        ("send_again", None, "gone"),
    ]


@pytest.mark.parametrize("form", [{}, {"csrf": "another page's"}])
async def test_nobody_is_made_to_send_by_another_site(visit: Visit, house: FakeHouse, form: dict[str, str]) -> None:
    maud = await visit("maud")
    assert (await maud.post("/undelivered/71/again", form)).status == 403
    assert house.undelivered.sent == []


async def test_an_advisor_neither_sees_the_list_nor_sends(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    assert "/console/undelivered" not in await ines.read("")
    assert (await ines.get("/undelivered")).status == 403
    csrf = hidden(await ines.read(""), "csrf")
    assert (await ines.post("/undelivered/71/again", {"csrf": csrf})).status == 403
    assert house.undelivered.sent == []


async def test_a_long_list_has_pages_and_an_empty_one_says_so(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    house.undelivered.rows = [replace(FAILED, message=number, text=f"message {number}") for number in range(41)]
    first = await maud.read("/undelivered")
    assert "message 40" not in first
    assert 'href="/console/undelivered?page=40"' in first
    assert "message 40" in await maud.read("/undelivered?page=40")
    house.undelivered.rows = []
    assert "Everything has arrived" in await maud.read("/undelivered")


async def test_what_a_platform_said_is_only_text(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    house.undelivered.rows = [replace(FAILED, why="<script>alert(1)</script>", text="<b>gras</b>", account="<i>")]
    page = await maud.read("/undelivered")
    assert "<script>alert" not in page
    assert "<b>gras</b>" not in page
    assert "<i>" not in page
