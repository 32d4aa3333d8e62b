"""Tables as files: an XLSX workbook, or CSV as Belgian spreadsheets read it.

What people typed is data in every file: nothing in it may act as a formula when it is opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from core import spreadsheet
from core.hookspecs import ExportFormat, Table
from core.spreadsheet import CONTROLS, as_text, csv_cell, on_the_clock

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same tables make the same zip
CELL_LIMIT, SHEET_NAME_LIMIT = 32_767, 31  # characters; Excel's own limits
NARROWEST, WIDEST = 8, 60  # widths of columns, in characters

_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_FILE_NAMES = re.compile(r"[^a-z0-9]+")


# CSV


def csv_bytes(tables: Sequence[Table]) -> bytes:
    """One table as a CSV file; several as a zip with a CSV file for each."""
    if len(tables) == 1:
        return spreadsheet.csv_bytes(tables[0].headings, tables[0].rows)
    return _zip(tables)


def _zip(tables: Sequence[Table]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        names = _distinct(
            (_NOT_IN_FILE_NAMES.sub("-", table.name.lower()).strip("-") for table in tables), 60
        )
        for name, table in zip(names, tables, strict=True):
            entry = zipfile.ZipInfo(f"{name}.csv", LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, spreadsheet.csv_bytes(table.headings, table.rows))
    return out.getvalue()


# XLSX


def xlsx_bytes(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet for each table."""
    import xlsxwriter

    out = BytesIO()
    settings = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(out, settings) as book:
        looks = {
            "head": book.add_format({"bold": True, "valign": "top", "text_wrap": True, "bottom": 1}),
            "text": book.add_format({"valign": "top", "text_wrap": True}),
            "day": book.add_format({"valign": "top", "num_format": "d/m/yyyy"}),
            "moment": book.add_format({"valign": "top", "num_format": "d/m/yyyy hh:mm"}),
        }
        names = _distinct(
            (_NOT_IN_SHEET_NAMES.sub(" ", table.title).strip() for table in tables), SHEET_NAME_LIMIT
        )
        for name, table in zip(names, tables, strict=True):
            _fill_sheet(book.add_worksheet(name), table, looks)
    return out.getvalue()


def _fill_sheet(sheet: Any, table: Table, looks: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for column, heading in enumerate(table.headings):
        sheet.write_string(0, column, _cell_text(heading), looks["head"])
        sheet.set_column(column, column, _width(heading, (row[column] for row in table.rows)))
    for number, row in enumerate(table.rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, looks)


def _write_cell(sheet: Any, row: int, column: int, value: Any, looks: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, on_the_clock(value), looks["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks["day"])
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, value, looks["text"])
    else:
        sheet.write_string(row, column, _cell_text(value), looks["text"])


def _cell_text(value: Any) -> str:
    return CONTROLS.sub("", as_text(value))[:CELL_LIMIT]


def _width(heading: str, values: Iterable[Any]) -> int:
    longest = max(
        (len(line) for value in (heading, *values) for line in csv_cell(value).splitlines()), default=0
    )
    return min(max(longest + 2, NARROWEST), WIDEST)


# both


def _distinct(names: Iterable[str], limit: int) -> list[str]:
    """Names of at most `limit` characters, numbered where two would be alike whatever their case."""
    found: list[str] = []
    for name in names:
        wanted, number = (name or "tabel")[:limit], 1
        while wanted.lower() in {other.lower() for other in found}:
            number += 1
            wanted = f"{name[: limit - 1 - len(str(number))]}-{number}"
        found.append(wanted)
    return found


XLSX = ExportFormat(
    "xlsx", "Excel-werkmap", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_bytes
)
CSV = ExportFormat("csv", "CSV-bestanden (zip)", "text/csv", csv_bytes)


def kind_of(chosen: ExportFormat, tables: Sequence[Table]) -> tuple[str, str]:
    """The suffix and type of the file that a format makes of these tables: several CSV files travel in a zip."""
    if chosen is CSV and len(tables) != 1:
        return "zip", "application/zip"
    return chosen.suffix, chosen.mimetype
