"""Small French bots of other trades: ten examples an intent are enough for most of what their customers write.

Ten messages an intent in `tests/data/fr_bank` and `fr_telecom` are taught, ten others asked;
`tests.benchmarks.nlu` sets Rasa beside.
"""

from __future__ import annotations

import pytest

from nlu.engines import trainer
from nlu.evaluation import evaluate_on
from nlu.formats.data_sets import read_data_set
from tests.servers import REPOSITORY


@pytest.mark.parametrize("name", ["fr_bank", "fr_telecom"])
async def test_most_messages_of_a_small_french_bot_are_understood(name: str) -> None:
    folder = REPOSITORY / "tests" / "data" / name
    taught, asked = (read_data_set([folder / f"{part}.csv"]) for part in ("train", "test"))
    assert {example.language for example in (*taught.examples, *asked.examples)} == {"fr"}
    assert not {example.text for example in taught.examples} & {example.text for example in asked.examples}
    run = await evaluate_on(trainer("embedded"), taught, asked.examples)
    assert (run.clean.accuracy or 0) >= 0.8
    assert run.training_seconds < 60
