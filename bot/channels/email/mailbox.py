"""A mailbox by IMAP: what has come in since last time. Blocking; `polling` runs it in a thread of its own."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from bot.channels.email.servers import Server
from bot.errors import AccountRefused, TryLater

Result = TypeVar("Result")

_ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox has been read: the highest UID, which means something only under its UIDVALIDITY."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A mail as it lies in the mailbox."""

    uid: int
    raw: bytes
    arrived_at: datetime
    """When our server received it."""
    whole: bool
    """Whether it was fetched to its end."""


class _NotLetIn(Exception):
    """The server knows no such name, or not with this password."""


class Mailbox:
    """One folder of one account; opened when it is first needed, and anew after any trouble."""

    def __init__(self, server: Server, *, mail_bytes: int, timeout: float = 15.0, tls: ssl.SSLContext | None = None) -> None:
        self._server, self._mail_bytes, self._timeout, self._tls = server, mail_bytes, timeout, tls
        self._box: BaseMailBox | None = None

    def look(self, cursor: Cursor | None, *, since: date, most: int) -> tuple[list[Fetched], Cursor]:
        """At most `most` mails behind `cursor`, oldest first, and the cursor behind them.

        Without a cursor there are none: a mailbox that is read for the first time is read from now on. Where the server has
        numbered its mails anew, all since the day `since` are there once more. Nothing is marked as read.

        Raises:
            AccountRefused: the server does not let us in, or has no such folder.
            TryLater: it cannot be reached, or the connection broke.
        """
        return self._safely(lambda box: self._look(box, cursor, since, most))

    def check(self) -> None:
        """Open the folder and read nothing; raises as `look`."""
        self._safely(lambda box: box.folder.set(self._server.folder, readonly=True))

    def close(self) -> None:
        """Let go of the connection."""
        if self._box is not None:
            with suppress(ImapToolsError, imaplib.IMAP4.error, OSError, ValueError):
                self._box.logout()
        self._forget()

    def cut(self) -> None:
        """Break the connection off, from whatever thread: a call that waits for the server ends at once.

        While it is still being opened there is nothing to cut: the timeout ends it.
        """
        box = self._box
        if box is not None:
            with suppress(OSError):
                box.client.sock.shutdown(socket.SHUT_RDWR)  # closing it would wait for whoever reads from it

    def _look(self, box: BaseMailBox, cursor: Cursor | None, since: date, most: int) -> tuple[list[Fetched], Cursor]:
        box.folder.set(self._server.folder, readonly=True)  # also makes the server look for new mail
        validity = _number(box, "UIDVALIDITY")
        if cursor is None:
            return [], Cursor(validity, max((int(uid) for uid in box.uids("UID *")), default=0))
        if cursor.validity != validity:
            cursor, wanted = Cursor(validity, 0), str(AND(date_gte=since))
        else:
            wanted = f"UID {cursor.uid + 1}:*"
        # `n:*` always names the last mail, even where n is behind it.
        uids = sorted(uid for uid in map(int, box.uids(wanted)) if uid > cursor.uid)[:most]
        fetched = [mail for uid in uids if (mail := self._fetch(box, uid)) is not None]
        return fetched, Cursor(validity, uids[-1] if uids else cursor.uid)

    def _fetch(self, box: BaseMailBox, uid: int) -> Fetched | None:
        wanted = f"(INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{self._mail_bytes}>)"
        status, answer = box.client.uid("FETCH", str(uid), wanted)
        raw, told = b"", b""
        for item in answer if status == "OK" else ():
            if isinstance(item, tuple):
                told, raw = told + item[0], item[1]
            elif item is not None:
                told += item
        if not raw:
            return None  # deleted in the meantime
        size = _SIZE.search(told)
        return Fetched(uid=uid, raw=raw, arrived_at=_arrived(told), whole=size is None or int(size[1]) <= len(raw))

    def _safely(self, work: Callable[[BaseMailBox], Result]) -> Result:
        try:
            if self._box is None:
                self._box = self._opened()
            return work(self._box)
        except _NotLetIn:
            self._forget()
            raise AccountRefused(
                "the mailbox does not let us in; look at the name and password in FILROUGE_EMAIL_IMAP_URL"
            ) from None
        except ssl.SSLError as error:
            self._forget()
            raise AccountRefused(f"the mailbox is not reached safely ({error.reason}); look at FILROUGE_EMAIL_IMAP_URL") from None
        except (imaplib.IMAP4.abort, OSError, ValueError) as error:  # ValueError: read from a socket that was cut
            self._forget()
            raise TryLater(f"the mailbox cannot be reached ({type(error).__name__}); try again") from None
        except (ImapToolsError, imaplib.IMAP4.error) as error:
            self._forget()
            raise AccountRefused(f"the mailbox refuses ({type(error).__name__}); look at FILROUGE_EMAIL_IMAP_URL") from None

    def _forget(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            with suppress(OSError, ValueError):
                box.client.shutdown()

    def _opened(self) -> BaseMailBox:
        server = self._server
        if server.security == "none":
            box: BaseMailBox = MailBoxUnencrypted(server.host, server.port, timeout=self._timeout)
        else:
            context = self._tls or ssl.create_default_context()  # the libraries' own checks no certificate
            kind = MailBox if server.security == "tls" else MailBoxStartTls
            box = kind(server.host, server.port, timeout=self._timeout, ssl_context=context)
        self._box = box
        login = box.xoauth2 if server.token else box.login if (server.user + server.password).isascii() else box.login_utf8
        try:
            login(server.user, server.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxLoginError, imaplib.IMAP4.error):
            raise _NotLetIn from None
        return box


def _number(box: BaseMailBox, name: str) -> int:
    _, told = box.client.response(name)
    first: Any = told[0] if isinstance(told, Sequence) and told else None
    return int(first) if first is not None else 0


def _arrived(told: bytes) -> datetime:
    found = _ARRIVED.search(told)
    written = found[1].decode("ascii", "replace").strip().replace("-", " ", 2) if found else ""
    try:
        return parsedate_to_datetime(written).astimezone(UTC)
    except (TypeError, ValueError):
        return datetime.now(UTC)
