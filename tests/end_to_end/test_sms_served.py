"""SMS, and WhatsApp over Twilio, on a real server behind a proxy, against a pretend Twilio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.end_to_end.customers import Advisor, Platforms, SmsCustomer, Talk, eventually
from tests.fakes.sms_server import FakeTwilio, Sent
from tests.servers import Server, copy_of

THURSDAY, SATURDAY = "2026-11-26T10:00:00+01:00", "2026-11-28T10:00:00+01:00"
PUBLIC = "https://bot.orvelle.example/hooks/sms"
"""Not at all where the server listens: a proxy stands in front."""
CAMILLE = "+33639980101"
"""Of the demo's customer file."""
CHANNELS = """\
sms:
  limits: {per_second: 50}
  templates:
    fr: {name: HX1, language: fr, parameters: ["{brand}"]}
    en: {name: HX2, language: en, parameters: ["{brand}"]}
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
HOURS = "vous ouvrez à quelle heure demain à Lyon ?"


class World:
    """A server, its Twilio, and whoever writes."""

    def __init__(self, data: Path, platforms: Platforms, clock: str = THURSDAY) -> None:
        self.platforms = platforms
        self.twilio: FakeTwilio = platforms.listen(FakeTwilio())
        (data / "brands" / "demo" / "channels.yml").write_text(CHANNELS, encoding="utf-8")
        self.server = Server(data, env={"FILROUGE_CLOCK": clock} | sms_settings(self.twilio))
        self.twilio.webhook, self.twilio.public = f"{self.server.url}/webhooks/sms", PUBLIC

    def talk(self, sender: str) -> Talk:
        return Talk(SmsCustomer(self.platforms, self.twilio, sender))

    def sent_to(self, sender: str) -> list[Sent]:
        return [sent for sent in self.twilio.sent if sent.to == sender]

    def posted(self, form: dict[str, str], **how: Any) -> int:
        return int(self.platforms.do(self.twilio.post(PUBLIC, form, **how)))

    def told(self, sent: Sent, status: str, **more: str) -> int:
        return int(self.platforms.do(self.twilio.tell(sent, status, **more)))

    def said(self, sender: str, words: str) -> dict[str, Any]:
        """The last message with these words, as the thread has it; empty while there is none."""
        said = [one for one in self.server.thread("sms", sender)["messages"] if words in one["text"]]
        return dict(said[-1]) if said else {}


def sms_settings(twilio: FakeTwilio) -> dict[str, str]:
    return {
        "FILROUGE_SMS_ACCOUNT_SID": twilio.sid,
        "FILROUGE_SMS_AUTH_TOKEN": twilio.token,
        "FILROUGE_SMS_FROM": twilio.number,
        "FILROUGE_SMS_BASE_URL": twilio.root,
        "FILROUGE_SMS_PUBLIC_URL": PUBLIC,
    }


@pytest.fixture(scope="module")
def world(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Platforms() as platforms:
        made = World(copy_of(trained, tmp_path_factory.mktemp("sms")), platforms)
        with made.server:
            yield made


def text(sid: str, sender: str = "+33639988101", body: str = "bonjour") -> dict[str, str]:
    return {"MessageSid": sid, "From": sender, "To": "+33639980001", "Body": body, "SmsStatus": "received", "NumMedia": "0"}


def test_twilio_is_answered_in_its_own_form(world: World) -> None:
    answer: list[str] = []
    assert world.posted(text("SM100"), answer=answer) == 200
    assert answer == ["text/xml", "<Response/>"]


def test_nothing_is_believed_without_the_signature_over_the_public_address(world: World) -> None:
    async def unsigned() -> int:
        async with aiohttp.ClientSession() as http, http.post(f"{world.server.url}/webhooks/sms", data=text("SM112")) as answer:
            return answer.status

    assert world.posted(text("SM110"), token="somebody else's") == 401
    assert world.platforms.do(world.twilio.post(f"{world.server.url}/webhooks/sms", text("SM111"))) == 401  # signed for another
    assert world.platforms.do(unsigned()) == 401


def test_thousands_of_fields_are_refused_in_no_time(world: World) -> None:
    assert world.posted(text("SM113") | {f"Field{number}": "x" for number in range(5000)}) == 401


def test_a_check_says_what_is_wrong_without_a_word_of_the_token(world: World) -> None:
    world.twilio.sms_url = f"{PUBLIC}#rc=3"
    right = world.server.run("channels", "check", "--json", check=False)
    assert right.returncode == 0, right.stdout
    world.twilio.sms_url = "https://demo.twilio.com/welcome"
    wrong = world.server.run("channels", "check", check=False)
    assert wrong.returncode == 1
    assert "https://demo.twilio.com/welcome" in wrong.stdout
    assert world.twilio.token not in right.stdout + wrong.stdout


def test_a_message_that_comes_three_times_is_answered_once(world: World) -> None:
    sender = "+33639988120"
    for _ in range(3):
        assert world.posted(text("SM120", sender, HOURS)) == 200
    talk = world.talk(sender)
    talk.hears("Lyon Bellecour")
    talk.says("et samedi à Lyon ?", "Bellecour")
    assert len(world.sent_to(sender)) == 2


def test_a_plain_number_only_claims_to_be_somebody(world: World) -> None:
    world.talk(CAMILLE).says("c’est quand mon rdv ?", "rendez-vous")
    thread = world.server.thread("sms", CAMILLE)
    assert (thread["customer"]["profile"], thread["customer"]["level"]) == (None, 0)
    assert "Camille" not in " ".join(world.twilio.shown(CAMILLE))


def test_whatsapp_vouches_for_its_numbers_and_is_answered_there(world: World) -> None:
    sender = f"whatsapp:{CAMILLE}"
    world.talk(sender).says("je voudrais un rdv pour essayer des chaussures à Lyon samedi", "Lyon")
    assert world.server.thread("sms", sender)["customer"]["profile"]["first_name"] == "Camille"
    assert {sent.form["From"] for sent in world.sent_to(sender)} == {f"whatsapp:{world.twilio.number}"}


def test_what_became_of_a_message_is_known_though_the_answer_to_its_sending_was_lost(world: World) -> None:
    sender = "+33639988130"
    world.twilio.fail(how="cut", when="after")
    talk = world.talk(sender)
    talk.says(HOURS, "Lyon Bellecour")
    (sent,) = world.sent_to(sender)
    assert world.told(sent, "sent") == 200
    assert world.told(sent, "delivered") == 200
    eventually(lambda: world.said(sender, "Bellecour").get("state") == "sent", lambda: "the delivery to be settled")
    assert world.said(sender, "Bellecour")["provider_id"] == sent.sid
    talk.says("et samedi à Lyon ?", "Bellecour")
    assert [one.text for one in world.sent_to(sender)].count(sent.text) == 1


def test_who_was_not_reached_is_a_dead_letter_and_written_to_no_more(world: World) -> None:
    sender = "+33639988131"
    talk = world.talk(sender)
    talk.says(HOURS, "Lyon Bellecour")
    assert world.told(world.sent_to(sender)[0], "undelivered", ErrorCode="30006") == 200  # a landline
    said = world.said(sender, "Bellecour")
    assert (said["state"], said["why"]) == ("failed", "Twilio: not delivered, error 30006")
    talk.says("et samedi à Lyon ?", "Bellecour")  # it writes, so it can be written to


def test_after_stop_nothing_is_said_until_start(world: World) -> None:
    sender = "+33639988140"
    talk = world.talk(sender)
    talk.says(HOURS, "Lyon Bellecour")
    talk.customer.says("STOP")
    talk.customer.says("vous avez des chaussures de rando ?")
    talk.customer.says("quels sont vos horaires à Lille samedi ?")
    eventually(lambda: world.said(sender, "Lille").get("state") == "withheld", lambda: "the answer to be withheld")
    world.platforms.do(world.twilio.says(sender, "AIDE", OptOutType="HELP"))  # Twilio has answered that itself
    eventually(lambda: world.said(sender, "AIDE").get("state") == "handled", lambda: "the call for help to be handled")
    assert len(world.sent_to(sender)) == 1
    talk.customer.says("START")
    talk.says("vous ouvrez à quelle heure samedi à Lyon ?", "Lyon Bellecour")
    assert len(world.sent_to(sender)) == 2  # what was withheld stays so


def test_a_picture_is_fetched_and_kept(world: World) -> None:
    sender = "+33639988150"
    world.twilio.files["photo"] = ("image/png", PNG)
    address = f"{world.twilio.root}/files/photo"
    media = {"NumMedia": "1", "MediaContentType0": "image/png", "MediaUrl0": address}
    assert world.platforms.do(world.twilio.says(sender, "", **media)) == 200

    def kept() -> bool:
        messages = world.server.thread("sms", sender)["messages"]
        return [(file["state"], file["size"]) for one in messages for file in one.get("files", ())] == [("kept", len(PNG))]

    eventually(kept, lambda: "the picture to be kept")
    eventually(lambda: len(world.sent_to(sender)) == 1, lambda: "an answer to whoever sends a picture")


def test_long_words_of_an_advisor_go_out_in_parts_in_their_order(world: World) -> None:
    sender = "+33639988160"
    talk = world.talk(sender)
    talk.says("je voudrais parler à quelqu’un", "Je vous passe quelqu’un")
    ines = Advisor(world.server, "ines")
    conversation = ines.waits_for("je voudrais parler à quelqu’un")
    ines.acts(conversation, "take")
    words = " ".join(f"Phrase {number} de la réponse." for number in range(90))
    ines.acts(conversation, "answer", text=words)
    talk.hears("Phrase 89 de la réponse.")
    parts = [sent for sent in world.sent_to(sender) if "Phrase" in sent.text]
    assert len(parts) > 1
    assert " ".join(sent.text for sent in parts) == words
    assert world.told(parts[0], "delivered") == world.told(parts[-1], "delivered") == 200
    assert world.said(sender, "Phrase 89")["state"] == "sent"


def test_when_whatsapps_window_has_closed_a_template_asks_and_the_words_wait(trained: Path, tmp_path: Path) -> None:
    sender = "whatsapp:+33639988170"
    with Platforms() as platforms:
        world = World(copy_of(trained, tmp_path / "data"), platforms)
        with world.server:
            world.talk(sender).says("je voudrais parler à quelqu’un", "Je vous passe quelqu’un")
        world.server.environment["FILROUGE_CLOCK"] = SATURDAY
        with world.server:
            talk = world.talk(sender)
            ines = Advisor(world.server, "ines")
            conversation = ines.waits_for("je voudrais parler à quelqu’un")
            ines.acts(conversation, "take")
            ines.acts(conversation, "answer", text="Votre facture est corrigée.")
            eventually(lambda: world.said(sender, "corrigée").get("state") == "held", lambda: "the words to be held")
            (template,) = [sent.form for sent in world.sent_to(sender) if "ContentSid" in sent.form]  # one, however much waits
            assert (template["ContentSid"], template["ContentVariables"]) == ("HX1", '{"1": "Maison Orvelle"}')
            talk.says("bonjour", "Votre facture est corrigée.")


def test_neither_words_nor_secrets_are_in_the_log(world: World) -> None:
    log = world.server.log.read_text(encoding="utf-8")
    for words in (world.twilio.token, "Lyon", "facture", CAMILLE[1:], "Basic "):
        assert words not in log
