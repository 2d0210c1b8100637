"""What Telegram posts, and what we take it for. The payloads are in the shapes its Bot API documents."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.telegram.translate import ALLOWED_UPDATES, read_body, read_updates
from bot.messages import InboundMessage, Reading
from tests.bodies import told

PAYLOADS = Path(__file__).parents[2] / "payloads" / "telegram"
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1795251600, UTC)

NOT_FOR_US = {
    *("group_message", "group_press", "group_upgraded", "added_to_a_group", "channel_post", "from_a_bot", "pinned"),
    *("edited_live_location", "press_on_a_game", "reaction_in_a_group", "business_connection", "business_answer_by_us"),
    "inline_query",
}
UNREAD = {"kind_of_tomorrow", "content_of_tomorrow", "status_of_tomorrow", "edited_without_words"}
BUSINESS = "business:bc-77:5100200300"


def payload(name: str) -> dict[str, Any]:
    update = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(update, dict)
    return update


def read_whole(name: str) -> Reading:
    return read_body(payload(name), received_at=NOW)


def only(update: dict[str, Any], **more: Any) -> InboundMessage:
    reading = read_body(update, received_at=NOW, **more)
    (message,) = reading.messages
    assert not reading.unread
    return message


def read(name: str) -> InboundMessage:
    return only(payload(name))


def test_words_come_with_who_where_and_when() -> None:
    message = read("text")
    assert message == InboundMessage(
        channel="telegram",
        external_id="5100200300:41",
        sender="5100200300",
        sender_name="Camille Roussel",
        language="fr",
        text="Bonjour, le magasin de Lyon est-il ouvert dimanche ? 🙂",
        sent_at=SENT,
        kind="text",
        data={"chat": "5100200300"},
    )


def test_the_account_that_received_it_is_kept() -> None:
    assert only(payload("text"), account="orvelle_bot").account == "orvelle_bot"


def test_a_language_tag_is_cut_to_its_language() -> None:
    assert read("text_english").language == "en"


def test_a_reply_tells_what_it_answers() -> None:
    assert read("text_reply").data["reply_to"] == "5100200300:43"


def test_words_sent_on_are_marked_and_open_no_link() -> None:
    message = read("text_forwarded")
    assert (message.kind, message.text, message.data["forwarded"]) == ("text", "/start q3Zt_0aB-9xLw2", True)


@pytest.mark.parametrize(("name", "greeting"), [("start", "bonjour"), ("start_english", "hello")])
def test_opening_the_bot_is_saying_good_day(name: str, greeting: str) -> None:
    message = read(name)
    assert (message.kind, message.text, message.data["command"]) == ("text", greeting, "start")


def test_a_deep_link_carries_its_token_and_no_words() -> None:
    message = read("start_link")
    assert (message.kind, message.text, message.data["token"]) == ("link", "", "q3Zt_0aB-9xLw2")


def test_a_start_that_no_link_of_ours_can_carry_is_a_greeting() -> None:
    update = payload("start_link")
    update["message"]["text"] = "/start '; drop table customers"
    message = only(update)
    assert (message.kind, message.text) == ("text", "bonjour")


def test_any_other_command_means_its_words() -> None:
    assert read("command").text == "mes rendez vous"


@pytest.mark.parametrize(
    ("name", "phone", "own"),
    [
        ("contact_own", "+33639980101", True),
        ("contact_of_somebody_else", "+33639980202", False),
        ("contact_typed", "06 39 98 01 01", False),
        ("contact_forwarded", "33639980101", False),
    ],
)
def test_only_the_senders_own_card_proves_a_number(name: str, phone: str, own: bool) -> None:
    message = read(name)
    assert message.kind == "contact"
    assert (message.data["phone"], message.data["own"]) == (phone, own)


@pytest.mark.parametrize(
    ("name", "caption", "told"),
    [
        ("photo", "La semelle se décolle", {"type": "photo", "file_id": "AgAC-large", "size": 98211}),
        ("voice", "", {"type": "voice", "file_id": "AwAC-voice", "mime_type": "audio/ogg", "size": 17211}),
        ("sticker", "", {"type": "sticker", "file_id": "CAAC-sticker", "emoji": "👍", "size": 22004}),
        (
            "animation",
            "",
            {"type": "animation", "file_id": "CgAC-gif", "mime_type": "video/mp4", "name": "wave.mp4", "size": 90210},
        ),
        (
            "document",
            "Ma facture",
            {"type": "document", "file_id": "BQAC-doc", "mime_type": "application/pdf", "name": "facture.pdf", "size": 88110},
        ),
        (
            "video",
            "Elle grince",
            {"type": "video", "file_id": "BAAC-video", "mime_type": "video/mp4", "name": "VID_2041.mp4", "size": 4410233},
        ),
        ("video_note", "", {"type": "video_note", "file_id": "DQAC-round", "size": 310022}),
        (
            "audio",
            "",
            {
                "type": "audio",
                "file_id": "CQAC-audio",
                "mime_type": "audio/mp4",
                "name": "memo.m4a",
                "size": 610022,
                "title": "Memo",
            },
        ),
        ("poll", "", {"type": "poll", "title": "Rouge ou bleu ?"}),
        ("dice", "", {"type": "dice", "emoji": "🎲"}),
    ],
)
def test_what_the_bot_cannot_read_is_named(name: str, caption: str, told: dict[str, Any]) -> None:
    message = read(name)
    assert (message.kind, message.text) == ("media", caption)
    assert {name: value for name, value in message.data.items() if name not in ("chat", "album")} == told


def test_photos_of_one_album_are_bound_together() -> None:
    first, second = read("photo"), read("photo_second_of_an_album")
    assert first.data["album"] == second.data["album"] == "13500112233445566"
    assert first.external_id != second.external_id


@pytest.mark.parametrize(
    ("name", "title", "address"),
    [("location", "", None), ("venue", "Place Bellecour", "69002 Lyon"), ("live_location", "", None)],
)
def test_a_place_on_the_map(name: str, title: str, address: str | None) -> None:
    message = read(name)
    assert (message.kind, message.text, message.data.get("address")) == ("location", title, address)
    assert (message.data["latitude"], message.data["longitude"]) == (45.757814, 4.832011)


@pytest.mark.parametrize(("name", "original", "words"), [("edited_text", "text", "Lille"), ("edited_caption", "photo", "gauche")])
def test_a_correction_names_the_message_it_corrects(name: str, original: str, words: str) -> None:
    message = read(name)
    assert (message.kind, message.data["of"]) == ("edit", read(original).external_id)
    assert message.external_id == str(payload(name)["update_id"])
    assert words in message.text
    assert message.sent_at == datetime.fromtimestamp(1795251660, UTC)


@pytest.mark.parametrize(
    ("name", "emoji"),
    [
        ("reaction", "👍"),
        ("reaction_second", "❤"),
        ("reaction_one_of_two_taken_back", "👍"),
        ("reaction_taken_back", ""),
        ("reaction_custom_emoji", "⭐"),
    ],
)
def test_a_reaction_is_what_stands_under_the_message_now(name: str, emoji: str) -> None:
    message = read(name)
    assert (message.kind, message.data["of"], message.data["emoji"]) == ("reaction", "5100200300:43", emoji)
    assert message.sent_at == datetime.fromtimestamp(1795251900, UTC)


def test_reactions_are_asked_for_because_telegram_leaves_them_out_else() -> None:
    assert {"message_reaction", "business_message", "deleted_business_messages"} <= set(ALLOWED_UPDATES)


def test_a_press_has_its_title_and_the_time_it_reached_us() -> None:
    message = read("press")
    assert (message.kind, message.text, message.sent_at) == ("press", "Lille Grand-Place", NOW)
    assert message.data["token"] == "x2Vd"
    assert message.data["callback"] == "2190400112233445566"


@pytest.mark.parametrize("name", ["press_on_an_old_message", "press_without_message"])
def test_a_button_pressed_months_later_is_still_a_press(name: str) -> None:
    message = read(name)
    assert (message.kind, message.text, message.data["chat"]) == ("press", "", "5100200300")


@pytest.mark.parametrize("kind", ["blocked", "unblocked"])
def test_a_customer_who_stops_or_allows_us(kind: str) -> None:
    message = read(kind)
    assert (message.kind, message.sender) == (kind, "5100200300")


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("business_message", "text", "Bonjour"),
        ("business_photo", "media", "Voici la paire"),
        ("business_message_edited", "edit", "Bonsoir"),
        ("business_press", "press", "Lyon"),
    ],
)
def test_a_connected_account_is_another_place_to_talk(name: str, kind: str, text: str) -> None:
    message = read(name)
    assert (message.kind, message.text, message.sender, message.data["chat"]) == (kind, text, BUSINESS, BUSINESS)
    assert message.sender_name == "Camille Roussel"


def test_messages_of_a_connected_account_can_be_taken_back() -> None:
    message = read("deleted_business_messages")
    assert (message.kind, message.sender, message.data["of"]) == ("unsend", BUSINESS, read("business_message").external_id)


def test_several_messages_deleted_at_once_are_each_taken_back() -> None:
    update = payload("deleted_business_messages")
    update["deleted_business_messages"]["message_ids"] = [61, 62]
    first, second = read_body(update, received_at=NOW).messages
    assert (first.data["of"], second.data["of"]) == (f"{BUSINESS}:61", f"{BUSINESS}:62")
    assert first.external_id != second.external_id


def test_the_owner_of_a_connected_account_who_answers_is_an_echo() -> None:
    message = read("business_answer_by_its_owner")
    assert (message.kind, message.text, message.sender, message.sender_name) == (
        "echo",
        "Je m'en occupe",
        BUSINESS,
        "Camille Roussel",
    )
    assert (message.data["by"], message.data["what"], message.data["reply_to"]) == ("person", "text", f"{BUSINESS}:61")


@pytest.mark.parametrize("name", sorted(NOT_FOR_US))
def test_what_is_not_for_us_is_left_alone(name: str) -> None:
    assert read_whole(name) == Reading()


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_what_this_version_does_not_know_is_kept_as_it_came(name: str) -> None:
    reading = read_whole(name)
    assert not reading.messages
    assert [part.raw for part in reading.unread] == [payload(name)]


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_FOR_US - UNREAD))
def test_every_other_payload_is_one_message(name: str) -> None:
    message = read(name)
    assert message.sender in ("5100200300", "5100200411", BUSINESS)
    assert message.data["chat"] == message.sender


def test_what_is_polled_together_keeps_telegrams_own_order() -> None:
    """A press has no time of its own: by time it would go behind words that were written after it."""
    updates = [payload(name) for name in ("press", "text", "edited_text")]
    reading = read_updates(updates, received_at=NOW)
    assert [message.kind for message in reading.messages] == ["press", "text", "edit"]


def test_one_bad_update_costs_none_of_its_neighbours() -> None:
    bad = [{"update_id": 1, "message": {"chat": "?"}}, "?", {"message": {}}, payload("kind_of_tomorrow")]
    reading = read_updates([payload("text"), *bad, payload("voice")], received_at=NOW)
    assert [message.kind for message in reading.messages] == ["text", "media"]
    assert [part.raw for part in reading.unread] == bad


def test_one_by_one_all_at_once_twice_or_backwards_the_same_is_told() -> None:
    together = read_updates([payload(name) for name in NAMES], received_at=NOW)
    assert list(together.messages) == [message for name in NAMES for message in read_whole(name).messages]
    backwards = [payload(name) for name in reversed(NAMES)]
    assert told(read_updates(backwards * 2, received_at=NOW)) == told(together)
    twice = Counter(message.external_id for message in together.messages)
    assert [key for key, count in twice.items() if count > 1] == []


leaves = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
anything = some.recursive(
    leaves,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_no_body_whatever_breaks_the_reader(body: Any) -> None:
    reading = read_body(body, received_at=NOW)
    assert not reading.messages
    assert all("shape this version" not in part.why for part in reading.unread)


@given(some.data())
def test_a_known_update_with_one_thing_changed_is_read_or_kept(data: some.DataObject) -> None:
    """The nearest a stranger can come: a real body in which any one value was replaced by anything."""
    update = payload(data.draw(some.sampled_from(NAMES)))
    here: Any = update
    while True:
        key = data.draw(some.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(some.booleans()):
            break
        here = here[key]
    here[key] = data.draw(anything)
    reading = read_body(update, received_at=NOW)
    assert all("shape this version" not in part.why for part in reading.unread)  # foreseen, not caught by the net
    for message in reading.messages:
        assert message.sender
        assert message.external_id
        json.dumps(dict(message.data), allow_nan=False)
