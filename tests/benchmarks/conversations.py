"""What the made-up customers of the benchmarks write: whole conversations, half of them French, half English."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

CONVERSATIONS: tuple[tuple[str, ...], ...] = (
    ("bonjour", "quels sont vos horaires à Lyon ?", "et le dimanche ?", "merci beaucoup"),
    ("hello", "do you ship to Canada?", "how much is delivery?", "thanks, bye"),
    ("slt", "vous livrez au Québec ?", "c koi les frais de port ?", "ok merci", "à bientôt"),
    ("hi there", "what are the opening hours in Montreal?", "can I return something I bought online?", "great, thank you"),
    ("je voudrais un rendez-vous pour essayer des chaussures à Bordeaux", "demain matin", "non merci, laissez tomber", "merci"),
    ("I'd like to book a fitting in Paris", "next Tuesday afternoon", "actually cancel that", "thanks"),
    ("bonsoir, je cherche une veste imperméable", "en taille M", "vous avez des cartes cadeaux ?", "super, merci"),
    ("do you sell gift cards?", "which payment methods do you take?", "and is there a loyalty program?", "ok"),
    ("comment se passe un retour ?", "sous combien de jours je suis remboursé ?", "d'accord merci", "bonne journée"),
    ("where is your store in Lille?", "do you repair shoes there?", "perfect", "bye"),
    ("tu peux faire quoi ?", "t'es un robot ?", "les promos c'est quand ?", "merci"),
    ("what size should I take for trail shoes?", "I usually wear 42", "thank you so much"),
)


def scripts(file: Path | None = None) -> list[tuple[str, ...]]:
    """The conversations to play: those above, or the lines of a file, blank lines between conversations."""
    if file is None:
        return list(CONVERSATIONS)
    found: list[tuple[str, ...]] = []
    said: list[str] = []
    for line in [*file.read_text(encoding="utf-8").splitlines(), ""]:
        if line.strip():
            said.append(line.strip())
        elif said:
            found.append(tuple(said))
            said = []
    if not found:
        raise SystemExit(f"{file} holds no message; write one a line, with a blank line between conversations")
    return found


def endless(conversations: list[tuple[str, ...]], start: int) -> Iterator[tuple[str, ...]]:
    """The conversations over and over, from one of them on, so that concurrent customers say different things."""
    first = start % len(conversations)
    return itertools.cycle(conversations[first:] + conversations[:first])
