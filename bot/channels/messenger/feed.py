"""What people write under a page's posts, and where they mention it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from bot.channels.messenger.table import NAME
from bot.channels.meta.events import event_id
from bot.channels.reading import identifier, mapping, moment, optional_mapping, words
from bot.errors import BadUpdate
from bot.messages import PublicMessage

_ACTS: Mapping[str, Literal["added", "edited", "removed"]] = {
    "add": "added",
    "edit": "edited",
    "edited": "edited",
    "remove": "removed",
    "removed": "removed",
    "delete": "removed",
}


def read_change(
    change: Mapping[str, Any], entry: Mapping[str, Any], account: str, received_at: datetime
) -> Iterator[PublicMessage]:
    """A comment or a visitor's post (`feed`), or a mention; nothing at all for what the page wrote itself.

    Raises:
        BadUpdate: it brings nobody's words.
    """
    field, value = words(change, "field"), mapping(change, "value")
    if field not in ("feed", "mention"):
        raise BadUpdate(f"field {field[:64]!r} brings no messages this version knows")
    item, act = words(value, "item"), _ACTS.get(words(value, "verb"))
    if act is None or item not in ("comment", "post", "status", "photo", "video"):
        raise BadUpdate(f"{item[:64]!r}, {words(value, 'verb')[:64]!r}: nobody's words")
    author = optional_mapping(value, "from")
    who = identifier(author, "id") if author else identifier(value, "sender_id") if value.get("sender_id") else ""
    if who and who == str(entry.get("id")):
        return
    post = event_id(value, "post_id") if value.get("post_id") else ""
    parent = event_id(value, "parent_id") if value.get("parent_id") else ""
    data: dict[str, Any] = {"item": item} | ({"mention": True} if field == "mention" else {})
    for name in ("photo", "video", "permalink_url"):
        if isinstance(value.get(name), str):
            data[name] = words(value, name)
    yield PublicMessage(
        channel=NAME,
        account=account,
        external_id=event_id(value, "comment_id") if item == "comment" else event_id(value, "post_id"),
        author=who,
        author_name=words(author, "name") or words(value, "sender_name") or None,
        text=words(value, "message"),
        at=_at(value, entry, received_at),
        act=act,
        post=post,
        parent="" if parent == post else parent,
        data=data,
    )


def _at(value: Mapping[str, Any], entry: Mapping[str, Any], received_at: datetime) -> datetime:
    if value.get("created_time") is not None:
        return moment(value, "created_time")
    return moment(entry, "time") if entry.get("time") is not None else received_at
