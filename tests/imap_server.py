"""A real IMAP server on the loopback: Debian's dovecot, in a folder of its own, ended with the tests."""

from __future__ import annotations

import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from tests.databases import not_there

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
"""


class Imap:
    """A running server; every name has a mailbox, and one password opens them all."""

    password = "secret/ü?"

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def url(self, user: str, password: str | None = None, folder: str = "") -> str:
        password = quote(self.password, safe="") if password is None else password
        return f"imap://{user}:{password}@127.0.0.1:{self.port}/{folder}"

    def deliver(self, user: str, raw: bytes, at: datetime | None = None) -> None:
        """Put a mail into somebody's inbox, as if it had arrived then."""
        with self._client(user) as client:
            status, told = client.append("INBOX", "", imaplib.Time2Internaldate(at) if at else "", raw)
            assert status == "OK", told

    def seen(self, user: str) -> list[bytes]:
        """The flags of every mail."""
        with self._client(user) as client:
            client.select("INBOX", readonly=True)
            return [item for item in client.fetch("1:*", "(FLAGS)")[1] if isinstance(item, bytes)]

    def remove(self, user: str, uid: int) -> None:
        with self._client(user) as client:
            client.select("INBOX")
            client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            client.expunge()

    @contextmanager
    def _client(self, user: str) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{self.password}".encode())
        try:
            yield client
        finally:
            client.logout()


@contextmanager
def imap_server() -> Iterator[Imap]:
    """Dovecot, or the test that needs it skipped with a line that says what to install."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        program = not_there("imap", "no IMAP server: install the system's package `dovecot-imapd`")
    folder = Path(tempfile.mkdtemp(prefix="filrouge-imap-"))
    folder.chmod(0o755)  # its login process runs as somebody else
    try:
        server, port = Imap(folder, _free_port()), 0
        port = server.port
        (folder / "dovecot.conf").write_text(
            _CONFIGURATION.format(folder=folder, port=port, password=Imap.password, **_people(folder))
        )
        with subprocess.Popen(
            [program, "-F", "-c", str(folder / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            try:
                _wait_for(server.port, running, folder)
                yield server
            finally:
                running.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _people(folder: Path) -> dict[str, object]:
    """Who the server's parts run as: root's mail may not be read and its login may not be root, so both are nobody's there."""
    (folder / "mail").mkdir()
    if os.getuid() != 0:
        me = getpass.getuser()
        return {"internal": me, "login": me, "internal_group": os.getgid(), "uid": os.getuid(), "gid": os.getgid()}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
    return {"internal": "root", "internal_group": "root", "login": "nobody", "uid": nobody.pw_uid, "gid": nobody.pw_gid}


def _wait_for(port: int, running: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        if running.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            if connection.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    raise RuntimeError(f"dovecot did not start:\n{(folder / 'log').read_text() if (folder / 'log').exists() else ''}")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
