"""What comes with a message besides its words, as the console shows it: files, a place, a card, and what is to be known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file that came with a message."""

    id: int
    sort: str
    """What the customer's application calls it: `photo`, `voice`, `document`, ..."""
    state: Literal["waiting", "kept", "refused"]
    mime_type: str = ""
    """What its bytes are; empty when nobody knows."""
    name: str = ""
    size: int | None = None
    """Bytes."""
    why: str = ""
    """Of one that was refused: `too_large`, `unknown_type`, `elsewhere`, `gone`, `too_many`, or what a platform said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that is kept, and whose it is."""

    id: int
    conversation: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """The bytes of a file."""

    content: bytes
    mime_type: str
    """What they are by themselves, whatever anybody said of them; empty when they are of nothing known, as text is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point somebody shared, in degrees."""

    latitude: float
    longitude: float
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A contact somebody shared."""

    name: str
    phone: str
    own: bool = False
    """Whether the platform vouches that it is the customer's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One short thing to know of a message, as the catalogue words it."""

    name: str
    """`quoted`, `subject`, `story_reply`, `referral`, `reacted`, `unreacted`, `moved`, `forwarded`, `automatic`, `like` or
    `edited`."""
    text: str = ""
    message: int | None = None
    """The message it leads to."""
