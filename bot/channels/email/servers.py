"""The addresses of mail servers as an operator writes them: `smtps://name:password@host`, `imaps://name:password@host/INBOX`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from bot.errors import SettingsError

Security = Literal["tls", "starttls", "none"]
Service = Literal["", "mailgun", "postmark"]

_SERVICES: Mapping[str, Service] = {"mailgun.org": "mailgun", "postmarkapp.com": "postmark"}
_PORTS = {"smtp": 587, "smtps": 465, "imap": 143, "imaps": 993}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server, and who we are there."""

    host: str
    port: int
    security: Security
    """`tls` from the first byte on; `starttls` before the password; `none` only on this very machine."""
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    token: bool = field(default=False)
    """Whether the password is an OAuth 2.0 access token (XOAUTH2)."""

    @property
    def service(self) -> Service:
        """The mail service this server is of, if it is one we know more about."""
        domain = ".".join(self.host.lower().rstrip(".").split(".")[-2:])
        return _SERVICES.get(domain, "")


def server_at(url: str, protocol: Literal["smtp", "imap"], setting: str) -> Server:
    """The server that `url` names.

    Raises:
        SettingsError: it is no such address; the message never repeats it, as it has the password.
    """
    like = f"{protocol}s://name:password@mail.example.org"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError(f"{setting} cannot be read; write it like {like}, special characters as %40") from None
    if parts.scheme not in (protocol, f"{protocol}s") or not host:
        raise SettingsError(f"{setting} is no address of a mail server; write it like {like}")
    if parts.scheme.endswith("s"):
        security: Security = "tls"
    else:
        security = "none" if _is_here(host) else "starttls"
    return Server(
        host=host,
        port=port or _PORTS[parts.scheme],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        token=parse_qs(parts.query).get("auth", [""])[0].lower() == "xoauth2",
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
