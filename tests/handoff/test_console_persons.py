"""The console of persons: who it is and why, what was joined and can be parted, doubles, archives and erasures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handoff.console.person_ports import PersonOutcome
from handoff.console.views import MessageView
from tests.handoff.conftest import Fragment, Visit, hidden
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_people import NOON
from tests.handoff.fake_persons import DOUBLE, RECEIPT


async def test_the_card_tells_each_proof_in_a_sentence(visit: Visit, house: FakeHouse) -> None:
    page = await (await visit("maud")).read("/conversations/1")
    assert "Même numéro WhatsApp, vérifié le 3 mai" in page
    assert "good until" in page
    assert "ran out on" in page
    assert "taken back by Maud Rivière" in page
    # What has ended is not taken back again.
    assert page.count("/revoke") == 1
    assert "Joined conversations" in page
    assert "These go with it: WhatsApp." in page


async def test_an_advisor_reads_the_proofs_and_changes_nothing(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    page = await ines.read("/conversations/1")
    assert "Même numéro WhatsApp, vérifié le 3 mai" in page
    for words in ("/revoke", "/undo", "/join", "/archive", "/erase"):
        assert words not in page, words


async def test_a_manager_takes_a_proof_back(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    form = {"csrf": hidden(await maud.read("/conversations/1"), "csrf")}
    answer = await maud.post("/conversations/1/proofs/5/revoke", form, headers=Fragment)
    assert answer.status == 200
    assert "The proof counts no longer." in await answer.text()
    assert house.persons.asked == [("revoke", 1, 5, "maud")]
    assert ("revoke_proof", 1) in house.audit.acts("maud")
    house.persons.refusal = PersonOutcome(reason="unknown")
    answer = await maud.post("/conversations/1/proofs/5/revoke", form, headers=Fragment)
    assert answer.status == 409
    assert "There is no such thing" in await answer.text()
    assert [entry.details["outcome"] for entry in house.audit.entries if entry.act == "revoke_proof"] == ["done", "unknown"]


async def test_a_join_is_undone_only_with_a_reason(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    page = await maud.read("/conversations/1")
    assert "There will be two conversations again" in page
    form = {"csrf": hidden(page, "csrf"), "why": "  "}
    answer = await maud.post("/conversations/1/joins/conversations/9/undo", form, headers=Fragment)
    assert answer.status == 422
    assert "Say why in a few words" in await answer.text()
    assert house.persons.asked == []
    answer = await maud.post("/conversations/1/joins/conversations/9/undo", form | {"why": "deux\nsœurs"})
    assert (answer.status, answer.headers["Location"]) == (303, "/console/conversations/1")
    assert house.persons.asked == [("undo", 1, 9, "conversations", "maud", "deux sœurs")]
    # The record tells that it was done, not what was written.
    (entry,) = [entry for entry in house.audit.entries if entry.act == "undo_join"]
    assert entry.details == {"join": 9, "sort": "conversations", "outcome": "done"}


async def test_no_other_sort_of_join_is_undone(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    form = {"csrf": hidden(await maud.read("/conversations/1"), "csrf"), "why": "x"}
    assert (await maud.post("/conversations/1/joins/everything/9/undo", form)).status == 404
    assert house.persons.asked == []


@pytest.mark.parametrize(
    "asked", ["2", " 2 ", "https://chat.example/console/conversations/2?lang=fr#m9", "/console/conversations/2"]
)
async def test_two_conversations_are_seen_side_by_side(visit: Visit, house: FakeHouse, asked: str) -> None:
    maud = await visit("maud")
    page = await maud.read(f"/conversations/1/join?with={asked.replace('#', '%23').replace('?', '%3F').strip() or asked}")
    for words in ("Camille Martin", "Visiteur 2", "Lyon", "messages: 12 · open cases: 1", "Everything will be in conversation 1"):
        assert words in page, words
    assert {("look", 1), ("look", 2)} <= set(house.audit.acts("maud"))


@pytest.mark.parametrize("asked", ["", "camille", "1e9", "²", "9" * 16, "3"])
async def test_what_cannot_be_compared_says_so(visit: Visit, house: FakeHouse, asked: str) -> None:
    maud = await visit("maud")
    page = await maud.read(f"/conversations/1/join?with={asked}")
    assert "Everything will be in conversation" not in page
    assert ('role="alert"' in page) == bool(asked)
    assert await maud.read("/conversations/77/join", 404)


async def test_a_join_by_hand_needs_a_reason_and_is_recorded(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    form = {"csrf": hidden(await maud.read("/conversations/1/join?with=2"), "csrf"), "with": "2"}
    assert (await maud.post("/conversations/1/join", form)).status == 422
    answer = await maud.post("/conversations/1/join", form | {"why": "elle l’a dit au téléphone"})
    assert (answer.status, answer.headers["Location"]) == (303, "/console/conversations/1")
    assert house.persons.asked == [("join", 1, 2, "maud", "elle l’a dit au téléphone", False)]
    assert ("join", 1) in house.audit.acts("maud")


async def test_two_people_are_not_offered_to_be_joined(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    house.persons.compared = replace(house.persons.compared, refusal="two_people")
    page = await maud.read("/conversations/1/join?with=2")
    assert "Both are known customers, and not the same." in page
    assert 'name="why"' not in page
    house.persons.compared = replace(house.persons.compared, refusal="apart")
    page = await maud.read("/conversations/1/join?with=2")
    assert "Somebody has said that these are two people" in page
    form = {"csrf": hidden(page, "csrf"), "with": "2", "why": "jumelles", "although_apart": "yes"}
    assert (await maud.post("/conversations/1/join", form)).status == 303
    assert house.persons.asked[-1][-1] is True


async def test_a_refused_join_keeps_what_was_typed(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    form = {"csrf": hidden(await maud.read("/conversations/1/join?with=2"), "csrf"), "with": "2", "why": "au téléphone"}
    house.persons.refusal = PersonOutcome(reason="gone")
    answer = await maud.post("/conversations/1/join", form)
    assert answer.status == 409
    page = await answer.text()
    assert "has become part of another conversation" in page
    assert 'value="au téléphone"' in page


async def test_doubles_are_seen_side_by_side_and_decided_once(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    page = await maud.read("/doubles")
    for words in ("Profiles c1 and c2", "93%", "même téléphone", "autre lieu", "&lt;b&gt;Paris&lt;/b&gt;", "One person, keep c1"):
        assert words in page, words
    assert "<b>Paris" not in page
    assert 'rel="next" href="/console/doubles?state=open&amp;page=0.5_3"' in page
    form = {"csrf": hidden(page, "csrf")}
    answer = await maud.post("/doubles/3", form | {"verdict": "one", "keep": "c2"})
    assert (answer.status, answer.headers["Location"]) == (303, "/console/doubles?told=joined")
    assert "The profiles are joined." in await maud.read("/doubles?told=joined")
    answer = await maud.post("/doubles/3", form | {"verdict": "two"})
    assert answer.headers["Location"] == "/console/doubles?told=apart_now"
    house.persons.refusal = PersonOutcome(reason="two_people")
    answer = await maud.post("/doubles/3", form | {"verdict": "one"})
    assert "they stay two" in await maud.read(answer.headers["Location"].removeprefix("/console"))
    assert (await maud.post("/doubles/3", form | {"verdict": "both"})).status == 400
    assert house.persons.asked == [("accept", 3, "maud", "c2"), ("reject", 3, "maud"), ("accept", 3, "maud", None)]
    assert [act for act, _ in house.audit.acts("maud") if act.startswith("double")] == ["double_one", "double_two", "double_one"]


async def test_decided_doubles_are_listed_apart(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    house.persons.found = [replace(DOUBLE, state="rejected", decided_at=NOON, decided_by="Maud Rivière")]
    assert "None here." in await maud.read("/doubles")
    page = await maud.read("/doubles?state=rejected")
    assert "Maud Rivière" in page
    assert 'name="verdict"' not in page
    assert "None here." in await maud.read("/doubles?state=whatever")


async def test_an_archive_is_downloaded_by_an_admin(visit: Visit, house: FakeHouse) -> None:
    ada = await visit("ada")
    answer = await ada.get("/conversations/1/archive")
    assert (answer.status, answer.content_type, await answer.read()) == (200, "application/zip", b"PKarchive")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="person-1.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert house.persons.asked == [("archive", 1, "ada")]
    assert (await ada.get("/conversations/77/archive")).status == 404


async def test_a_person_is_erased_by_typing_the_word(visit: Visit, house: FakeHouse) -> None:
    ada = await visit("ada")
    page = await ada.read("/conversations/1/erase")
    assert "To confirm, type ERASE" in page
    form = {"csrf": hidden(page, "csrf")}
    for word in ("", "yes", "ERASE HER"):
        answer = await ada.post("/conversations/1/erase", form | {"word": word})
        assert answer.status == 422
        assert "Nothing was erased." in await answer.text()
    assert house.persons.asked == []
    answer = await ada.post("/conversations/1/erase", form | {"word": " erase "})
    assert (answer.status, answer.headers["Location"]) == (303, f"/console/erasures/{RECEIPT.number}")
    assert house.persons.asked == [("erase", 1, "ada", False)]
    receipt = await ada.read(f"/erasures/{RECEIPT.number}")
    for words in (RECEIPT.number, "12 messages", "1 proposals of doubles", "Your backups may hold them until"):
        assert words in receipt, words
    assert "Camille" not in receipt
    assert (await ada.get("/erasures/20261127-00000000")).status == 404


async def test_appointments_to_come_are_asked_about(visit: Visit, house: FakeHouse) -> None:
    ada = await visit("ada")
    house.persons.refusal = PersonOutcome(reason="appointments")
    form = {"csrf": hidden(await ada.read("/conversations/1/erase?lang=fr"), "csrf"), "word": "Effacer"}
    answer = await ada.post("/conversations/1/erase", form)
    assert answer.status == 409
    assert "Des rendez-vous sont encore à venir." in await answer.text()
    await ada.post("/conversations/1/erase", form | {"cancel_appointments": "yes"})
    assert house.persons.asked[-1] == ("erase", 1, "ada", True)


async def test_what_happened_to_a_conversation_stands_in_its_thread(visit: Visit, house: FakeHouse) -> None:
    last = house.desk.threads[1].messages[-1].id
    event = MessageView(
        id=last, key="joined-9", at=NOON, channel="", author="event", text="Conversations joined. <b>Same number</b>."
    )
    house.desk.threads[1].messages.append(event)
    page = await (await visit("ines")).read("/conversations/1")
    assert '<li id="joined-9" class="event">' in page
    assert "&lt;b&gt;Same number" in page


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_page_speaks_the_readers_language(visit: Visit, house: FakeHouse, language: str) -> None:
    ada = await visit("ada")
    words = {
        "/conversations/1/join?with=2": ("Réunir deux conversations", "Join two conversations"),
        "/doubles": ("Une personne, garder c1", "One person, keep c1"),
        "/conversations/1/erase": ("tapez EFFACER", "type ERASE"),
        f"/erasures/{RECEIPT.number}": ("Reçu d’effacement", "Receipt of an erasure"),
        "/conversations/1": ("Réunir avec une autre conversation", "Join with another conversation"),
    }
    for path, both in words.items():
        page = await ada.read(path + ("&" if "?" in path else "?") + f"lang={language}")
        assert both[language == "en"] in page, path
        assert both[language == "fr"] not in page, path


@pytest.mark.parametrize(
    "path",
    ["/conversations/1/proofs/5/revoke", "/conversations/1/join", "/doubles/3", "/conversations/1/erase"],
)
@pytest.mark.parametrize("form", [{}, {"csrf": "another page's"}])
async def test_nobody_is_made_to_decide_by_another_site(visit: Visit, house: FakeHouse, path: str, form: dict[str, str]) -> None:
    ada = await visit("ada")
    more = {"why": "x", "with": "2", "verdict": "two", "word": "ERASE"}
    assert (await ada.post(path, form | more)).status == 403
    assert house.persons.asked == []
