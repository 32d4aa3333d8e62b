"""The cycle is core's own: with any subset of the plugins that ship it goes round, on plain pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

import pytest
import time_machine
from flask.testing import FlaskClient

from core import found_plugins
from core.cycle import Cycle, Evaluation, Goal, Scan
from core.dates import SchoolYear, today
from core.instrument import document_of, offered_version
from core.people import Centre, Role
from core.plugins import PluginFault
from tests.browse import fill
from tests.world import World

SHIPPED = sorted(plugin.name for plugin in found_plugins())
SUBSETS = list(chain.from_iterable(combinations(SHIPPED, size) for size in range(len(SHIPPED) + 1)))
OCTOBER = datetime(2026, 10, 5, 9, tzinfo=UTC)

pytestmark = pytest.mark.sqlite_only


def with_plugins(world: World, names: tuple[str, ...]) -> tuple[Centre, FlaskClient]:
    """A new centre with just these plugins on, and its director's browser."""
    centre = world.add_centre(f"CLB {'-'.join(names) or 'zonder'}", world.group)
    for name in SHIPPED:
        world.switch(name, name in names, centre)
    return centre, world.client(world.add_person(Role.DIRECTOR, centre))


def fill_scan(world: World, client: FlaskClient, centre: Centre, year: SchoolYear) -> None:
    """Rate every block on core's plain form and hand the scan in."""
    blocks = [block.key for block in document_of(offered_version().id).blocks]
    plain = world.url("zelfscan/eenvoudig", centre, year)
    rated = fill(
        client, plain, verder="ja", **{f"{what}-{b}": "2" for b in blocks for what in ("stage", "wish")}
    )
    assert rated.status_code == 200
    closing = world.url("zelfscan/eenvoudig/indienen", centre, year)
    assert fill(client, closing, priority=[*blocks[:3], "", ""], sure="ja").status_code == 200
    assert Scan.get(
        Scan.cycle == Cycle.get((Cycle.centre == centre) & (Cycle.year == year.start_year))
    ).submitted


def go_round(world: World, client: FlaskClient, centre: Centre) -> None:
    """One turn of the wheel over HTTP, up to the rescan that is handed in."""
    year = SchoolYear.of(today())
    assert client.post(f"/centrum/{centre.slug}/openen", follow_redirects=True).status_code == 200
    fill_scan(world, client, centre, year)
    assert fill(client, world.url("prioriteiten", centre)).status_code == 200
    assert Cycle.get(Cycle.centre == centre).priorities_chosen_at
    block = document_of(offered_version().id).blocks[0].key
    fill(
        client,
        world.url("doelen/nieuw", centre),
        title="Rond",
        block=block,
        first_evaluation=(today() + timedelta(days=20)).isoformat(),
    )
    goal = Goal.get(Goal.centre == centre)
    at = f"/centrum/{centre.slug}/doelen/{goal.id}"
    assert client.get(at).status_code == 200
    assert client.post(f"{at}/afspreken", follow_redirects=True).status_code == 200
    evaluation = Evaluation.get(Evaluation.goal == goal)
    answer = fill(
        client,
        f"{at}/evaluaties/{evaluation.id}",
        held_on=today().isoformat(),
        verdict="reached",
        seen="Het loopt.",
        follow_up="secure",
    )
    assert answer.status_code == 200
    assert Goal.get_by_id(goal.id).state == "secured"
    assert client.get(world.url("", centre)).status_code == 200
    assert client.get(world.url("herscan", centre)).status_code == 200
    assert client.post(f"/centrum/{centre.slug}/openen", follow_redirects=True).status_code == 200
    fill_scan(world, client, centre, year.next)
    assert client.get(f"/centrum/{centre.slug}/geschiedenis").status_code == 200


@pytest.mark.parametrize("size", range(len(SHIPPED) + 1))
def test_the_cycle_goes_round_with_any_plugins(world: World, size: int) -> None:
    """Every subset of `size` plugins, each in a centre of its own."""
    with time_machine.travel(OCTOBER, tick=False):
        for names in (subset for subset in SUBSETS if len(subset) == size):
            centre, client = with_plugins(world, names)
            try:
                go_round(world, client, centre)
            except AssertionError as error:
                raise AssertionError(f"with {names or 'no plugins'}: {error}") from error
    assert [(f.plugin, f.hook, f.error) for f in PluginFault.select()] == []


def test_every_subset_is_tried() -> None:
    assert len(SUBSETS) == 2 ** len(SHIPPED)
