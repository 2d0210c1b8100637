"""What the chat page posts, and what we take it for."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.webchat.translate import TooLong, client_id, new_token, read_post, session_of
from bot.errors import BadUpdate
from bot.messages import InboundMessage

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ID = "0d9f5d3e-2f0a-4c1b-9d51-0b6f3c6e8a11"


def read(body: Any, session: str = "s" * 64) -> InboundMessage:
    return read_post(body, session=session, received_at=NOW, language="fr")


def test_words_are_a_text() -> None:
    message = read({"id": ID, "text": " Bonjour \n"})
    assert (message.channel, message.kind, message.text, message.language) == ("webchat", "text", "Bonjour", "fr")
    assert (message.sender, message.sent_at, client_id(message.external_id)) == ("s" * 64, NOW, ID)


def test_a_press_has_its_token_and_title() -> None:
    message = read({"id": ID, "press": "tok", "title": "Lyon"})
    assert (message.kind, message.text, message.data) == ("press", "Lyon", {"token": "tok"})


def test_an_id_counts_within_its_session_only() -> None:
    assert read({"id": ID, "text": "a"}, "a" * 64).external_id != read({"id": ID, "text": "a"}, "b" * 64).external_id


def test_the_same_id_written_otherwise_is_the_same_id() -> None:
    assert read({"id": ID.upper(), "text": "a"}).external_id == read({"id": ID, "text": "a"}).external_id


def test_a_text_is_measured_in_characters() -> None:
    assert len(read({"id": ID, "text": "🙂" * 4000}).text) == 4000
    with pytest.raises(TooLong, match="send it in two"):
        read({"id": ID, "text": "é" * 4001})


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"text": "sans id"},
        {"id": "1", "text": "a"},
        {"id": 7, "text": "a"},
        {"id": ID},
        {"id": ID, "text": " "},
        {"id": ID, "text": 7},
        {"id": ID, "text": "a", "press": "b"},
        {"id": ID, "press": "x" * 201, "title": "a"},
        {"id": ID, "press": "x", "title": "a" * 201},
    ],
)
def test_what_our_page_would_not_send_is_refused(body: Any) -> None:
    with pytest.raises(BadUpdate):
        read(body)


def test_a_session_is_known_by_its_tokens_digest() -> None:
    token = new_token()
    session = session_of(token)
    assert session is not None
    assert token not in session
    assert session == session_of(token) != session_of(new_token())


@pytest.mark.parametrize("token", [None, "", "short", "a" * 44, "é" * 43, "a" * 42 + "/"])
def test_a_token_we_cannot_have_made_is_no_session(token: str | None) -> None:
    assert session_of(token) is None


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(some.fixed_dictionaries({}, optional=dict.fromkeys(("id", "text", "press", "title"), anything | some.just(ID))))
def test_no_body_whatever_breaks_the_reader(body: Any) -> None:
    with suppress(BadUpdate):
        read(body)
