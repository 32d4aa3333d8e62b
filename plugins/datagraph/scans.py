"""A submitted scan beside the one before it, from the database, as a picture of what the graph shows."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from core.cycle import Cycle, Scan
from core.cycle.result import result_of
from core.dates import SchoolYear
from core.instrument import document_of
from core.people import Centre
from plugins.datagraph.chart import moved_chart, narrow_chart, wide_chart
from plugins.datagraph.series import Series, message, movement, series_of


@dataclass(frozen=True)
class Picture:
    """A scan's series, with its school year and that of the scan it is compared with, if any."""

    series: Series
    year: SchoolYear
    previous_year: SchoolYear | None

    @property
    def message(self) -> str:
        return message(self.series)

    @property
    def since(self) -> str:
        """The previous scan in running text."""
        return "vorig schooljaar" if self.previous_year == self.year.previous else str(self.previous_year)

    @property
    def movement(self) -> str:
        """What moved, with since when."""
        return movement(self.series, self.since)

    @property
    def movement_alone(self) -> str:
        """What moved, under a heading that says since when."""
        return movement(self.series)

    def wide(self, heading: str = "") -> Markup:
        return wide_chart(self.series, self.message, heading)

    def narrow(self) -> Markup:
        return narrow_chart(self.series, self.message)

    def moved(self) -> Markup:
        return moved_chart(self.series, self.movement)


def submitted_scan(cycle: Cycle) -> Scan | None:
    """The scan of a cycle once it is submitted."""
    return Scan.get_or_none((Scan.cycle == cycle.id) & Scan.submitted_at.is_null(False))


def picture_of(centre: Centre, scan: Scan) -> Picture:
    """A submitted scan beside the centre's submitted scan before it; five queries at most."""
    year = scan.cycle.school_year
    before = (
        Scan.select(Scan, Cycle)
        .join(Cycle)
        .where(
            (Cycle.centre == centre.id) & (Cycle.year < year.start_year) & Scan.submitted_at.is_null(False)
        )
        .order_by(Cycle.year.desc())
        .first()
    )
    series = series_of(
        result_of(scan),
        document_of(scan.instrument_id),
        result_of(before) if before else None,
        document_of(before.instrument_id) if before else None,
    )
    return Picture(series, year, before.cycle.school_year if before else None)
