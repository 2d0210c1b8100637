"""What every sentence encoder offers, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text as an encoder read it."""

    vector: Floats
    """The sentence's vector, as `encode` gives it; shape (dimension,)."""
    spans: tuple[tuple[int, int], ...]
    """Where each token stands in the text, in order: `text[start:end]`."""
    vectors: Floats
    """What each token means in this sentence; shape (len(spans), token_dimension). Not of length one."""


class SentenceEncoder(Protocol):
    """Turns sentences into vectors. Made by `nlu.encoders.make_encoder`."""

    @property
    def name(self) -> str:
        """The setting that makes it again, such as `use` or `onnx:models/minilm`."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes when the vectors would: vectors of two fingerprints must never be compared."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a sentence's vector; 0 when there is no encoder."""
        ...

    @property
    def token_dimension(self) -> int:
        """Numbers in a token's vector; 0 when this encoder has none to give."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """The vectors of some texts, shape (len(texts), dimension), each of length one (or zero, for a text of nothing).

        A text's vector does not depend on its neighbours in `texts` beyond the last bits of a float32.
        """
        ...

    def encode_tokens(self, text: str) -> Tokens:
        """The vector of one text together with those of its tokens, from one pass where the encoder can."""
        ...

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """The same of some texts, together where the encoder can; beyond the last bits of a float32 nothing differs."""
        ...

    def knows_word(self, word: str) -> bool:
        """Whether `word`, in lower case, is one the encoder learnt whole, and so is no slip of somebody's finger."""
        ...

    def expect(self, words: Sequence[str]) -> None:
        """Get ready for words that are likely to come, the likeliest first, so that the first messages are read as fast as
        the later ones. Nothing changes in what is read.
        """
        ...


class NoEncoder:
    """The encoder that says nothing: vectors of no numbers."""

    name = "none"
    fingerprint = "none"
    dimension = 0
    token_dimension = 0

    def encode(self, texts: Sequence[str]) -> Floats:
        return np.empty((len(texts), 0), np.float32)

    def encode_tokens(self, text: str) -> Tokens:
        return Tokens(np.empty(0, np.float32), (), np.empty((0, 0), np.float32))

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        return [self.encode_tokens(text) for text in texts]

    def knows_word(self, word: str) -> bool:
        return False

    def expect(self, words: Sequence[str]) -> None:
        pass


def unit_rows(vectors: Floats) -> Floats:
    """The same rows at length one; a row of zeros stays one."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float32))
    shortened: Floats = vectors / np.maximum(lengths, np.float32(1e-12))[:, None]
    return shortened
