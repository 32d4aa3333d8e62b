"""The data graph for a phone: each block's name, words and marks under each other. Drawn to be read at 320 pixels."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from core.cycle import CHOICE_LABELS
from plugins.datagraph.chart import drawing as d
from plugins.datagraph.chart.fitting import wrapped
from plugins.datagraph.chart.wide import DESCRIPTION
from plugins.datagraph.series import Group, Row, Series

WIDTH, SHOWN = 288, 416
SIZE, NAME_SIZE = 13, 15
LINE, NAME_LINE = 19, 20
INDENT = 18  # of words behind a sign


def narrow_chart(series: Series, message: str) -> Markup:
    """The graph, 288 units wide: a phone's width without its margins."""
    drawing = d.Drawing()
    y = 0
    for group in series.groups:
        y = _group(drawing, series, group, y)
    return drawing.finished("graph-narrow", WIDTH, y, SHOWN, f"Datagrafiek: {message}", DESCRIPTION)


def _group(drawing: d.Drawing, series: Series, group: Group, y: int) -> int:
    drawing.line("axis", 0, y + 1, WIDTH, y + 1)
    y += 4
    for line in wrapped(group.name, 16, WIDTH, bold=True):
        y += 21
        drawing.words(0, y, line, size=16, bold=True)
    y += 10
    for row in group.rows:
        drawing.open_group(row.name)
        y = _row(drawing, series, row, y)
        drawing.close_group()
        if row is not group.rows[-1]:
            drawing.line("line", 0, y, WIDTH, y)
        y += 6
    return y + 6


def _row(drawing: d.Drawing, series: Series, row: Row, y: int) -> int:
    y = _name(drawing, row, y)
    if row.stage:
        y = _track(drawing, series, row, y + 8)
        y = _line(drawing, lambda x, at: drawing.dot("stage", x, at, 5), _stage_words(series, row), y, d.INK)
    else:
        y = _line(drawing, lambda x, at: None, "Niet ingevuld", y)
    if row.previous:
        words = f"Vorige keer: {series.stage_name(row.previous)}"
        y = _line(drawing, lambda x, at: drawing.dot("previous", x, at, 4), words, y)
    if row.choice:
        words = CHOICE_LABELS.get(row.choice, row.choice)
        y = _line(drawing, lambda x, at: d.choice(drawing, row.choice or "", x, at, 5), words, y)
    if row.inspiring:
        y = _line(drawing, lambda x, at: d.star(drawing, x, at, 6), "Inspirerende praktijk", y)
    names = {pillar.key: pillar.short for pillar in series.pillars}
    for mark, title, keys in ((d.up, "Hefboom", row.levers), (d.down, "Knelpunt", row.bottlenecks)):
        if keys:
            words = f"{title}: {', '.join(name for key, name in names.items() if key in keys)}"
            y = _line(drawing, lambda x, at, mark=mark: mark(drawing, x, at, 5), words, y)  # type: ignore[misc]
    return y + 13


def _name(drawing: d.Drawing, row: Row, y: int) -> int:
    x = 26 if row.rank else 0
    if row.rank:
        d.badge(drawing, row.rank, 10, y + 15, 10)
    for line in wrapped(row.name, NAME_SIZE, WIDTH - x, most=2, bold=True):
        y += NAME_LINE
        drawing.words(x, y, line, size=NAME_SIZE, bold=True)
    return y


def _stage_words(series: Series, row: Row) -> str:
    if row.growth > 0:
        return f"{series.stage_name(row.stage)} → {series.stage_name(row.wish)}"
    return f"{series.stage_name(row.stage)}{', aanhouden' if row.keeps else ''}"


def _line(
    drawing: d.Drawing, sign: Callable[[int, int], None], words: str, y: int, look: str = d.SOFT
) -> int:
    """A sign with words behind it, over as many lines as they need; returns where they end."""
    sign(7, y + LINE - 5)
    for line in wrapped(words, SIZE, WIDTH - INDENT, most=4):
        y += LINE
        drawing.words(INDENT, y, line, look, SIZE)
    return y


def _track(drawing: d.Drawing, series: Series, row: Row, y: int) -> int:
    count = len(series.stages)
    height = 42 if row.previous else 28
    for number in range(count):
        x, end = number * WIDTH // count, (number + 1) * WIDTH // count
        drawing.box(d.shade(number, count), x, y, end - x - 2, height)

    def centre(stage: int | None) -> int:
        return (2 * (stage or 1) - 1) * WIDTH // (2 * count)

    if row.growth > 0:
        d.arrow(drawing, centre(row.stage), centre(row.wish), y + 14, size=7)
    drawing.dot("stage", centre(row.stage), y + 14, 7)
    if row.keeps:
        drawing.dot("ring", centre(row.stage), y + 14, 11)
    if row.previous:
        drawing.dot("previous", centre(row.previous), y + 33, 4)
    return y + height + 2
