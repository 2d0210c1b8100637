"""Days and hours in French and English sentences.

`find` reads them from a message without knowing what day it is; `resolve_day` puts them on the calendar of somebody who
speaks on a given day; `nlu.times.say` says them back.
"""

from nlu.times.grammar import find
from nlu.times.resolve import resolve_day

__all__ = ["find", "resolve_day"]
