"""What WhatsApp posts, and what we take it for. The payloads are in the shapes the Cloud API documents."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.translate import read_body
from bot.errors import BadUpdate, CustomerGone, OutsideWindow
from bot.messages import InboundMessage, PublicMessage, Reading, Receipt
from tests.bodies import PayloadFolder, check_any_body, check_orders

FOLDER = PayloadFolder(Path(__file__).parents[2] / "payloads" / "whatsapp")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CAMILLE = "FR.13491208655302741918"

NO_MESSAGE = {"account_error", "account_update", "group_message", "identity_changed", "kind_of_tomorrow"} | {
    *("status_of_tomorrow", "user_preferences"),
}


def reading(name: str) -> Reading:
    return read_body(FOLDER.body(name), received_at=NOW)


def read(name: str) -> InboundMessage:
    [message] = reading(name).messages
    return message


def receipt(name: str) -> Receipt:
    [found] = reading(name).receipts
    return found


def test_words_come_with_who_where_and_when() -> None:
    assert read("text") == InboundMessage(
        channel="whatsapp",
        external_id="wamid.HBgLMzM2Mzk5ODAxMDEVAgASGBQz0001",
        sender=CAMILLE,
        sender_name="Camille Roussel",
        text="Bonjour, le magasin de Lyon est-il ouvert dimanche ? 🙂",
        sent_at=datetime.fromtimestamp(1795251601, UTC),
        data={"aliases": {"phone": "+33639980101", "id": "33639980101"}},
    )


def test_somebody_without_a_scoped_id_is_their_number() -> None:
    message = read("text_phone_only")
    assert (message.sender, message.sender_name) == ("33639980202", "Nadia Berthier")
    assert message.data["aliases"] == {"phone": "+33639980202"}


def test_somebody_with_a_username_may_come_without_a_number() -> None:
    message = read("text_username_only")
    assert (message.sender, message.sender_name) == ("FR.90871236450912387465", "Inès")
    assert message.data == {"username": "ines.m"}


def test_an_id_that_spans_portfolios_is_one_more_alias() -> None:
    assert read("text_parent_id").data["aliases"]["parent"] == "FR.ENT.11815799212886844830"


def test_a_brazilian_is_known_by_the_number_dialled_today() -> None:
    message = read("text_brazil")
    assert (message.sender, message.sender_name) == ("551161234567", "Lívia")
    assert message.data["aliases"]["phone"] == "+5511961234567"


def test_what_is_quoted_or_forwarded_is_told() -> None:
    assert read("text_reply").data["reply_to"] == "wamid.HBgLMzM2Mzk5ODAxMDEVAgARGBI0001"
    assert read("text_forwarded").data["forwarded"] is True


def test_who_came_by_an_advertisement_brings_it_along() -> None:
    referral = read("text_from_an_ad").data["referral"]
    assert (referral["ref"], referral["source"], referral["headline"]) == ("120226305854810726", "ad", "Ressemelage offert")


@pytest.mark.parametrize(
    ("name", "token", "title"),
    [
        ("button_reply", "41.0", "Oui"),
        ("list_reply", "42.3", "Lille Grand-Place"),
        ("template_button", "43.1", "Confirmer"),
    ],
)
def test_a_press_has_our_token_and_its_title(name: str, token: str, title: str) -> None:
    message = read(name)
    assert (message.kind, message.data["token"], message.text) == ("press", token, title)


@pytest.mark.parametrize(
    ("name", "kind", "file_id", "caption"),
    [
        ("image", "photo", "1003383421387256", "La semelle se décolle"),
        ("voice", "voice", "1004383421387256", ""),
        ("document", "document", "1005383421387256", "Ma facture"),
        ("video", "video", "1006383421387256", ""),
        ("sticker", "sticker", "1007383421387256", ""),
        ("order", "order", None, "Livré avant Noël ?"),
        ("form_reply", "form", None, ""),
        ("unsupported", "unsupported", None, ""),
    ],
)
def test_what_the_bot_cannot_read_is_named(name: str, kind: str, file_id: str | None, caption: str) -> None:
    message = read(name)
    assert (message.kind, message.text) == ("media", caption)
    assert (message.data["type"], message.data.get("file_id")) == (kind, file_id)


def test_a_document_keeps_its_name_and_type() -> None:
    data = read("document").data
    assert (data["name"], data["mime_type"]) == ("facture.pdf", "application/pdf")


def test_a_place_on_the_map() -> None:
    message = read("location")
    assert (message.kind, message.text) == ("location", "Place Bellecour")
    assert (message.data["latitude"], message.data["longitude"]) == (45.757814, 4.832011)


@pytest.mark.parametrize(
    ("name", "phone", "own"),
    [
        ("contact_own", "+33639980101", True),
        ("contact_of_somebody_else", "+33639980202", False),
        ("contact_asked_for", "+33639980303", True),
    ],
)
def test_only_what_whatsapp_vouches_for_proves_a_number(name: str, phone: str, own: bool) -> None:
    message = read(name)
    assert (message.kind, message.data["phone"], message.data["own"]) == ("contact", phone, own)


def test_a_reaction_can_be_taken_back() -> None:
    assert read("reaction").data["emoji"] == "👍"
    assert read("reaction_taken_back").data["emoji"] == ""
    assert read("reaction").data["of"] == read("reaction_taken_back").data["of"]


def test_a_correction_carries_the_new_words() -> None:
    message = read("edit")
    assert (message.kind, message.data["of"]) == ("edit", read("text").external_id)
    assert "Lille" in message.text


def test_words_taken_back_are_named() -> None:
    message = read("revoke")
    assert (message.kind, message.text, message.data["of"]) == ("unsend", "", read("text").external_id)


@pytest.mark.parametrize(
    ("name", "now", "was"),
    [
        ("number_changed", "FR.22291208655302740000", CAMILLE),
        ("number_changed_former_shape", "33639980505", "33639980202"),
        ("scoped_id_changed", "FR.33391208655302740000", "FR.90871236450912387465"),
    ],
)
def test_a_customer_who_moved_is_named_by_both_ids(name: str, now: str, was: str) -> None:
    message = read(name)
    assert (message.kind, message.sender, message.data["was"]) == ("moved", now, was)


def test_a_changed_number_names_every_former_id() -> None:
    message = read("number_changed")
    assert message.data["was_also"] == ["33639980101"]
    assert message.data["aliases"] == {"phone": "+33639980404", "id": "33639980404"}


def test_a_person_answering_in_the_telephones_application_is_an_echo() -> None:
    message = read("echo")
    assert (message.kind, message.sender, message.data["by"]) == ("echo", CAMILLE, "person")
    assert message.text == "Je regarde cela tout de suite, Camille."
    assert read("echo_taken_back").data["of"] == message.external_id


def test_what_another_application_handles_is_only_listened_to() -> None:
    said, answered = reading("standby").messages
    assert (said.kind, said.data["what"], said.sender) == ("standby", "text", CAMILLE)
    assert (answered.kind, answered.data["by"], answered.sender) == ("standby", "app", CAMILLE)


@pytest.mark.parametrize(
    ("name", "state"),
    [("status_sent", "sent"), ("status_delivered", "delivered"), ("status_read", "read"), ("status_played", "read")],
)
def test_a_status_is_tied_to_its_message_twice(name: str, state: str) -> None:
    found = receipt(name)
    assert (found.state, found.provider_id, found.key) == (state, "wamid.HBgLMzM2Mzk5ODAxMDEVAgARGBI0009", "reply:12/1")
    assert found.recipient == CAMILLE


@pytest.mark.parametrize(("name", "failure"), [("status_failed_window", OutsideWindow), ("status_failed_gone", CustomerGone)])
def test_a_failed_status_says_what_to_do(name: str, failure: type[Exception]) -> None:
    found = receipt(name)
    assert found.state == "failed"
    assert isinstance(found.failure, failure)


def test_every_event_of_a_batch_is_read_and_the_bad_ones_are_kept() -> None:
    found = reading("batch")
    assert [message.kind for message in found.messages] == ["text", "text", "press", "media", "media"]
    assert [receipt.state for receipt in found.receipts] == ["read"]
    assert sorted(unread.why.split(";")[0] for unread in found.unread) == [
        "'timestamp' should be a time",
        "kind 'hologram' is not known to this version",
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kind_of_tomorrow", "'hologram' is not known"),
        ("status_of_tomorrow", "'dreamt' is not known"),
        ("group_message", "only private chats"),
        ("identity_changed", "verify"),
        ("account_update", "'account_update'"),
        ("user_preferences", "'user_preferences'"),
        ("account_error", "error 130429"),
    ],
)
def test_what_is_not_read_is_kept_with_the_reason(name: str, why: str) -> None:
    found = reading(name)
    assert not found.messages
    assert [why in unread.why for unread in found.unread] == [True]


def test_one_webhook_may_serve_several_numbers() -> None:
    body = FOLDER.body("text")
    mine = read_body(body, received_at=NOW, accounts={"106540352242922": "lyon"})
    assert mine.messages[0].account == "lyon"
    others = read_body(body, received_at=NOW, accounts={"1": "lille"})
    assert not others.messages
    assert "none of the configured accounts" in others.unread[0].why


@pytest.mark.parametrize("body", [None, [], {}, {"object": "page", "entry": []}, {"object": "whatsapp_business_account"}])
def test_a_body_of_something_else_is_refused(body: Any) -> None:
    with pytest.raises(BadUpdate, match="does not come from"):
        read_body(body, received_at=NOW)


def test_every_payload_on_file_is_read_or_known_to_bring_no_message() -> None:
    brings = {name for name in FOLDER.names() if reading(name).messages or reading(name).receipts}
    assert brings | NO_MESSAGE == set(FOLDER.names())
    assert not brings & NO_MESSAGE


def test_words_that_no_database_can_hold_are_mended() -> None:
    body = FOLDER.body("text")
    body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] = "bon\x00jour \ud83d"
    assert read_body(body, received_at=NOW).messages[0].text == "bonjour ?"


def test_the_order_and_the_packing_of_events_change_nothing() -> None:
    check_orders(FOLDER, lambda body: read_body(body, received_at=NOW))


test_any_body_is_read_or_refused = check_any_body(FOLDER, lambda body: read_body(body, received_at=NOW))


def test_a_body_is_left_as_it_was() -> None:
    for name in FOLDER.names():
        body = FOLDER.body(name)
        before = copy.deepcopy(body)
        read_body(body, received_at=NOW)
        assert body == before
        assert json.dumps(body)


def test_a_private_body_brings_nothing_public() -> None:
    public: list[PublicMessage] = [one for name in FOLDER.names() for one in reading(name).public]
    assert not public
