"""CSV for Belgian spreadsheets, in which nothing that people typed acts as a formula."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.spreadsheet import csv_bytes, neutral


@pytest.mark.parametrize(
    "payload", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "\x01=1"]
)
def test_a_text_that_starts_like_a_formula_gets_an_apostrophe(payload: str) -> None:
    assert neutral(payload).startswith("'")


def test_headings_are_neutralised_too() -> None:
    assert csv_bytes(["=A1"], []).decode("utf-8-sig") == "'=A1\r\n"


def test_days_moments_and_decimals_are_written_as_belgians_write_them() -> None:
    row = [date(2026, 9, 1), datetime(2026, 9, 1, 12, 2, tzinfo=UTC), 2.5, True, None]
    assert csv_bytes(["a"], [row]).decode("utf-8-sig").splitlines()[1] == "1/9/2026;1/9/2026 14:02;2,5;ja;"
