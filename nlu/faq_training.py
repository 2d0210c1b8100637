"""Measures how near is near enough for a brand's questions, on the questions themselves and on what customers ask otherwise.

Every question is looked for among the others (leave-one-out); training messages of intents are what must not be found. The
share of meaning beside words is the one that finds most questions while the agreed few messages are found by mistake.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.protocol import SentenceEncoder, unit_rows
from nlu.engine.model import OUT_OF_SCOPE
from nlu.errors import ModelError
from nlu.faq import Entry, FaqIndex, Tuned, features, fingerprint_of, questions_of
from nlu.text import LONGEST
from nlu.understanding import Example

_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_MISTAKEN, _MISTAKEN_STRICTLY = 0.06, 0.004
"""Shares of the other messages that may be found by mistake, would they come here: most are understood and never do."""
_MOST_OTHERS = 700
"""Other messages that are looked at: more only takes time."""


def tune(entries: Sequence[Entry], others: Sequence[Example], encoder: SentenceEncoder | None) -> Tuned:
    """Measure a brand's questions against `others`, the training messages of its intents.

    Those of `out_of_scope` are left aside: some are questions of the house, which is why no intent is made for them.
    """
    asked = questions_of(entries)
    others = _sample([example for example in others if example.intent != OUT_OF_SCOPE])
    tuned = Tuned(content=content_of(entries), rarity=_rarity(asked, others))
    if not asked:
        return tuned
    with_meaning = encoder is not None and encoder.dimension > 0
    if with_meaning and encoder is not None:
        around = (
            encoder.encode([example.text[:LONGEST] for example in others])
            if others
            else np.zeros((1, encoder.dimension), np.float32)
        )
        centre = around.mean(axis=0)
        vectors = unit_rows(encoder.encode([text for _, _, text in asked]) - centre)
        tuned = replace(
            tuned,
            setting=encoder.name,
            encoder=encoder.fingerprint,
            centre=tuple(map(float, centre)),
            vectors=tuple(tuple(map(float, row)) for row in vectors),
        )
        meant, meant_others = (
            (vectors @ vectors.T).astype(np.float64),
            (unit_rows(around - centre) @ vectors.T).astype(np.float64),
        )
    index = FaqIndex(entries, tuned)
    said = np.stack([index.by_words(text, lang) for _, lang, text in asked])
    said_others = np.stack([index.by_words(one.text, one.language) for one in others]) if others else np.zeros((1, len(asked)))
    tried = []
    for share in _SHARES if with_meaning else (0.0,):
        own = share * meant + (1 - share) * said if with_meaning else said
        foreign = share * meant_others + (1 - share) * said_others if with_meaning else said_others
        tried.append(_measured(replace(tuned, share=share), own, foreign, index.owner))
    return max(tried, key=lambda one: one.scores["found"])


def _measured(tuned: Tuned, own: NDArray[np.float64], foreign: NDArray[np.float64], owner: NDArray[np.int64]) -> Tuned:
    np.fill_diagonal(own, -1.0)
    mistaken = foreign.max(axis=1)
    least, strict = (float(np.quantile(mistaken, 1 - share)) for share in (_MISTAKEN, _MISTAKEN_STRICTLY))
    right = owner[own.argmax(axis=1)] == owner
    best = own.max(axis=1)
    scores = {
        "nearest_right": float(right.mean()),
        "found": float((right & (best >= least)).mean()),
        "found_wrong": float((~right & (best >= least)).mean()),
        "mistaken": float((mistaken >= least).mean()),
    }
    return replace(
        tuned, least=least, strict=max(strict, least), scores={name: round(score, 4) for name, score in scores.items()}
    )


def _sample(others: Sequence[Example]) -> list[Example]:
    step = max(1, -(-len(others) // _MOST_OTHERS))
    return list(others[::step])


def _rarity(asked: Sequence[tuple[int, str, str]], others: Sequence[Example]) -> dict[str, float]:
    """What each word of the questions weighs, by how many questions and messages have it."""
    texts = [(text, language) for _, language, text in asked] + [(example.text, example.language) for example in others]
    counts = Counter(word for text, language in texts for word in set(features(text, language)))
    known = {word for _, language, text in asked for word in features(text, language)} | {w for w, n in counts.items() if n > 2}
    return {word: round(log(len(texts) / counts[word]) + 0.3, 3) for word in sorted(known)}


def content_of(entries: Sequence[Entry]) -> str:
    """A fingerprint of the questions."""
    return hashlib.sha256(json.dumps(fingerprint_of(entries), ensure_ascii=False).encode()).hexdigest()


def save_tuned(tuned: Tuned, path: Path) -> None:
    """Write what was measured to `path`, in one step."""
    aside = path.with_name(f".{path.name}.new")
    rounded = asdict(tuned) | {
        "centre": [round(number, 5) for number in tuned.centre],
        "vectors": [[round(number, 4) for number in row] for row in tuned.vectors],
    }
    aside.write_text(json.dumps(rounded, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    aside.replace(path)


def load_tuned(path: Path) -> Tuned | None:
    """What `save_tuned` wrote; None when there is nothing. Raises `ModelError` for anything else."""
    if not path.exists():
        return None
    try:
        written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(map(tuple, written.pop("vectors")))
        return Tuned(**written | {"centre": tuple(written["centre"]), "vectors": rows})
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise ModelError(f"{path}: what was measured of faq.yml cannot be read ({wrong}); train again") from None


__all__ = ["content_of", "load_tuned", "save_tuned", "tune"]
