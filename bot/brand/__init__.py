"""A brand: the folder of files that configures a deployment, read once and checked before anything starts.

`load_brand(folder)` reads `brand.yml` and `stores.yml` and raises a `bot.errors.BrandError` that names the file and the
line of the first mistake, and what to write there instead. Everything it returns is frozen.
"""

from __future__ import annotations

from bot.brand.faq import FaqEntry
from bot.brand.hours import ExceptionalClosing, ExceptionalOpening, Opening, OpeningRange, WeekHours
from bot.brand.load import load_brand, read_faq
from bot.brand.rules import BookingRules, HandoffRules, Languages
from bot.brand.staff import Account, Advisor, Queue
from bot.brand.stores import Address, OfferedService, Service, Store
from bot.brand.whole import Brand

__all__ = [
    "Account",
    "Address",
    "Advisor",
    "BookingRules",
    "Brand",
    "ExceptionalClosing",
    "ExceptionalOpening",
    "FaqEntry",
    "HandoffRules",
    "Languages",
    "OfferedService",
    "Opening",
    "OpeningRange",
    "Queue",
    "Service",
    "Store",
    "WeekHours",
    "load_brand",
    "read_faq",
]
