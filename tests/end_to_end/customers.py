"""Customers on every channel, each at a pretend platform of its own, so that one story can be told over all of them.

A channel joins in with a class that has `says`, `presses` and `answers`, and a line in the test's list of them. Platforms run on
a loop of their own beside the test, which is an ordinary function and waits for what it expects.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Coroutine, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from http.cookiejar import CookieJar
from typing import Any, Protocol, Self

from tests.fakes.meta_server import FakeGraph
from tests.fakes.sms_server import FakeTwilio
from tests.fakes.smtp_server import FakeSmtp
from tests.servers import Server

PATIENCE = 15.0
"""Seconds: for ever."""
_TYPEWRITER = str.maketrans("\u00a0\u202f’«»", '  \'""')


class Customer(Protocol):
    """Somebody with a telephone."""

    channel: str
    sender: str
    """As `filrouge thread CHANNEL SENDER` knows them."""

    def says(self, text: str) -> None: ...

    def presses(self, title: str) -> None:
        """Take a choice that is on the screen; raises `LookupError` when nothing to press has this title."""
        ...

    def answers(self) -> list[str]:
        """Every text shown so far, in order."""
        ...


class Platforms:
    """Where pretend platforms run: `platforms.do(fake.listen())`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="platforms", daemon=True)
        self._open: list[Any] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for fake in reversed(self._open):
            self.do(fake.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do this over there and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def listen(self, fake: Any) -> Any:
        """Start a fake, to be closed at the end."""
        self.do(fake.listen())
        self._open.append(fake)
        return fake


class MetaCustomer:
    """Somebody on WhatsApp, Messenger or Instagram."""

    def __init__(self, channel: str, platforms: Platforms, fake: FakeGraph, sender: str) -> None:
        self.channel, self.sender = channel, sender
        self._platforms, self._fake = platforms, fake

    def says(self, text: str) -> None:
        assert self._platforms.do(self._fake.says(self.sender, text)) == 200

    def presses(self, title: str) -> None:
        assert self._platforms.do(self._fake.presses(self.sender, title)) == 200

    def answers(self) -> list[str]:
        return list(self._fake.shown(self.sender))


class SmsCustomer:
    """Somebody who writes by SMS, or by WhatsApp over Twilio (`whatsapp:+33...`); choices are typed."""

    channel = "sms"

    def __init__(self, platforms: Platforms, fake: FakeTwilio, sender: str) -> None:
        self._platforms, self._fake, self.sender = platforms, fake, sender

    def says(self, text: str) -> None:
        assert self._platforms.do(self._fake.says(self.sender, text)) == 200

    def presses(self, title: str) -> None:
        raise LookupError(f"{title} is written out, with a number")

    def answers(self) -> list[str]:
        return self._fake.shown(self.sender)


class EmailCustomer:
    """Somebody who writes mails and answers ours; choices are typed."""

    channel = "email"

    def __init__(self, deliver: Callable[[bytes], None], smtp: FakeSmtp, sender: str, subject: str) -> None:
        """`deliver` brings a mail to us, by whatever way."""
        self._deliver, self._smtp, self.sender, self._subject = deliver, smtp, sender, subject
        self.last_id = ""

    def says(self, text: str) -> None:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = f"Somebody <{self.sender}>", "support@orvelle.example"
        answered = [sent.mail["Message-ID"] for sent in self._smtp.sent if self.sender in sent.recipients]
        mail["Subject"] = f"Re: {self._subject}" if answered else self._subject
        mail["Message-ID"] = self.last_id = make_msgid(domain="client.example")
        if answered:
            mail["References"] = " ".join(answered)
        quoted = "".join(f"> {line}\n" for line in "".join(self.answers()[-1:]).splitlines())
        mail.set_content(f"{text}\n\nLe jeu. 26 nov. 2026 à 10:00, Orvelle <support@orvelle.example> a écrit :\n{quoted}")
        self._deliver(mail.as_bytes())

    def presses(self, title: str) -> None:
        raise LookupError(f"{title} is written out, with a number")

    def answers(self) -> list[str]:
        return self._smtp.shown(self.sender)


class Talk:
    """One customer's side of a story."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self._read = 0
        """How many answers the customer had read when they last spoke."""

    def says(self, text: str, *expected: str) -> None:
        """The customer writes, and is shown what is expected."""
        self._read = len(self.customer.answers())
        self.customer.says(text)
        self.hears(*expected)

    def chooses(self, title: str, *expected: str) -> None:
        """The customer takes a choice as the channel shows it: a button of this title, or the number written before it."""
        answers = self.customer.answers()
        self._read = len(answers)
        number = _number_of(title, answers)
        for shown in (title, number):
            try:
                self.customer.presses(shown)
            except LookupError:
                continue
            break
        else:
            assert number, f"{title!r} is not on offer on {self.customer.channel}: {answers[-2:]}"
            self.customer.says(number)
        self.hears(*expected)

    def hears(self, *expected: str) -> None:
        """Wait until every one of these words stands in what was shown since the customer last spoke."""
        eventually(lambda: all(plain(words) in self._heard() for words in expected), lambda: f"{expected} in {self._heard()!r}")

    def hears_nothing(self, seconds: float) -> None:
        """Nothing is shown, for as long as a bot that forgets itself would need."""
        time.sleep(seconds)
        assert not self._heard(), self._heard()

    def _heard(self) -> str:
        return plain("\n".join(self.customer.answers()[self._read :]))


class Advisor:
    """Somebody signed in to the console."""

    def __init__(self, server: Server, username: str) -> None:
        self._root = f"{server.url}/console"
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._browser.addheaders = [("Accept-Language", "fr")]
        self._submit("/login", self.reads("/login"), username=username, password=server.passwords()[username], next="/console")

    def reads(self, path: str) -> str:
        with self._browser.open(f"{self._root}{path}", timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def waits_for(self, words: str) -> int:
        """Wait until a case with these words is in the queue; returns its conversation."""
        found: list[int] = []

        def is_there() -> bool:
            rows = self.reads("").split('<li class="row')
            found[:] = [int(row.split("/conversations/", 1)[1].split('"', 1)[0]) for row in rows[1:] if words in row]
            return bool(found)

        eventually(is_there, lambda: f"a case with {words!r}")
        return found[0]

    def acts(self, conversation: int, kind: str, **fields: str) -> str:
        """Press a button of the conversation's desk; returns the page it leads to."""
        thread = self.reads(f"/conversations/{conversation}")
        page = thread if kind != "take" or 'value="take"' in thread else self.reads("")
        return self._submit(f"/conversations/{conversation}/acts", page, kind=kind, **fields)

    def _submit(self, path: str, page: str, **fields: str) -> str:
        hidden = {name: found[1] for name in ("csrf", "id") if (found := re.search(rf'name="{name}" value="([^"]*)"', page))}
        body = urllib.parse.urlencode(hidden | fields).encode()
        with self._browser.open(f"{self._root}{path}", body, timeout=PATIENCE) as answer:
            return str(answer.read().decode())


def plain(text: str) -> str:
    """The same with the blanks, apostrophes and quotes of a typewriter, as SMS have them."""
    return text.translate(_TYPEWRITER)


def eventually(met: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until something is so, or fail saying what was expected."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s for {what()}"
        time.sleep(0.02)


def _number_of(title: str, answers: Sequence[str]) -> str:
    """The number written before a choice in the latest answer that offers it."""
    for text in reversed(answers):
        found = re.search(rf"^(\d+)\) {re.escape(plain(title))}$", plain(text), re.MULTILINE)
        if found:
            return found[1]
    return ""
