"""What can be taken along: which tables belong to which file, over which school years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.cycle import Cycle
from core.dates import SchoolYear
from core.hookspecs import Table
from core.people import Centre
from core.plugins import ask

SCAN_TABLE = "zelfscan"  # core's table of results; every other table tells of the plan
THIS_YEAR, ALL_YEARS = "dit", "alle"


@dataclass(frozen=True)
class Parcel:
    """A choice of tables: its name in addresses and file names, and what people read of it."""

    key: str
    title: str
    text: str

    def holds(self, table: Table) -> bool:
        """Whether a table is part of it."""
        return self.key == "alles" or (table.name == SCAN_TABLE) == (self.key == "zelfscan")


PARCELS = (
    Parcel(
        "zelfscan",
        "Zelfscan",
        "Per bouwsteen het stadium, de ambitie, de keuze, de verschillen, de hefbomen en de knelpunten, met jullie "
        "toelichting. Alleen ingediende zelfscans staan erin.",
    ),
    Parcel("plan", "Verbeterplan", "De doelen met hun acties en evaluaties, en wat modules daarbij bewaren."),
    Parcel("alles", "Alles samen", "De zelfscan en het verbeterplan in één bestand."),
)


def parcel(key: str) -> Parcel | None:
    """The parcel that an address names."""
    return next((found for found in PARCELS if found.key == key), None)


def years_of(centre: Centre, year: SchoolYear, span: str) -> list[int]:
    """The calendar years in which the asked school years start: the one of the page, or all with a cycle."""
    if span == THIS_YEAR:
        return [year.start_year]
    rows = Cycle.select(Cycle.year).where(Cycle.centre == centre.id).order_by(Cycle.year)
    return [row.year for row in rows]


def tables_of(centre: Centre, years: Sequence[int]) -> list[Table]:
    """Every table about a centre, from core and from the plugins that are on for it."""
    tables: list[Table] = ask("export_tables", centre, years=years)
    return tables
