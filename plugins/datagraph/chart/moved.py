"""What moved since the previous scan: a small graph of the blocks that changed stage."""

from __future__ import annotations

from markupsafe import Markup

from plugins.datagraph.chart import drawing as d
from plugins.datagraph.chart.fitting import fits, wrapped
from plugins.datagraph.series import Row, Series

WIDTH, SHOWN = 288, 400
NAME_SIZE, SIZE = 15, 13
TRACK = 26
MOST = 5  # rows; a card is no page
DESCRIPTION = "Per bouwsteen die van stadium veranderde: het stadium van de vorige keer en dat van vandaag."


def moved_chart(series: Series, message: str) -> Markup:
    """The rows that moved most: a hollow dot where they stood, an arrow to where they stand. Empty where none did."""
    drawing = d.Drawing()
    y = 0
    most = sorted(series.moved, key=lambda row: -abs(row.moved))[:MOST]
    for row in (row for row in series.moved if row in most):
        y = _row(drawing, series, row, y)
    return drawing.finished("graph-moved", WIDTH, y, SHOWN, message, DESCRIPTION) if y else Markup("")


def _row(drawing: d.Drawing, series: Series, row: Row, y: int) -> int:
    drawing.open_group(row.name)
    for line in wrapped(row.name, NAME_SIZE, WIDTH, most=2, bold=True):
        y += 20
        drawing.words(0, y, line, size=NAME_SIZE, bold=True)
    y += 19
    words = f"van {series.stage_name(row.previous)} naar {series.stage_name(row.stage)}"
    drawing.words(
        0, y, words if fits(words, SIZE, WIDTH) else wrapped(words, SIZE, WIDTH, most=1)[0], d.SOFT, SIZE
    )
    y += 7
    count = len(series.stages)
    for number in range(count):
        x, end = number * WIDTH // count, (number + 1) * WIDTH // count
        drawing.box(d.shade(number, count), x, y, end - x - 2, TRACK)
    before, after = ((2 * (stage or 1) - 1) * WIDTH // (2 * count) for stage in (row.previous, row.stage))
    look = "better" if row.moved > 0 else "worse"
    d.arrow(drawing, before, after, y + TRACK // 2, look, look, size=6)
    drawing.dot("previous", before, y + TRACK // 2, 6)
    drawing.close_group()
    return y + TRACK + 12
