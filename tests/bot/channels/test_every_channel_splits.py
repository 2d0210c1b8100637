"""On every channel, in its own unit: no text of any length or script breaks a limit, and no word of it is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from bot.channels import texts
from bot.channels.email import compose as email
from bot.channels.instagram import compose as instagram
from bot.channels.messenger import compose as messenger
from bot.channels.sms import compose as sms
from bot.channels.sms.segments import segments
from bot.channels.telegram import compose as telegram
from bot.channels.whatsapp import compose as whatsapp
from bot.messages import Button, OutboundMessage
from bot.web.chat_port import ChatLine
from bot.web.webchat import _event

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ORIGIN = email.Origin(address="boutique@orvelle.example", name="Maison Orvelle", secret="s3cret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One channel: how it cuts, what goes over the wire, and what the platform counts there."""

    recipient: str
    parts: Callable[[OutboundMessage], list[OutboundMessage]]
    wired: Callable[[OutboundMessage], str]
    """The words as the platform gets them; raises where the platform would refuse."""
    counts: Callable[[str], int]
    limit: int


def whatsapp_words(part: OutboundMessage) -> str:
    body = whatsapp.write_message(part)
    return str(body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"])


def page_words(written: dict[str, Any]) -> str:
    message = written["message"]
    return str(message["attachment"]["payload"]["text"] if "attachment" in message else message["text"])


CASES = {
    "telegram": Case(
        recipient="7",
        parts=telegram.parts_of,
        wired=lambda part: str(telegram.write_message(part)["text"]),
        counts=texts.utf16,
        limit=4096,
    ),
    "telegram for a business": Case(
        recipient="business:bc-77:7",
        parts=telegram.parts_of,
        wired=lambda part: str(telegram.write_message(part)["text"]),
        counts=texts.utf16,
        limit=4096,
    ),
    "whatsapp": Case(recipient="33639980101", parts=whatsapp.parts_of, wired=whatsapp_words, counts=texts.utf16, limit=4096),
    "messenger": Case(
        recipient="24601",
        parts=messenger.parts_of,
        wired=lambda part: page_words(messenger.write_message(part)),
        counts=texts.utf16,
        limit=2000,
    ),
    "instagram": Case(
        recipient="24601",
        parts=instagram.parts_of,
        wired=lambda part: page_words(instagram.write_message(part)),
        counts=lambda text: len(text.encode()),
        limit=1000,
    ),
    "sms": Case(
        recipient="+33639980101",
        parts=sms.parts_of,
        wired=lambda part: sms.write_message(part, origin="+33159990100")["Body"],
        counts=texts.utf16,
        limit=1600,
    ),
    "email": Case(
        recipient="camille@orvelle.example",
        parts=email.parts_of,
        wired=lambda part: email.write_message(part, origin=ORIGIN, at=NOW).get_content(),
        counts=lambda text: texts.utf16(text.rstrip("\n")),
        limit=20_000,
    ),
}

SIGNS = [
    "a",
    "é",
    "œ",
    "…",
    "«",
    "€",
    "ß",
    "Ω",
    "語",
    "ب",
    "ה",
    "ไทย",
    "क्षि",
    "🙂",
    "👩‍👩‍👧",
    "🇫🇷",
    "3️⃣",
    "👋🏽",
    "e\u0301",
    "\u00a0",
    "’",
]
TALK = some.sampled_from([*SIGNS, " ", ". ", "\n", "\n\n", "mot ", "https://orvelle.example/magasins/lyon?jour=2026-11-22 "])
SHORT = some.text(max_size=60) | some.lists(TALK, min_size=1, max_size=12).map("".join)
LENGTHY = SHORT | some.builds(
    lambda pieces: "".join(piece * times for piece, times in pieces),
    some.lists(some.tuples(SHORT, some.integers(1, 700)), min_size=1, max_size=3),
).map(lambda text: text[:24_000])


def saying(case: Case, text: str, titles: list[str] | None = None) -> OutboundMessage:
    buttons = tuple(Button(title=title, token=f"t{place}") for place, title in enumerate(titles or ()))
    return OutboundMessage(channel="c", recipient=case.recipient, text=text, key="k", buttons=buttons)


def assert_joined(pieces: list[str], text: str) -> None:
    """The pieces stand in the text one after the other, with nothing but white space between them."""
    rest = text
    for piece in pieces:
        rest = rest.lstrip()
        assert rest.startswith(piece), "a piece is not what the text says next"
        rest = rest.removeprefix(piece)
    assert not rest.strip(), "the end of the text is lost"


@pytest.mark.parametrize("channel", CASES)
@settings(deadline=None, max_examples=60)
@given(text=LENGTHY)
@example(text="…" * 1600)
@example(text="’" * 1599 + "🙂")
@example(text="œ" * 5000)
@example(text="👩‍👩‍👧" * 900)
@example(text="x" * 25_000)
def test_no_text_breaks_a_limit_and_the_parts_are_the_text(channel: str, text: str) -> None:
    case = CASES[channel]
    text = texts.clean(text)
    parts = case.parts(saying(case, text))
    if not text.strip():
        assert [part.text.strip() for part in parts] == [""]
        return
    assert_joined([part.text for part in parts], text)
    assert all(case.counts(case.wired(part)) <= case.limit for part in parts)
    assert len({part.key for part in parts}) == len(parts)


@pytest.mark.parametrize("channel", CASES)
@settings(deadline=None, max_examples=40)
@given(text=LENGTHY.filter(lambda text: texts.clean(text).strip()), titles=some.lists(SHORT, min_size=1, max_size=15))
def test_with_choices_neither(channel: str, text: str, titles: list[str]) -> None:
    """Whatever becomes of the choices, every part can be sent, and every choice can be taken somehow."""
    case = CASES[channel]
    text, titles = texts.clean(text), [texts.clean(title) for title in titles]
    parts = case.parts(saying(case, text, titles))
    said = "".join("".join(part.text.split()) for part in parts)
    assert said.startswith("".join(text.split()))
    for part in parts:
        assert case.counts(case.wired(part)) <= case.limit
    pressed = [button.token for button in parts[-1].buttons]
    written = said.removeprefix("".join(text.split()))
    assert len(pressed) == len(titles) or all(
        f"{place})" in written and "".join(title.split()) in written for place, title in enumerate(titles, start=1)
    )


@settings(deadline=None, max_examples=60)
@given(text=LENGTHY)
def test_an_sms_costs_what_its_alphabet_says(text: str) -> None:
    case = CASES["sms"]
    for part in case.parts(saying(case, texts.clean(text))) if text.strip() else ():
        told = segments(case.wired(part))
        alone, joined = (160, 153) if told.alphabet == "GSM-7" else (70, 67)
        assert told.units <= (alone if told.count < 2 else told.count * joined)
        # Of 1600 characters at worst all are UCS-2, and each segment ends a unit early, before an emoji.
        assert told.count <= 25


@settings(deadline=None, max_examples=60)
@given(text=LENGTHY, limit=some.sampled_from([4, 30, 300]))
def test_a_network_that_counts_what_readers_count_is_served_too(text: str, limit: int) -> None:
    text = texts.clean(text[:1200])
    pieces = texts.split(text, limit, texts.graphemes)
    assert_joined(pieces, text)
    assert all(0 < texts.graphemes(piece) <= limit for piece in pieces)


def test_in_graphemes_a_family_is_one_whatever_it_is_made_of() -> None:
    assert [len(piece) for piece in texts.split("👩‍👩‍👧" * 700, 300, texts.graphemes)] == [1500, 1500, 500]


@settings(deadline=None, max_examples=60)
@given(text=LENGTHY)
def test_our_own_chat_page_shows_any_text_whole(text: str) -> None:
    """It has no limit to cut for; but a line of its stream must stay one, whatever line ends the text has."""
    line = ChatLine(number=12, at=NOW, direction="out", author="bot", name="", text=texts.clean(text))
    named, kind, data, *end = _event(line).split(b"\n")
    assert (named, kind, end) == (b"id: 12", b"event: line", [b"", b""])
    assert b"\r" not in data
    assert json.loads(data.removeprefix(b"data: "))["text"] == texts.clean(text)
