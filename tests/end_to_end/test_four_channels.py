"""One customer on four channels: the web chat, WhatsApp, e-mail, and an advisor of the store. Nothing is asked twice."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.customers import Advisor, EmailCustomer, MetaCustomer, Platforms, Talk, eventually
from tests.end_to_end.test_channel_stories import FAST, SECONDS, SIGNING_KEY, THURSDAY, TRY_ON, email_settings, meta_settings
from tests.end_to_end.web_visitor import WebVisitor
from tests.fakes.mail_services import FakeMailgun
from tests.fakes.smtp_server import FakeSmtp
from tests.fakes.whatsapp_server import FakeWhatsApp
from tests.servers import Server, copy_of

CAMILLE_PHONE, CAMILLE_MAIL = "33639980101", "camille.fournier@courriel.example"
"""Of the demo's customer file."""
PROVEN = b"Authentication-Results: mx.orvelle.example; dmarc=pass header.from=courriel.example\r\n"
"""As the brand's own mail server writes it on top."""
TRANSCRIPT = Path(__file__).parents[2] / "docs" / "transcripts" / "four-channels.md"
WHO = {"customer": "Camille", "bot": "Bot", "system": "—"}
KINDS = {"link": "ouvre le lien donné sur le site"}
TITLES = {"webchat": "Chat du site", "whatsapp": "WhatsApp", "email": "E-mail"}


class World:
    def __init__(self, data: Path, platforms: Platforms) -> None:
        self.platforms = platforms
        self.whatsapp: FakeWhatsApp = platforms.listen(FakeWhatsApp(begins=SECONDS))
        self.smtp: FakeSmtp = platforms.listen(FakeSmtp())
        (data / "brands" / "demo" / "channels.yml").write_text(FAST, encoding="utf-8")
        env = {"FILROUGE_CLOCK": THURSDAY, "FILROUGE_EMAIL_TRUSTED_SERVERS": "mx.orvelle.example"}
        env |= meta_settings("whatsapp", self.whatsapp) | email_settings(self.smtp)
        self.server = Server(data, env=env)
        self.mailgun = FakeMailgun(SIGNING_KEY, webhook=f"{self.server.url}/webhooks/email", begins=SECONDS)
        self.whatsapp.webhook = f"{self.server.url}/webhooks/whatsapp"

    def mails(self, raw: bytes) -> None:
        assert self.platforms.do(self.mailgun.hands_over(PROVEN + raw, CAMILLE_MAIL)) == 200

    def counted(self, name: str) -> float:
        """The sum of a metric over its labels."""
        with urllib.request.urlopen(f"{self.server.url}/metrics", timeout=5) as answer:
            found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", answer.read().decode(), re.MULTILINE)
        return sum(map(float, found))


@pytest.fixture
def world(trained: Path, tmp_path: Path) -> Iterator[World]:
    with Platforms() as platforms:
        made = World(copy_of(trained, tmp_path / "data"), platforms)
        with made.server:
            yield made


def test_from_the_site_to_whatsapp_to_a_mail_to_the_store(world: World) -> None:
    visitor = WebVisitor(world.server)
    chat = Talk(visitor)
    chat.says(TRY_ON, "Lyon Bellecour")
    address: list[str] = []

    def known() -> bool:
        try:
            address[:] = [visitor.goes_on_at("whatsapp")]
        except urllib.error.HTTPError:
            return False  # the platform has not yet said by which number it is opened
        return True

    eventually(known, lambda: "a link to WhatsApp")
    (written,) = urllib.parse.parse_qs(urllib.parse.urlsplit(address[0]).query)["text"]

    phone = Talk(MetaCustomer("whatsapp", world.platforms, world.whatsapp, CAMILLE_PHONE))
    phone.says(written, "Nous en étions au choix de l’heure pour Lyon")  # the very question where it stopped, with its choices
    phone.chooses("sam. 28 nov. à 15 h 30", "Je résume", "au nom de Camille Fournier")  # no name is asked
    phone.chooses("Oui, c’est parfait", "C’est réservé", "samedi 28 novembre à 15 h 30")

    mail = Talk(EmailCustomer(world.mails, world.smtp, CAMILLE_MAIL, "Mon rendez-vous de samedi"))
    mail.says("Bonjour, finalement je peux le déplacer à 17h ?", "Je déplace donc votre rendez-vous")
    mail.chooses("Oui, c’est parfait", "C’est fait : on vous attend samedi 28 novembre à 17 h à Lyon Bellecour")
    mail.says("je voudrais parler à un conseiller du magasin", "Je vous passe quelqu’un")

    awa = Advisor(world.server, "awa")
    conversation = awa.waits_for("je voudrais parler à un conseiller du magasin")
    thread = awa.acts(conversation, "take")
    for words in (TRY_ON, "C’est réservé", "finalement je peux le déplacer à 17h ?", "Camille Fournier"):
        assert words in thread, "the advisor reads the whole thread"
    awa.acts(conversation, "answer", text="Bonjour Camille, je vous prépare deux pointures pour samedi. Awa, Lyon Bellecour")
    mail.hears("je vous prépare deux pointures pour samedi")
    awa.acts(conversation, "give_back", line="deux pointures l’attendront samedi")
    mail.hears("deux pointures l’attendront samedi")

    phone.says("c’est quand mon rdv ?", "samedi 28 novembre à 17 h")

    kept = world.server.thread("whatsapp", CAMILLE_PHONE)
    assert {one["channel"] for one in kept["identities"]} == {"webchat", "whatsapp", "email"}
    assert [booking["start"] for booking in kept["appointments"] if booking["status"] == "booked"] == ["2026-11-28T17:00"]
    assert world.counted("filrouge_questions_total") > 0
    assert world.counted("filrouge_questions_repeated_total") == 0
    asked = [step for said in kept["messages"] for step in asked_in(said)]
    assert sorted(set(asked)) == sorted(asked), "no question was asked twice, whatever the channel"
    told = transcript(kept["messages"])
    if os.environ.get("FILROUGE_TESTS_WRITE_DOCS"):
        TRANSCRIPT.parent.mkdir(exist_ok=True)
        TRANSCRIPT.write_text(told, encoding="utf-8")
    assert TRANSCRIPT.read_text(encoding="utf-8") == told, "run again with FILROUGE_TESTS_WRITE_DOCS=1 and read what has changed"


def asked_in(said: dict[str, Any]) -> list[str]:
    """The slot a message of the bot's asks for, unless it asks again where the customer has just come to."""
    trace = said.get("trace") or {}
    response = str(trace.get("response", ""))
    return [response] if said["author"] == "bot" and response.startswith("utter_ask_") else []


def transcript(messages: list[dict[str, Any]]) -> str:
    """The thread as the documents show it."""
    lines = [
        "# One customer, four channels",
        "",
        "What was really said in `tests/end_to_end/test_four_channels.py`: a real server, a pretend WhatsApp, a pretend mail",
        "service, an advisor at the console. The test compares this page with what it hears.",
    ]
    channel = ""
    for said in messages:
        text = said["text"].strip() or f"*{KINDS[said['kind']]}*"
        if said["channel"] != channel:
            channel = said["channel"]
            lines += ["", f"## {TITLES.get(channel, channel)}"]
        who = {"customer": "Camille", "bot": "Bot", "system": "—", "advisor": said.get("author_name") or "Conseillère"}[
            said["author"]
        ]
        shown = re.sub(r"[A-Za-z0-9_-]{43}", "…", text).replace("\n", "  \n")
        lines += ["", f"**{who}** : {shown}"]
        lines += [f"- `{title}`" for title in said.get("buttons", ())]
    return "\n".join(lines) + "\n"
