"""Every error `nlu` raises on purpose; each message says what to do next.

NluError
├── TrainingDataError   a YAML file is wrong: file, line, what to write instead
├── ModelError          a model file cannot be used: train again
├── TooLittleData       the training data cannot make a model yet
├── EncoderMissing      a sentence encoder cannot be built: what to install or to write
├── RasaMissing         Rasa's environment is not there: make it
└── RasaFailed          Rasa did not do what it was asked: its own last words
"""

from __future__ import annotations

from collections.abc import Sequence


class NluError(Exception):
    """Something `nlu` refuses on purpose."""


class TrainingDataError(NluError):
    """A YAML file (training data or any other read with `nlu.files`) cannot be used as it is.

    `others` holds the further mistakes of the same file, so that they can all be corrected at once;
    `str(error)` shows them all, one a line.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str = "",
        line: int = 0,
        others: Sequence[TrainingDataError] = (),
    ) -> None:
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__("\n".join([place + problem, *map(str, others)]))
        self.problem, self.file, self.line, self.others = problem, file, line, tuple(others)


class ModelError(NluError):
    """A file is not a model this version can read."""


class TooLittleData(NluError):
    """There is not enough training data to make a model."""


class EncoderMissing(NluError):
    """A sentence encoder cannot be built: its package, its folder or its files are not there."""


class RasaMissing(NluError):
    """Rasa's environment (or the Python it needs) is not on this machine."""


class RasaFailed(NluError):
    """Rasa did not do what it was asked. Never holds a customer's words or a token."""
