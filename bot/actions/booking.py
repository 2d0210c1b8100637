"""Offering free times, saying what is about to be booked, booking it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.actions.context import ActionContext, ActionResult
from bot.actions.nearest import Offer, nearest, read_wish
from bot.actions.registry import action
from bot.actions.stores import service_not_there
from bot.actions.wording import long_when, short_when, spoken_names
from bot.brand import Store
from bot.dialogue.events import Say
from bot.dialogue.state import Choice
from handoff.ports import Slot, SlotTaken

_OFFERS = {
    "asked": "utter_offer_slots",
    "same_day": "utter_offer_slots_other_hours",
    "other_days": "utter_offer_slots_other_days",
}


@action("action_ask_appointment_service")
def ask_service(context: ActionContext) -> ActionResult:
    """Ask what the appointment is for, among what the store does when it is known."""
    store = context.store("appointment_store")
    choices = tuple(
        Choice(title=_capital(service.name(context.language)), set={"appointment_service": service.id}, aliases=(service.id,))
        for service in context.brand.services
        if store is None or service.id in store.services
    )
    return ActionResult(says=(Say("utter_ask_appointment_service", choices=choices, question=True),))


@action("validate_appointment_service")
def check_service(context: ActionContext) -> ActionResult:
    """A service the chosen store does not offer sends the customer to another store rather than to nowhere."""
    service = str(context.arguments.get("value") or "")
    if context.brand.service(service) is None:
        return ActionResult(slots={"appointment_service": None})
    store = context.store("appointment_store")
    if store is not None and service not in store.services:
        return ActionResult(
            slots={"appointment_service": service, "appointment_store": None},
            says=(service_not_there(context, store),),
        )
    return ActionResult(slots={"appointment_service": service})


@action("action_ask_appointment_slot")
def offer_slots(context: ActionContext) -> ActionResult:
    """Offer real free times, the nearest to what was asked, and say so when they are not quite it."""
    store, service = context.store("appointment_store"), str(context.slots.get("appointment_service") or "")
    if store is None or service not in store.services:
        return ActionResult(slots={"appointment_store": None}, says=(service_not_there(context, store),) if store else ())
    hour = context.slots.get("appointment_hour")
    offer = _find(context, store, service)
    if wanted := _just_that(context.slots.get("appointment_day"), hour, offer):
        return _free(context, wanted)  # the customer named a day and an hour, and it is free: there is nothing to choose
    values = {"store": store.name, "service": context.service_name(service)}
    if offer.fit == "none":
        elsewhere = {"appointment_store": None, "appointment_day": None, "appointment_hour": None, "appointment_part": None}
        another = Choice(title=_ANOTHER_STORE.get(context.language, _ANOTHER_STORE["en"]), set=elsewhere)
        return ActionResult(says=(Say("utter_no_slots", values, (another,), question=True),))
    choices = tuple(slot_choice(slot, context.language) for slot in offer.slots)
    return ActionResult(says=(Say(_OFFERS[offer.fit], values, choices, question=True),))


_ANOTHER_STORE = {"fr": "Voir une autre boutique", "en": "Try another store"}


def _find(context: ActionContext, store: Store, service: str) -> Offer:
    slots = context.slots
    wish = read_wish(slots.get("appointment_day"), slots.get("appointment_part"), slots.get("appointment_hour"))
    rules = context.brand.booking
    return nearest(
        lambda first, last: context.diary.free(store.id, service, first, last),
        wish,
        now=context.now,
        today=context.today(store),
        days_ahead=rules.days_ahead,
        count=rules.slots_offered,
    )


def _free(context: ActionContext, slot: Slot) -> ActionResult:
    """Settle on this time; say so where the summary that asks for a yes does not come right away."""
    settled = slot_choice(slot, context.language).set
    moving = context.slots.get("appointment_id") is not None
    if moving or context.slots.get("customer_name"):
        return ActionResult(slots=settled)
    return ActionResult(slots=settled, says=(Say("utter_slot_free", described(context, slot)),))


def _just_that(day: Any, hour: Any, offer: Offer) -> Slot | None:
    """The only free time on offer on the day and at exactly the hour that were named."""
    if not isinstance(day, str) or "/" in day:
        return None
    at = hour.get("at") if isinstance(hour, Mapping) else None
    exact = [slot for slot in offer.slots if f"{slot.start:%H:%M}" == at]
    return exact[0] if len(exact) == 1 and offer.fit == "asked" else None


def slot_choice(slot: Slot, language: str) -> Choice:
    """A free time as an answer. It settles day and hour as well, so that a later "rather Sunday" keeps the hour."""
    chosen = {
        "appointment_slot": slot_to(slot),
        "appointment_day": slot.start.date().isoformat(),
        "appointment_part": None,
        "appointment_hour": {"at": f"{slot.start:%H:%M}"},
    }
    return Choice(title=short_when(slot.start, language), set=chosen, aliases=spoken_names(slot.start, language))


@action("validate_appointment_slot")
def check_slot(context: ActionContext) -> ActionResult:
    """A chosen time is free when it is taken down, and still free when the customer comes back to it days later."""
    value = context.arguments.get("value")
    slot = slot_from(context, value)
    if slot is None:  # "other": none of those offered
        return ActionResult(slots={"appointment_slot": value if isinstance(value, str) else None})
    day = slot.start.date()
    same = (free for free in context.diary.free(slot.store, slot.service, day, day) if free.start == slot.start)
    found = next(same, None)
    if found is None or slot.start <= context.now:
        return ActionResult(slots={"appointment_slot": None}, says=(Say("utter_slot_gone", described(context, slot)),))
    return ActionResult(slots={"appointment_slot": slot_to(found)})


@action("action_ask_appointment_confirmed")
def confirm(context: ActionContext) -> ActionResult:
    """Say in one line what will be booked, and ask whether that is right."""
    slot = slot_from(context, context.slots.get("appointment_slot"))
    if slot is None:
        return ActionResult(slots={"appointment_slot": None})
    moving = context.slots.get("appointment_id") is not None
    response = "utter_ask_move_confirmed" if moving else "utter_ask_appointment_confirmed"
    values = {**described(context, slot), "name": str(context.slots.get("customer_name") or "")}
    return ActionResult(says=(Say(response, values, question=True),))


@action("action_book_appointment")
def book(context: ActionContext) -> ActionResult:
    """Book; when somebody else was faster, say so and let another time be offered."""
    slot = slot_from(context, context.slots.get("appointment_slot"))
    if slot is None:
        return taken()
    phone = context.slots.get("customer_phone")
    try:
        booked = context.diary.book(slot, name=str(context.slots.get("customer_name") or ""), phone=phone)
    except SlotTaken:
        return taken()
    store = context.brand.store(booked.slot.store)
    values = {**described(context, booked.slot), "address": store.one_line_address if store else ""}
    return ActionResult(slots={"usual_store": booked.slot.store}, says=(Say("utter_appointment_booked", values),))


def taken() -> ActionResult:
    """The time went to somebody else: forget it, so that the flow offers others."""
    slots = {"appointment_slot": None, "appointment_confirmed": None}
    return ActionResult(slots=slots, says=(Say("utter_slot_taken"),))


@action("validate_customer_name")
def check_name(context: ActionContext) -> ActionResult:
    """A name as it is written on an appointment: without "c'est" in front, and with letters in it."""
    said = " ".join(str(context.arguments.get("value") or "").split())
    lowered = said.casefold().replace("’", "'")
    for opening in _INTRODUCTIONS:
        if lowered.startswith(opening):
            said = said[len(opening) :].strip(" ,.!:")
            break
    name = said.strip(" ,.!:")
    if not any(c.isalpha() for c in name) or len(name) > _LONGEST_NAME or "?" in name:
        return ActionResult(slots={"customer_name": None}, says=(Say("utter_name_unclear"),))
    return ActionResult(slots={"customer_name": name.title() if name.islower() else name})


_LONGEST_NAME = 80
_INTRODUCTIONS = (
    "au nom de ", "je m'appelle ", "mon nom est ", "moi c'est ", "c'est pour ", "c'est ", "je suis ", "pour ",
    "my name is ", "my name's ", "i'm ", "i am ", "it's for ", "it's ", "this is ", "under ", "for ",
)  # fmt: skip


def described(context: ActionContext, slot: Slot) -> dict[str, str]:
    """A time in words: `service`, `store`, `when`."""
    store = context.brand.store(slot.store)
    return {
        "service": context.service_name(slot.service),
        "store": store.name if store else slot.store,
        "when": long_when(slot.start, context.language),
    }


def slot_to(slot: Slot) -> dict[str, Any]:
    """A free time as the value of a dialogue slot."""
    return {
        "store": slot.store,
        "service": slot.service,
        "start": slot.start.isoformat(),
        "minutes": slot.minutes,
        "place": slot.place,
    }


def slot_from(context: ActionContext, value: Any) -> Slot | None:
    """The free time a dialogue slot holds; None when it holds none, or one of a store that is gone."""
    if not isinstance(value, Mapping) or (store := context.brand.store(str(value.get("store")))) is None:
        return None
    start = datetime.fromisoformat(str(value["start"])).astimezone(ZoneInfo(store.time_zone))
    return Slot(
        store=store.id,
        service=str(value["service"]),
        start=start,
        minutes=int(value["minutes"]),
        place=int(value.get("place", 0)),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
