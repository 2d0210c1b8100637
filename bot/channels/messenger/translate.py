"""Messenger's webhooks as our messages, receipts and public messages. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.channels.gathered import Found, Said
from bot.channels.messenger.feed import read_change
from bot.channels.messenger.table import NAME, MessengerTable
from bot.channels.meta.events import event_id, made_id
from bot.channels.meta.page_events import (
    Scene,
    Speech,
    at,
    customer,
    made,
    read_edit,
    read_entries,
    read_message,
    read_postback,
    read_reaction,
    read_referral,
    receipt,
)
from bot.channels.reading import identifier, mapping, moment, sender, words
from bot.errors import BadUpdate
from bot.messages import Reading

FIELDS = (
    *("messages", "messaging_postbacks", "messaging_referrals", "messaging_optins", "messaging_account_linking"),
    *("message_echoes", "message_reactions", "message_edits", "message_deliveries", "message_reads", "standby"),
    *("messaging_handovers", "messaging_policy_enforcement", "feed", "mention"),
)
"""What to subscribe the page to."""

USER_REF = "user_ref:"
"""How the sender of a checkbox's opt-in is written: Meta gives a reference to write to once, not an id."""


def read_body(
    body: Any,
    *,
    received_at: datetime,
    account: str = "",
    accounts: Mapping[str, str] | None = None,
    app_id: str = "",
    table: MessengerTable | None = None,
) -> Reading:
    """Everything one body holds.

    `accounts` names the brand's account behind each page id; without it everything belongs to `account`. `app_id` is our own
    application's, to tell our echoes from others'. Our own echoes are receipts with our key; any other has `by`: "person"
    when somebody of the brand answered, so that the bot steps back, or "app". Files are fetched by `data["url"]`, at once.

    Raises:
        BadUpdate: the body as a whole cannot come from Messenger.
    """
    return read_entries(
        _SPEECH,
        body,
        received_at=received_at,
        account=account,
        accounts=accounts,
        app_id=app_id,
        table=table or MessengerTable(),
    )


def _optin(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    optin = mapping(raw, "optin")
    told = {"ref": words(optin, "ref"), "source": "optin"}
    # The checkbox has no sender: it is written to by the reference, until the first answer gives an id.
    who = f"{USER_REF}{sender(optin, 'user_ref')}" if optin.get("user_ref") else customer(raw, scene)
    external_id = made_id("optin", who, at(raw, scene).isoformat(), told["ref"])
    yield made(raw, scene, Said("referral", "", told), external_id, who=who)


def _linking(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    linking = mapping(raw, "account_linking")
    if words(linking, "status") != "linked":
        raise BadUpdate("the customer unlinked the account; what is proven by the link is proven no more")
    code = identifier(linking, "authorization_code")
    external_id = made_id("link", customer(raw, scene), at(raw, scene).isoformat(), code)
    yield made(raw, scene, Said("link", "", {"token": code}), external_id)


def _delivery(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    delivery = mapping(raw, "delivery")
    when = moment(delivery, "watermark") if delivery.get("watermark") is not None else at(raw, scene)
    mids = delivery.get("mids")
    for mid in mids if isinstance(mids, list) else ():
        yield receipt(raw, scene, "delivered", when, mid=event_id({"mid": mid}, "mid"))
    if delivery.get("watermark") is not None:
        yield receipt(raw, scene, "delivered", when)


def _read(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    yield receipt(raw, scene, "read", moment(mapping(raw, "read"), "watermark"))


def _policy(raw: Mapping[str, Any], _scene: Scene) -> Iterator[Found]:
    policy = mapping(raw, "policy_enforcement")
    raise BadUpdate(
        f"Meta acts against the page ({words(policy, 'action')[:64]}): {words(policy, 'reason')[:200]}; see its quality tab"
    )


_SPEECH = Speech(
    channel=NAME,
    object="page",
    readers={
        "message": read_message,
        "postback": read_postback,
        "referral": read_referral,
        "optin": _optin,
        "reaction": read_reaction,
        "message_edit": read_edit,
        "delivery": _delivery,
        "read": _read,
        "account_linking": _linking,
        "policy_enforcement": _policy,
    },
    read_change=read_change,
    unnamed_echo="person",
)
