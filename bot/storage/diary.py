"""The stores' appointments, as one customer's turn sees and changes them.

A booking owns rows of `appointment_cell`, whose primary key makes two bookings of one place at one time impossible, whoever
asks and from whichever process. Times are kept as local wall time plus zone; the instant beside them serves sorting only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.brand import Brand
from bot.storage.schema import Instant, appointment, appointment_cell
from handoff.appointments import Cell, cells, fits, free_slots
from handoff.hours import OpeningHours
from handoff.ports import Appointment, Slot, SlotTaken

_CLAIM_CELLS = {
    "sqlite": sqlite.insert(appointment_cell).on_conflict_do_nothing().returning(appointment_cell.c.starts_at),
    "postgresql": postgresql.insert(appointment_cell).on_conflict_do_nothing().returning(appointment_cell.c.starts_at),
}
_UPCOMING = (
    select(appointment)
    .where(
        appointment.c.conversation_id == bindparam("conversation"),
        appointment.c.status == "booked",
        appointment.c.starts_at > bindparam("now", type_=Instant),
    )
    .order_by(appointment.c.starts_at)
)


class StoreDiary:
    """`handoff.ports.Diary` for one conversation, inside its turn's transaction."""

    def __init__(
        self,
        connection: Connection,
        brand: Brand,
        hours: Mapping[str, OpeningHours],
        conversation: int,
        now: datetime,
        *,
        identity: int | None = None,
        only_of: Collection[int] | None = None,
    ) -> None:
        """`only_of`: show and change what these identities booked, not what the person booked where they proved who they are."""
        self._connection, self._brand, self._hours = connection, brand, hours
        self._conversation, self._now = conversation, now
        self._identity, self._only_of = identity, only_of

    def free(self, store: str, service: str, first: date, last: date) -> Sequence[Slot]:
        hours, offered = self._hours[store], self._offered(store, service)
        if offered is None:
            return ()
        booking = self._brand.booking
        last = min(last, self._now.astimezone(hours.tz).date() + timedelta(days=booking.days_ahead))
        begin = datetime.combine(first, time(0), hours.tz).astimezone(UTC) - timedelta(days=1)
        end = datetime.combine(last, time(0), hours.tz).astimezone(UTC) + timedelta(days=2)
        taken = frozenset(
            Cell(store, service, row.place, row.starts_at)
            for row in self._connection.execute(
                select(appointment_cell.c.place, appointment_cell.c.starts_at).where(
                    appointment_cell.c.store == store,
                    appointment_cell.c.service == service,
                    appointment_cell.c.starts_at >= begin,
                    appointment_cell.c.starts_at < end,
                )
            )
        )
        return free_slots(
            hours,
            store=store,
            service=service,
            minutes=offered.minutes,
            step=booking.slot_step_minutes,
            places=offered.places,
            first=first,
            last=last,
            taken=taken,
            now=self._now,
            notice=timedelta(minutes=booking.minimum_notice_minutes),
            horizon=timedelta(days=booking.days_ahead),
        )

    def book(self, slot: Slot, *, name: str, phone: str | None, note: str = "") -> Appointment:
        self._check(slot)
        identifier = self._connection.execute(
            insert(appointment).returning(appointment.c.id),
            {
                **self._times(slot),
                "conversation_id": self._conversation,
                "identity_id": self._identity,
                "name": name[:120],
                "phone": phone,
                "note": note,
                "status": "booked",
                "created_at": self._now,
            },
        ).scalar_one()
        try:
            placed = self._occupy(identifier, slot)
        except SlotTaken:
            self._connection.execute(delete(appointment).where(appointment.c.id == identifier))
            raise
        if placed.place != slot.place:
            self._connection.execute(update(appointment).where(appointment.c.id == identifier).values(place=placed.place))
        return self._one(identifier)

    def move(self, appointment: int, slot: Slot) -> Appointment:
        before = self._one(appointment)
        self._check(slot)
        self._leave(appointment)  # its own former cells must not stand in its way
        try:
            placed = self._occupy(appointment, slot)
        except SlotTaken:
            self._occupy(appointment, before.slot, other_places=False)
            raise
        self._set(appointment, **self._times(placed))
        return self._one(appointment)

    def cancel(self, appointment: int) -> Appointment:
        self._one(appointment)
        self._leave(appointment)
        self._set(appointment, status="cancelled")
        return self._one(appointment)

    def upcoming(self) -> Sequence[Appointment]:
        rows = self._connection.execute(_UPCOMING, {"conversation": self._conversation, "now": self._now})
        return tuple(appointment_from(row) for row in rows if self._is_theirs(row))

    def _is_theirs(self, row: Any) -> bool:
        return self._only_of is None or row.identity_id in self._only_of

    def _offered(self, store: str, service: str) -> Any:
        found = self._brand.store(store)
        return None if found is None else found.services.get(service)

    def _check(self, slot: Slot) -> None:
        """A choice may be hours old: the store's hours and the notice are checked again when it is booked."""
        hours, offered = self._hours.get(slot.store), self._offered(slot.store, slot.service)
        notice = timedelta(minutes=self._brand.booking.minimum_notice_minutes)
        possible = (
            hours is not None
            and offered is not None
            and offered.minutes == slot.minutes
            and fits(hours, slot, step=self._brand.booking.slot_step_minutes)
            and slot.start.astimezone(UTC) >= self._now + min(notice, timedelta(minutes=1))
        )
        if not possible:
            raise SlotTaken("this time can no longer be booked; offer another")

    def _times(self, slot: Slot) -> dict[str, Any]:
        zone = self._hours[slot.store].zone
        local = slot.start.astimezone(ZoneInfo(zone))
        return {
            "store": slot.store,
            "service": slot.service,
            "place": slot.place,
            "local_start": local.replace(tzinfo=None).isoformat(timespec="minutes"),
            "fold": local.fold,
            "zone": zone,
            "minutes": slot.minutes,
            "starts_at": slot.start.astimezone(UTC),
        }

    def _occupy(self, identifier: int, slot: Slot, *, other_places: bool = True) -> Slot:
        """Take every cell of the slot in one place: the wanted one first, then the others. All of them, or `SlotTaken`."""
        offered = self._offered(slot.store, slot.service)
        places = range(offered.places) if other_places and offered else ()
        for place in (slot.place, *(other for other in places if other != slot.place)):
            placed = Slot(store=slot.store, service=slot.service, start=slot.start, minutes=slot.minutes, place=place)
            wanted = [{**_row(cell), "appointment_id": identifier} for cell in cells(placed)]
            got = self._connection.execute(_CLAIM_CELLS[self._connection.dialect.name], wanted).all()
            if len(got) == len(wanted):
                return placed
            self._leave(identifier)
        raise SlotTaken("somebody else was faster; offer another time")

    def _leave(self, identifier: int) -> None:
        self._connection.execute(delete(appointment_cell).where(appointment_cell.c.appointment_id == identifier))

    def _set(self, identifier: int, **values: Any) -> None:
        self._connection.execute(update(appointment).where(appointment.c.id == identifier).values(**values))

    def _one(self, identifier: int) -> Appointment:
        row = self._connection.execute(
            select(appointment).where(appointment.c.id == identifier, appointment.c.conversation_id == self._conversation)
        ).first()
        if row is None or not self._is_theirs(row):
            raise LookupError(f"appointment {identifier} is not one of conversation {self._conversation}")
        return appointment_from(row)


def _row(cell: Cell) -> dict[str, Any]:
    return {"store": cell.store, "service": cell.service, "place": cell.place, "starts_at": cell.start}


def appointment_from(row: Any) -> Appointment:
    """An appointment as it was kept: the wall time is what was agreed, whatever the clocks did since."""
    local = datetime.fromisoformat(row.local_start).replace(tzinfo=ZoneInfo(row.zone), fold=row.fold)
    slot = Slot(store=row.store, service=row.service, start=local, minutes=row.minutes, place=row.place)
    return Appointment(
        id=row.id,
        slot=slot,
        conversation=row.conversation_id,
        name=row.name,
        phone=row.phone,
        note=row.note,
        status=row.status,
    )
