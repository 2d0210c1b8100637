"""Links by which a conversation goes on elsewhere, in each platform's own form, and the token as it comes back. Pure.

A platform that opens with words of ours in the customer's input (WhatsApp, SMS, mail) gets the token inside a sentence; one
that passes a reference on (Messenger, Instagram) gets it as such. Either way the message that brings it is a `link`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from bot.messages import InboundMessage

_TOKEN = re.compile(r"(?<!\S)[A-Za-z0-9_-]{43}(?!\S)")
"""As `bot.storage.links.make` writes them: 32 random bytes. Standing alone: addresses of pages have such parts, too."""
_WORDS: Mapping[str, str] = {
    "fr": "Je continue ma conversation ici : {token}",
    "en": "I am going on with my conversation here: {token}",
}


def whatsapp(number: str, token: str, language: str = "fr") -> str:
    """`number` as it is shown, with or without blanks."""
    digits = "".join(character for character in number if character.isdecimal())
    return (
        f"https://wa.me/{digits}?{urlencode({'text': words(token, language)}, quote_via=quote)}"
        if token
        else f"https://wa.me/{digits}"
    )


def messenger(page: str, token: str) -> str:
    """`page` is the page's id or user name."""
    return f"https://m.me/{quote(page, safe='')}{_ref(token)}"


def instagram(username: str, token: str) -> str:
    return f"https://ig.me/m/{quote(username, safe='')}{_ref(token)}"


def sms(number: str, token: str, language: str = "fr") -> str:
    return f"sms:{number}?&body={quote(words(token, language))}" if token else f"sms:{number}"


def email(address: str, token: str, language: str = "fr") -> str:
    return f"mailto:{address}?{urlencode({'body': words(token, language)}, quote_via=quote)}" if token else f"mailto:{address}"


def words(token: str, language: str) -> str:
    """What stands in the customer's input, ready to be sent."""
    return _WORDS.get(language, _WORDS["en"]).format(token=token)


def opened(message: InboundMessage) -> InboundMessage:
    """`message` as the link it opens; itself when it brings no token. Whether the token is one of ours is for others to say."""
    token = _token(message)
    return message if token is None else replace(message, kind="link", text="", data={**message.data, "token": token})


def _token(message: InboundMessage) -> str | None:
    if message.kind == "text":
        found = _TOKEN.search(message.text)
        if found is not None:
            return found[0]
    referral = message.data.get("referral") if message.kind != "referral" else message.data
    ref = referral.get("ref") if isinstance(referral, Mapping) else None
    return ref if isinstance(ref, str) and _TOKEN.fullmatch(ref) and message.kind in ("text", "press", "referral") else None


def _ref(token: str) -> str:
    return f"?ref={quote(token, safe='')}" if token else ""
