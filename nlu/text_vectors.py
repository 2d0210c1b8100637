"""Compares texts: by the sentence encoder where there is one, by words and pieces of words where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.checks.finding import words_of
from nlu.encoders import shared_encoder

Vectors = NDArray[np.float64]
Vectorise = Callable[[Sequence[str]], Vectors]
"""Texts to rows of length one: what is alike is near."""

NAMELESS = frozenset(
    """
le la les un une des du de au aux ce ces cet cette mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je tu il elle
on nous vous ils elles me te se lui y en que qui quoi dont ou et mais donc car ni si ne pas plus moins est sont suis etes etre
avoir ai as avez ont fait faire pour par sur sous dans avec sans chez vers comment pourquoi quand quel quelle quels quelles
est-ce ca cela comme cherche
bonjour merci svp veux voudrais peux puis peut faut the an my your his her its our their you he she it we they him
them this that these those is are am was were be been being do does did have has had having can could will would should shall may
must what where when why how who which not for from with without into about than then there here and but any some please want
need like know get tell just make let help thanks thank hello
""".split()  # noqa: SIM905 - words read better as text
)
"""Words that name nothing."""


def best_vectors(texts: Sequence[str]) -> Vectorise:
    """The best way of comparing texts here: the sentence encoder, or words and their pieces as `texts` use them."""
    encoder = shared_encoder("use")
    if encoder.dimension:
        return lambda some: np.asarray(encoder.encode(some), np.float64)
    return word_vectors(texts)


def word_vectors(texts: Sequence[str]) -> Vectorise:
    """Compare by words and pieces of words, weighed by how rare they are among `texts`."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    pieces = TfidfVectorizer(preprocessor=_telling_words, analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    counted = pieces.fit_transform(texts)
    size = min(200, *(side - 1 for side in counted.shape))
    parts = [pieces, TruncatedSVD(size, random_state=0)] if size > 1 else [pieces]
    pipeline = make_pipeline(*parts, Normalizer()).fit(texts)

    def vectors(some: Sequence[str]) -> Vectors:
        found: Any = pipeline.transform(some)
        return np.asarray(found.toarray() if hasattr(found, "toarray") else found, np.float64)

    return vectors


def _telling_words(text: str) -> str:
    """The words of a text that name something; all of them where none does."""
    words = words_of(text)
    return " ".join(word for word in words.split() if word not in NAMELESS) or words
