"""The console's ports over our own storage: `console_ports` makes them all."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.console.accounts import StoredAccounts, StoredAudit
from bot.console.acts import StoredActs
from bot.console.corrections import StoredCorrections
from bot.console.desk import StoredDesk
from bot.console.live import StoredLive
from bot.console.persons import StoredPersons
from bot.console.undelivered import StoredUndelivered
from bot.customers.sources import Order
from bot.signals import Signals
from bot.storage.database import Database
from bot.storage.joining_by_hand import USUAL
from bot.workers.house import House
from handoff.console.ports import ConsolePorts


def console_ports(
    *,
    database: Database,
    board: Signals,
    clock: Clock,
    house: House,
    wake: Callable[[int], None],
    order: Order = USUAL,
) -> ConsolePorts:
    """What the console needs, in one hand.

    `wake` tells the worker that something is due in a conversation; `order` is that of the profile's sources.
    """
    return ConsolePorts(
        accounts=StoredAccounts(database, house.brand),
        desk=StoredDesk(database, clock, house),
        acts=StoredActs(database, board, clock, house, wake),
        corrections=StoredCorrections(database, board, clock, house),
        undelivered=StoredUndelivered(database, board, clock, house),
        persons=StoredPersons(database, board, clock, house, wake, order=order),
        live=StoredLive(database, board, clock),
        audit=StoredAudit(database),
        brand=house.brand.name,
    )
