"""Whether a webhook comes from Meta: the signature over the raw body, and the handshake that subscribes it. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

HEADER = "X-Hub-Signature-256"

_PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """The header's value for a body, as Meta writes it."""
    return _PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def proof(token: str, secret: str) -> str:
    """What goes with a call as `appsecret_proof`: Meta refuses it unless `secret` is that of the token's application."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def signed(body: bytes, header: str | None, secret: str) -> bool:
    """Whether the raw `body`, as it was received, is signed with the application's secret.

    Never when the header is missing or no secret is configured.
    """
    if not secret or header is None or not header.startswith(_PREFIX):
        return False
    return hmac.compare_digest(header.lower().encode(errors="replace"), sign(body, secret).encode())


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What to answer, as plain text with 200, to the GET that subscribes a webhook; None: refuse it with 403."""
    asked, given = query.get("hub.challenge"), query.get("hub.verify_token", "")
    if not verify_token or query.get("hub.mode") != "subscribe" or not asked:
        return None
    same = hmac.compare_digest(given.encode(errors="replace"), verify_token.encode())
    return asked if same else None
