"""Our messages as Messenger and Instagram take them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.instagram import compose as instagram
from bot.channels.messenger import compose as messenger
from bot.channels.messenger.table import MessengerTable
from bot.channels.overrides import overridden
from bot.errors import OutsideWindow, Refused
from bot.messages import Button, OutboundMessage

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
both = pytest.mark.parametrize("channel", [messenger, instagram], ids=["messenger", "instagram"])


def says(text: str = "Bonjour", *titles: str, **more: object) -> OutboundMessage:
    buttons = tuple(Button(title=title, token=f"7.{place}") for place, title in enumerate(titles))
    given = {"channel": "messenger", "recipient": "24601", "key": "k1", "text": text, "buttons": buttons}
    return OutboundMessage(**(given | more))  # type: ignore[arg-type]


def test_plain_words_carry_our_key_on_messenger_alone() -> None:
    assert messenger.write_message(says()) == {
        "recipient": {"id": "24601"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Bonjour", "metadata": "filrouge:k1"},
    }
    assert instagram.write_message(says()) == {
        "recipient": {"id": "24601"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Bonjour"},
    }


def test_somebody_known_by_a_checkbox_only_is_written_to_by_its_reference() -> None:
    assert messenger.write_message(says(recipient="user_ref:usr-12"))["recipient"] == {"user_ref": "usr-12"}


def test_three_choices_are_buttons_on_messenger_and_quick_replies_on_instagram() -> None:
    template = messenger.write_message(says("D’accord ?", "Oui", "Non"))["message"]["attachment"]["payload"]
    assert template == {
        "template_type": "button",
        "text": "D’accord ?",
        "buttons": [
            {"type": "postback", "title": "Oui", "payload": "7.0"},
            {"type": "postback", "title": "Non", "payload": "7.1"},
        ],
    }
    assert instagram.write_message(says("D’accord ?", "Oui", "Non"))["message"] == {
        "text": "D’accord ?",
        "quick_replies": [
            {"content_type": "text", "title": "Oui", "payload": "7.0"},
            {"content_type": "text", "title": "Non", "payload": "7.1"},
        ],
    }


@both
@pytest.mark.parametrize(("count", "quick"), [(4, True), (13, True), (14, False)])
def test_more_are_quick_replies_and_still_more_numbers_to_type(channel: Any, count: int, quick: bool) -> None:
    [part] = channel.parts_of(says("Quel magasin ?", *(f"Magasin {place}" for place in range(count))))
    message = channel.write_message(part)["message"]
    assert ("quick_replies" in message) is quick
    assert (f"{count}) Magasin {count - 1}" in message["text"]) is not quick


@both
def test_a_page_is_opened_by_a_button(channel: Any) -> None:
    page = Button(title="Suivre mon colis", url="https://orvelle.example/colis/1")
    payload = channel.write_message(says("Voici :", buttons=(page,)))["message"]["attachment"]["payload"]
    assert payload["buttons"] == [{"type": "web_url", "title": "Suivre mon colis", "url": page.url}]


def test_instagram_counts_bytes() -> None:
    assert instagram.write_message(says("é" * 500))
    with pytest.raises(Refused, match="in parts"):
        instagram.write_message(says("é" * 501))
    assert len(instagram.parts_of(says("👍🏽 " * 300))) > 2


@both
@pytest.mark.parametrize(
    ("message", "why"),
    [
        (says(" "), "empty"),
        (says("a" * 2001), "in parts"),
        (says("?", *(str(place) for place in range(14))), "in parts"),
        (says("?", buttons=(Button(title="Oui", token=""),)), "short token"),
        (says("?", buttons=(Button(title="Oui", token="a" * 1001),)), "short token"),
    ],
)
def test_what_would_never_be_taken_is_refused_before(channel: Any, message: OutboundMessage, why: str) -> None:
    with pytest.raises(Refused, match=why):
        channel.write_message(message)


@both
class TestTheWindow:
    def test_inside_nobody_needs_a_tag(self, channel: Any) -> None:
        for author in ("bot", "advisor"):
            written = channel.write_message(says(author=author, window_ends=NOW + timedelta(hours=1)), now=NOW)
            assert written["messaging_type"] == "RESPONSE"
            assert "tag" not in written

    @pytest.mark.parametrize("author", ["advisor", "store"])
    def test_outside_a_persons_words_go_with_their_tag(self, channel: Any, author: str) -> None:
        written = channel.write_message(says(author=author, window_ends=NOW - timedelta(days=2)), now=NOW)
        assert (written["messaging_type"], written["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")

    @pytest.mark.parametrize("author", ["bot", "system"])
    def test_outside_a_programs_words_never_do(self, channel: Any, author: str) -> None:
        with pytest.raises(OutsideWindow, match="only a person"):
            channel.write_message(says(author=author, window_ends=NOW - timedelta(seconds=1)), now=NOW)
        with pytest.raises(OutsideWindow, match="only a person"):
            channel.write_message(says(author=author), now=NOW, late=True)

    def test_after_seven_days_nobodys_do(self, channel: Any) -> None:
        last_act = NOW - timedelta(days=7)
        with pytest.raises(OutsideWindow, match="nobody's words"):
            channel.write_message(says(author="advisor", window_ends=last_act + timedelta(hours=24)), now=NOW)

    def test_an_unknown_window_is_the_platforms_to_judge(self, channel: Any) -> None:
        assert channel.write_message(says(), now=NOW)["messaging_type"] == "RESPONSE"


@both
def test_a_private_reply_is_one_message_or_none(channel: Any) -> None:
    written = channel.write_private("55_901", "Bonjour Nadia", "k9")
    assert (written["recipient"], written["messaging_type"]) == ({"comment_id": "55_901"}, "RESPONSE")
    assert written["message"] == {"text": "Bonjour Nadia"} | ({"metadata": "filrouge:k9"} if channel is messenger else {})
    for text in ("", "a" * 2001):
        with pytest.raises(Refused, match="second one"):
            channel.write_private("55_901", text, "k9")


def test_an_operator_can_change_any_figure() -> None:
    table = overridden(MessengerTable(), {"text": 500, "human_agent_days": 3})
    with pytest.raises(Refused):
        messenger.write_message(says("a" * 501), table=table)
    with pytest.raises(OutsideWindow, match="3 days"):
        messenger.write_message(says(author="store", window_ends=NOW - timedelta(days=3)), table=table, now=NOW)


lengthy = (
    some.text()
    | some.text("a 😀é.\n", max_size=9000)
    | some.builds(lambda words, times: words * times, some.text(min_size=1, max_size=60), some.integers(1, 400))
)
titles = some.lists(some.text(max_size=40), max_size=16)


@both
@settings(deadline=None)
@given(text=lengthy, shown=titles)
def test_no_text_of_any_length_or_script_breaks_a_limit(channel: Any, text: str, shown: list[str]) -> None:
    parts = channel.parts_of(says(text, *shown))
    said = "".join(part.text for part in parts)
    assert "".join(text.split()) in "".join(said.split())
    if not said.strip():
        return
    for part in parts:
        message = channel.write_message(part)["message"]
        if "attachment" in message:
            assert len(message["attachment"]["payload"]["text"]) <= 640
        elif channel is instagram:
            assert len(message["text"].encode()) <= 1000
        else:
            assert len(message["text"]) <= 2000
