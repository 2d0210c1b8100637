"""What training a tagger makes and serving it needs: numbers, words and a few settings. No code, no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from nlu.entities.tagger.chain import Weights
from nlu.entities.tagger.labels import Kind, first_of
from nlu.entities.tagger.listed import Listed
from nlu.entities.tagger.words import Floats


@dataclass(frozen=True, slots=True)
class TaggerModel:
    """A trained tagger."""

    kinds: tuple[Kind, ...]
    """Everything it tells apart."""
    names: frozenset[str]
    """The entities it finds in customers' messages; the others are found better by rules."""
    intents: Mapping[str, tuple[int, ...]]
    """Intent to the kinds annotated in its examples, by number."""
    features: tuple[str, ...]
    listed: Listed
    values: Mapping[str, Mapping[str, str]]
    """Entity name to folded wording to value, where the value is not the customer's own words."""
    weights: Weights
    outside: frozenset[str] = frozenset()
    """Words, as written, that were seen, and never in an entity: messages of nothing else have none to be learnt."""

    @property
    def needs_vectors(self) -> bool:
        """Whether it was taught with an encoder's token vectors, and wants them with each message."""
        return bool(self.weights.vectors.size)

    def labels(self, intents: tuple[str, ...]) -> tuple[int, ...]:
        """The labels that messages of these intents may have."""
        kinds = sorted({kind for intent in intents for kind in self.intents.get(intent, ())})
        return (0, *(first_of(kind) + further for kind in kinds for further in (0, 1)))

    def to_json(self) -> dict[str, Any]:
        """Everything but the arrays."""
        return {
            "kinds": [asdict(kind) for kind in self.kinds],
            "names": sorted(self.names),
            "intents": {intent: list(kinds) for intent, kinds in sorted(self.intents.items())},
            "features": list(self.features),
            "listed": asdict(self.listed),
            "values": {name: dict(values) for name, values in self.values.items()},
            "outside": sorted(self.outside),
        }

    def arrays(self) -> dict[str, Floats]:
        """The arrays, by name."""
        return {field.name: getattr(self.weights, field.name) for field in fields(Weights)}

    @classmethod
    def from_json(cls, written: Mapping[str, Any], arrays: Mapping[str, Floats]) -> TaggerModel:
        """A tagger out of `to_json` and `arrays`. Raises `KeyError`, `TypeError` or `ValueError` when a part lacks or is odd."""
        model = cls(
            kinds=tuple(Kind(**kind) for kind in written["kinds"]),
            names=frozenset(written["names"]),
            intents={intent: tuple(kinds) for intent, kinds in written["intents"].items()},
            features=tuple(written["features"]),
            listed=Listed(**written["listed"]),
            values=written["values"],
            outside=frozenset(written["outside"]),
            weights=Weights(**{field.name: np.asarray(arrays[field.name], np.float32) for field in fields(Weights)}),
        )
        labels = first_of(len(model.kinds))
        if model.weights.features.shape != (len(model.features), labels) or model.weights.follows.shape != (labels, labels):
            raise ValueError("the tagger's numbers and words do not belong together")
        return model
