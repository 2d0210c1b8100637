"""What Messenger posts, and what we take it for. The payloads are in the shapes the platform documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.messenger.translate import read_body
from bot.errors import BadUpdate
from bot.messages import InboundMessage, PublicMessage, Reading, Receipt
from tests.bodies import PayloadFolder, check_any_body, check_orders

FOLDER = PayloadFolder(Path(__file__).parents[2] / "payloads" / "messenger")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

NOTHING_SAID = {"account_unlinked", "from_the_account_itself", "kind_of_tomorrow", "policy", "post_liked", "thread_passed"} | {
    *("comment_of_the_page", "empty_entry"),
}


def reading(name: str, **how: Any) -> Reading:
    return read_body(FOLDER.body(name), received_at=NOW, **how)


def read(name: str) -> InboundMessage:
    [message] = reading(name).messages
    return message


def public(name: str) -> PublicMessage:
    [found] = reading(name).public
    return found


def at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def test_words_come_with_who_where_and_when() -> None:
    assert read("text") == InboundMessage(
        channel="messenger",
        external_id="m_0001",
        sender="24601",
        text="Bonjour, le magasin de Lyon est-il ouvert dimanche ? 🙂",
        sent_at=at(1795251601000),
    )


def test_a_reply_tells_what_it_answers() -> None:
    assert read("text_reply").data["reply_to"] == "m_0001"


@pytest.mark.parametrize(("name", "token", "title"), [("quick_reply", "41.0", "Oui"), ("postback", "42.3", "Lille Grand-Place")])
def test_a_press_has_our_token_and_its_title(name: str, token: str, title: str) -> None:
    message = read(name)
    assert (message.kind, message.data["token"], message.text) == ("press", token, title)


def test_a_press_without_an_id_has_the_same_one_each_time() -> None:
    first, again = read("postback_without_mid"), read("postback_without_mid")
    assert first.external_id == again.external_id
    assert first.external_id.startswith("postback:")


def test_opening_the_thread_is_saying_good_day_and_tells_by_which_link() -> None:
    message = read("get_started")
    assert (message.kind, message.text) == ("text", "bonjour")
    assert message.data["referral"]["ref"] == "vitrine-lyon"


def test_an_icebreaker_is_its_question() -> None:
    assert (read("icebreaker").kind, read("icebreaker").text) == ("text", "Quels sont vos horaires ?")


@pytest.mark.parametrize(
    ("name", "kind", "caption"),
    [
        ("image", "photo", "La semelle se décolle"),
        ("voice", "audio", ""),
        ("video", "video", ""),
        ("document", "document", ""),
        ("sticker", "sticker", ""),
    ],
)
def test_what_the_bot_cannot_read_is_named(name: str, kind: str, caption: str) -> None:
    message = read(name)
    assert (message.kind, message.data["type"], message.text) == ("media", kind, caption)
    assert message.data["url"].startswith("https://")


def test_several_files_of_one_message_stay_together() -> None:
    data = read("images").data
    assert [data["url"][-5:], *(file["url"][-5:] for file in data["more"])] == ["1.jpg", "2.jpg", "3.jpg"]


def test_the_like_button_is_a_sticker_whatever_it_is_sent_as() -> None:
    assert (read("like_button").data["type"], read("like_button").data["like"]) == ("sticker", True)


def test_the_preview_of_a_link_does_not_hide_the_words() -> None:
    message = read("link_preview")
    assert (message.kind, message.text) == ("text", "https://orvelle.example/derby")
    assert message.data["shared"][0]["title"] == "Derby"


def test_a_place_on_the_map() -> None:
    message = read("location")
    assert (message.kind, message.text) == ("location", "Place Bellecour")
    assert (message.data["latitude"], message.data["longitude"]) == (45.757814, 4.832011)


def test_a_link_that_is_opened_again_tells_by_which_and_when_whatever_the_unit() -> None:
    message = read("referral")
    assert (message.kind, message.data["ref"], message.sent_at.year) == ("referral", "vitrine-lyon", 2026)
    assert read("referral_from_an_ad").data["ad_id"] == "120226305854810726"


def test_a_checkbox_has_no_sender_but_somebody_to_write_to_once() -> None:
    assert (read("optin").sender, read("optin").data["ref"]) == ("24601", "panier-7")
    assert read("optin_checkbox").sender == "user_ref:usr-12-ab"


def test_a_linked_account_brings_its_code() -> None:
    assert (read("account_linked").kind, read("account_linked").data["token"]) == ("link", "q3Zt_0aB-9xLw2")


def test_a_reaction_can_be_taken_back() -> None:
    put, back = read("reaction"), read("reaction_taken_back")
    assert (put.kind, put.data) == ("reaction", {"of": "m_0001", "emoji": "❤️"})
    assert back.data == {"of": "m_0001", "emoji": ""}
    assert put.external_id != back.external_id


def test_a_correction_names_the_message_it_corrects() -> None:
    message = read("edit")
    assert (message.kind, message.data["of"]) == ("edit", "m_0001")
    assert "Lille" in message.text


def test_our_own_echo_is_the_proof_that_it_was_sent() -> None:
    found = reading("echo_ours")
    assert not found.messages
    [receipt] = found.receipts
    assert (receipt.state, receipt.key, receipt.recipient) == ("sent", "reply:12/1", "24601")
    assert receipt.provider_id.startswith("m_")


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("echo_by_a_person", "person"),
        ("echo_by_a_person_in_the_inbox", "person"),
        ("echo_by_another_application", "app"),
    ],
)
def test_an_echo_says_who_answered(name: str, by: str) -> None:
    message = read(name)
    assert (message.kind, message.sender, message.data["by"]) == ("echo", "24601", by)


def test_our_application_is_known_by_its_id_too() -> None:
    assert reading("echo_by_another_application", app_id="777").receipts[0].key == ""
    assert not reading("echo_by_another_application", app_id="777").messages


@pytest.mark.parametrize("name", ["standby_text", "standby_postback", "standby_echo"])
def test_what_another_application_handles_is_only_listened_to(name: str) -> None:
    assert read(name).kind == "standby"
    assert read(name).sender == "24601"


def test_deliveries_name_messages_and_everything_before_a_time() -> None:
    found = reading("delivery").receipts
    assert [(receipt.provider_id, receipt.state) for receipt in found] == [
        ("m_sent1", "delivered"),
        ("m_sent2", "delivered"),
        ("", "delivered"),
    ]
    assert found[-1] == Receipt(channel="messenger", state="delivered", at=at(1795251605000), recipient="24601")
    assert len(reading("delivery_watermark_only").receipts) == 1
    assert reading("read").receipts[0].state == "read"


def test_a_comment_is_public_and_enters_no_thread() -> None:
    found = public("comment")
    assert found == PublicMessage(
        channel="messenger",
        external_id="55_901",
        author="24602",
        author_name="Nadia Berthier",
        text="Existe-t-elle en noir ?",
        at=at(1795251660000),
        post="100200300400500_55",
        data={"item": "comment", "permalink_url": "https://www.facebook.com/orvelle/posts/55"},
    )
    assert not reading("comment").messages


def test_a_comment_may_answer_another_be_edited_or_removed() -> None:
    assert public("comment_reply").parent == "55_901"
    assert (public("comment_edited").act, public("comment_edited").text) == ("edited", "Existe-t-elle en marron ?")
    assert (public("comment_removed").act, public("comment_removed").external_id) == ("removed", "55_901")


def test_visitors_posts_and_mentions_are_public_too() -> None:
    assert public("post_of_a_visitor").external_id == "100200300400500_56"
    mention = public("mention")
    assert (mention.author, mention.author_name, mention.data["mention"]) == ("24603", "Ali", True)


def test_what_the_page_wrote_itself_is_nobodys() -> None:
    assert reading("comment_of_the_page") == Reading()


def test_every_event_of_a_batch_is_read_and_the_bad_ones_are_kept() -> None:
    found = reading("batch")
    assert [message.kind for message in found.messages] == ["text", "text", "press", "standby"]
    assert len({message.external_id for message in found.messages}) == 3  # the same one twice, even in one body
    assert (len(found.public), len(found.receipts), len(found.unread)) == (1, 3, 2)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kind_of_tomorrow", "kind hologram is not known"),
        ("thread_passed", "pass_thread_control"),
        ("policy", "Meta acts against the page"),
        ("account_unlinked", "unlinked"),
        ("from_the_account_itself", "writes to itself"),
        ("post_liked", "nobody's words"),
    ],
)
def test_what_is_not_read_is_kept_with_the_reason(name: str, why: str) -> None:
    found = reading(name)
    assert not found.messages
    assert [why in unread.why for unread in found.unread] == [True]


def test_one_webhook_may_serve_several_pages() -> None:
    assert reading("text", accounts={"100200300400500": "lyon"}).messages[0].account == "lyon"
    assert "none of the configured accounts" in reading("text", accounts={"1": "lille"}).unread[0].why


@pytest.mark.parametrize("body", [None, [], {}, {"object": "instagram", "entry": []}, {"object": "page", "entry": {}}])
def test_a_body_of_something_else_is_refused(body: Any) -> None:
    with pytest.raises(BadUpdate, match="does not come from"):
        read_body(body, received_at=NOW)


def test_every_payload_on_file_is_read_or_known_to_say_nothing() -> None:
    brings = {n for n in FOLDER.names() if reading(n).messages or reading(n).receipts or reading(n).public}
    assert brings | NOTHING_SAID == set(FOLDER.names())
    assert not brings & NOTHING_SAID


def test_the_order_and_the_packing_of_events_change_nothing() -> None:
    check_orders(FOLDER, lambda body: read_body(body, received_at=NOW))


test_any_body_is_read_or_refused = check_any_body(FOLDER, lambda body: read_body(body, received_at=NOW))
