"""The data graph for a wide place: names at the left, the track of stages, the pillars at the right."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from core.cycle import CHOICE_LABELS
from plugins.datagraph.chart import drawing as d
from plugins.datagraph.chart.fitting import fits, width, wrapped
from plugins.datagraph.series import Group, Row, Series

WIDTH, SHOWN = 960, 1120
BADGE_X, NAME_X = 12, 32
TRACK_X, TRACK_WIDTH = 306, 404
PILLAR_X, PILLARS_WIDTH = 720, 240
HEAD, GROUP_LINE, ROW, LABEL = 66, 21, 54, 16
DESCRIPTION = (
    "Per bouwsteen het stadium van vandaag en de ambitie op de ontwikkelingsschaal, met de prioriteiten, en "
    "de hefbomen en knelpunten per pijler. Dezelfde gegevens staan in de tabel op de pagina van de datagrafiek."
)


@dataclass(frozen=True)
class _Labels:
    """The blocks beside whose marks the marks are explained, once each."""

    growth: str = ""
    keep: str = ""
    stage: str = ""
    previous: str = ""

    def lifts(self, row: Row) -> bool:
        """Whether the row needs room for words above its marks."""
        return row.block in (self.growth, self.keep, self.stage)


def wide_chart(series: Series, message: str, heading: str = "") -> Markup:
    """The graph, 960 units wide. With a `heading` it stands alone: ground, heading and message are in it."""
    drawing, labels = d.Drawing(), _labels(series)
    lines = wrapped(message, 24, WIDTH, bold=True) if heading else []
    top = 44 + 30 * len(lines) if heading else 0
    bottom = top + HEAD + sum(_height(group, labels) for group in series.groups)
    if heading:
        drawing.box("ground", 0, 0, WIDTH, bottom + 4)
        drawing.words(0, 20, heading, d.SOFT, 16)
        for number, line in enumerate(lines):
            drawing.words(0, 50 + 30 * number, line, size=24, bold=True)
    _columns(drawing, series, top, bottom)
    _pillars(drawing, series, top, bottom)
    y = top + HEAD
    for group in series.groups:
        y = _group(drawing, series, group, labels, y)
    drawing.line("axis", 0, bottom, WIDTH, bottom)
    return drawing.finished("graph-wide", WIDTH, bottom + 4, SHOWN, f"Datagrafiek: {message}", DESCRIPTION)


def _labels(series: Series) -> _Labels:
    growing = [row for row in series.rows if row.growth > 0]
    first = next((row for row in growing if row.previous), growing[0] if growing else None)
    keeping = next((row for row in series.rows if row.keeps), None)
    stage = first or keeping or next((row for row in series.rows if row.stage), None)
    before = first if first and first.previous else next((row for row in series.rows if row.previous), None)
    return _Labels(*(row.block if row else "" for row in (first, keeping, stage, before)))


def _centre(series: Series, stage: int) -> int:
    """Where a stage stands on the track."""
    return TRACK_X + (2 * stage - 1) * TRACK_WIDTH // (2 * len(series.stages))


def _height(group: Group, labels: _Labels) -> int:
    rows = sum(ROW + (LABEL if labels.lifts(row) else 0) for row in group.rows)
    return 14 + GROUP_LINE * len(_group_lines(group)) + rows


def _group_lines(group: Group) -> list[str]:
    return wrapped(group.name, 16, TRACK_X - 16, most=2, bold=True)


def _columns(drawing: d.Drawing, series: Series, top: int, bottom: int) -> None:
    count = len(series.stages)
    room = TRACK_WIDTH // count
    crowded = not all(fits(name, 15, room, bold=True) for name in series.stages)
    for number, name in enumerate(series.stages):
        x, end = TRACK_X + number * TRACK_WIDTH // count, TRACK_X + (number + 1) * TRACK_WIDTH // count
        drawing.box(d.shade(number, count), x, top + HEAD, end - x - 2, bottom - top - HEAD)
        line = wrapped(name, 15, 2 * room if crowded else room, most=1, bold=True)[0]
        raised = 20 if crowded and number % 2 == 0 else 0  # every other name a line higher: twice the room
        drawing.words((x + end) // 2 - 1, top + HEAD - 10 - raised, line, size=15, bold=True, anchor="middle")


def _pillars(drawing: d.Drawing, series: Series, top: int, bottom: int) -> None:
    rows = series.rows
    if any(row.rank for row in rows):
        drawing.dot("priority", BADGE_X, top + HEAD - 15, 8)
        drawing.words(NAME_X, top + HEAD - 10, "prioriteit, in volgorde", d.SOFT)
    if not series.pillars:
        return
    d.up(drawing, PILLAR_X + 8, top + 11)
    drawing.words(PILLAR_X + 22, top + 17, "hefboom")
    d.down(drawing, PILLAR_X + 106, top + 11)
    drawing.words(PILLAR_X + 120, top + 17, "knelpunt")
    room = PILLARS_WIDTH // len(series.pillars)
    for number, pillar in enumerate(series.pillars):
        if number:
            drawing.line("line", PILLAR_X + number * room, top + HEAD, PILLAR_X + number * room, bottom)
        lines = wrapped(pillar.short, 15, room - 2, most=2)
        for index, line in enumerate(lines):
            y = top + HEAD - 10 - 17 * (len(lines) - 1 - index)
            drawing.words(PILLAR_X + number * room + room // 2, y, line, d.SOFT, anchor="middle")


def _group(drawing: d.Drawing, series: Series, group: Group, labels: _Labels, y: int) -> int:
    """Draw a cluster from `y` down; returns where it ends."""
    drawing.line("axis", 0, y, WIDTH, y)
    for line in _group_lines(group):
        y += GROUP_LINE
        drawing.words(0, y + 3, line, size=16, bold=True)
    y += 14
    for row in group.rows:
        if row is not group.rows[0]:
            drawing.line("line", 0, y, WIDTH, y)
        y += LABEL if labels.lifts(row) else 0
        _row(drawing, series, row, labels, y + 20)
        y += ROW
    return y


def _row(drawing: d.Drawing, series: Series, row: Row, labels: _Labels, y: int) -> None:
    """Draw a block with its marks at `y`."""
    drawing.open_group(row.name)
    if row.rank:
        d.badge(drawing, row.rank, BADGE_X, y)
    drawing.words(NAME_X, y + 5, row.label, size=17)
    _remarks(drawing, row, NAME_X, y + 22)
    if row.previous:
        _previous(drawing, series, row, labels, y + 23)
    if row.stage:
        _marks(drawing, series, row, labels, y)
    else:
        drawing.words(TRACK_X + 12, y + 5, "niet ingevuld", d.SOFT)
    room = PILLARS_WIDTH // max(len(series.pillars), 1)
    for number, pillar in enumerate(series.pillars):
        x = PILLAR_X + number * room + room // 2
        if pillar.key in row.levers:
            d.up(drawing, x - 11, y)
        if pillar.key in row.bottlenecks:
            d.down(drawing, x + 11, y)
    drawing.close_group()


def _remarks(drawing: d.Drawing, row: Row, x: int, y: int) -> None:
    """Whether it is a choice and whether it inspires, as signs with their words."""
    if row.choice:
        label = CHOICE_LABELS.get(row.choice, row.choice)
        d.choice(drawing, row.choice, x + 6, y)
        drawing.words(x + 18, y + 5, label, d.SOFT)
        x += 32 + width(label, 15)
    if row.inspiring:
        d.star(drawing, x + 6, y)
        drawing.words(x + 18, y + 5, "Inspirerend", d.SOFT)


def _previous(drawing: d.Drawing, series: Series, row: Row, labels: _Labels, y: int) -> None:
    x = _centre(series, row.previous or 1)
    drawing.dot("previous", x, y, 5)
    if row.block == labels.previous:
        last = row.previous == len(series.stages)
        drawing.words(
            x - 11 if last else x + 11, y + 5, "vorige keer", d.SOFT, anchor="end" if last else "start"
        )


def _marks(drawing: d.Drawing, series: Series, row: Row, labels: _Labels, y: int) -> None:
    x = _centre(series, row.stage or 1)
    if row.growth > 0:
        end = _centre(series, row.wish or 1)
        d.arrow(drawing, x, end, y)
        if row.block == labels.growth:
            drawing.words(end, y - 15, "ambitie", anchor="middle")
    drawing.dot("stage", x, y, 8)
    if row.keeps:
        drawing.dot("ring", x, y, 13)
    said = [
        word for word, block in (("vandaag", labels.stage), ("aanhouden", labels.keep)) if block == row.block
    ]
    if said:
        drawing.words(x, y - (18 if row.keeps else 15), ", ".join(said), anchor="middle")
