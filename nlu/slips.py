"""Tells a slip of the finger from another word: « vste » is a `veste`, « verte » is a colour, « tenter » is a verb."""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise

_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Keyboards of France and of everybody else."""
_SOUNDS = ("ea", "iy", "ck", "cq", "kq", "cs", "sz", "gj", "mn", "ou", "fv", "td", "pb")
"""Letters written for one another by ear, or by those who have another tongue."""


def _neighbours() -> frozenset[frozenset[str]]:
    found = {frozenset(pair) for pair in _SOUNDS}
    for top, bottom in ((0, 1), (1, 2), (3, 4), (4, 5)):
        for place, letter in enumerate(_ROWS[top]):
            found |= {frozenset((letter, other)) for other in _ROWS[bottom][max(0, place - 1) : place + 1]}
    for row in _ROWS:
        found |= {frozenset(pair) for pair in pairwise(row)}
    return frozenset(found)


_NEAR = _neighbours()
_ENDINGS = ("r", "d", "z", "n")
"""A letter added at the end of a noun makes another word of it (« tenter », "dressed") rather than a slip."""


def likely_slip(typed: str, meant: str, real: Container[str] = ()) -> bool:
    """Whether `typed`, one slip from `meant`, is likelier that word than one of its own; both are folded.

    `real` are words known to mean themselves.
    """
    if typed in real or typed in OTHER_WORDS:
        return False
    if typed[0] != meant[0] and sorted(typed[:2]) != sorted(meant[:2]):
        return False
    if len(typed) == len(meant) + 1 and typed[:-1] == meant and typed[-1] in _ENDINGS:
        return False
    changed = [pair for pair in zip(typed, meant, strict=False) if pair[0] != pair[1]]
    return len(typed) != len(meant) or len(changed) != 1 or frozenset(changed[0]) in _NEAR


_OTHER_WORDS = """
eighty seventy sixty ninety domain domaine trente quarante cinquante soixante tante tenter teste tester verte vaste
guette guetter scandale vandale goutte gouter gater toque toquer chapelle bottin bonte bonne conte compte lampee poule
poulet pile pelle bretelle lacer lassee lasser coucher gourdin gourmand pantin chemin cheminee sacre sacree vestige
reste rester peste perte porte poste geste liste conseille conseillee sonnette basque casque baquet banquet basse
passe classe chasse maison raison saison liaison boutique retraite extrait trait attrait retard essaim essor arriere
chaume chaussee poser cote coter parer swear swore sweep sweet swept stood stool slipped slipping skipper shipper
shipping ripped socket rocket pocket packet locker soak booth book boast goat coast roast root moot boost hoot pursue
pursued nurse curse course guilt glow glove clove shove stove hate rate tend tended intend tens rent sent cent bent
dent test text west nest pest rest felt melt role hole poll scar scare score care faced face lane lake race place mark
part paint plant point hunt hint fleeced piece flee battle logging begging longing lodging basket legged hooded body
trousseau console fitter advise advised sitting hitting witting filter repaid prepare prepared preparer preparee
separer reparti repere reperer comparer repars repartir repart depart college disons dison dispo general genere
generer mari pari lier nager notion ration station natation motion mille bille grille
"""
OTHER_WORDS = frozenset(_OTHER_WORDS.split())
"""Words, in the singular, that are one letter from something shops sell, do or are called."""
