"""Tables as files, read back as a spreadsheet would."""

from __future__ import annotations

import csv
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from core.hookspecs import Table
from core.spreadsheet import neutral
from plugins.exports.writers import csv_bytes, xlsx_bytes

PAYLOADS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", '=HYPERLINK("http://x";"klik")')


def table(
    *rows: list[Any],
    headings: tuple[str, ...] = ("Naam", "Waarde"),
    name: str = "proef",
    title: str = "Proef",
) -> Table:
    return Table(name, title, headings, rows)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def sheet_of(*tables: Table, at: int = 0) -> Any:
    book = load_workbook(BytesIO(xlsx_bytes(tables)))
    return book[book.sheetnames[at]]


# CSV


def test_csv_is_as_belgian_spreadsheets_read_it() -> None:
    content = csv_bytes([table(["é", 2.5], ["b", None])])
    assert content == "\ufeffNaam;Waarde\r\né;2,5\r\nb;\r\n".encode()


def test_csv_writes_days_and_moments_as_people_do() -> None:
    summer = datetime(2026, 7, 1, 12, 5, tzinfo=UTC)
    assert csv_rows(csv_bytes([table([date(2026, 9, 1), summer])]))[1] == ["1/9/2026", "1/7/2026 14:05"]


def test_csv_keeps_separators_quotes_and_line_breaks_in_their_cell() -> None:
    nasty = 'a;b"c\nd'
    assert csv_rows(csv_bytes([table([nasty, "x"])]))[1] == [nasty, "x"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_is_a_formula_in_csv(payload: str) -> None:
    rows = csv_rows(csv_bytes([table([payload, 1], headings=(payload, "Waarde"))]))
    assert [row[0] for row in rows] == [neutral(payload)] * 2
    assert all(row[0].startswith("'") for row in rows)


def test_a_negative_number_stays_a_number() -> None:
    assert csv_rows(csv_bytes([table(["a", -1.5])]))[1] == ["a", "-1,5"]


def test_ordinary_text_is_left_alone() -> None:
    assert neutral("Elke leerling = gehoord") == "Elke leerling = gehoord"


def test_several_tables_are_a_zip_with_a_file_for_each() -> None:
    with zipfile.ZipFile(
        BytesIO(csv_bytes([table(["a", 1], name="doelen"), table(["b", 2], name="../Acties")]))
    ) as archive:
        assert archive.namelist() == ["doelen.csv", "acties.csv"]
        assert csv_rows(archive.read("acties.csv"))[1] == ["b", "2"]


def test_the_same_tables_make_the_same_zip() -> None:
    tables = [table(["a", 1]), table(["b", 2])]
    assert csv_bytes(tables) == csv_bytes(tables)


def test_tables_of_one_name_do_not_overwrite_each_other() -> None:
    with zipfile.ZipFile(BytesIO(csv_bytes([table(["a", 1]), table(["b", 2])]))) as archive:
        assert archive.namelist() == ["proef.csv", "proef-2.csv"]


# XLSX


def test_a_workbook_has_a_sheet_for_each_table() -> None:
    book = load_workbook(
        BytesIO(xlsx_bytes([table(["a", 1], title="Doelen"), table(["b", 2], title="Acties")]))
    )
    assert book.sheetnames == ["Doelen", "Acties"]
    assert [[cell.value for cell in row] for row in book["Acties"].iter_rows()] == [
        ["Naam", "Waarde"],
        ["b", 2],
    ]


def test_the_heading_is_bold_and_stays_in_view() -> None:
    sheet = sheet_of(table(["a", 1]))
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"


def test_days_are_real_days_and_moments_are_on_the_brussels_clock() -> None:
    sheet = sheet_of(table([date(2026, 9, 1), datetime(2026, 7, 1, 12, 5, tzinfo=UTC)]))
    assert (sheet["A2"].value, sheet["A2"].is_date) == (datetime(2026, 9, 1), True)
    assert sheet["B2"].value == datetime(2026, 7, 1, 14, 5)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_is_a_formula_in_a_workbook(payload: str) -> None:
    sheet = sheet_of(table([payload, 1], headings=(payload, "Waarde")))
    assert {sheet["A1"].data_type, sheet["A2"].data_type} == {"s"}


def test_an_address_is_no_link() -> None:
    assert sheet_of(table(["https://example.test/", 1]))["A2"].hyperlink is None


def test_control_characters_that_xml_forbids_are_left_out() -> None:
    assert sheet_of(table(["a\x00b\x0bc\x1fd\ufffee\nf", 1]))["A2"].value == "abcde\nf"


def test_a_text_longer_than_a_cell_is_cut_and_not_dropped() -> None:
    assert len(sheet_of(table(["x" * 40_000, 1]))["A2"].value) == 32_767


@pytest.mark.parametrize("title", ["[Doelen]: wat/nu?", "x" * 50, "'aanhaling'", "", "*"])
def test_any_title_makes_a_name_for_a_sheet(title: str) -> None:
    book = load_workbook(
        BytesIO(xlsx_bytes([table(["a", 1], title=title), table(["b", 2], title=title.upper())]))
    )
    assert len(book.sheetnames) == 2
    assert all(0 < len(name) <= 31 for name in book.sheetnames)


def test_columns_are_wide_enough_to_read_and_no_wider() -> None:
    sheet = sheet_of(table(["kort", "x" * 500]))
    assert 8 <= sheet.column_dimensions["A"].width < 12
    assert 60 <= sheet.column_dimensions["B"].width < 62


def test_a_number_that_is_none_does_not_stop_the_workbook() -> None:
    assert sheet_of(table(["a", float("nan")])).max_row == 2
