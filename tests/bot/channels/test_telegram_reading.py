"""What Telegram posts, and what we take it for. The payloads are in the shapes its Bot API documents."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.telegram.translate import _read as read_foreseen  # without the net under what nobody has thought of
from bot.channels.telegram.translate import read_update
from bot.errors import BadUpdate
from bot.messages import InboundMessage

PAYLOADS = Path(__file__).parents[2] / "payloads" / "telegram"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1795251600, UTC)

NOT_FOR_US = {
    *("group_message", "group_press", "group_upgraded", "added_to_a_group", "channel_post", "from_a_bot", "reaction"),
    *("pinned", "business_message", "deleted_business_messages", "kind_of_tomorrow", "edited_live_location"),
    "press_on_a_game",
}


def payload(name: str) -> dict[str, Any]:
    update = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(update, dict)
    return update


def read(name: str) -> InboundMessage:
    message = read_update(payload(name), received_at=NOW)
    assert message is not None
    return message


def test_words_come_with_who_where_and_when() -> None:
    message = read("text")
    assert message == InboundMessage(
        channel="telegram",
        external_id=str(payload("text")["update_id"]),
        sender="5100200300",
        sender_name="Camille Roussel",
        language="fr",
        text="Bonjour, le magasin de Lyon est-il ouvert dimanche ? 🙂",
        sent_at=SENT,
        kind="text",
        data={"chat": "5100200300", "message_id": "41"},
    )


def test_the_account_that_received_it_is_kept() -> None:
    message = read_update(payload("text"), received_at=NOW, account="orvelle_bot")
    assert message is not None
    assert message.account == "orvelle_bot"


def test_a_language_tag_is_cut_to_its_language() -> None:
    assert read("text_english").language == "en"


def test_a_reply_tells_what_it_answers() -> None:
    assert read("text_reply").data["reply_to"] == "43"


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
    message = read_update(update, received_at=NOW)
    assert message is not None
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
    ("name", "kind", "file_id", "caption"),
    [
        ("photo", "photo", "AgAC-large", "La semelle se décolle"),
        ("voice", "voice", "AwAC-voice", ""),
        ("sticker", "sticker", "CAAC-sticker", ""),
        ("animation", "animation", "CgAC-gif", ""),
        ("document", "document", "BQAC-doc", "Ma facture"),
        ("poll", "poll", None, ""),
    ],
)
def test_what_the_bot_cannot_read_is_named(name: str, kind: str, file_id: str | None, caption: str) -> None:
    message = read(name)
    assert (message.kind, message.text) == ("media", caption)
    assert (message.data["type"], message.data.get("file_id")) == (kind, file_id)


def test_photos_of_one_album_are_bound_together() -> None:
    assert read("photo").data["album"] == "13500112233445566"


@pytest.mark.parametrize(("name", "title"), [("location", ""), ("venue", "Place Bellecour")])
def test_a_place_on_the_map(name: str, title: str) -> None:
    message = read(name)
    assert (message.kind, message.text) == ("location", title)
    assert (message.data["latitude"], message.data["longitude"]) == (45.757814, 4.832011)


def test_a_correction_names_the_message_it_corrects() -> None:
    message = read("edited_text")
    assert (message.kind, message.data["of"]) == ("edit", "41")
    assert "Lille" in message.text
    assert message.sent_at == datetime.fromtimestamp(1795251660, UTC)


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


@pytest.mark.parametrize("name", sorted(NOT_FOR_US))
def test_what_is_not_for_us_is_left_alone(name: str) -> None:
    assert read_update(payload(name), received_at=NOW) is None


def test_every_payload_on_file_is_either_read_or_known_not_to_be_for_us() -> None:
    read_now = {p.stem for p in PAYLOADS.glob("*.json") if read_update(payload(p.stem), received_at=NOW) is not None}
    assert read_now | NOT_FOR_US == {p.stem for p in PAYLOADS.glob("*.json")}
    assert not read_now & NOT_FOR_US


def test_words_that_no_database_can_hold_are_mended() -> None:
    update = payload("text")
    update["message"]["text"] = "bon\x00jour \ud83d"
    message = read_update(update, received_at=NOW)
    assert message is not None
    assert message.text == "bonjour ?"


leaves = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
anything = some.recursive(
    leaves,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_no_body_whatever_breaks_the_reader(body: Any) -> None:
    with suppress(BadUpdate):
        assert read_foreseen(body, NOW, "") is None


@given(some.data())
def test_a_known_update_with_one_thing_changed_is_read_or_refused(data: some.DataObject) -> None:
    """The nearest a stranger can come: a real body in which any one value was replaced by anything."""
    update = payload(data.draw(some.sampled_from(sorted(p.stem for p in PAYLOADS.glob("*.json")))))
    here: Any = update
    while True:
        key = data.draw(some.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(some.booleans()):
            break
        here = here[key]
    here[key] = data.draw(anything)
    try:
        message = read_foreseen(update, NOW, "")
    except BadUpdate:
        return
    if message is not None:
        assert message.sender
        assert message.external_id
        json.dumps(dict(message.data), allow_nan=False)
