"""A real server whose profiles come from a shop's database and a CRM: known at once, pushed to, and well without them."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.customers import MetaCustomer, Platforms, Talk, eventually
from tests.end_to_end.test_channel_stories import FAST, SECONDS, THURSDAY, meta_settings
from tests.fakes.meta_server import FakeGraph
from tests.fakes.whatsapp_server import FakeWhatsApp
from tests.servers import Server, copy_of, free_port

SECRET = "thirty-two random signs for tests"
SOURCES = """
sources:
  shop:
    kind: sql
    url: SHOP_URL
    table: clients
    columns: {id: no, first_name: name, last_name: nom, phones: phone}
    look_up: {phone: phone}
    country: FR
    time_out_seconds: 0.5
  away:
    kind: sql
    url: AWAY_URL
    table: clients
    columns: {id: no, phones: phone}
    look_up: {phone: phone}
    time_out_seconds: 0.3
  crm: {kind: crm, secret: CRM_SECRET}
order:
  default: [crm, shop, away, file]
"""


class Shop:
    """A server, one platform, the shop's own database, and its CRM."""

    def __init__(self, data: Path, platforms: Platforms) -> None:
        self.platforms = platforms
        self.whatsapp: FakeGraph = platforms.listen(FakeWhatsApp(begins=SECONDS))
        brand = data / "brands" / "demo"
        (brand / "channels.yml").write_text(FAST, encoding="utf-8")
        (brand / "sources.yml").write_text(SOURCES, encoding="utf-8")
        with closing(sqlite3.connect(data / "shop.db")) as file:
            file.execute("CREATE TABLE clients (no TEXT, name TEXT, nom TEXT, phone TEXT)")
            file.execute("INSERT INTO clients VALUES ('s1', 'Apolline', 'Morvan', '06 39 98 80 11')")
            file.commit()
        env = {"FILROUGE_CLOCK": THURSDAY, "CRM_SECRET": SECRET, "SHOP_URL": f"sqlite:///{data / 'shop.db'}"}
        env["AWAY_URL"] = f"postgresql://reader:x@127.0.0.1:{free_port()}/shop"
        self.server = Server(data, env=env | meta_settings("whatsapp", self.whatsapp))
        self.whatsapp.webhook = f"{self.server.url}/webhooks/whatsapp"

    def customer(self, number: str) -> Talk:
        return Talk(MetaCustomer("whatsapp", self.platforms, self.whatsapp, number))

    def known(self, sender: str) -> str | None:
        """The id of the profile the sender's thread belongs to."""
        with closing(sqlite3.connect(self.server.data / "filrouge.db")) as file:
            select = (
                "SELECT profile_id FROM conversation JOIN identity ON identity.conversation_id = conversation.id WHERE sender = ?"
            )
            row = file.execute(select, (sender,)).fetchone()
        return None if row is None else row[0]

    def push(self, secret: str = SECRET, **body: Any) -> tuple[int, Any]:
        """What the CRM's push is answered."""
        # The server's clock began at this moment, and time has passed since.
        stamp = str(SECONDS + int(time.time() - self.server.started_at.timestamp()))
        sent = json.dumps(body).encode()
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + sent, hashlib.sha256).hexdigest()
        headers = {"X-Filrouge-Timestamp": stamp, "X-Filrouge-Signature": f"sha256={signature}"}
        request = urllib.request.Request(f"{self.server.url}/webhooks/crm/crm", sent, headers)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


@pytest.fixture(scope="module")
def shop(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Platforms() as platforms:
        made = Shop(copy_of(trained, tmp_path_factory.mktemp("sources")), platforms)
        with made.server:
            yield made


def test_somebody_of_the_shops_database_is_known_by_their_number(shop: Shop) -> None:
    customer = shop.customer("33639988011")
    customer.says("bonjour", "Bonjour")
    eventually(lambda: shop.known("33639988011") == "s1", lambda: "Apolline")


def test_somebody_a_crm_has_pushed_is_known_and_a_stranger_is_answered(shop: Shop) -> None:
    pushed = {"id": "p1", "version": 1, "first_name": "Zoé", "last_name": "Kerbellec", "phones": ["+33639988012"]}
    status, told = shop.push(profiles=[pushed, {"id": "p2", "version": 1, "phones": ["12"]}])
    assert status == 200
    assert [one["outcome"] for one in told["profiles"]] == ["new", "wrong"]
    shop.customer("33639988012").says("bonjour", "Bonjour")
    eventually(lambda: shop.known("33639988012") == "p1", lambda: "Zoé")
    shop.customer("33639988013").says("bonjour", "Bonjour")
    assert shop.known("33639988013") is None


def test_a_push_signed_by_somebody_else_is_refused(shop: Shop) -> None:
    assert shop.push("thirty-two other signs, by chance", deleted=["p1"])[0] == 401


def test_a_start_undoes_no_push(shop: Shop) -> None:
    pushed = {"id": "c0001", "version": 4, "first_name": "Camille", "city": "Lille", "phones": ["+33639980101"]}
    assert shop.push(profiles=[pushed])[0] == 200
    shop.server.stop()
    with (shop.server.data / "brands" / "demo" / "customers.csv").open("a", encoding="utf-8") as file:
        file.write("c9999,Max,Morvan" + "," * 11 + "\n")
    shop.server.start()
    with closing(sqlite3.connect(shop.server.data / "filrouge.db")) as database:
        facts = dict(database.execute("SELECT id, facts FROM profile WHERE id IN ('c0001', 'c9999')").fetchall())
    assert json.loads(facts["c0001"])["city"] == "Lille"
    assert json.loads(facts["c0001"])["last_name"] == "Fournier"
    assert json.loads(facts["c9999"])["first_name"] == "Max"


def test_a_server_whose_mapping_does_not_fit_does_not_start_and_says_where(shop: Shop) -> None:
    brand = shop.server.data / "brands" / "demo" / "sources.yml"
    shop.server.stop()
    brand.write_text(SOURCES.replace("last_name: nom", "last_name: noms"), encoding="utf-8")
    refused = shop.server.run("demo", check=False)
    assert refused.returncode != 0
    assert "sources.yml:7: there is no column 'noms'; did you mean 'nom'?" in refused.stderr.replace("\n", "")
