"""What Twilio posts, and what we take it for. The payloads are forms in the shapes its documentation shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.overrides import overridden
from bot.channels.sms.table import SmsTable
from bot.channels.sms.translate import read_body
from bot.errors import BadUpdate, CustomerGone, OutsideWindow, Refused, TryLater
from bot.messages import InboundMessage, Reading, Receipt

PAYLOADS = Path(__file__).parents[2] / "payloads" / "sms"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
UNREAD = {"status_of_tomorrow", "phone_call"}


def payload(name: str) -> dict[str, Any]:
    form = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(form, dict)
    return form


def reading(name: str, **more: Any) -> Reading:
    return read_body(payload(name), received_at=NOW, **more)


def message(name: str) -> InboundMessage:
    (one,) = reading(name).messages
    return one


def receipt(name: str, **more: Any) -> Receipt:
    (one,) = reading(name, **more).receipts
    return one


def test_words_come_with_who_and_where_and_our_own_time() -> None:
    assert reading("text", account="paris").messages == (
        InboundMessage(
            channel="sms",
            account="paris",
            external_id=payload("text")["MessageSid"],
            sender="+33639980101",
            text="Bonjour, ma commande 48213 est-elle partie ?",
            sent_at=NOW,
            data={"via": "sms", "to": "+33639980001", "claimed": {"phone": "+33639980101"}},
        ),
    )


def test_the_number_of_an_sms_is_a_claim_and_that_of_whatsapp_is_vouched_for() -> None:
    assert "aliases" not in message("text").data
    assert message("whatsapp_text").data["aliases"] == {"phone": "+33639980101"}
    assert message("whatsapp_text").sender == "whatsapp:+33639980101"
    assert message("whatsapp_text").sender_name == "Camille Roussel"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("stop_told", ["blocked"]),
        ("stop_word", ["blocked"]),
        ("stop_in_a_sentence", ["text"]),
        ("start_told", ["unblocked"]),
        ("start_word", ["unblocked"]),
        ("yes", ["unblocked", "text"]),
        ("help_told", ["standby"]),
        ("text_of_service", ["text"]),
        ("empty", ["media"]),
        ("short_code", ["standby"]),
        ("named_sender", ["standby"]),
        ("whatsapp_kind_of_tomorrow", ["media"]),
    ],
)
def test_what_somebody_did(name: str, kinds: list[str]) -> None:
    assert [one.kind for one in reading(name).messages] == kinds


def test_a_yes_lifts_a_stop_and_is_an_answer_all_the_same() -> None:
    lifted, answer = reading("yes").messages
    assert (lifted.text, answer.text) == ("", "Yes")
    assert lifted.external_id != answer.external_id


def test_the_words_that_stop_can_be_other_ones() -> None:
    table = overridden(SmsTable(), {"stop_words": ["ARRET"]})
    assert read_body(payload("stop_word"), received_at=NOW, table=table).messages[0].kind == "text"
    assert read_body(payload("text") | {"Body": "arret"}, received_at=NOW, table=table).messages[0].kind == "blocked"


def test_a_picture_has_its_caption_and_its_address() -> None:
    picture = message("mms_picture")
    assert (picture.kind, picture.text) == ("media", "La semelle se décolle")
    assert (picture.data["type"], picture.data["mime_type"]) == ("image", "image/jpeg")
    assert picture.data["url"] == payload("mms_picture")["MediaUrl0"]


def test_each_file_of_a_message_is_one_of_its_own_and_they_are_bound_together() -> None:
    files = reading("mms_three_files").messages
    assert [(one.text, one.data["type"]) for one in files] == [("Voici", "image"), ("", "contact"), ("", "document")]
    assert len({one.external_id for one in files}) == 3
    assert {one.data["album"] for one in files} == {payload("mms_three_files")["MessageSid"]}


def test_a_file_may_come_without_words() -> None:
    assert (message("mms_without_body").text, message("mms_without_body").data["type"]) == ("", "audio")


@pytest.mark.parametrize(
    ("name", "token", "title"), [("whatsapp_button", "x2Vd", "Lille Grand-Place"), ("whatsapp_list", "k9Qa", "Lyon Bellecour")]
)
def test_a_press_on_whatsapp(name: str, token: str, title: str) -> None:
    pressed = message(name)
    assert (pressed.kind, pressed.data["token"], pressed.text) == ("press", token, title)


def test_a_place_on_the_map() -> None:
    place = message("whatsapp_location")
    assert (place.kind, place.text) == ("location", "Place Bellecour")
    assert (place.data["latitude"], place.data["longitude"]) == (45.757814, 4.832011)


def test_a_reply_tells_what_it_answers() -> None:
    assert message("whatsapp_reply").data["reply_to"] == payload("status_sent")["MessageSid"]


def test_who_came_by_an_advertisement_says_so() -> None:
    came = message("whatsapp_advertisement")
    assert came.kind == "text"
    assert came.data["referral"]["ref"] == "120210000"
    assert came.data["referral"]["source"] == "ad"


@pytest.mark.parametrize(
    ("name", "state", "failure"),
    [
        ("status_queued", "sent", None),
        ("status_sent", "sent", None),
        ("status_delivered", "delivered", None),
        ("whatsapp_status_read", "read", None),
        ("status_undelivered_off", "failed", TryLater),
        ("status_undelivered_landline", "failed", CustomerGone),
        ("status_undelivered_filtered", "failed", Refused),
        ("status_failed", "failed", CustomerGone),
        ("status_failed_without_reason", "failed", Refused),
        ("whatsapp_status_window_closed", "failed", OutsideWindow),
    ],
)
def test_what_became_of_a_message_of_ours(name: str, state: str, failure: type[Exception] | None) -> None:
    told = receipt(name, key="cmVwbHk6MTI")
    assert (told.state, told.key, told.provider_id) == (state, "reply:12", payload(name)["MessageSid"])
    assert told.failure is None if failure is None else isinstance(told.failure, failure)


def test_a_phone_that_is_off_is_tried_again_after_a_while() -> None:
    failure = receipt("status_undelivered_off").failure
    assert isinstance(failure, TryLater)
    assert failure.wait == 3600
    table = overridden(SmsTable(), {"waits": {30003: 60.0}})
    (sooner,) = read_body(payload("status_undelivered_off"), received_at=NOW, table=table).receipts
    assert isinstance(sooner.failure, TryLater)
    assert sooner.failure.wait == 60


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_what_nobody_here_can_read_is_kept_as_it_came(name: str) -> None:
    (unread,) = reading(name).unread
    assert unread.raw == payload(name)
    assert "not known to this version" in unread.why


def test_every_payload_on_file_is_read_but_for_the_two_that_cannot_be() -> None:
    for path in PAYLOADS.glob("*.json"):
        told = reading(path.stem)
        assert bool(told.unread) is (path.stem in UNREAD), path.stem
        assert bool(told.messages or told.receipts) is not bool(told.unread), path.stem


def gist(told: Reading) -> object:
    """A reading without what compares by identity."""
    receipts = [(one.provider_id, one.key, one.state, one.at, repr(one.failure)) for one in told.receipts]
    return told.messages, receipts, told.unread


def test_the_same_requests_twice_and_in_any_order_are_the_same_messages() -> None:
    names = sorted(path.stem for path in PAYLOADS.glob("*.json"))
    once = {name: gist(reading(name)) for name in names}
    assert {name: gist(reading(name)) for name in reversed(names)} == once
    ids = [message.external_id for name in names for message in reading(name).messages]
    assert len(ids) == len(set(ids))


leaves = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
anything = some.recursive(
    leaves,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_no_body_whatever_breaks_the_reader(body: Any) -> None:
    try:
        told = read_body(body, received_at=NOW)
    except BadUpdate:
        assert not isinstance(body, dict)
    else:
        assert told.unread


@given(some.data())
def test_a_known_request_with_one_thing_changed_is_read_or_kept(data: some.DataObject) -> None:
    form = payload(data.draw(some.sampled_from(sorted(p.stem for p in PAYLOADS.glob("*.json")))))
    form[data.draw(some.sampled_from(sorted(form)))] = data.draw(anything)
    told = read_body(form, received_at=NOW)
    assert told.messages or told.receipts or told.unread
    for one in told.messages:
        assert one.sender
        assert one.external_id
        json.dumps(dict(one.data), allow_nan=False)
