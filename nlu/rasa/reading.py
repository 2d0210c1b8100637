"""What Rasa answers, in the words of this house. Pure: nothing here waits.

Rasa reads no days, hours, telephone numbers or names unless another server is set up for them; the house's own grammar reads
those, as it does for the embedded engine, so that a flow gets the same values whichever engine is in use.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nlu.errors import RasaFailed
from nlu.understanding import Entity, IntentGuess, Understanding

OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"
"""What Rasa's FallbackClassifier puts first when it would not act on its own best guess."""
_BEST = 5
_RULED = frozenset({"RegexEntityExtractor"})
_GRAMMARS = frozenset({"DucklingEntityExtractor"})


def read_answer(
    answer: Any,
    text: str,
    *,
    language: str,
    language_sure: bool = False,
    engine: str = "rasa",
    threshold: float = 0.3,
    ours: Sequence[Entity] = (),
) -> Understanding:
    """The meaning Rasa gives `text`. `ours` are the entities the house's grammar finds in it.

    Confidences are as Rasa gives them. Raises `RasaFailed` when this is not an answer of `/model/parse`.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("intent"), Mapping):
        raise RasaFailed("what answers there is not Rasa's /model/parse; check FILROUGE_RASA_URL")
    told = list(_guesses(answer))
    unsure = bool(told) and told[0].name == FALLBACK
    ranking = tuple(guess for guess in told if guess.name != FALLBACK)
    odd = bool(ranking) and ranking[0].name == OUT_OF_SCOPE
    outside = next((guess.confidence for guess in ranking if guess.name == OUT_OF_SCOPE), 0.0)
    ranking = tuple(guess for guess in ranking if guess.name != OUT_OF_SCOPE)[:_BEST]
    if unsure and ranking:
        threshold = min(0.999, max(threshold, math.nextafter(ranking[0].confidence, 1.0)))
    return Understanding(
        text=text,
        language=language,
        ranking=ranking,
        entities=together(list(_entities(answer, text)), ours),
        threshold=threshold,
        language_sure=language_sure,
        engine=engine,
        out_of_scope=odd,
        scope=(ranking[0].confidence if ranking else 0.0) - outside,
    )


def together(theirs: Sequence[Entity], ours: Sequence[Entity]) -> tuple[Entity, ...]:
    """Rasa's entities and ours, one reading for each stretch of the message: the longer, or ours of two as long.

    Of two of Rasa's own extractors that read the same stretch, the one that also tells a role or a group is kept.
    """
    kept: list[Entity] = []
    for entity in sorted([*theirs, *ours], key=lambda e: (e.start - e.end, e in theirs, not (e.role or e.group), e.start)):
        if not any(entity.start < other.end and other.start < entity.end for other in kept):
            kept.append(entity)
    return tuple(sorted(kept, key=lambda e: (e.start, e.end, e.name)))


def _guesses(answer: Mapping[str, Any]) -> Iterator[IntentGuess]:
    ranking = answer.get("intent_ranking") or [answer["intent"]]
    seen: set[str] = set()
    total = 0.0
    first = answer["intent"].get("name")
    ordered = sorted((each for each in ranking if isinstance(each, Mapping)), key=lambda each: -_share(each.get("confidence")))
    if first == FALLBACK:  # its confidence is that of not acting, whatever the others have
        yield IntentGuess(FALLBACK, _share(answer["intent"].get("confidence")))
    for each in ordered:
        name, confidence = each.get("name"), _share(each.get("confidence"))
        if not isinstance(name, str) or name in seen or name == FALLBACK:
            continue
        seen.add(name)
        confidence = min(confidence, max(0.0, 1.0 - total))  # an extension may rank without sharing one certainty out
        total += confidence
        yield IntentGuess(name, confidence)


def _share(written: Any) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float) or not math.isfinite(written):
        return 0.0
    return min(1.0, max(0.0, float(written)))


def _entities(answer: Mapping[str, Any], text: str) -> Iterator[Entity]:
    for each in answer.get("entities") or ():
        if not isinstance(each, Mapping):
            continue
        name, start, end = each.get("entity"), each.get("start"), each.get("end")
        if not (isinstance(name, str) and isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
            continue
        extractor = each.get("extractor")
        yield Entity(
            name=name,
            value=_plain(each.get("value", text[start:end])),
            text=text[start:end],
            start=start,
            end=end,
            role=each.get("role") or None,
            group=each.get("group") or None,
            confidence=_share(each.get("confidence_entity", 1.0)),
            source="regex" if extractor in _RULED else "grammar" if extractor in _GRAMMARS else "model",
        )


def _plain(value: Any) -> Any:
    """A value that survives being kept and sent on; what JSON cannot say is kept as text."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except ValueError:
        return str(value)
