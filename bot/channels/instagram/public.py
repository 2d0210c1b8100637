"""What people write under an account's posts, and where they mention it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.channels.instagram.table import NAME
from bot.channels.meta.events import event_id, made_id
from bot.channels.reading import identifier, mapping, moment, optional_mapping, words
from bot.errors import BadUpdate
from bot.messages import PublicMessage


def read_change(
    change: Mapping[str, Any], entry: Mapping[str, Any], account: str, received_at: datetime
) -> Iterator[PublicMessage]:
    """A comment or a mention; nothing at all for what the account wrote itself.

    A mention comes without its words and its author: `data["fetch"]` says that `InstagramChannel.mentioned` has them.

    Raises:
        BadUpdate: it brings nobody's words.
    """
    field, value = words(change, "field"), mapping(change, "value")
    # Instagram tells no time of a comment's own: it is the time of the entry.
    at = moment(entry, "time") if entry.get("time") is not None else received_at
    if field in ("comments", "live_comments"):
        yield from _comment(field, value, entry, account, at)
    elif field == "mentions":
        yield _mention(value, account, at)
    else:
        raise BadUpdate(f"field {field[:64]!r} brings no messages this version knows")


def _comment(
    field: str, value: Mapping[str, Any], entry: Mapping[str, Any], account: str, at: datetime
) -> Iterator[PublicMessage]:
    author, media = optional_mapping(value, "from"), optional_mapping(value, "media")
    who = identifier(author, "id") if author.get("id") else ""
    if (who and who == str(entry.get("id"))) or author.get("self_ig_scoped_id"):
        return
    data: dict[str, Any] = {"item": "live_comment" if field == "live_comments" else "comment"}
    for name in ("media_product_type", "ad_id", "ad_title"):
        given = media.get(name) or value.get(name)
        if isinstance(given, str):
            data[name] = words({name: given}, name)
    yield PublicMessage(
        channel=NAME,
        account=account,
        external_id=event_id(value, "id") if value.get("id") else event_id(value, "comment_id"),
        author=who,
        author_name=words(author, "username") or None,
        text=words(value, "text"),
        at=at,
        post=event_id(media, "id") if media.get("id") else "",
        parent=event_id(value, "parent_id") if value.get("parent_id") else "",
        data=data,
    )


def _mention(value: Mapping[str, Any], account: str, at: datetime) -> PublicMessage:
    media = event_id(value, "media_id")
    comment = event_id(value, "comment_id") if value.get("comment_id") else ""
    return PublicMessage(
        channel=NAME,
        account=account,
        external_id=comment or made_id("mention", media),
        author="",
        text="",
        at=at,
        post=media,
        data={"item": "mention", "mention": True, "fetch": True, "media_id": media, "comment_id": comment},
    )
