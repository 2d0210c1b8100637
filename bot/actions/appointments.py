"""The customer's own appointments: which there are, moving one, cancelling one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.actions.booking import described, slot_from, taken
from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import action
from bot.actions.wording import short_when, spoken_names
from bot.dialogue.events import Say
from bot.dialogue.state import Choice
from handoff.ports import Appointment, SlotTaken


@action("action_list_appointments")
def list_appointments(context: ActionContext) -> ActionResult:
    """Tell the coming appointments in one message."""
    coming = context.diary.upcoming()
    if not coming:
        return ActionResult(says=(_none(context),))
    if len(coming) == 1:
        return ActionResult(says=(Say("utter_appointment", described(context, coming[0].slot)),))
    lines = (described(context, appointment.slot) for appointment in coming)
    told = "\n".join(f"• {line['when']}, {line['store']} ({line['service']})" for line in lines)
    return ActionResult(says=(Say("utter_appointments", {"appointments": told}),))


@action("action_recall_appointment")
def recall_appointment(context: ActionContext) -> ActionResult:
    """Find the appointment to change: known when there is only one, said when there is none."""
    coming = context.diary.upcoming()
    if not coming:
        return ActionResult(slots={"appointment_count": 0}, says=(_none(context),))
    meant = coming[0] if len(coming) == 1 else _counted(context.slots.get("appointment_nth"), coming)
    chosen = _chosen(context, meant) if meant else {}
    return ActionResult(slots={"appointment_count": len(coming), **chosen})


@action("action_ask_appointment_id")
def ask_which(context: ActionContext) -> ActionResult:
    """Ask which of several appointments is meant."""
    choices = tuple(
        Choice(
            title=f"{short_when(appointment.slot.start, context.language)}, {described(context, appointment.slot)['store']}",
            set=_chosen(context, appointment),
            aliases=(appointment.slot.store, *spoken_names(appointment.slot.start, context.language)),
        )
        for appointment in context.diary.upcoming()
    )
    return ActionResult(says=(Say("utter_ask_appointment_id", choices=choices, question=True),))


@action("action_move_appointment")
def move(context: ActionContext) -> ActionResult:
    """Move it; the former time is only given up once the new one is held."""
    slot = slot_from(context, context.slots.get("appointment_slot"))
    appointment = _own(context)
    if slot is None or appointment is None:
        return taken()
    try:
        moved = context.diary.move(appointment.id, slot)
    except SlotTaken:
        return taken()
    return ActionResult(says=(Say("utter_appointment_moved", described(context, moved.slot)),))


@action("action_ask_cancel_confirmed")
def confirm_cancelling(context: ActionContext) -> ActionResult:
    appointment = _own(context)
    if appointment is None:
        return ActionResult(slots={"cancel_confirmed": False}, says=(Say("utter_no_appointment"),))
    return ActionResult(says=(Say("utter_ask_cancel_confirmed", described(context, appointment.slot), question=True),))


@action("action_cancel_appointment")
def cancel(context: ActionContext) -> ActionResult:
    """Give the time back to the store."""
    appointment = _own(context)
    if appointment is None:
        return ActionResult(says=(Say("utter_no_appointment"),))
    cancelled = context.diary.cancel(appointment.id)
    return ActionResult(says=(Say("utter_appointment_cancelled", described(context, cancelled.slot)),))


def _chosen(context: ActionContext, appointment: Appointment) -> dict[str, object]:
    """What choosing an appointment settles: "at five instead" is meant for the day it is on."""
    settled: dict[str, object] = {
        "appointment_id": appointment.id,
        "appointment_store": appointment.slot.store,
        "appointment_service": appointment.slot.service,
    }
    named = context.slots
    if named.get("appointment_day") is None and (named.get("appointment_hour") or named.get("appointment_part")):
        settled["appointment_day"] = appointment.slot.start.date().isoformat()
    return settled


def _none(context: ActionContext) -> Say:
    """There is none; of whom we are sure to know who it is, there is none anywhere."""
    return Say("utter_no_appointment_anywhere" if "appointments" in context.allowed else "utter_no_appointment")


def _counted(nth: Any, coming: Sequence[Appointment]) -> Appointment | None:
    """The second of those that were listed, when the customer said "the second"; they are always listed in this order."""
    if not isinstance(nth, int):
        return None
    if nth == -1:
        return coming[-1]
    return coming[nth - 1] if 1 <= nth <= len(coming) else None


def _own(context: ActionContext) -> Appointment | None:
    """The chosen appointment, if it is one of this customer's and still to come."""
    wanted = context.slots.get("appointment_id")
    return next((one for one in context.diary.upcoming() if one.id == wanted), None)
