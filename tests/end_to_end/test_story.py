"""The whole story in a real browser, against a real `filrouge demo`: a customer, their telephone, an advisor, a manager."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.end_to_end.pages import ChatPage, Street, TelegramPage, seen, tab_to, texts
from tests.fakes.telegram_server import FakeTelegram
from tests.servers import Server, copy_of

pytestmark = pytest.mark.browser

THURSDAY = "2026-11-26T10:00:00+01:00"
TRY_ON = "slt, je voudrais un rdv pour essayer des chaussures de rando a Lyon samedi aprem"
ADVICE = "je voudrais un rdv conseil rando à Lyon, samedi à 15h"


@pytest.fixture(scope="module")
def server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo on a Thursday morning, for tests that only need visitors of their own."""
    with Server(copy_of(trained, tmp_path_factory.mktemp("shared")), env={"FILROUGE_CLOCK": THURSDAY}) as started:
        yield started


@pytest.fixture
async def street(browser: Browser, server: Server) -> AsyncIterator[Street]:
    async with Street(browser, server) as opened:
        yield opened


@pytest.fixture
async def new_street(browser: Browser, trained: Path, tmp_path: Path) -> AsyncIterator[Street]:
    """A street of its own, for tests that need the telephone or count what there is."""
    with Server(copy_of(trained, tmp_path / "data"), env={"FILROUGE_CLOCK": THURSDAY}) as started:
        async with Street(browser, started) as opened:
            yield opened


async def test_from_the_chat_to_telegram_to_the_store(new_street: Street) -> None:
    chat = await new_street.visitor()
    await chat.says(TRY_ON)
    times = await chat.offered()
    assert times == ["sam. 28 nov. à 13 h", "sam. 28 nov. à 15 h 30", "sam. 28 nov. à 17 h 45"]
    await seen(chat.page, "chat")

    phone = await chat.continues_on_telegram()
    await seen(phone.page)
    await phone.starts()
    await phone.hears("Nous en étions au choix de l’heure pour Lyon Bellecour")
    assert await phone.offered() == [*times, "Autre chose"]  # the very question where it stopped
    await phone.presses("sam. 28 nov. à 15 h 30", "À quel nom je le note ?")
    await phone.presses("Partager mon contact", "Merci Camille, je vous ai retrouvé.")
    await phone.hears("essayage de chaussures à Lyon Bellecour, samedi 28 novembre à 15 h 30, au nom de Camille Fournier")
    await phone.presses("Oui, c’est parfait", "C’est réservé")
    await seen(phone.page, "telegram")

    thread = await chat.thread()
    assert thread.channels == {"webchat", "telegram"}
    assert thread.first_name == "Camille"
    assert thread.booked() == ["lyon fitting 2026-11-28T15:30"]
    assert thread.data["slots"]["customer_name"] == "Camille Fournier"
    asked = [text for _, _, text in thread.said("bot") if "?" in text]
    assert not [text for text in asked if "Quel jour" in text or "Quelle boutique" in text or "C’est pour quoi" in text]

    await phone.says("c’est quand mon rdv ?", "Vous êtes attendu samedi 28 novembre à 15 h 30 à Lyon Bellecour")
    # The chat has proved nothing: whoever made a link may have sent it to somebody else.
    await chat.says("c’est quand mon rdv ?", "Je ne vois pas de rendez-vous à venir")
    await phone.says("finalement je peux le déplacer à 17h ?", "Je déplace donc votre rendez-vous")  # that hour is free
    await phone.presses("Oui, c’est parfait", "C’est fait : on vous attend samedi 28 novembre à 17 h à Lyon Bellecour")
    assert (await chat.thread()).booked() == ["lyon fitting 2026-11-28T17:00"]
    await phone.says("annule mon rdv stp", "J’annule votre rendez-vous du samedi 28 novembre à 17 h")
    await phone.presses("Oui, annuler", "C’est annulé")
    assert (await chat.thread()).booked() == []


async def test_the_link_is_opened_once_and_by_one_person(browser: Browser, trained: Path, tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        env = {"FILROUGE_CLOCK": THURSDAY, "FILROUGE_TELEGRAM_TOKEN": telegram.token, "FILROUGE_TELEGRAM_BASE_URL": telegram.root}
        server = Server(copy_of(trained, tmp_path / "data"), env=env)
        await asyncio.to_thread(server.start)
        try:
            async with Street(browser, server) as street:
                chat = await street.visitor()
                await chat.says(TRY_ON)
                await chat.asks_for_the_link()
                token = await chat.link()

                telegram.says("1", f"/start {token}")
                await telegram.until(lambda: any("Nous en étions" in sent.text for sent in telegram.sent))
                telegram.says("2", f"/start {token}")
                await telegram.until(lambda: any(sent.chat == "2" for sent in telegram.sent))
                (refused,) = [sent.text for sent in telegram.sent if sent.chat == "2"]
                assert "Ce lien n’est plus valable" in refused
                assert "rendez-vous" not in refused

                telegram.says("1", f"/start {token}")  # the same person may
                await telegram.until(lambda: sum("Nous en étions" in sent.text for sent in telegram.sent) == 2)
                thread = await asyncio.to_thread(server.thread, "telegram", "2")
                assert [identity["channel"] for identity in thread["identities"]] == ["telegram"]
        finally:
            await asyncio.to_thread(server.stop)


ODD = "ma semelle fait flic floc dès qu’il pleut"
REPAIR = "je voudrais déposer mes chaussures à réparer à Lyon samedi à 15h"


async def test_a_booked_time_is_gone_for_everybody_else(street: Street) -> None:
    first, second = await street.visitor(), await street.visitor()
    await first.says(REPAIR, "À quel nom je le note ?")
    await first.says("Claire Martin", "Je résume")
    await first.chooses("Oui, c’est parfait", "C’est réservé : dépôt à l’atelier de réparation, samedi 28 novembre à 15 h")
    await second.says(REPAIR, "Pas exactement à cette heure-là")
    assert "sam. 28 nov. à 15 h" not in await second.offered()


async def test_of_two_who_were_offered_the_last_place_one_gets_it(street: Street) -> None:
    first, second = await street.visitor(), await street.visitor()
    for chat, name in ((first, "Claire Martin"), (second, "Hugo Petit")):
        await chat.says(ADVICE, "À quel nom je le note ?")
        await chat.says(name, "Je résume : conseil randonnée à Lyon Bellecour, samedi 28 novembre à 15 h")
    await first.chooses("Oui, c’est parfait", "C’est réservé")
    await second.chooses("Oui, c’est parfait", "Oh, ce créneau vient d’être pris à l’instant.")
    others = await second.offered()
    assert len(others) == 3
    assert "sam. 28 nov. à 15 h" not in others
    await second.chooses(others[0], "Je résume")  # the name is not asked again
    await second.chooses("Oui, c’est parfait", "C’est réservé")
    assert len((await first.thread()).booked()) == len((await second.thread()).booked()) == 1


async def test_what_the_bot_cannot_do_goes_to_a_person_with_everything_known(street: Street) -> None:
    chat = await street.visitor()
    await chat.says(TRY_ON)
    await chat.says("et j’ai reçu un sac déchiré, commande OR-123456", "Je suis désolé, ce n’est pas normal.")
    await chat.hears("Inutile de répéter, tout est transmis.")
    thread = await chat.thread()
    (case,) = thread.data["cases"]
    assert thread.data["owner"] == "queue"
    assert (case["queue"], case["status"], case["reason"], case["skill"]) == ("customer_service", "waiting", "cannot", "returns")
    assert case["language"] == "fr"
    assert case["slots"]["order_number"] == "OR-123456"
    assert "OR-123456" in case["summary"]

    ines = await street.staff("ines")
    row = ines.waiting("OR-123456")
    await expect(row).to_contain_text("hors de portée du bot")
    await row.locator(".who a").click()
    for words in (TRY_ON, "un sac déchiré"):
        await expect(ines.message(words)).to_be_visible()
    await expect(ines.page.locator("#file")).to_contain_text("le service client")


async def test_whoever_asks_for_a_person_is_told_where_they_stand(street: Street) -> None:
    chat = await street.visitor()
    await chat.says("je veux parler à quelqu’un", "Inutile de répéter, tout est transmis.")
    await chat.says("c’est au sujet d’une facture", "C’est noté, je l’ajoute à votre demande")
    (case,) = (await chat.thread()).data["cases"]
    assert (case["queue"], case["status"], case["reason"]) == ("customer_service", "waiting", "asked")


async def test_a_bot_that_fails_twice_fetches_somebody(street: Street) -> None:
    chat = await street.visitor()
    await chat.says("xkcd blorp zzz", "Pardon, je n’ai pas bien compris.")
    await chat.says("qsdf jkl mmm", "Je ne vous comprends pas bien, et je ne veux pas vous faire perdre de temps.")
    await chat.hears("Je vous passe quelqu’un")
    (case,) = (await chat.thread()).data["cases"]
    assert case["reason"] == "lost"


async def test_out_of_hours_is_said_before_any_waiting(browser: Browser, trained: Path, tmp_path: Path) -> None:
    env = {"FILROUGE_CLOCK": "2026-11-26T21:30:00+01:00"}
    with Server(copy_of(trained, tmp_path / "data"), env=env) as server:
        async with Street(browser, server) as street:
            chat = await street.visitor()
            await chat.says("quelle chaussure pour le GR20 ?")
            await chat.chooses("Un conseiller ici", "L’équipe n’est pas là en ce moment ; elle revient demain")
            assert await chat.offered() == ["Être rappelé", "Un rendez-vous", "Non merci"]
            await seen(chat.page)
            assert (await chat.thread()).data["cases"] == []
            await chat.chooses("Être rappelé", "À quel numéro peut-on vous rappeler ?")
            await chat.says("06 39 98 01 77", "un conseiller vous rappelle au +33 6 39 98 01 77 dès la réouverture")
            thread = await chat.thread()
            (case,) = thread.data["cases"]
            assert (case["queue"], case["reason"], thread.data["owner"]) == ("store_advice", "callback", "bot")

            other = await street.visitor()
            await other.says("quelle chaussure pour le GR20 ?")
            await other.chooses("Un conseiller ici", "L’équipe n’est pas là en ce moment")
            await other.chooses("Un rendez-vous", "Dans quelle boutique ?")  # what it is for is known: advice


async def test_an_advisor_answers_where_the_customer_is_and_gives_the_conversation_back(new_street: Street) -> None:
    ines = await new_street.staff("ines")
    await expect(ines.page.get_by_text("Personne n’attend.")).to_be_visible()
    chat, phone = await camille_on_telegram(new_street)
    await phone.says("je voudrais parler à quelqu’un", "Je vous passe quelqu’un : vous êtes le prochain")
    await expect(ines.waiting("Camille Fournier")).to_be_visible()  # by itself, without a reload
    await asyncio.to_thread(new_street.server.say, "Hugo", "c’est inadmissible, je veux faire une réclamation")
    first = ines.page.locator("section[aria-labelledby=waiting] li.row").first
    await expect(first).to_contain_text("réclamation")  # served sooner than its waiting time alone would say
    await seen(ines.page, "console-queue")

    await ines.takes("Camille Fournier")
    await phone.hears("Inès vous répond.")
    for words in (TRY_ON, "je voudrais parler à quelqu’un"):  # over both channels
        await expect(ines.message(words)).to_be_visible()
    file = ines.page.locator("#file")
    for fact in ("Camille Fournier", "Vérifié par le canal", "Lyon Bellecour", "a demandé quelqu’un"):
        await expect(file).to_contain_text(fact)
    assert "Créneau samedi 28 novembre 2026, 15 h 30 dit par le client" in " ".join((await file.inner_text()).split())
    await ines.answers("Bonjour Camille, je regarde avec la boutique.")
    await phone.hears("Bonjour Camille, je regarde avec la boutique.")
    await ines.notes("Pied large : préparer le modèle Cairn en 39.")
    before = await phone.answers.count()
    await phone.writes("merci ! est-ce que je peux venir à 17h plutôt ?")
    await expect(ines.message("est-ce que je peux venir à 17h plutôt")).to_be_visible()
    await seen(ines.page, "console-conversation")
    await asyncio.sleep(1.5)  # time enough for a bot that forgets itself
    assert await phone.answers.count() == before

    await ines.gives_back("17 h convient à la boutique")
    await phone.hears("Me revoilà ! Inès m’a laissé ce mot : « 17 h convient à la boutique ».")
    await expect(phone.answers.last).to_contain_text("votre rendez-vous. Je résume")
    await phone.presses("Oui, c’est parfait", "C’est réservé")

    thread = await chat.thread()
    assert thread.data["owner"] == "bot"
    (case,) = thread.data["cases"]
    assert (case["status"], case["advisor"], case["note"]) == ("given_back", "ines", "17 h convient à la boutique")
    assert case["profile"]["first_name"] == "Camille"
    assert ("telegram", "advisor", "Bonjour Camille, je regarde avec la boutique.") in thread.said()
    assert "Pied large" not in " ".join(await texts(phone.answers))


async def camille_on_telegram(street: Street) -> tuple[ChatPage, TelegramPage]:
    """Camille asked for an appointment in the chat, went on on Telegram and is known there."""
    chat = await street.visitor()
    await chat.says(TRY_ON)
    phone = await chat.continues_on_telegram()
    await phone.starts()
    await phone.presses("sam. 28 nov. à 15 h 30", "À quel nom je le note ?")
    await phone.presses("Partager mon contact", "Je résume")
    return chat, phone


async def test_when_nobody_comes_the_customer_hears_so_and_chooses(browser: Browser, trained: Path, tmp_path: Path) -> None:
    data = copy_of(trained, tmp_path / "data")
    brand = data / "brands" / "demo" / "brand.yml"
    brand.write_text(brand.read_text("utf-8").replace("timeout_seconds: 180", "timeout_seconds: 10"), "utf-8")
    with Server(data, env={"FILROUGE_CLOCK": THURSDAY}) as server:
        async with Street(browser, server) as street:
            chat, other = await street.visitor(), await street.visitor()
            for one in (chat, other):
                await one.says("je veux parler à quelqu’un", "Je vous passe quelqu’un")
            ines = await street.staff("ines")
            await expect(ines.page.get_by_text("délai dépassé, client prévenu")).to_have_count(2, timeout=15_000)
            for one in (chat, other):
                await one.hears("personne n’a encore pu prendre votre demande")
                assert await one.offered() == ["Attendre encore", "Être rappelé", "Un rendez-vous", "Continuer avec le bot"]
            await seen(chat.page)
            await chat.chooses("Attendre encore", "Je vous passe quelqu’un")
            await other.chooses("Continuer avec le bot", "vous n’attendez plus. Je continue avec vous.")
            thread, left = await chat.thread(), await other.thread()
            assert (thread.data["owner"], [case["status"] for case in thread.data["cases"]]) == ("queue", ["waiting"])
            assert (left.data["owner"], [case["status"] for case in left.data["cases"]]) == ("bot", ["withdrawn"])
            await expect(ines.page.locator("section[aria-labelledby=waiting] li.row")).to_have_count(1)


async def test_a_manager_sees_everything_and_corrects_what_was_misunderstood(new_street: Street) -> None:
    server = new_street.server
    noemie = await new_street.staff("noemie")
    await noemie.goes_to("/conversations")
    await expect(noemie.page.get_by_text("Aucune conversation ne correspond.")).to_be_visible()
    chat = await new_street.visitor()
    await chat.says(ODD, "Pardon, je n’ai pas bien compris.")
    row = noemie.page.locator("li.row").filter(has_text="Visiteur 1")  # comes by itself
    await expect(row.locator(".meaning.unsure")).to_be_visible()
    await chat.says(TRY_ON)
    for sender, text in (("Nora", "vous livrez au Canada ?"), ("Hugo", "mon colis OR-204518 n’est pas là")):
        await asyncio.to_thread(server.say, sender, text)
    await expect(noemie.page.locator("li.row")).to_have_count(3)
    await seen(noemie.page, "console-conversations")

    await noemie.opens("Prendre rendez-vous")
    why = noemie.message("essayage de chaussures").locator("details.why")
    await why.locator("summary").click()
    for trace in ("book_appointment", "samedi", "utter_offer_slots", "choose_time/pick"):
        await expect(why).to_contain_text(trace)
    await seen(noemie.page, "console-why")

    meaning = noemie.message(ODD).locator("details.meaning-menu")
    await meaning.locator("summary").click()
    await meaning.get_by_label("Autre intention").fill("Garantie et réparation")  # whether or not the bot thought of it
    await meaning.get_by_role("button", name="Apprendre").click()
    await expect(noemie.message(ODD)).to_contain_text("Appris : Garantie et réparation")
    taught = (server.data / "brands" / "demo" / "data" / "nlu.fr.yml").read_text("utf-8")
    assert f"- {ODD}\n" in taught[taught.index("intent: warranty_repair") :]

    await noemie.acts("pause")
    await expect(noemie.page.locator(".notice")).to_have_text("Le bot est en pause ici.")
    before = await chat.answers.count()
    await chat.writes("vous êtes là ?")
    await expect(noemie.message("vous êtes là ?")).to_be_visible()
    await noemie.acts("takeover")
    await noemie.answers("Bonjour, ici Noémie : oui, nous sommes là.")
    await chat.hears("Bonjour, ici Noémie : oui, nous sommes là.")
    said = (await texts(chat.answers))[before:]
    assert [text for text in said if text != "Noémie vous répond."] == ["Bonjour, ici Noémie : oui, nous sommes là."]

    trained = await asyncio.to_thread(server.run, "train")
    assert "Trained on" in trained.stderr
    other = await new_street.visitor()
    await asyncio.sleep(2)  # the running server looks for a new model every second
    await other.says(ODD, "Nos articles sont garantis deux ans")


async def test_the_store_reads_its_appointments_of_the_day(street: Street) -> None:
    hours = {"Claire Martin": "14h", "Hugo Petit": "15h", "Nora Haddad": "16h"}
    for name, hour in hours.items():
        for text in (f"un rdv essayage à Lyon Bellecour aujourd’hui à {hour}", name, "oui"):
            answers = await asyncio.to_thread(street.server.say, name, text)
        assert "C’est réservé" in answers[-1]["text"], answers
    awa = await street.staff("awa")
    await awa.page.get_by_role("link", name="Magasins").click()
    await awa.page.get_by_role("link", name="Rendez-vous du jour Lyon Bellecour").click()
    rows = awa.page.locator(".diary tbody tr")
    for row, (name, hour) in zip((await texts(rows))[:3], hours.items(), strict=True):
        assert name in row
        assert hour.replace("h", ":00") in row or hour.replace("h", " h") in row, row
    await seen(awa.page, "console-today")


async def test_the_whole_way_by_keyboard(new_street: Street) -> None:
    chat = await new_street.visitor()
    keys = chat.page.keyboard
    await tab_to(chat.page, chat.page.locator("#text"))
    await keys.type(TRY_ON)
    await keys.press("Enter")
    third = chat.page.locator("#log").get_by_role("button", name="sam. 28 nov. à 17 h 45", exact=True)
    await expect(third).to_be_visible()
    await tab_to(chat.page, third, back=True)
    await keys.press("Enter")
    await chat.hears("À quel nom je le note ?")
    await tab_to(chat.page, chat.page.locator("#text"))
    await keys.type("je veux parler à quelqu’un")
    await keys.press("Enter")
    await chat.hears("Je vous passe quelqu’un")

    ines = await new_street.staff("ines")  # signed in by typing and Enter
    page = ines.page
    await tab_to(page, page.locator("button[value=take]"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#answer")).to_be_visible()
    await tab_to(page, page.locator("#answer"))
    await page.keyboard.type("Bonjour !")
    await page.keyboard.press("Enter")
    await chat.hears("Bonjour !")
    await tab_to(page, page.locator("#note-box summary"))
    await page.keyboard.press("Enter")
    await tab_to(page, page.locator("#note"))
    await page.keyboard.type("Rappeler demain")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.from-note")).to_contain_text("Rappeler demain")
    await tab_to(page, page.locator("#finish-box summary"))
    await page.keyboard.press("Enter")
    await tab_to(page, page.locator("#line"))
    await page.keyboard.type("tout est dit")
    await page.keyboard.press("Enter")
    await chat.hears("Inès m’a laissé ce mot : « tout est dit ».")


async def test_the_story_in_english(new_street: Street) -> None:
    chat = await new_street.visitor("en")
    await chat.says("hi, I would like to try on hiking shoes in Lyon on Saturday afternoon", "Lyon Bellecour")
    phone = await chat.continues_on_telegram()
    await phone.starts()
    await phone.hears("There you are! We were choosing a time for Lyon Bellecour")
    await phone.presses("Sat 28 Nov, 3:30 pm", "Under what name shall I put it?")
    await phone.presses("Share my contact", "Thank you Camille, I’ve found you.")
    await phone.presses("Yes, perfect", "It’s booked: shoe fitting, Saturday 28 November, 3:30 pm, at Lyon Bellecour")
    await phone.says("I’d like to talk to someone please", "I’m fetching someone: you’re next")
    ines = await new_street.staff("ines", "en")
    await expect(ines.waiting("Camille Fournier")).to_contain_text("asked for a person")
    await ines.takes("Camille Fournier")
    await expect(ines.page.locator("#file")).to_contain_text("customer service")
    await ines.answers("Hello Camille, how can I help?")
    await phone.hears("Hello Camille, how can I help?")
    await ines.gives_back("all is well")
    await phone.hears("I’m back! Inès left me this note: “all is well”.")
    await seen(phone.page)
    await seen(chat.page)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_no_page_of_the_console_is_wider_than_a_phone(street: Street, language: str) -> None:
    chat = await street.visitor(language)
    await chat.says("https://orvelle.example/" + "a" * 300)
    admin = await street.staff("admin", language)
    await admin.goes_to("/conversations")
    await seen(admin.page)
    await admin.opens("Visit")
    await seen(admin.page)
    for path in ("", "/stores", "/stores/lyon/today", "/accounts", "/conversations/999999"):
        await admin.goes_to(path)
        await seen(admin.page)
    street.complaints[:] = [said for said in street.complaints if "404" not in said]  # asked for above
    await admin.page.locator("header.top .me summary").click()
    await seen(admin.page)
    await admin.page.get_by_role("button", name=re.compile("Se déconnecter|Sign out")).click()
    await expect(admin.page.locator("#password")).to_be_visible()
    await seen(admin.page)
