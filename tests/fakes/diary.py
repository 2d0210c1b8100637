"""A diary with a memory: quarter hours on the hour and the half within the brand's own opening hours, one place each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.brand import Brand
from handoff.ports import Appointment, Slot, SlotTaken

STEP = timedelta(minutes=30)


class FakeDiary:
    """`handoff.ports.Diary` for one customer."""

    def __init__(self, brand: Brand, now: datetime) -> None:
        self._brand, self.now = brand, now
        self.appointments: list[Appointment] = []
        self.taken: set[tuple[str, datetime]] = set()

    def taken_by_others(self, store: str, local: str) -> None:
        """Somebody else has this time: "2026-11-28T14:30" on the store's clock."""
        zone = ZoneInfo(self._store_zone(store))
        self.taken.add((store, datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)))

    def free(self, store: str, service: str, first: date, last: date) -> Sequence[Slot]:
        shop = self._brand.store(store)
        assert shop is not None
        if service not in shop.services:
            return ()
        zone, minutes = ZoneInfo(shop.time_zone), shop.services[service].minutes
        slots = []
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            for opens, closes in shop.opening_on(day).ranges:
                start = datetime.combine(day, opens, zone)
                while start + timedelta(minutes=minutes) <= datetime.combine(day, closes, zone):
                    if start > self.now and (store, start.astimezone(UTC)) not in self.taken:
                        slots.append(Slot(store=store, service=service, start=start, minutes=minutes))
                    start += STEP
        return slots

    def book(self, slot: Slot, *, name: str, phone: str | None, note: str = "") -> Appointment:
        self._occupy(slot)
        made = Appointment(id=len(self.appointments) + 1, slot=slot, conversation=1, name=name, phone=phone, note=note)
        self.appointments.append(made)
        return made

    def move(self, appointment: int, slot: Slot) -> Appointment:
        self._occupy(slot)
        before = self._one(appointment)
        self.taken.discard((before.slot.store, before.slot.start.astimezone(UTC)))
        return self._keep(replace(before, slot=slot))

    def cancel(self, appointment: int) -> Appointment:
        before = self._one(appointment)
        self.taken.discard((before.slot.store, before.slot.start.astimezone(UTC)))
        return self._keep(replace(before, status="cancelled"))

    def upcoming(self) -> Sequence[Appointment]:
        coming = [one for one in self.appointments if one.status == "booked" and one.slot.start > self.now]
        return sorted(coming, key=lambda one: one.slot.start)

    def _occupy(self, slot: Slot) -> None:
        place = (slot.store, slot.start.astimezone(UTC))
        if place in self.taken:
            raise SlotTaken
        self.taken.add(place)

    def _one(self, appointment: int) -> Appointment:
        return next(one for one in self.appointments if one.id == appointment)

    def _keep(self, changed: Appointment) -> Appointment:
        self.appointments = [changed if one.id == changed.id else one for one in self.appointments]
        return changed

    def _store_zone(self, store: str) -> str:
        shop = self._brand.store(store)
        assert shop is not None
        return shop.time_zone
