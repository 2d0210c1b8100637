"""Fetching a person: is somebody there, opening the case, waiting again, no longer waiting, being called back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import phonenumbers

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import action
from bot.actions.summary import summary_of
from bot.actions.wording import about_minutes, clock, near_day
from bot.dialogue.events import Say
from bot.dialogue.state import Choice
from handoff.case import HandoffContext
from handoff.ports import DeskStatus

_OF_THE_STORES = frozenset({"products", "stores"})
"""Skills for which the store the customer speaks of decides who answers."""
_CARRIED = (
    "appointment_service", "appointment_store", "appointment_day", "appointment_part", "appointment_hour",
    "appointment_slot", "order_number", "product", "size", "info_store", "hours_store", "customer_name", "customer_phone",
)  # fmt: skip


@action("action_check_desk")
def check_desk(context: ActionContext) -> ActionResult:
    """Whether somebody can answer now; out of hours is said before any waiting begins."""
    status = context.desk.status(skill=_skill(context), store=_store(context), language=context.language)
    opens = _opening(context, status.opens_at) if not status.open and status.opens_at else None
    return ActionResult(slots={"desk_open": status.open, "desk_opens": opens})


@action("action_ask_handoff_choice")
def ask_instead(context: ActionContext) -> ActionResult:
    """Ask what to do until the desk opens, as it is now: asked again after hours, somebody may be there."""
    status = context.desk.status(skill=_skill(context), store=_store(context), language=context.language)
    if status.open:
        return ActionResult(slots={"desk_open": True, "handoff_choice": "person"})
    opens = _opening(context, status.opens_at) if status.opens_at else None
    return ActionResult(slots={"desk_opens": opens}, says=(Say("utter_ask_handoff_choice_closed", question=True),))


@action("action_open_case")
def open_case(context: ActionContext) -> ActionResult:
    """Hand the conversation over, with everything known; the customer hears their place and the expected wait."""
    _, status = context.desk.open(_handoff(context, str(context.slots.get("handoff_reason") or "asked")))
    return ActionResult(owner="queue", says=(_waiting(context, status),))


@action("action_wait_again")
def wait_again(context: ActionContext) -> ActionResult:
    """Back in the queue after nobody came; a new case when the old one is gone."""
    status = context.desk.wait_again()
    if status is None:
        _, status = context.desk.open(_handoff(context, str(context.slots.get("handoff_reason") or "asked")))
    return ActionResult(owner="queue", says=(_waiting(context, status),))


@action("action_withdraw_case")
def withdraw_case(context: ActionContext) -> ActionResult:
    """The customer no longer waits: the bot takes over again."""
    context.desk.withdraw()
    return ActionResult(owner="bot", says=(Say("utter_case_withdrawn"),))


@action("action_leave_queue")
def leave_queue(context: ActionContext) -> ActionResult:
    """The same without a word, because the customer chose something else instead."""
    context.desk.withdraw()
    return ActionResult()


@action("action_request_callback")
def request_callback(context: ActionContext) -> ActionResult:
    """Leave the number in the queue; nobody waits on line for it."""
    phone = str(context.slots.get("customer_phone") or "")
    context.desk.call_back(_handoff(context, "callback"), phone=phone)
    status = context.desk.status(skill=_skill(context), store=_store(context), language=context.language)
    values = {"phone": _shown(phone)}
    if status.open or status.opens_at is None:
        return ActionResult(says=(Say("utter_callback_noted", values),))
    values["opens"] = _opening(context, status.opens_at)
    return ActionResult(says=(Say("utter_callback_noted_closed", values),))


@action("validate_customer_phone")
def check_phone(context: ActionContext) -> ActionResult:
    """A number that can be called, in E.164; written without a country code, it is one of the brand's own country."""
    said = str(context.arguments.get("value") or "")
    store = context.store("appointment_store") or context.brand.stores[0]
    try:
        number = phonenumbers.parse(said, store.country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        return ActionResult(slots={"customer_phone": None}, says=(Say("utter_phone_unclear"),))
    return ActionResult(slots={"customer_phone": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)})


@action("action_change_channel")
def change_channel(context: ActionContext) -> ActionResult:
    """Offer the addresses by which this very conversation goes on elsewhere."""
    choices = tuple(Choice(title=name, url=url) for name, url in context.ways().items() if name != context.channel)
    return ActionResult(says=(Say("utter_change_channel" if choices else "utter_change_channel_none", choices=choices),))


def _handoff(context: ActionContext, reason: str) -> HandoffContext:
    carried: dict[str, Any] = {name: context.slots[name] for name in _CARRIED if context.slots.get(name) is not None}
    if tone := context.arguments.get("tone"):
        carried["tone"] = tone
    return HandoffContext(
        reason=reason,
        summary=summary_of(context, reason),
        language=context.language,
        skill=_skill(context),
        store=_store(context),
        slots=carried,
        profile=dict(context.facts or {}),
        transcript=context.transcript(),
    )


def _waiting(context: ActionContext, status: DeskStatus) -> Say:
    wait = about_minutes(max(status.wait_minutes, 1), context.language) if status.wait_minutes is not None else ""
    if not status.open and status.opens_at:
        return Say("utter_waiting_closed", {"opens": _opening(context, status.opens_at)}, author="system")
    values = {"position": status.position, "wait": wait}
    if status.position <= 1:
        return Say("utter_waiting_next" if wait else "utter_waiting_next_unknown", values, author="system")
    return Say("utter_waiting" if wait else "utter_waiting_unknown", values, author="system")


def _opening(context: ActionContext, opens_at: datetime) -> str:
    """ "demain, lundi 23 novembre à 10 h", as the queue's own clock says it."""
    today = context.now.astimezone(opens_at.tzinfo).date()
    at = clock(opens_at.time(), context.language)
    if opens_at.date() == today:
        return f"à {at}" if context.language == "fr" else f"at {at}"
    day = near_day(opens_at.date(), today, context.language)
    if opens_at.date() > today + timedelta(days=1) and context.language == "en":
        day = f"on {day}"
    return f"{day} à {at}" if context.language == "fr" else f"{day} at {at}"


def _skill(context: ActionContext) -> str | None:
    skill = context.slots.get("handoff_skill")
    return skill if isinstance(skill, str) else None


def _store(context: ActionContext) -> str | None:
    if _skill(context) not in _OF_THE_STORES:
        return None
    return next((store.id for slot in ("info_store", "appointment_store", "hours_store") if (store := context.store(slot))), None)


def _shown(phone: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone
