"""Every engine keeps the promises of an understander: the embedded one, and a real Rasa trained on the same files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from nlu.engine import EmbeddedEngine
from nlu.rasa.client import RasaClient
from nlu.rasa.environment import Environment
from nlu.rasa.server import new_token, serving
from nlu.training import train
from nlu.training_files import read_training_files
from nlu.understanding import Understander, Understanding
from tests.contracts.understander import UnderstanderContract
from tests.rasas import SHOP


@pytest.fixture(scope="module")
def embedded() -> EmbeddedEngine:
    return EmbeddedEngine(train(read_training_files([SHOP])))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rasa(rasa_environment: Environment, rasa_shop_model: Path) -> AsyncIterator[RasaClient]:
    """Rasa alone: an answer of another engine in its place would keep no promise of Rasa's."""
    token = new_token()
    client = RasaClient(token=token, seconds=10.0)
    async with serving(rasa_environment, rasa_shop_model, client, token):
        yield client


@pytest.mark.asyncio(loop_scope="module")
class TestEngines(UnderstanderContract):
    @pytest.fixture(params=["embedded", pytest.param("rasa", marks=pytest.mark.rasa)])
    def understander(self, request: pytest.FixtureRequest) -> Understander:
        engine: Any = request.getfixturevalue(request.param)
        return engine  # type: ignore[no-any-return]

    async def test_the_trace_names_the_engine(self, understander: Understander, request: pytest.FixtureRequest) -> None:
        meaning: Understanding = await understander.understand("bonjour", language="fr")
        assert meaning.engine.startswith(request.node.callspec.params["understander"])

    async def test_entities_found_by_a_pattern_or_a_look_up(self, understander: Understander) -> None:
        text = "où est ma commande OR-654321 du magasin de Bordeaux, mon numéro est le 06 39 98 12 34"
        meaning = await understander.understand(text, language="fr")
        found = {entity.name: entity.value for entity in meaning.entities}
        assert found["order_number"] == "OR-654321"
        assert str(found["store"]).lower() == "bordeaux"
        assert found["phone"] == "+33639981234"

    async def test_days_and_hours_are_the_same_for_every_flow(self, understander: Understander) -> None:
        meaning = await understander.understand("je voudrais un rendez-vous samedi à 15h", language="fr")
        found = {entity.name: entity.value for entity in meaning.entities}
        assert found == {"day": {"weekday": 5, "week": None}, "hour": {"at": "15:00"}}
