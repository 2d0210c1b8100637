"""Whether a request comes from Twilio: its signature over the public address and everything posted. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit, urlunsplit

from bot.errors import BadUpdate

HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"
BODY_HASH = "bodySHA256"

_DEFAULT_PORTS = {"https": 443, "http": 80}
_ALGORITHMS = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}


def read_form(raw: bytes) -> list[tuple[str, str]]:
    """The parameters of a form body in the order they came, empty and repeated ones included.

    Raises:
        BadUpdate: more parameters than Twilio ever sends.
    """
    try:
        return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise BadUpdate("more than a thousand parameters; the body does not come from Twilio") from None


def address_of(public_url: str, query: str) -> str:
    """The address Twilio called: ours as it is configured there, with the query of the request
    exactly as it came (aiohttp: `request.raw_path.partition("?")[2]`, since `query_string` is unquoted).

    Never from the Host header, which a proxy changes and a stranger chooses. A fragment (Twilio's retry settings) is not
    sent, and neither signed.
    """
    parts = urlsplit(public_url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def sign(address: str, parameters: Iterable[tuple[str, str]], secret: str, *, algorithm: str = "HMAC_SHA1") -> str:
    """The signature: base64 of an HMAC over the address, then each name in order with each of its different values."""
    signed = address
    for name, values in groupby(sorted(set(parameters)), key=lambda parameter: parameter[0]):
        signed += "".join(name + value for _, value in values)
    return base64.b64encode(
        hmac.new(secret.encode(), signed.encode("utf-8", "replace"), _ALGORITHMS[algorithm]).digest()
    ).decode()


def is_twilios(
    address: str,
    body: bytes,
    signature: str | None,
    *,
    auth_token: str,
    settings: str | None = None,
    shared_keys: Mapping[str, str] | None = None,
) -> bool:
    """Whether `signature`, the header as it came, is Twilio's for this address and body.

    `settings` is the other header, which names a shared key of ours and its algorithm; `shared_keys` are those keys by
    their ids. Without a signature, or without a secret to check it, the answer is no.
    """
    secret, algorithm = _secret(auth_token, settings, shared_keys or {})
    if not signature or not secret or algorithm not in _ALGORITHMS:
        return False
    parts = urlsplit(address)
    hashes = parse_qs(parts.query).get(BODY_HASH)
    if hashes:
        # A body that is no form: the address is signed alone, and has the hash of the body in it.
        if not _same(hashes[0].lower(), hashlib.sha256(body).hexdigest()):
            return False
        parameters: list[tuple[str, str]] = []
    else:
        try:
            parameters = read_form(body)
        except BadUpdate:
            return False
    expected = [sign(variant, parameters, secret, algorithm=algorithm) for variant in _variants(parts)]
    return sum(_same(signature, one) for one in expected) > 0  # all are compared, whichever fits


def _secret(auth_token: str, settings: str | None, shared_keys: Mapping[str, str]) -> tuple[str, str]:
    if not settings:
        return auth_token, "HMAC_SHA1"
    named = dict(part.strip().partition("=")[::2] for part in settings.split(","))
    return shared_keys.get(named.get("key", ""), ""), named.get("algorithm", "").upper()


def _variants(parts: SplitResult) -> Iterator[str]:
    """The address as it is, without its port, and with the usual one: Twilio signs one or the other."""
    yield urlunsplit(parts)
    try:
        port = parts.port
    except ValueError:
        return
    host = parts.netloc.removesuffix(f":{port}") if port else parts.netloc
    if port:
        yield urlunsplit(parts._replace(netloc=host))
    elif usual := _DEFAULT_PORTS.get(parts.scheme):
        yield urlunsplit(parts._replace(netloc=f"{host}:{usual}"))


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
