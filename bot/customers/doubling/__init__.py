"""The detector of doubles: which profiles are probably one person written down twice. It proposes; a person decides."""

from bot.customers.doubling.columns import Columns
from bot.customers.doubling.mixture import Mixture
from bot.customers.doubling.reasons import Reason, in_words
from bot.customers.doubling.search import THRESHOLD, Found, Likely, search

__all__ = ["THRESHOLD", "Columns", "Found", "Likely", "Mixture", "Reason", "in_words", "search"]
