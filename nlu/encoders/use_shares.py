"""What a token brings to a pass of the universal sentence encoder before its neighbours matter.

Its embedding, its projection and what it adds to each first convolution around it never change, so they are worked out once
and looked up: half of the work of a message, and nearly all of what is not the same for every token.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.protocol import Floats
from nlu.encoders.use_pieces import END
from nlu.encoders.use_weights import EMBEDDED, ORDERS, WIDE, Narrow, Weights

_MANY = 128
"""Tokens whose shares are worked out together where there are many."""
PLACES = sum(width for width, _ in ORDERS)

Ids = NDArray[np.intp]


class Shares:
    """The shares of up to `most` tokens, 15 kB each; row 0 is what stands beyond a text's ends.

    They are worked out `block` tokens at a time, always exactly so many: matrices of one shape are multiplied in one way, so
    that a token's share is the same to the bit whoever came with it.
    """

    def __init__(self, weights: Weights, narrow: Narrow, most: int, block: int = _MANY) -> None:
        self._weights, self._narrow, self._block = weights, narrow, block
        rows = most + block + 1
        # Memory that is never written is never taken.
        self.embedded = np.empty((rows, EMBEDDED), np.float32)
        self.own = [np.empty((rows, WIDE), np.float32) for _ in ORDERS]
        self.first = [np.empty((rows, WIDE), np.float32) for _ in range(PLACES)]
        for part in (self.embedded, *self.own, *self.first):
            part[0] = 0.0

    def work_out(self, ids: Sequence[int], row: int) -> None:
        """Put the shares of some tokens into the rows from `row` on; a few rows behind them are used too."""
        for start in range(0, len(ids), self._block):
            block = ids[start : start + self._block]
            self._work_out([*block, *[END] * (self._block - len(block))], row + start)

    def _work_out(self, block: Sequence[int], row: int) -> None:
        held = self._weights
        ids = np.array(block)
        rows = slice(row, row + len(block))
        kind = ids % len(held.scale)
        embedded = held.table[ids] * held.scale[kind, None] + held.low[kind, None]
        wide = np.concatenate([embedded @ part for part in self._narrow.projection], axis=1)
        wide += held.projection_bias
        wide = standardised(wide, held.epsilon[0]) * held.projection_gain + held.projection_shift
        self.embedded[rows] = embedded
        place = 0
        for number, (width, _) in enumerate(ORDERS):
            own = np.ascontiguousarray(wide[:, number * WIDE : (number + 1) * WIDE])
            self.own[number][rows] = own
            for step in range(place, place + width):
                self.first[step][rows] = own @ self._narrow.first[step]
            place += width


class KeptShares(Shares):
    """The shares of tokens for messages that come one by one: of those that are expected, and of those met lately."""

    _BLOCK = 4
    """One costs nearly as much, and a message with a new token often has three: a rare word is cut into pieces."""

    def __init__(self, weights: Weights, narrow: Narrow, most: int, expected: Sequence[int] = ()) -> None:
        """`expected` are worked out now, many at a time: their last bits may differ from those of the same tokens met later."""
        super().__init__(weights, narrow, most, _MANY)
        self._expected = {number: row for row, number in enumerate(expected, 1)}
        self._row_of = dict(self._expected)
        self._most = most
        self.work_out(expected, 1)
        self._block = self._BLOCK

    def rows_of(self, ids: Sequence[int]) -> Ids:
        """The rows that hold these tokens, at most a few hundred at a time."""
        known = self._row_of
        missing = [number for number in dict.fromkeys(ids) if number not in known]
        if missing:
            if len(known) + len(missing) > self._most:
                known = self._row_of = dict(self._expected)
                missing = [number for number in dict.fromkeys(ids) if number not in known]
            first = len(known) + 1
            self.work_out(missing, first)
            known.update(zip(missing, range(first, first + len(missing)), strict=True))
        return np.array([known[number] for number in ids], np.intp)


def standardised(rows: Floats, epsilon: np.float32) -> Floats:
    """Rows with mean zero and deviation one; what is given is used up."""
    count = np.float32(rows.shape[1])
    rows -= np.add.reduce(rows, axis=1, keepdims=True) / count
    variance = np.einsum("ij,ij->i", rows, rows) / count
    rows *= (1.0 / np.sqrt(variance + epsilon))[:, None]
    return rows
