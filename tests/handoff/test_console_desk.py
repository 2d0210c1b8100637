"""At the desk: advisors take, answer and give back; managers pause, take over and teach."""

from __future__ import annotations

import asyncio

from tests.handoff.conftest import Fragment, Visit, form_id, hidden
from tests.handoff.fake_house import FakeHouse


async def test_an_advisor_sees_who_waits_in_the_order_of_service(visit: Visit) -> None:
    ines = await visit("ines")
    page = await ines.read("")

    assert page.index("Lena Hughes") < page.index("Camille Martin") < page.index("Noé Blanc")
    assert "overdue, customer told" in page
    assert "Veut un essayage samedi 28" in page


async def test_an_advisor_takes_answers_and_gives_back_with_one_line(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    assert (await ines.act(1, "take", case="100")).status == 200
    page = await ines.read("/conversations/1")
    assert "Your answer to Camille Martin, by Telegram" in page

    answer = await ines.act(1, "answer", page=page, text="Bonjour Camille, quelle pointure ?")
    assert answer.status == 200
    assert "Bonjour Camille, quelle pointure ?" in await answer.text()

    page = await ines.read("/conversations/1")
    answer = await ines.act(1, "give_back", page=page, line="Veut du 39,\nsemelle large.")
    assert "The bot carries on" in await answer.text()
    assert house.desk.threads[1].cases[0].note == "Veut du 39, semelle large."
    assert [act.kind for act in house.desk.acts] == ["take", "answer", "give_back"]
    assert ("answer", 1) in house.audit.acts("ines")


async def test_without_scripts_the_same_forms_lead_from_page_to_page(visit: Visit) -> None:
    ines = await visit("ines")
    page = await ines.read("")
    form = {"csrf": hidden(page, "csrf"), "id": form_id(page), "kind": "take"}
    answer = await ines.post("/conversations/1/acts", form)

    assert answer.status == 303
    assert answer.headers["Location"] == "/console/conversations/1"


async def test_when_two_advisors_take_at_once_one_is_told_who_has_it(visit: Visit, house: FakeHouse) -> None:
    ines, tom = await visit("ines"), await visit("tom")
    pages = await ines.read(""), await tom.read("")
    answers = await asyncio.gather(ines.act(2, "take", page=pages[0]), tom.act(2, "take", page=pages[1]))

    assert sorted(answer.status for answer in answers) == [200, 409]
    case = house.desk.threads[2].case
    assert case is not None
    winner = {"ines": "Inès Faure", "tom": "Tom Weber"}[case.advisor or ""]
    refused = next(answer for answer in answers if answer.status == 409)
    assert f"{winner} has already taken this conversation" in await refused.text()


async def test_a_double_click_answers_once(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    await ines.act(1, "take")
    page = await ines.read("/conversations/1")

    first, second = await asyncio.gather(
        ines.act(1, "answer", page=page, text="Bonjour"), ines.act(1, "answer", page=page, text="Bonjour")
    )
    assert (first.status, second.status) == (200, 200)
    assert [m.text for m in house.desk.threads[1].messages].count("Bonjour") == 1


async def test_an_empty_or_endless_answer_is_refused_and_the_text_kept(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    await ines.act(1, "take")

    empty = await ines.act(1, "answer", text="   ")
    assert (empty.status, "Write something first" in await empty.text()) == (422, True)

    endless = await ines.act(1, "answer", text="a" * 4001)
    page = await endless.text()
    assert endless.status == 422
    assert "4001 characters, at most 4000" in page
    assert "a" * 4001 in page
    assert all(act.kind == "take" for act in house.desk.acts)


async def test_an_act_that_is_none_or_has_no_form_is_refused(visit: Visit) -> None:
    ines = await visit("ines")
    assert (await ines.act(1, "erase")).status == 400
    assert (await ines.act(1, "take", id="short")).status == 400


async def test_an_advisor_cannot_answer_what_a_colleague_has(visit: Visit, house: FakeHouse) -> None:
    ines, tom = await visit("ines"), await visit("tom")
    await ines.act(2, "take")
    answer = await tom.act(2, "answer", text="Bonjour")

    assert answer.status == 409
    assert all(m.author != "advisor" for m in house.desk.threads[2].messages)


async def test_an_advisor_with_their_hands_full_is_told_what_to_do(visit: Visit, house: FakeHouse) -> None:
    for thread in list(house.desk.threads.values()):
        if thread.case is None:
            house.desk.opened(thread)
    ines = await visit("ines")
    taken = [await ines.act(conversation, "take") for conversation in (1, 2, 3, 4)]

    assert [answer.status for answer in taken] == [200, 200, 200, 409]
    assert "as many conversations as you may" in await taken[3].text()


async def test_a_released_case_is_for_somebody_else(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    await ines.act(1, "take")
    assert (await ines.act(1, "release")).status == 200

    case = house.desk.threads[1].case
    assert case is not None
    assert (case.status, case.advisor) == ("waiting", None)


async def test_a_note_stays_inside(visit: Visit, house: FakeHouse) -> None:
    tom = await visit("tom")
    answer = await tom.act(1, "note", text="Cliente fidèle.")

    assert "Cliente fidèle." in await answer.text()
    assert house.desk.threads[1].messages[-1].author == "note"


async def test_a_customer_who_cannot_be_written_to_is_said_before_anything_is_typed(visit: Visit, house: FakeHouse) -> None:
    house.desk.threads[1].cannot_write = "la fenêtre de 24 heures est passée."
    ines = await visit("ines")
    await ines.act(1, "take")
    page = await ines.read("/conversations/1")
    assert "Nothing can be sent: la fenêtre" in page
    assert 'value="answer"' not in page

    refused = await ines.act(1, "answer", page=page, text="Bonjour")
    assert (refused.status, "The message was not sent: la fenêtre" in await refused.text()) == (409, True)


async def test_a_manager_pauses_resumes_and_takes_over(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    assert "The bot is paused here" in await (await maud.act(4, "pause")).text()
    assert house.desk.threads[4].paused
    page = await maud.read("/conversations/4")
    assert "The bot is silent here" in page
    assert "Resume the bot" in page

    await maud.act(4, "resume")
    assert not house.desk.threads[4].paused

    over = await (await maud.act(4, "takeover")).text()
    assert "Your answer to Visiteur 4977" in over


async def test_an_advisor_cannot_pause_the_bot(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    page = await ines.read("/conversations/1")
    assert 'value="pause"' not in page

    assert (await ines.act(1, "pause")).status == 422
    assert not house.desk.threads[1].paused


async def test_a_manager_reads_why_the_bot_said_it_and_an_advisor_only_the_conversation(visit: Visit) -> None:
    page = await (await visit("maud")).read("/conversations/1")
    assert "utter_ask_appointment_hour" in page
    assert "book_appointment / ask_hour" in page
    assert "embedded 3" in page
    assert "already answered" in page, "a question for something known shows"

    page = await (await visit("ines")).read("/conversations/1")
    assert "samedi à Lyon" in page
    assert "utter_ask_appointment_hour" not in page


async def test_a_manager_teaches_a_message_with_one_click(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    page = await maud.read("/conversations/1")
    message = next(m for m in house.desk.threads[1].messages if "mal" in m.text)
    assert f"messages/{message.id}/correct" in page
    assert "Not sure: Returns" in page

    form = {"csrf": hidden(page, "csrf"), "intent": "complaint"}
    path = f"/conversations/1/messages/{message.id}/correct"
    answer = await maud.post(path, form, headers=Fragment)
    assert "Taught: Complaint" in await answer.text()
    assert house.corrections.taught == [(message.text, "complaint")]
    assert ("correct", 1) in house.audit.acts("maud")

    again = await maud.post(path, form, headers=Fragment)
    assert "already had this example" in await again.text()

    by_label = await maud.post(path, {"csrf": form["csrf"], "other": "opening HOURS"})
    assert by_label.headers["Location"] == f"/console/conversations/1#m{message.id}"
    assert house.corrections.taught[-1][1] == "opening_hours"

    wrong = await maud.post(path, {"csrf": form["csrf"], "other": "juggling"}, headers=Fragment)
    assert (wrong.status, "choose one from the list" in await wrong.text()) == (422, True)
    nothing = await maud.post("/conversations/1/messages/999/correct", form)
    assert nothing.status == 404


async def test_the_list_is_filtered(visit: Visit) -> None:
    maud = await visit("maud")
    everything = await maud.read("/conversations")
    assert all(name in everything for name in ("Camille Martin", "Noé Blanc", "Lena Hughes", "Visiteur 4977"))

    assert "Lena Hughes" not in await maud.read("/conversations?channel=telegram")
    assert "Camille Martin" not in await maud.read("/fragments/conversations?language=en")
    unsure = await maud.read("/conversations?low=1")
    assert "Camille Martin" in unsure
    assert "Visiteur 4977" not in unsure
    with_bot = await maud.read("/conversations?owner=bot")
    assert "Visiteur 4977" in with_bot
    assert "Noé Blanc" not in with_bot
    assert "No conversation matches" in await maud.read("/conversations?channel=fax")


async def test_earlier_messages_are_a_page_away(visit: Visit, house: FakeHouse) -> None:
    for number in range(70):
        house.desk.says(4, f"message {number}")
    maud = await visit("maud")
    page = await maud.read("/conversations/4")
    assert "message 69" in page
    assert ">message 1<" not in page

    before = house.desk.threads[4].messages[-60].id
    assert f"?before={before}" in page
    past = await maud.read(f"/conversations/4?before={before}")
    assert ">message 1<" in past
    assert "reading earlier messages" in past
    assert "data-live" not in past


async def test_a_store_sees_its_day(visit: Visit, house: FakeHouse) -> None:
    tom = await visit("tom")
    page = await tom.read("/stores/lyon/today")

    assert page.index("10:30") < page.index("15:00") < page.index("16:30")
    assert "2 appointments" in page
    assert "cancelled" in page
    assert "Shoe fitting" in page
    assert "Open 10:00–13:00, 14:00–19:00" in page
    assert "day=2026-11-26" in page
    assert "day=2026-11-28" in page
    assert ("look_day", None) in house.audit.acts("tom")

    assert "Closed that day" in await tom.read("/stores/lyon/today?day=2026-12-25")
    assert "2 appointments" in await tom.read("/stores/lyon/today?day=2026-99-99")  # no such day: today


async def test_a_day_is_the_stores_own(visit: Visit, house: FakeHouse) -> None:
    house.clock.advance(hours=15)  # 03:00 on Saturday in Lyon, still Friday evening in Montréal
    maud = await visit("maud")

    assert "27 November 2026" in await maud.read("/stores/montreal/today")
    assert "28 November 2026" in await maud.read("/stores/lyon/today")
