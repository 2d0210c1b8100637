"""Which store is meant, where it is, what it does and when it is open."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from urllib.parse import quote_plus

import phonenumbers

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import Inside, action
from bot.actions.wording import listed
from bot.brand import Store
from bot.dialogue.events import Say
from bot.dialogue.state import Choice, SlotValue

_TALKED_ABOUT = ("hours_store", "info_store")
"""Slots of the store a question was about; one that is named empties the other, so that both never differ."""

ELSEWHERE = "elsewhere"
"""The value of such a slot when the customer asked about a place without a store."""


def store_choices(slot: str, stores: Iterable[Store]) -> tuple[Choice, ...]:
    """Stores as answers to "which store?"."""
    return tuple(Choice(title=store.name, set={slot: store.id}, aliases=(store.id,)) for store in stores)


def favourite_first(context: ActionContext, stores: Iterable[Store]) -> list[Store]:
    """The stores with the customer's own first, when we know it."""
    home = (context.facts or {}).get("home_store")
    return sorted(stores, key=lambda store: store.id != home)


def _usual(context: ActionContext, service: object) -> SlotValue | None:
    """The store of the last time, or else the customer's own: proposed rather than asked for, where it does what is wanted."""
    last, home = context.slots.get("usual_store"), (context.facts or {}).get("home_store")
    for value, source in ((last, "customer"), (home, "profile")):
        store = context.brand.store(value) if isinstance(value, str) else None
        if store is not None and (service is None or service in store.services):
            return SlotValue(store.id, source)
    return None


def _asks_which_store(slot: str) -> Inside:
    def ask(context: ActionContext) -> ActionResult:
        service = context.slots.get("appointment_service") if slot == "appointment_store" else None
        usual = _usual(context, service) if slot == "appointment_store" and not context.arguments.get("settled_before") else None
        if usual is not None:
            return ActionResult(proposes={slot: usual})
        stores = [store for store in context.brand.stores if service is None or service in store.services]
        choices = store_choices(slot, favourite_first(context, stores or context.brand.stores))
        return ActionResult(says=(Say(f"utter_ask_{slot}", choices=choices, question=True),))

    return ask


def _finds_the_store(slot: str) -> Inside:
    def find(context: ActionContext) -> ActionResult:
        named = str(context.arguments.get("value") or "")
        found = context.brand.stores_named(named)
        if not found and slot in _TALKED_ABOUT:
            # The question has been answered: the flow ends instead of asking again.
            towns = listed(dict.fromkeys(store.city for store in context.brand.stores), context.language)
            return ActionResult(slots={slot: ELSEWHERE}, says=(Say("utter_no_store_there", {"towns": towns}),))
        if not found:
            return ActionResult(slots={slot: None}, says=(Say("utter_unknown_store", {"named": named}),))
        if len(found) > 1:
            choices = store_choices(slot, favourite_first(context, found))
            names = listed((store.name for store in found), context.language)
            question = Say("utter_which_store", {"city": found[0].city, "stores": names}, choices, question=True)
            return ActionResult(slots={slot: None}, says=(question,))
        store, service = found[0], context.slots.get("appointment_service")
        if slot == "appointment_store" and service and service not in store.services:
            return ActionResult(slots={slot: None}, says=(service_not_there(context, store),))
        return ActionResult(slots={slot: store.id})

    return find


def service_not_there(context: ActionContext, store: Store) -> Say:
    service = context.service_name(context.slots.get("appointment_service"))
    return Say("utter_service_not_there", {"store": store.name, "service": service})


action_ask_appointment_store = action("action_ask_appointment_store")(_asks_which_store("appointment_store"))
action_ask_hours_store = action("action_ask_hours_store")(_asks_which_store("hours_store"))
action_ask_info_store = action("action_ask_info_store")(_asks_which_store("info_store"))
validate_appointment_store = action("validate_appointment_store")(_finds_the_store("appointment_store"))
validate_hours_store = action("validate_hours_store")(_finds_the_store("hours_store"))
validate_info_store = action("validate_info_store")(_finds_the_store("info_store"))


@action("action_recall_store")
def recall_store(context: ActionContext) -> ActionResult:
    """The store a question is about when the customer does not name one: what we were talking about, or their own."""
    talked_about = [context.slots[slot] for slot in _TALKED_ABOUT if context.slots.get(slot)]
    known = talked_about or [context.slots.get("appointment_store")]
    if not talked_about:
        known += [appointment.slot.store for appointment in context.diary.upcoming()[:1]]
        known += [context.slots.get("usual_store"), (context.facts or {}).get("home_store")]
    found = _first_known(context, known)
    return ActionResult(slots=dict.fromkeys(_TALKED_ABOUT, found) if found else {})


@action("action_recall_appointment_store")
def recall_appointment_store(context: ActionContext) -> ActionResult:
    """An appointment is meant for the store whose hours or services were asked about, unless the customer names another."""
    if context.slots.get("appointment_store"):
        return ActionResult()
    found = _first_known(context, [context.slots.get(slot) for slot in _TALKED_ABOUT])
    return ActionResult(slots={"appointment_store": found} if found else {})


def _first_known(context: ActionContext, names: Iterable[object]) -> str | None:
    return next((name for name in names if isinstance(name, str) and context.brand.store(name)), None)


@action("action_store_location")
def store_location(context: ActionContext) -> ActionResult:
    return _about(context, "utter_store_location")


@action("action_store_contact")
def store_contact(context: ActionContext) -> ActionResult:
    return _about(context, "utter_store_contact")


@action("action_store_services")
def store_services(context: ActionContext) -> ActionResult:
    return _about(context, "utter_store_services")


@cache
def _international(phone: str) -> str:
    """A store's phone number as it is written for people."""
    return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _about(context: ActionContext, response: str) -> ActionResult:
    store = context.store("info_store")
    if store is None:
        return ActionResult(slots={"info_store": None})
    values = {
        "store": store.name,
        "address": store.one_line_address,
        "phone": _international(store.phone),
        "services": listed((context.service_name(service) for service in store.services), context.language),
        "map_query": quote_plus(store.one_line_address),
    }
    return ActionResult(says=(Say(response, values),))
