"""A running house that can write e-mails and text messages, and what arrives in the mailboxes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from bot.customers.profile import Profile
from bot.messages import Limits, OutboundMessage
from bot.storage import profiles
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.storage.schema import delivery, identity
from bot.storage.threads import messages
from bot.workers.deliveries import DeliveryWorker
from nlu.understanding import Entity
from tests.fakes.house import RunningHouse, running_house

CAMILLE = Profile(
    id="c1",
    first_name="Camille",
    last_name="Fournier",
    phones=("+33639980101",),
    emails=("camille@courriel.example",),
    loyalty_number="MO7294631",
    language="fr",
)
LINA = Profile(id="c2", first_name="Lina", last_name="Azoulay", emails=("lina@courriel.example",), loyalty_number="MO1111111")
_EMAIL, _LOYALTY = re.compile(r"\S+@\S+\.\w+"), re.compile(r"MO\d{7}")
_PHONE = re.compile(r"\+\d{11}")


@dataclass
class Post:
    """A platform that keeps what it was given, each message by its key."""

    name: str
    limits: Limits = field(default_factory=lambda: Limits(text=2000, buttons=0))
    sent: list[OutboundMessage] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    """Raised one after the other before anything is taken."""

    async def send(self, message: OutboundMessage) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(message)
        return f"{self.name}-{len(self.sent)}"


@dataclass
class Codes:
    """A house that sends codes."""

    house: RunningHouse
    email: Post
    sms: Post
    workers: list[DeliveryWorker]

    async def says(self, sender: str, text: str, *, channel: str = "webchat", **more: Any) -> Accepted:
        """The customer writes; addresses and numbers are found in it as the NLU would."""
        found: list[Entity] = []
        for name, pattern in (("email", _EMAIL), ("phone", _PHONE), ("loyalty_number", _LOYALTY)):
            found += [Entity(name, one.group(), one.group(), one.start(), one.end()) for one in pattern.finditer(text)]
        if found:
            self.house.understander.entities[text] = tuple(found)
        return await self.house.says(sender, text, channel=channel, **more)

    async def heard(self, sender: str, text: str, *, channel: str = "webchat", **more: Any) -> str:
        """The customer writes; what they are answered."""
        accepted = await self.says(sender, text, channel=channel, **more)
        return await self.answered(accepted.message, sender, channel)

    async def answered(self, message: int, sender: str, channel: str = "webchat") -> str:
        conversation = await self.conversation(sender, channel)
        rows = await self.house.database.read(partial(messages, conversation_id=conversation))
        said = [
            row["text"] for row in rows if row["direction"] == "out" and int(row["id"]) > message and row["channel"] == channel
        ]
        return " | ".join(said).replace("\u00a0", " ")

    async def conversation(self, sender: str, channel: str = "webchat") -> int:
        query = select(identity.c.conversation_id).where(identity.c.channel == channel, identity.c.sender == sender)
        return int(await self.house.database.read(lambda connection: connection.execute(query).scalar_one()))

    async def carried(self) -> None:
        """Everything that is due is delivered."""
        for _ in range(400):
            if not await self.house.database.read(self._under_way):
                return
            for worker in self.workers:
                worker.wake()
            await asyncio.sleep(0.01)
        raise AssertionError("what was due was not delivered in 4 s")

    def _under_way(self, connection: Connection) -> bool:
        due = (delivery.c.state == "pending") & (delivery.c.next_at <= self.house.clock.now())
        ours = delivery.c.channel.in_([worker.channel_name for worker in self.workers])
        return (
            connection.execute(select(delivery.c.message_id).where(ours, due | (delivery.c.state == "sending"))).first()
            is not None
        )

    async def code(self, address: str) -> str:
        """The code that came last to an address."""
        await self.carried()
        texts = [message.text for message in (*self.email.sent, *self.sms.sent) if message.recipient == address]
        assert texts, f"nothing came to {address}"
        found = re.search(r"(?<!\d)\d{6}(?!\d)", texts[-1])
        assert found is not None, texts[-1]
        return found.group()


def another(code: str, nth: int = 1) -> str:
    """A code that is not this one."""
    return f"{(int(code) + nth) % 1_000_000:06d}"


@asynccontextmanager
async def running_codes(database: Database) -> AsyncIterator[Codes]:
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE, LINA]))
    async with running_house(database) as house:
        house.understander.meanings |= {
            "mes rendez-vous ?": "check_appointment",
            "my appointments?": "check_appointment",
            "un essayage demain à Lyon": "book_appointment",
            "le premier": "choose_option",
            "oui": "affirm",
            "non": "deny",
            "où est ma commande ?": "order_status",
            "les horaires de Lyon": "opening_hours",
            "laissez tomber": "cancel",
            "mes données personnelles": "privacy_request",
        }
        house.understander.entities["un essayage demain à Lyon"] = (
            Entity("service", "fitting", "essayage", 3, 11),
            Entity("day", {"offset": 1}, "demain", 12, 18),
            Entity("store", "lyon", "Lyon", 21, 25),
        )
        house.understander.entities["le premier"] = (Entity("number", 1, "premier", 3, 10),)
        house.understander.entities["les horaires de Lyon"] = (Entity("store", "lyon", "Lyon", 16, 20),)
        email, sms = Post("email"), Post("sms")
        served = {(post.name, ""): post.limits for post in (email, sms)}
        workers = [
            DeliveryWorker(database, post, house.clock, house.board, name="post", poll_seconds=0.02, served=served)
            for post in (email, sms)
        ]
        house.worker.served = served
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            yield Codes(house, email, sms, workers)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
