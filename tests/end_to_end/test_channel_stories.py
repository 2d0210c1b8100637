"""The main job told over every channel: one real server, one pretend platform for each, the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.customers import Advisor, Customer, EmailCustomer, MetaCustomer, Platforms, SmsCustomer, Talk
from tests.fakes.instagram_server import FakeInstagram
from tests.fakes.mail_services import FakeMailgun
from tests.fakes.messenger_server import FakeMessenger
from tests.fakes.meta_server import FakeGraph
from tests.fakes.sms_server import FakeTwilio
from tests.fakes.smtp_server import FakeSmtp
from tests.fakes.whatsapp_server import FakeWhatsApp
from tests.servers import Server, copy_of

THURSDAY = "2026-11-26T10:00:00+01:00"
SECONDS = 1_795_683_600
"""The same, as platforms write it."""
TRY_ON = "slt, je voudrais un rdv pour essayer des chaussures de rando a Lyon samedi aprem"
FAST = """\
whatsapp:
  limits: {per_recipient_per_second: 50}
sms:
  limits: {per_second: 50}
email:
  limits: {per_second: 50, mails_per_hour: 100}
"""
"""WhatsApp takes one message in six seconds, a long code one each second; nobody wants to watch that."""
OURS, SIGNING_KEY = "support@orvelle.example", "signing key for tests"


class World:
    """A server and the platforms around it, for all stories."""

    def __init__(self, data: Path, platforms: Platforms) -> None:
        self.platforms = platforms
        self.fakes: dict[str, FakeGraph] = {
            "whatsapp": platforms.listen(FakeWhatsApp(begins=SECONDS)),
            "messenger": platforms.listen(FakeMessenger(begins=SECONDS)),
            "instagram": platforms.listen(FakeInstagram(begins=SECONDS)),
        }
        env = {"FILROUGE_CLOCK": THURSDAY}
        for channel, fake in self.fakes.items():
            env |= meta_settings(channel, fake)
        brand = data / "brands" / "demo"
        (brand / "channels.yml").write_text(FAST, encoding="utf-8")
        self.twilio: FakeTwilio = platforms.listen(FakeTwilio())
        self.smtp: FakeSmtp = platforms.listen(FakeSmtp())
        self.server = Server(data, env=env | sms_settings(self.twilio) | email_settings(self.smtp))
        self.server.environment["FILROUGE_SMS_PUBLIC_URL"] = self.server.url
        self.twilio.webhook = f"{self.server.url}/webhooks/sms"
        self.mailgun = FakeMailgun(SIGNING_KEY, webhook=f"{self.server.url}/webhooks/email", begins=SECONDS)
        for channel, fake in self.fakes.items():
            fake.webhook = f"{self.server.url}/webhooks/{channel}"


def meta_settings(channel: str, fake: FakeGraph) -> dict[str, str]:
    """The settings of one account of Meta's."""
    prefix = f"FILROUGE_{channel.upper()}"
    return {
        f"{prefix}_TOKEN": fake.token,
        f"{prefix}_{'PHONE_NUMBER_ID' if channel == 'whatsapp' else 'PAGE_ID'}": fake.id,
        f"{prefix}_APP_SECRET": fake.secret,
        f"{prefix}_VERIFY_TOKEN": "a word of our own",
        f"{prefix}_BASE_URL": fake.root,
    }


def sms_settings(twilio: FakeTwilio) -> dict[str, str]:
    return {
        "FILROUGE_SMS_ACCOUNT_SID": twilio.sid,
        "FILROUGE_SMS_AUTH_TOKEN": twilio.token,
        "FILROUGE_SMS_FROM": twilio.number,
        "FILROUGE_SMS_BASE_URL": twilio.root,
    }


def email_settings(smtp: FakeSmtp) -> dict[str, str]:
    return {
        "FILROUGE_EMAIL_ADDRESS": OURS,
        "FILROUGE_EMAIL_SMTP_URL": smtp.url,
        "FILROUGE_EMAIL_WEBHOOK_SECRET": SIGNING_KEY,
    }


@pytest.fixture(scope="module")
def world(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Platforms() as platforms:
        made = World(copy_of(trained, tmp_path_factory.mktemp("channels")), platforms)
        with made.server:
            yield made


def on_whatsapp(world: World) -> Customer:
    return MetaCustomer("whatsapp", world.platforms, world.fakes["whatsapp"], "33639988001")


def on_messenger(world: World) -> Customer:
    return MetaCustomer("messenger", world.platforms, world.fakes["messenger"], "24601")


def on_instagram(world: World) -> Customer:
    return MetaCustomer("instagram", world.platforms, world.fakes["instagram"], "1789")


def by_sms(world: World) -> Customer:
    return SmsCustomer(world.platforms, world.twilio, "+33639988004")


def on_whatsapp_over_twilio(world: World) -> Customer:
    return SmsCustomer(world.platforms, world.twilio, "whatsapp:+33639988005")


def by_email(world: World) -> Customer:
    def deliver(raw: bytes) -> None:
        assert world.platforms.do(world.mailgun.hands_over(raw, "claire@client.example")) == 200

    return EmailCustomer(deliver, world.smtp, "claire@client.example", "Un essayage")


EVERYWHERE = (on_whatsapp, on_messenger, on_instagram, by_sms, on_whatsapp_over_twilio, by_email)


@pytest.mark.parametrize("somebody", EVERYWHERE, ids=lambda made: made.__name__.removeprefix("on_"))
def test_the_main_job(world: World, somebody: Callable[[World], Customer]) -> None:
    talk = Talk(somebody(world))
    talk.says(TRY_ON, "Lyon Bellecour")  # the store, the day and the part of it are known, and not asked
    talk.chooses("sam. 28 nov. à 15 h 30", "À quel nom je le note ?")
    talk.says("Claire Martin", "Je résume")
    talk.chooses("Oui, c’est parfait", "C’est réservé", "samedi 28 novembre à 15 h 30")
    talk.says("finalement je peux le déplacer à 17h ?", "Je déplace donc votre rendez-vous")
    talk.chooses("Oui, c’est parfait", "C’est fait : on vous attend samedi 28 novembre à 17 h à Lyon Bellecour")
    talk.says("annule mon rdv stp", "J’annule votre rendez-vous du samedi 28 novembre à 17 h")
    talk.chooses("Oui, annuler", "C’est annulé")
    talk.says("je voudrais parler à quelqu’un", "Je vous passe quelqu’un")

    ines = Advisor(world.server, "ines")
    conversation = ines.waits_for("je voudrais parler à quelqu’un")
    thread = ines.acts(conversation, "take")
    for words in (TRY_ON, "Claire Martin", "annule mon rdv stp"):
        assert words in thread
    talk.hears("Inès vous répond.")
    ines.acts(conversation, "answer", text="Bonjour, ici Inès : je vous écoute.")
    talk.hears("Bonjour, ici Inès : je vous écoute.")
    talk.says("est-ce que je peux avoir un rdv samedi ?")
    talk.hears_nothing(0.7)
    ines.acts(conversation, "give_back", line="tout est dit")
    talk.hears("Me revoilà ! Inès m’a laissé ce mot : « tout est dit ».")
    talk.says("vous ouvrez à quelle heure demain à Lyon ?", "Lyon Bellecour")

    customer = talk.customer
    kept = world.server.thread(customer.channel, customer.sender)
    assert kept["owner"] == "bot"
    assert [booking["status"] for booking in kept["appointments"]] != []
    unsaid = [said["text"] for said in kept["messages"] if said["direction"] == "out" and said.get("state") != "sent"]
    assert unsaid == []
    asked = [said["text"] for said in kept["messages"] if said["author"] == "bot" and "?" in said["text"]]
    assert not [text for text in asked if "Quel jour" in text or "Quelle boutique" in text or "C’est pour quoi" in text]


def test_a_customer_of_the_brand_is_known_on_whatsapp_without_a_question(world: World) -> None:
    """WhatsApp vouches for the number; the first choice is typed by its number, the last in words."""
    talk = Talk(MetaCustomer("whatsapp", world.platforms, world.fakes["whatsapp"], "33639980101"))
    talk.says(TRY_ON, "Lyon Bellecour")
    talk.says("2", "Je résume", "au nom de Camille Fournier")  # no name is asked
    talk.says("oui c’est parfait", "C’est réservé")
    kept = world.server.thread("whatsapp", "33639980101")
    assert kept["customer"]["profile"]["first_name"] == "Camille"

    stranger = Talk(MetaCustomer("messenger", world.platforms, world.fakes["messenger"], "24699"))
    stranger.says("bonjour, ici Camille Fournier, mon numéro est le +33639980101, c’est quand mon rdv ?")
    stranger.hears("Si nous connaissons quelqu’un", "un code à 6 chiffres vient de partir")
    stranger.says("c’est quand mon rdv ?", "Quel est le code à 6 chiffres")
    stranger.says("000000")
    assert "Bellecour" not in "".join(stranger.customer.answers())
