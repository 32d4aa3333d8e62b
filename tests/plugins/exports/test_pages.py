"""The page with the choices, and the files that people take along."""

from __future__ import annotations

import csv
import zipfile
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook

from core.cycle.result import BlockResult
from core.hookspecs import ExportFormat, Table, hookimpl
from core.people import Role
from core.plugins import ask, registry
from tests.world import World, statements

TAKERS = (Role.NETWORK_ADMIN, Role.NETWORK_ADVISER, Role.DIRECTOR, Role.COORDINATOR, Role.MEMBER)
FILES = ("zelfscan.xlsx", "zelfscan.csv", "plan.xlsx", "plan.csv", "alles.xlsx", "alles.csv")
PATHS = ("exporteren", *(f"exporteren/{name}" for name in FILES))


def two_years(world: World) -> None:
    this_year = datetime(world.year.start_year, 11, 10, 10, tzinfo=UTC)
    with time_machine.travel(this_year.replace(year=this_year.year - 1), tick=False):
        world.submit(stage=1)
    world.submit(stage=2)


def take(world: World, path: str, who: Any = Role.COORDINATOR) -> Any:
    answer = world.client(who).get(world.url(f"exporteren/{path}"))
    assert answer.status_code == 200, path
    return answer


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("role", TAKERS)
def test_whoever_may_export_gets_the_page_and_the_files(world: World, role: Role) -> None:
    world.submit()
    client = world.client(role)
    assert [client.get(world.url(path)).status_code for path in PATHS] == [200] * len(PATHS)


@pytest.mark.parametrize("role", [Role.STAFF, Role.GROUP_READER])
def test_staff_and_school_groups_take_nothing_along(world: World, role: Role) -> None:
    world.submit()
    client = world.client(role)
    assert [client.get(world.url(path)).status_code for path in PATHS] == [403] * len(PATHS)


def test_the_exports_of_another_centre_do_not_exist(world: World) -> None:
    world.submit()
    client = world.client(world.outsider)
    assert [client.get(world.url(path)).status_code for path in PATHS] == [404] * len(PATHS)


def test_exports_that_are_switched_off_do_not_exist(world: World) -> None:
    world.submit()
    world.switch("exports", False)
    client = world.client()
    assert [client.get(world.url(path)).status_code for path in PATHS] == [404] * len(PATHS)
    with world.app.test_request_context():
        assert ask("export_formats", world.centre) == []
        assert "exports.show_choices" not in [link.endpoint for link in ask("centre_links", world.centre)]


@pytest.mark.parametrize("path", ["iets.csv", "zelfscan.pdf", "zelfscan", "zelfscan.xlsx.csv"])
def test_an_unknown_file_does_not_exist(world: World, path: str) -> None:
    world.submit()
    assert world.client().get(world.url(f"exporteren/{path}")).status_code == 404


def test_a_year_without_a_cycle_has_nothing_to_export(world: World) -> None:
    world.submit()
    client = world.client()
    assert client.get(world.url("exporteren", year=world.year.next)).status_code == 404
    assert client.get(world.url("exporteren/alles.csv", year=world.year.next)).status_code == 404


@pytest.mark.parametrize("span", ["", "2", "dit,alle"])
def test_an_unknown_span_of_years_is_refused(world: World, span: str) -> None:
    world.submit()
    assert world.client().get(world.url("exporteren/zelfscan.csv") + f"?jaren={span}").status_code == 400


def test_a_scan_is_taken_along_as_a_workbook_under_the_centres_name(world: World) -> None:
    world.submit(stage=2, wish=4)
    answer = take(world, "zelfscan.xlsx?jaren=dit")
    assert (
        answer.headers["Content-Disposition"]
        == f"attachment; filename=clb-aalrijk-{world.year}-zelfscan.xlsx"
    )
    sheet = load_workbook(BytesIO(answer.data))["Zelfscan"]
    first = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in sheet[2]), strict=True))
    assert (first["Schooljaar"], first["Stadium"], first["Ambitie"], first["Prioriteit"]) == (
        str(world.year),
        2,
        4,
        1,
    )
    assert sheet.max_row == 12


def test_a_scan_in_csv_is_one_plain_file(world: World) -> None:
    world.submit()
    answer = take(world, "zelfscan.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].endswith(f"clb-aalrijk-{world.year}-zelfscan.csv")
    assert len(csv_rows(answer.data)) == 12


def test_a_plan_in_csv_is_a_zip_without_the_scan(world: World) -> None:
    world.submit()
    goal = world.add_goal()
    world.add_evaluation(goal)
    answer = take(world, "plan.csv")
    assert answer.headers["Content-Disposition"].endswith(f"clb-aalrijk-{world.year}-plan.zip")
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert {"doelen.csv", "acties.csv", "evaluaties.csv"} <= set(archive.namelist())
        assert "zelfscan.csv" not in archive.namelist()
        assert goal.title in archive.read("doelen.csv").decode()


def test_everything_is_the_scan_and_the_plan(world: World) -> None:
    world.submit()
    book = load_workbook(BytesIO(take(world, "alles.xlsx").data))
    assert {"Zelfscan", "Doelen", "Acties", "Evaluaties"} <= set(book.sheetnames)


def test_this_year_is_one_year_and_all_years_are_all(world: World) -> None:
    two_years(world)
    this, every = take(world, "zelfscan.csv?jaren=dit"), take(world, "zelfscan.csv?jaren=alle")
    assert {row[0] for row in csv_rows(this.data)[1:]} == {str(world.year)}
    assert {row[0] for row in csv_rows(every.data)[1:]} == {str(world.year.previous), str(world.year)}
    assert every.headers["Content-Disposition"].endswith("clb-aalrijk-alle-schooljaren-zelfscan.csv")


def test_a_scan_that_is_not_submitted_is_not_taken_along(world: World) -> None:
    world.open_cycle()
    assert len(csv_rows(take(world, "zelfscan.csv").data)) == 1


def test_what_people_typed_is_no_formula_in_a_file(world: World) -> None:
    scan = world.open_cycle()
    ratings = list(world.result(scan).ratings)
    ratings[0] = BlockResult(ratings[0].block, 2, 3, "deliberate", "=cmd|'/c calc'!A1", differences=("nee",))
    world.submit(scan, ratings=tuple(ratings))
    assert "'=cmd|'/c calc'!A1" in csv_rows(take(world, "zelfscan.csv").data)[1]
    sheet = load_workbook(BytesIO(take(world, "zelfscan.xlsx").data))["Zelfscan"]
    (cell,) = [cell for cell in sheet[2] if str(cell.value).startswith("=cmd")]
    assert cell.data_type == "s"


def test_no_word_of_another_centre_is_in_an_export(world: World) -> None:
    scan = world.open_cycle(world.other)
    ratings = [
        BlockResult(r.block, 2, 3, "deliberate", "KANARIE", differences=("nee",))
        for r in world.result(scan).ratings
    ]
    world.submit(scan, ratings=tuple(ratings))
    world.add_evaluation(world.add_goal(centre=world.other, title="KANARIE"))
    two_years(world)
    for name in FILES:
        content = take(world, f"{name}?jaren=alle").data
        if not name.startswith("zelfscan.csv"):
            with zipfile.ZipFile(BytesIO(content)) as archive:
                content = b"".join(archive.read(entry) for entry in archive.namelist())
        assert b"KANARIE" not in content, name


def test_a_table_of_a_plugin_comes_along_with_the_plan_and_a_format_with_the_page(world: World) -> None:
    class More:
        __name__ = "more"
        default_enabled = True

        @hookimpl
        def export_tables(self) -> list[Table]:
            return [Table("extra", "Extra", ("Kop",), [["cel"]])]

        @hookimpl
        def export_formats(self) -> list[ExportFormat]:
            return [
                ExportFormat("txt", "Platte tekst", "text/plain", lambda tables: tables[-1].name.encode()),
                ExportFormat("csv", "Andere CSV", "text/plain", lambda tables: b"anders"),
            ]

    registry().register("more", More())
    world.submit()
    assert take(world, "plan.txt").data == b"extra"
    assert take(world, "zelfscan.csv").data != b"anders"
    assert "Platte tekst" in world.client().get(world.url("exporteren")).text


def test_the_page_says_what_is_in_each_file(world: World) -> None:
    world.submit()
    world.add_goal()
    html = world.client().get(world.url("exporteren")).text
    text = " ".join(html.split())
    assert "Zelfscan (11 rijen)" in text
    assert "Doelen (1 rij)" in text
    assert "Acties (nog leeg)" in text
    for name in FILES:
        for span in ("dit", "alle"):
            assert world.url(f"exporteren/{name}") + f"?jaren={span}" in html


def test_the_page_asks_as_much_with_many_years_as_with_one(world: World) -> None:
    world.submit()
    client = world.client()
    client.get(world.url("exporteren"))
    with statements() as few:
        client.get(world.url("exporteren"))
    with time_machine.travel(datetime(world.year.start_year + 1, 11, 10, 10, tzinfo=UTC), tick=False):
        world.submit()
        client = world.client()
        with statements() as many:
            assert client.get(world.url("exporteren")).status_code == 200
    assert len(many) == len(few)


@pytest.mark.sqlite_only
def test_all_years_take_as_many_statements_as_one(world: World) -> None:
    two_years(world)
    client, path = world.client(), world.url("exporteren/zelfscan.csv")
    with statements() as one:
        client.get(path)
    with statements() as all_years:
        client.get(f"{path}?jaren=alle")
    assert len(all_years) <= len(one) + 1  # which years there are
