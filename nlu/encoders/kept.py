"""Remembers the vectors of training messages from one training to the next, so that a few corrections cost a few vectors."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from nlu.encoders.protocol import Floats, SentenceEncoder, Tokens

_HASH = 16


class KeptVectors:
    """A `SentenceEncoder` in front of another one, with a file of the vectors it gave.

    `save` keeps those asked for since it was built and forgets the others. A file that cannot be read, or that another
    encoder's vectors are in, is as good as none.
    """

    def __init__(self, encoder: SentenceEncoder, file: Path) -> None:
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.token_dimension = encoder.dimension, encoder.token_dimension
        self._encoder = encoder
        self._file = file
        self._kept = self._read()
        self._asked: dict[bytes, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `SentenceEncoder`."""
        keys = [blake2b(text.encode("utf-8", "replace"), digest_size=_HASH).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept and key not in self._asked}
        if missing:
            # Never one alone: an encoder may read a single text a quicker way, equal but for its last bits.
            found = self._encoder.encode([*missing.values(), ""])[:-1]
            self._asked |= dict(zip(missing, found, strict=True))
        self._asked |= {key: self._kept[key] for key in keys if key not in self._asked}
        return np.array([self._asked[key] for key in keys], np.float32).reshape(len(texts), self.dimension)

    def encode_tokens(self, text: str) -> Tokens:
        """See `SentenceEncoder`; not kept."""
        return self._encoder.encode_tokens(text)

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """See `SentenceEncoder`; not kept."""
        return self._encoder.encode_tokens_of(texts)

    def knows_word(self, word: str) -> bool:
        """See `SentenceEncoder`."""
        return self._encoder.knows_word(word)

    def expect(self, words: Sequence[str]) -> None:
        """See `SentenceEncoder`."""
        self._encoder.expect(words)

    def save(self) -> None:
        """Write the file, in one step."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(
                    file,
                    encoder=np.array(self.fingerprint),
                    keys=np.frombuffer(b"".join(self._asked), np.uint8).reshape(-1, _HASH),
                    vectors=np.array(list(self._asked.values()), np.float32).reshape(len(self._asked), self.dimension),
                )
            Path(aside).replace(self._file)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise

    def _read(self) -> dict[bytes, Floats]:
        try:
            with self._file.open("rb") as file, np.load(file, allow_pickle=False) as held:
                if str(held["encoder"]) != self.fingerprint:
                    return {}
                keys, vectors = held["keys"], held["vectors"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return {}
        if vectors.shape != (len(keys), self.dimension):
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
