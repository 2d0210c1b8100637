"""A mailbox read by IMAP from a real server: each mail once, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.email.mailbox import Cursor, Mailbox
from bot.channels.email.polling import Taken, poll
from bot.channels.email.servers import server_at
from bot.channels.email.translate import Ours
from bot.errors import AccountRefused, SendFailed, SettingsError, TryLater
from bot.messages import InboundMessage
from tests.imap_server import Imap, imap_server

pytestmark = pytest.mark.imap

PAYLOADS = Path(__file__).parents[2] / "payloads" / "email"
OURS = Ours(addresses=("support@orvelle.example",), trusted=("mail.orvelle.example",))
LONG_AGO = date(2020, 1, 1)


def raw(name: str) -> bytes:
    return (PAYLOADS / f"{name}.eml").read_bytes()


@pytest.fixture(scope="session")
def imap() -> Iterator[Imap]:
    with imap_server() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """Everybody's own mailbox."""
    return f"u{abs(hash(request.node.nodeid))}"


@pytest.fixture
def mailbox(imap: Imap, user: str) -> Iterator[Mailbox]:
    opened = Mailbox(server_at(imap.url(user), "imap", "FILROUGE_EMAIL_IMAP_URL"), mail_bytes=50_000, timeout=10)
    yield opened
    opened.close()


def look(mailbox: Mailbox, cursor: Cursor | None, *, most: int = 10, since: date = LONG_AGO) -> tuple[list[bytes], Cursor]:
    fetched, reached = mailbox.look(cursor, since=since, most=most)
    return [mail.raw for mail in fetched], reached


class TestAMailbox:
    def test_it_is_read_from_now_on_and_each_mail_once(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        imap.deliver(user, raw("subject_only"))
        old, cursor = look(mailbox, None)
        assert old == []
        assert look(mailbox, cursor) == ([], cursor)
        imap.deliver(user, raw("plain"))
        imap.deliver(user, raw("html_only"))
        new, reached = look(mailbox, cursor)
        assert new == [raw("plain"), raw("html_only")]
        assert look(mailbox, reached) == ([], reached)

    def test_an_empty_one_is_read_from_its_first_mail_on(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        imap.deliver(user, raw("plain"))
        assert look(mailbox, cursor)[0] == [raw("plain")]

    def test_nothing_is_marked_as_read(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        imap.deliver(user, raw("plain"))
        look(mailbox, cursor)
        assert not any(b"Seen" in flags for flags in imap.seen(user))

    def test_it_is_read_in_portions(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        for name in ("plain", "html_only", "forwarded"):
            imap.deliver(user, raw(name))
        two, cursor = look(mailbox, cursor, most=2)
        one, cursor = look(mailbox, cursor, most=2)
        assert [*two, *one] == [raw("plain"), raw("html_only"), raw("forwarded")]

    def test_a_mail_is_dated_by_our_own_server(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
        imap.deliver(user, raw("plain"), at)
        fetched, _ = mailbox.look(cursor, since=LONG_AGO, most=1)
        assert (fetched[0].arrived_at, fetched[0].whole) == (at, True)

    def test_of_a_mail_too_large_the_beginning_is_read(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        imap.deliver(user, raw("pictures"))
        fetched, _ = mailbox.look(cursor, since=LONG_AGO, most=1)
        assert (len(fetched[0].raw), fetched[0].whole) == (50_000, False)

    def test_numbered_anew_what_is_recent_comes_once_more(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        now = datetime.now(UTC)
        imap.deliver(user, raw("plain"), now - timedelta(days=30))
        imap.deliver(user, raw("html_only"), now)
        _, cursor = look(mailbox, cursor)
        mailbox.close()
        told, again = look(mailbox, Cursor(cursor.validity - 1, cursor.uid), since=(now - timedelta(days=2)).date())
        assert told == [raw("html_only")]
        assert again == cursor

    def test_a_mail_deleted_by_a_colleague_holds_nothing_up(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        for name in ("plain", "html_only"):
            imap.deliver(user, raw(name))
        imap.remove(user, cursor.uid + 1)
        assert look(mailbox, cursor)[0] == [raw("html_only")]

    def test_a_connection_that_broke_is_opened_anew(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        _, cursor = look(mailbox, None)
        imap.deliver(user, raw("plain"))
        mailbox.cut()
        with pytest.raises(TryLater):
            look(mailbox, cursor)
        assert look(mailbox, cursor)[0] == [raw("plain")]

    def test_another_folder_can_be_read(self, imap: Imap, user: str) -> None:
        box = Mailbox(server_at(imap.url(user, folder="R%C3%A9clamations"), "imap", "S"), mail_bytes=1000)
        with pytest.raises(AccountRefused, match="FILROUGE_EMAIL_IMAP_URL"):
            box.check()

    def test_a_check_opens_the_folder(self, mailbox: Mailbox) -> None:
        mailbox.check()


class TestTrouble:
    @pytest.mark.parametrize("password", ["wrong", "", "w%C3%A9"])
    def test_a_wrong_password_is_told_and_not_repeated(self, imap: Imap, user: str, password: str) -> None:
        box = Mailbox(server_at(imap.url(user, password), "imap", "S"), mail_bytes=1000)
        with pytest.raises(AccountRefused, match="name and password") as met:
            look(box, None)
        assert "wrong" not in str(met.value)

    def test_a_server_that_is_away_is_tried_later(self) -> None:
        box = Mailbox(server_at("imap://a:b@127.0.0.1:9", "imap", "S"), mail_bytes=1000, timeout=1)
        with pytest.raises(TryLater):
            look(box, None)

    def test_a_server_without_encryption_is_refused_when_it_is_asked_for(self, imap: Imap, user: str) -> None:
        box = Mailbox(server_at(imap.url(user).replace("imap://", "imaps://"), "imap", "S"), mail_bytes=1000, timeout=5)
        with pytest.raises(SendFailed):
            look(box, None)

    @pytest.mark.parametrize("url", ["", "imap.example.org", "smtp://a:b@c", "imap://host:port"])
    def test_an_address_that_is_none_is_told(self, url: str) -> None:
        with pytest.raises(SettingsError, match="SETTING"):
            server_at(url, "imap", "SETTING")


class Inbox:
    """Takes what is polled, and can be away."""

    def __init__(self) -> None:
        self.heard: list[InboundMessage] = []
        self.cursor: Cursor | None = None
        self.refusals: list[SendFailed] = []
        self.away = 0
        self._changed = asyncio.Event()

    async def accept(self, taken: Sequence[Taken], cursor: Cursor) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("the database is away")
        self.heard += [message for one in taken for message in one.reading.messages]
        self.cursor = cursor
        self._changed.set()

    def refused(self, failure: SendFailed) -> None:
        self.refusals.append(failure)
        self._changed.set()

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not met():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def polled(mailbox: Mailbox, inbox: Inbox, **more: Any) -> AsyncIterator[Inbox]:
    stop = asyncio.Event()
    work: Awaitable[None] = asyncio.create_task(
        poll(mailbox, inbox.accept, OURS, cursor=inbox.cursor, stop=stop, on_refused=inbox.refused, wait=0.02, pace=0.02, **more)
    )
    try:
        yield inbox
    finally:
        stop.set()
        async with asyncio.timeout(5):
            await work


class TestPolling:
    async def test_mails_are_heard_in_order_and_each_once(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        inbox = Inbox()
        async with polled(mailbox, inbox, most=2):
            await inbox.until(lambda: inbox.cursor is not None)
            for name in ("plain", "subject_only", "html_only"):
                imap.deliver(user, raw(name))
            await inbox.until(lambda: len(inbox.heard) == 3)
        assert [mail.data["subject"] for mail in inbox.heard] == ["Ma commande 48213 est-elle prête ?", "Rappelez-moi", "Retour"]
        imap.deliver(user, raw("flowed"))
        async with polled(mailbox, inbox):  # the program was started again
            await inbox.until(lambda: len(inbox.heard) == 4)
        assert inbox.heard[-1].data["subject"] == "x"

    async def test_what_was_not_committed_comes_again(self, imap: Imap, user: str, mailbox: Mailbox) -> None:
        inbox = Inbox()
        async with polled(mailbox, inbox):
            await inbox.until(lambda: inbox.cursor is not None)
            inbox.away = 2
            imap.deliver(user, raw("plain"))
            await inbox.until(lambda: bool(inbox.heard))
        assert len(inbox.heard) == 1

    async def test_a_refused_account_is_told(self, imap: Imap, user: str) -> None:
        inbox = Inbox()
        box = Mailbox(server_at(imap.url(user, "wrong"), "imap", "S"), mail_bytes=1000)
        async with polled(box, inbox):
            await inbox.until(lambda: bool(inbox.refusals))
        assert inbox.heard == []

    async def test_nobody_waits_for_a_silent_server_when_the_program_ends(self) -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"* OK here\r\n")
            tag = (await reader.readline()).split()[0]
            writer.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            await reader.readline()  # the password, to which there is no answer
            greeted.set()
            await reader.read()
            writer.close()

        greeted = asyncio.Event()
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        box = Mailbox(server_at(f"imap://a:b@127.0.0.1:{port}", "imap", "S"), mail_bytes=1000, timeout=60)
        async with polled(box, Inbox()):
            await greeted.wait()
        server.close()
        await server.wait_closed()
