"""CSV as Belgian spreadsheets read it. What people typed is data: nothing in it acts as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from core.dates import local

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

#: Signs that neither XML nor a spreadsheet has a place for.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file with semicolons and a byte order mark, as a Belgian Excel opens it."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([csv_cell(heading) for heading in headings])
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def csv_cell(value: Any) -> str:
    """A value as a cell: days as 1/9/2026, moments on the Brussels clock, a decimal comma, ja and nee."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        moment = on_the_clock(value)
        return f"{_day(moment)} {moment:%H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value).replace(".", ",")
    return neutral(as_text(value))


def _day(value: date) -> str:
    return f"{value.day}/{value.month}/{value.year}"


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before one that starts like it."""
    visible = CONTROLS.sub("", text)  # first, or taking one away could leave a formula
    return f"'{visible}" if visible.startswith(FORMULA_STARTS) else visible


def as_text(value: Any) -> str:
    """A value that is no number or date, in words."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)


def on_the_clock(value: datetime) -> datetime:
    """A moment on the Brussels clock, without its zone."""
    return local(value).replace(tzinfo=None) if value.tzinfo else value
