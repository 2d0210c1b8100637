"""Settings in, running program out: the one place that names every concrete class."""

from bot.wiring.database import alone, corrections_of, there_is_a_database
from bot.wiring.houses import DEMO_BRAND, demo_folder, load_house
from bot.wiring.program import Program, running, visitors_of

__all__ = [
    "DEMO_BRAND",
    "Program",
    "alone",
    "corrections_of",
    "demo_folder",
    "load_house",
    "running",
    "there_is_a_database",
    "visitors_of",
]
