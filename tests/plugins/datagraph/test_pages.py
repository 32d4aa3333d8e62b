"""The data graph's page and file, and its pieces on core's pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine

from core.cycle import Cycle, Scan
from core.cycle.result import BlockResult
from core.instrument import document_of
from core.people import Role
from core.plugins import ask
from core.steps import people as office
from tests.world import World, statements

READERS = (
    Role.NETWORK_ADMIN, Role.NETWORK_ADVISER, Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER, Role.STAFF, Role.GROUP_READER,
)  # fmt: skip


def two_years(world: World) -> Scan:
    """Last year every block in stage 2; this year the first in 3, wished 4, with a lever."""
    this_year = datetime(world.year.start_year, 11, 10, 10, tzinfo=UTC)
    with time_machine.travel(this_year.replace(year=this_year.year - 1), tick=False):
        world.submit(stage=2, wish=3)
    scan = world.open_cycle()
    ratings = list(world.result(scan, stage=2, wish=2).ratings)
    ratings[0] = BlockResult(ratings[0].block, 3, 4, "context", differences=("nee",), levers=("mensen",))
    return world.submit(scan, ratings=tuple(ratings))


@pytest.mark.parametrize("role", READERS)
def test_whoever_may_read_results_reads_the_graph(world: World, role: Role) -> None:
    world.submit()
    assert world.client(role).get(world.url("datagraaf")).status_code == 200
    assert world.client(role).get(world.url("datagraaf.svg")).status_code == 200


@pytest.mark.parametrize("path", ["datagraaf", "datagraaf.svg"])
def test_the_graph_of_another_centre_does_not_exist(world: World, path: str) -> None:
    world.submit()
    assert world.client(world.outsider).get(world.url(path)).status_code == 404


@pytest.mark.parametrize("path", ["datagraaf", "datagraaf.svg"])
def test_a_graph_that_is_switched_off_does_not_exist(world: World, path: str) -> None:
    world.submit()
    world.switch("datagraph", False)
    assert world.client().get(world.url(path)).status_code == 404


def test_people_of_the_centre_read_what_will_be_here_while_the_scan_is_open(world: World) -> None:
    world.open_cycle()
    page = world.client(Role.MEMBER).get(world.url("datagraaf"))
    assert page.status_code == 200
    assert "nog niet ingediend" in page.text
    assert "<figure" not in page.text


def test_the_school_group_does_not_see_an_open_scan(world: World) -> None:
    world.open_cycle()
    assert world.client(Role.GROUP_READER).get(world.url("datagraaf")).status_code == 404


def test_there_is_no_file_of_an_open_scan(world: World) -> None:
    world.open_cycle()
    assert world.client().get(world.url("datagraaf.svg")).status_code == 404


def test_a_year_without_a_cycle_has_no_graph(world: World) -> None:
    world.submit()
    assert world.client().get(world.url("datagraaf", year=world.year.next)).status_code == 404


def cells(html: str, block: str) -> list[str]:
    """The cells of a block's row in the table."""
    row = re.search(rf'<th scope="row">{block}</th>(.*?)</tr>', html.replace("&nbsp;", " "), re.S)
    assert row is not None
    return [" ".join(cell.split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row[1], re.S)]


def test_the_table_holds_the_numbers_of_the_graph(world: World) -> None:
    scan = two_years(world)
    names = [block.name for block in document_of(scan.instrument_id).blocks]
    html = world.client().get(world.url("datagraaf")).text
    assert cells(html, names[0]) == [
        "3. Geïntegreerd", "4. Systematisch", "2. Planmatig", "Vooral door de context", "1", "Mensen en cultuur", "",
    ]  # fmt: skip
    assert cells(html, names[5])[:4] == [
        "2. Planmatig",
        "2. Planmatig (aanhouden)",
        "2. Planmatig",
        "Bewuste keuze",
    ]
    assert html.count("<svg xmlns") == 2


def test_the_page_says_its_message_and_what_moved(world: World) -> None:
    two_years(world)
    html = world.client().get(world.url("datagraaf")).text
    assert (
        "<figcaption>Jullie willen groeien in Behartiger van de leerling en de rest aanhouden</figcaption>"
        in html
    )
    assert "Sinds vorig schooljaar gingen jullie vooruit in Behartiger van de leerling." in html


def test_a_first_scan_has_no_column_for_the_previous_one(world: World) -> None:
    world.submit()
    html = world.client().get(world.url("datagraaf")).text
    assert "Vorige keer" not in html
    assert "mark-previous" not in html


def test_the_file_is_a_drawing_that_stands_alone_under_the_centres_name(world: World) -> None:
    world.submit()
    answer = world.client().get(world.url("datagraaf.svg"))
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{world.centre.slug}-{world.year}-datagrafiek.svg"'
    )
    words = [element.text for element in ElementTree.fromstring(answer.data).iter()]
    assert f"{world.centre.name} · zelfscan {world.year}" in words


def test_the_number_of_queries_does_not_grow_with_the_years(world: World) -> None:
    two_years(world)
    client = world.client()
    client.get(world.url("datagraaf"))
    with statements() as few:
        client.get(world.url("datagraaf"))
    with time_machine.travel(datetime(world.year.start_year + 1, 11, 10, 10, tzinfo=UTC), tick=False):
        world.submit()
        client = world.client()
        with statements() as many:
            assert client.get(world.url("datagraaf")).status_code == 200
    assert len(many) == len(few)


# on core's pages


def test_the_graph_is_a_panel_beside_the_result(world: World) -> None:
    scan = world.submit()
    with world.app.test_request_context():
        (panel,) = [
            str(found) for found in ask("rating_panels", world.centre, scan=scan) if "graph-wide" in found
        ]
    assert world.url("datagraaf") in panel


def test_the_menu_links_to_the_graph(world: World) -> None:
    world.submit()
    with world.app.test_request_context():
        assert "datagraph.show_graph" in [link.endpoint for link in ask("centre_links", world.centre)]


def test_home_shows_what_moved_once_both_scans_are_in(world: World) -> None:
    cycle = two_years(world).cycle
    with world.app.test_request_context():
        (card,) = [
            str(found)
            for found in ask("dashboard_cards", world.centre, cycle=cycle)
            if "graph-moved" in found
        ]
    assert "Wat veranderde sinds vorig schooljaar" in card
    assert card.count("mark-previous") == 1


def test_home_says_so_where_nothing_moved(world: World) -> None:
    this_year = datetime(world.year.start_year, 11, 10, 10, tzinfo=UTC)
    with time_machine.travel(this_year.replace(year=this_year.year - 1), tick=False):
        world.submit()
    cycle = world.submit().cycle
    with world.app.test_request_context():
        cards = "".join(ask("dashboard_cards", world.centre, cycle=cycle))
    assert "Elke bouwsteen bleef in hetzelfde stadium" in cards


def test_home_has_no_card_for_a_first_scan_or_an_open_one(world: World) -> None:
    with world.app.test_request_context():
        first = world.open_cycle()
        assert "Wat veranderde" not in "".join(
            ask("dashboard_cards", world.centre, cycle=Cycle.get_by_id(first.cycle_id))
        )
        world.submit(first)
        assert "Wat veranderde" not in "".join(
            ask("dashboard_cards", world.centre, cycle=Cycle.get_by_id(first.cycle_id))
        )


def test_a_graph_that_is_switched_off_leaves_core_pages_alone(world: World) -> None:
    scan = two_years(world)
    office.switch_plugin(world.centre, "datagraph", False, world.people[Role.NETWORK_ADMIN].id)
    with world.app.test_request_context():
        assert "graph-wide" not in "".join(ask("rating_panels", world.centre, scan=scan))
        assert "graph-moved" not in "".join(ask("dashboard_cards", world.centre, cycle=scan.cycle))
        assert "datagraph.show_graph" not in [link.endpoint for link in ask("centre_links", world.centre)]
