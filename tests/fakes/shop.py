"""The brand's own shop: it signs tokens for who is signed in there, as well or as badly as a test wants."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt

SECRET = "a-secret-of-the-shop-and-of-nobody-else-long-enough-for-any-hash-0123456789"


def claims_for(profile: str, now: datetime, **more: Any) -> dict[str, Any]:
    """What a good token says; a claim given as None is left out."""
    at = int(now.timestamp())
    usual = {"sub": profile, "aud": "filrouge", "iat": at, "exp": at + 300, "jti": uuid.uuid4().hex}
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def token_for(
    profile: str,
    now: datetime,
    *,
    key: Any = SECRET,
    algorithm: str = "HS256",
    headers: Mapping[str, Any] | None = None,
    **more: Any,
) -> str:
    """A signed token."""
    return jwt.encode(claims_for(profile, now, **more), key, algorithm=algorithm, headers=dict(headers or {}))
