"""When a store is open, in one message that names it."""

from __future__ import annotations

from datetime import date, timedelta

from bot.actions.context import ActionContext, ActionResult
from bot.actions.nearest import read_wish
from bot.actions.registry import action
from bot.actions.wording import hours, near_day, weekday
from bot.brand import Store
from bot.dialogue.events import Say

_LONGEST = 7
"""Days told one by one."""
_CLOSED = {"fr": "fermé", "en": "closed"}
_LOOK_AHEAD = 60


@action("action_opening_hours")
def opening_hours(context: ActionContext) -> ActionResult:
    """Tell the hours of one store: on one day, on several, or all week round."""
    store = context.store("hours_store")
    if store is None:
        return ActionResult(slots={"hours_store": None})
    wish = read_wish(context.slots.get("hours_day"), None, None)
    if wish.first is None or wish.last is None:
        return ActionResult(says=(_all_week(context, store),))
    count = min((wish.last - wish.first).days + 1, _LONGEST)
    days = [wish.first + timedelta(days=ahead) for ahead in range(max(count, 1))]
    if len(days) == 1:
        return ActionResult(says=(_one_day(context, store, days[0]),))
    lines = "\n".join(f"• {_line(context, store, day)}" for day in days)
    return ActionResult(says=(Say("utter_opening_hours_days", {"store": store.name, "days": lines}),))


def _one_day(context: ActionContext, store: Store, day: date) -> Say:
    opening = store.opening_on(day)
    language = context.language
    values = {
        "store": store.name,
        "day": near_day(day, context.today(store), language),
        "hours": hours(opening.ranges, language),
        "reason": _reason(opening.reason, language),
    }
    if opening.ranges:
        return Say("utter_opening_hours_special" if opening.reason else "utter_opening_hours_open", values)
    return Say("utter_opening_hours_closed", {**values, "next": _next_opening(context, store, day)})


def _all_week(context: ActionContext, store: Store) -> Say:
    today = context.today(store)
    values = {"store": store.name, "today": _line(context, store, today), "week": _week(store, context.language)}
    return Say("utter_opening_hours_week", values)


def _line(context: ActionContext, store: Store, day: date) -> str:
    opening = store.opening_on(day)
    told = hours(opening.ranges, context.language) or _CLOSED.get(context.language, _CLOSED["en"])
    day_told = near_day(day, context.today(store), context.language)
    return f"{_heading(day_told, context.language)} {told}{_reason(opening.reason, context.language)}"


def _week(store: Store, language: str) -> str:
    """The ordinary week, days with the same hours together: "lundi à mercredi : de 10 h à 19 h"."""
    until = " à " if language == "fr" else " to "
    groups: list[list[int]] = []
    for day in range(7):
        if groups and store.hours.on_weekday(groups[-1][0]) == store.hours.on_weekday(day):
            groups[-1].append(day)
        else:
            groups.append([day])
    lines = []
    for group in groups:
        names = [weekday(group[0], language), *([weekday(group[-1], language)] if len(group) > 1 else [])]
        told = hours(store.hours.on_weekday(group[0]), language) or _CLOSED.get(language, _CLOSED["en"])
        lines.append(f"• {_heading(until.join(names), language)} {told}")
    return "\n".join(lines)


def _heading(words: str, language: str) -> str:
    return f"{words} :" if language == "fr" else f"{words}:"


def _next_opening(context: ActionContext, store: Store, day: date) -> str:
    for ahead in range(1, _LOOK_AHEAD):
        later = day + timedelta(days=ahead)
        if ranges := store.opening_on(later).ranges:
            return f"{near_day(later, context.today(store), context.language)}, {hours(ranges, context.language)}"
    return ""


def _reason(reason: dict[str, str] | None, language: str) -> str:
    return f" ({reason.get(language) or next(iter(reason.values()))})" if reason else ""
