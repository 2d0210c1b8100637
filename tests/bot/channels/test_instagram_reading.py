"""What Instagram posts, and what we take it for. The payloads are in the shapes the platform documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.instagram.translate import read_body
from bot.errors import BadUpdate
from bot.messages import InboundMessage, PublicMessage, Reading
from tests.bodies import PayloadFolder, check_any_body, check_orders

FOLDER = PayloadFolder(Path(__file__).parents[2] / "payloads" / "instagram")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

NOTHING_SAID = {"comment_of_the_account", "empty_entry", "from_the_account_itself", "insights", "kind_of_tomorrow"}


def reading(name: str, **how: Any) -> Reading:
    return read_body(FOLDER.body(name), received_at=NOW, **how)


def read(name: str) -> InboundMessage:
    [message] = reading(name).messages
    return message


def public(name: str) -> PublicMessage:
    [found] = reading(name).public
    return found


def test_words_come_with_who_where_and_when() -> None:
    assert read("text") == InboundMessage(
        channel="instagram",
        external_id="aWdf0001",
        sender="24601",
        text="Bonjour, le magasin de Lyon est-il ouvert dimanche ? 🙂",
        sent_at=datetime.fromtimestamp(1795251601, UTC),
    )


@pytest.mark.parametrize(("name", "token"), [("quick_reply", "41.0"), ("postback", "42.3")])
def test_a_press_has_our_token(name: str, token: str) -> None:
    assert (read(name).kind, read(name).data["token"]) == ("press", token)


def test_an_icebreaker_is_its_question() -> None:
    assert (read("icebreaker").kind, read("icebreaker").text) == ("text", "Quels sont vos horaires ?")


def test_words_unsent_are_named_to_be_forgotten() -> None:
    message = read("deleted")
    assert (message.kind, message.text, message.data) == ("unsend", "", {"of": "aWdf0001"})
    assert message.external_id != "aWdf0001"  # or it would be taken for the message delivered again


def test_an_answer_to_a_story_tells_which() -> None:
    message = read("story_reply")
    assert (message.kind, message.text, message.data["story"]["id"]) == ("text", "Elle est superbe", "17890000000000001")


def test_a_story_that_mentions_us_is_not_to_be_kept_longer_than_it_lasts() -> None:
    data = read("story_mention").data
    assert (data["type"], data["fleeting"]) == ("story_mention", True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("image", "photo"),
        ("voice", "audio"),
        ("video", "video"),
        ("document", "document"),
        ("shared_post", "ig_post"),
        ("shared_reel", "ig_reel"),
        ("heart", "like_heart"),
        ("unsupported", "unsupported"),
    ],
)
def test_what_the_bot_cannot_read_is_named(name: str, kind: str) -> None:
    assert (read(name).kind, read(name).data["type"]) == ("media", kind)


def test_a_reaction_and_a_correction() -> None:
    assert read("reaction").data == {"of": "aWdf0001", "emoji": "❤️"}
    assert read("reaction_taken_back").data["emoji"] == ""
    assert (read("edit").kind, read("edit").data["of"]) == ("edit", "aWdf0001")


def test_who_comes_by_a_link_brings_it_along() -> None:
    assert read("referral").data["ref"] == "vitrine-lyon"
    assert read("referral_from_an_ad").data["source"] == "ADS"


@pytest.mark.parametrize(("name", "by"), [("echo", "unknown"), ("echo_in_the_inbox", "person"), ("echo_deleted", "unknown")])
def test_an_echo_that_names_no_application_may_be_our_own(name: str, by: str) -> None:
    message = read(name)
    assert (message.kind, message.sender, message.data["by"]) == ("echo", "24601", by)


def test_an_echo_taken_back_names_what_is_to_be_forgotten() -> None:
    assert read("echo_deleted").data["of"].startswith("aWdf")


def test_a_message_seen_is_named() -> None:
    [receipt] = reading("seen").receipts
    assert (receipt.state, receipt.provider_id, receipt.recipient) == ("read", "aWdfsent1", "24601")


@pytest.mark.parametrize("name", ["standby_text", "standby_postback"])
def test_what_another_application_handles_is_only_listened_to(name: str) -> None:
    assert read(name).kind == "standby"


def test_a_comment_is_public_and_enters_no_thread() -> None:
    found = public("comment")
    assert (found.external_id, found.author, found.author_name) == ("17950000000000001", "24602", "nadia.b")
    assert (found.text, found.post) == ("Existe-t-elle en noir ?", "17900000000000055")
    assert found.at.year == 2026  # of the entry: a comment has no time of its own
    assert not reading("comment").messages


def test_comments_answer_others_stand_on_ads_and_in_broadcasts() -> None:
    assert public("comment_reply").parent == "17950000000000001"
    assert public("comment_on_an_ad").data["ad_title"] == "Ressemelage offert"
    assert public("live_comment").data["item"] == "live_comment"


def test_instagrams_own_login_puts_a_comment_into_the_entry_itself() -> None:
    assert public("comment_by_own_login").text == "Et en 36 ?"


@pytest.mark.parametrize(("name", "comment"), [("mention_in_a_comment", "17950000000000007"), ("mention_in_a_caption", "")])
def test_a_mention_is_to_be_asked_for(name: str, comment: str) -> None:
    found = public(name)
    assert (found.text, found.data["fetch"], found.data["comment_id"]) == ("", True, comment)
    assert found.external_id == (comment or found.external_id)


def test_what_the_account_wrote_itself_is_nobodys() -> None:
    assert reading("comment_of_the_account") == Reading()


def test_every_event_of_a_batch_is_read_and_the_bad_ones_are_kept() -> None:
    found = reading("batch")
    assert [message.kind for message in found.messages] == ["text", "text", "press", "standby"]
    assert (len(found.public), len(found.receipts), len(found.unread)) == (1, 1, 2)


@pytest.mark.parametrize(
    ("name", "why"),
    [("kind_of_tomorrow", "hologram"), ("from_the_account_itself", "writes to itself"), ("insights", "'story_insights'")],
)
def test_what_is_not_read_is_kept_with_the_reason(name: str, why: str) -> None:
    found = reading(name)
    assert not found.messages
    assert [why in unread.why for unread in found.unread] == [True]


@pytest.mark.parametrize("body", [None, [], {}, {"object": "page", "entry": []}, {"object": "instagram", "entry": 1}])
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
