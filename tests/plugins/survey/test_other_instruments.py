"""An instrument with other stages and fewer questions goes all the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.cycle import Scan
from core.cycle.result import result_of
from core.instrument import document_of, publish
from core.instrument_document import ClosingQuestion
from tests.plugins.survey.instruments import QUESTIONS, instrument
from tests.world import World

RANKED = ClosingQuestion(key="eerst", role="priorities", text="Eerst?", most=2)


@pytest.fixture(autouse=True)
def fresh_documents() -> Iterator[None]:
    """Versions have the same numbers in every test's database."""
    document_of.cache_clear()
    yield
    document_of.cache_clear()


@pytest.mark.parametrize(
    "roles", [("stage",), ("stage", "wish"), ("wish", "stage", "levers"), tuple(QUESTIONS)]
)
@pytest.mark.parametrize("stages", [3, 6])
def test_any_instrument_can_be_filled_and_submitted(
    world: World, roles: tuple[str, ...], stages: int
) -> None:
    publish(instrument(*roles, stages=stages, closing=(RANKED,)))
    scan = world.open_cycle()
    client = world.client()
    form = {
        "nu": "midden",
        "straks": "hoog",
        "bewust": "ja",
        "verschil": "geen",
        "helpt": "een",
        "draft_revision": 0,
    }
    for block in ("a", "b"):
        assert client.get(world.url(f"zelfscan/bouwsteen/{block}")).status_code == 200
        assert client.post(world.url(f"zelfscan/bouwsteen/{block}"), data=form).status_code == 303
    assert client.get(world.url("zelfscan/inspiratie")).status_code == 404
    client.post(world.url("zelfscan/prioriteiten"), data={"draft_revision": 0, "chosen-0": "b"})
    assert "Alles is ingevuld." in client.get(world.url("zelfscan/overzicht")).text
    assert client.post(world.url("zelfscan/indienen"), data={"seen": 3, "sure": "y"}).status_code == 303
    result = result_of(Scan.get_by_id(scan.id))
    assert result.of("a").stage == 2
    assert result.of("a").wish == (3 if "wish" in roles else None)
    assert result.priorities == ("b",)
