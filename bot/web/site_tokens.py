"""The shop's word for who is signed in on its site: a token it signs, good once and for minutes, read with nothing left open.

Which signature is believed follows from the key the operator set, never from what a token says of itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.customers.fields import filled, read_facts, well_formed_id
from bot.errors import BadUpdate, SettingsError

AUDIENCE = "filrouge"
LONGEST_LIFE = timedelta(minutes=15)
"""From `iat` to `exp`."""
LEEWAY = timedelta(seconds=30)
"""How far the shop's clock and ours may be apart."""
LONGEST_TOKEN = 4096
LONGEST_NAME = 128
"""Of a token's own id, and of the chat session it was made for."""
SHORTEST_SECRET = 32

Algorithm = Literal["HS256", "RS256", "ES256"]
_NEEDED = ("exp", "iat", "aud", "sub", "jti")


class TokenRefused(BadUpdate):
    """Not the shop's word, or not any more; tells the shop's developer why, and nobody's secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a good token says."""

    profile: str
    """The brand's own id of the customer."""
    token_id: str
    """`jti`: the token is good once."""
    ends_at: datetime | None = None
    """When the sign-in at the shop is over, where it says so."""
    made_for: str = ""
    """`nonce`: the chat session it was made for; empty: any."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a profile, for one we have not heard of yet."""


class SiteTokens:
    """Reads the tokens of one shop."""

    def __init__(self, key: Any, algorithm: Algorithm) -> None:
        self._key, self.algorithm = key, algorithm

    def read(self, token: str, now: datetime) -> SignedIn:
        """What the token says. Raises `TokenRefused`."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused(f"the token has more than {LONGEST_TOKEN} characters; put less into it")
        claims = self._verified(token)
        _check_times(claims, now)
        try:
            profile = well_formed_id(claims["sub"])
        except ValueError as error:
            raise TokenRefused(f"'sub': {error}") from None
        if profile != claims["sub"]:
            raise TokenRefused("'sub' has spaces around it; write the customer's id as the brand's other files have it")
        token_id, made_for = claims["jti"], claims.get("nonce", "")
        if not 0 < len(token_id) <= LONGEST_NAME or not isinstance(made_for, str) or len(made_for) > LONGEST_NAME:
            raise TokenRefused(f"'jti' has 1 to {LONGEST_NAME} characters, 'nonce' at most as many")
        ends_at = _instant(claims, "session_exp") if "session_exp" in claims else None
        if ends_at is not None and ends_at <= now:
            raise TokenRefused("the customer's sign-in is over ('session_exp'); make tokens only for who is signed in")
        return SignedIn(profile=profile, token_id=token_id, ends_at=ends_at, made_for=made_for, facts=_facts(claims))

    def _verified(self, token: str) -> Mapping[str, Any]:
        import jwt  # here: a brand without a shop's sign-in never loads it

        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[self.algorithm],
                audience=AUDIENCE,
                # Times are looked at below, by the clock everything else here goes by.
                options={
                    "require": list(_NEEDED),
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise TokenRefused(
                f"{type(error).__name__}: sign it with {self.algorithm}, and see docs/channels/webchat.md"
            ) from None
        return claims


def site_tokens(*, secret: str, public_key: str) -> SiteTokens | None:
    """The reader for what the operator set; None when nothing is. Raises `SettingsError`."""
    if secret and public_key:
        raise SettingsError("FILROUGE_SITE_SECRET and FILROUGE_SITE_PUBLIC_KEY are both set; keep the one the shop signs with")
    if public_key:
        return _by_public_key(public_key)
    if not secret:
        return None
    if len(secret.encode()) < SHORTEST_SECRET:
        raise SettingsError(
            f"FILROUGE_SITE_SECRET is shorter than {SHORTEST_SECRET} bytes and could be guessed; make one with "
            "`openssl rand -base64 48` and give it to the shop's server, too"
        )
    if "-----BEGIN" in secret:
        raise SettingsError("FILROUGE_SITE_SECRET looks like a key file; put a public key into FILROUGE_SITE_PUBLIC_KEY")
    return SiteTokens(secret.encode(), "HS256")


def _by_public_key(told: str) -> SiteTokens:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # here: few shops sign so
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    wrong = "FILROUGE_SITE_PUBLIC_KEY is no public key; write the PEM text (`-----BEGIN PUBLIC KEY-----`), or the file it is in"
    try:
        pem = told.replace("\\n", "\n").encode() if "-----BEGIN" in told else Path(told).read_bytes()
        key = load_pem_public_key(pem)
    except (OSError, ValueError) as error:
        raise SettingsError(wrong) from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return SiteTokens(key, "RS256")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return SiteTokens(key, "ES256")
    raise SettingsError(
        "FILROUGE_SITE_PUBLIC_KEY is neither RSA of 2048 bits or more nor EC on the curve P-256; make such a pair"
    )


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    made, ends = _instant(claims, "iat"), _instant(claims, "exp")
    if not timedelta(0) < ends - made <= LONGEST_LIFE:
        raise TokenRefused("'exp' should be at most 15 minutes after 'iat'; make a new token for each page")
    if made > now + LEEWAY or ("nbf" in claims and _instant(claims, "nbf") > now + LEEWAY):
        raise TokenRefused("the token is of the future; set the shop's clock")
    if ends <= now - LEEWAY:
        raise TokenRefused("the token is too old; make a new one for each page")


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    told = claims[name]
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise TokenRefused(f"{name!r} should be a number of seconds since 1970")
    try:
        return datetime.fromtimestamp(told, UTC)
    except (OverflowError, OSError, ValueError):
        raise TokenRefused(f"{name!r} is no time; write seconds since 1970") from None


def _facts(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the token tells of the customer, under OpenID Connect's names.

    An address the shop has not verified may be anybody's: it would lead its owner's mails to whoever typed it in there.
    """
    said: dict[str, Any] = {
        "first_name": claims.get("given_name"),
        "last_name": claims.get("family_name"),
        "emails": claims.get("email") if claims.get("email_verified") is True else None,
        "language": claims.get("locale"),
    }
    return filled(read_facts({name: value for name, value in said.items() if isinstance(value, str)}).facts)
