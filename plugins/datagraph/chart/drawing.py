"""Marks and words on a drawing, in plain SVG.

Safe by construction: what stands in a drawing is a constant from the tables below, a whole number
(`%d`), or text that went through `escape`. Only presentation attributes, because the page's policy
refuses `style`; the classes let core's tokens colour a drawing on a page, and the attributes serve
where there is no style sheet. The colours differ in lightness, and every mark in shape.
"""

# ruff: noqa: UP031 -- unlike a format string, %d refuses whatever is not a number
from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

FONT = "'Source Sans 3','Segoe UI',Arial,sans-serif"
INK, SOFT = "graph-text", "graph-text-soft"

#: Attributes of each kind of mark.
LOOKS = {
    "stage": 'class="mark-stage" fill="#16305a"',
    "wish": 'class="mark-wish" fill="#2a63b5"',
    "arrow": 'class="mark-arrow" fill="none" stroke="#2a63b5" stroke-width="3"',
    "ring": 'class="mark-ring" fill="none" stroke="#2a63b5" stroke-width="3"',
    "previous": 'class="mark-previous" fill="#ffffff" stroke="#76808e" stroke-width="2"',
    "choice": 'class="mark-choice" fill="none" stroke="#16305a" stroke-width="2"',
    "lever": 'class="lever" fill="#00697a"',
    "bottleneck": 'class="bottleneck" fill="#b3450a"',
    "priority": 'class="priority" fill="#8a5d00"',
    "better": 'class="better" fill="#00697a" stroke="#00697a" stroke-width="3"',
    "worse": 'class="worse" fill="#b3450a" stroke="#b3450a" stroke-width="3"',
    "ground": 'class="graph-ground" fill="#ffffff"',
    "line": 'class="graph-line" stroke="#dbd8cf"',
    "axis": 'class="graph-axis" stroke="#76808e"',
    "column-1": 'class="column-1" fill="#f5f3ee"',
    "column-2": 'class="column-2" fill="#eceff0"',
    "column-3": 'class="column-3" fill="#e1e8f0"',
    "column-4": 'class="column-4" fill="#d4dfed"',
}
#: Attributes of each kind of words.
WORDS = {
    INK: 'class="graph-text" fill="#1b2430"',
    SOFT: 'class="graph-text-soft" fill="#4c5768"',
    "priority": 'class="priority-text" fill="#ffffff"',
}
WEIGHTS = {False: "", True: ' font-weight="600"'}
ANCHORS = {"start": "", "middle": ' text-anchor="middle"', "end": ' text-anchor="end"'}
SHADES = 4  # of columns


class Drawing:
    """Collects marks; `finished` makes an image of them."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def open_group(self, title: str) -> None:
        """Start a group that says `title` to who points at it."""
        self._parts.append("<g><title>%s</title>" % escape(title))

    def close_group(self) -> None:
        self._parts.append("</g>")

    def words(
        self,
        x: int,
        y: int,
        text: str,
        look: str = INK,
        size: int = 15,
        bold: bool = False,
        anchor: str = "start",
    ) -> None:
        """One line of text with its base line at `y`."""
        looks = WORDS[look] + WEIGHTS[bold] + ANCHORS[anchor]
        self._parts.append(
            '<text %s font-size="%d" x="%d" y="%d">%s</text>' % (looks, size, x, y, escape(text))
        )

    def dot(self, look: str, x: int, y: int, radius: int) -> None:
        self._parts.append('<circle %s cx="%d" cy="%d" r="%d"/>' % (LOOKS[look], x, y, radius))

    def line(self, look: str, x1: int, y1: int, x2: int, y2: int) -> None:
        self._parts.append('<line %s x1="%d" y1="%d" x2="%d" y2="%d"/>' % (LOOKS[look], x1, y1, x2, y2))

    def box(self, look: str, x: int, y: int, width: int, height: int) -> None:
        self._parts.append(
            '<rect %s x="%d" y="%d" width="%d" height="%d"/>' % (LOOKS[look], x, y, width, height)
        )

    def shape(self, look: str, points: Iterable[tuple[int, int]]) -> None:
        """A filled polygon."""
        spots = " ".join("%d,%d" % point for point in points)
        self._parts.append('<polygon %s points="%s"/>' % (LOOKS[look], spots))

    def finished(
        self, name: str, width: int, height: int, shown: int, title: str, description: str
    ) -> Markup:
        """The image, `shown` pixels wide where there is room. `name` keeps its ids apart from another's."""
        head = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="%s"'
            ' role="img" aria-labelledby="%s-title %s-desc"><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>'
        ) % (
            width,
            height,
            shown,
            shown * height // width,
            FONT,
            name,
            name,
            name,
            escape(title),
            name,
            escape(description),
        )
        return Markup("".join((head, *self._parts, "</svg>")))  # nosec B704


def shade(column: int, count: int) -> str:
    """The look of a stage's column, counted from 0: four shades spread over any number of stages."""
    return "column-%d" % (1 + round(column * (SHADES - 1) / max(count - 1, 1)))


def arrow(
    drawing: Drawing, start: int, end: int, y: int, look: str = "wish", line: str = "arrow", size: int = 8
) -> None:
    """An arrow along a track, its point a little past `end`."""
    way = 1 if end > start else -1
    drawing.line(line, start, y, end - way * size, y)
    drawing.shape(look, [(end + way * size, y), (end - way * size, y - size), (end - way * size, y + size)])


def up(drawing: Drawing, x: int, y: int, size: int = 7) -> None:
    """A lever: what lifts."""
    drawing.shape("lever", [(x, y - size), (x + size, y + size - 1), (x - size, y + size - 1)])


def down(drawing: Drawing, x: int, y: int, size: int = 7) -> None:
    """A bottleneck: what weighs."""
    drawing.shape("bottleneck", [(x, y + size), (x + size, y - size + 1), (x - size, y - size + 1)])


def choice(drawing: Drawing, meaning: str, x: int, y: int, size: int = 6) -> None:
    """A deliberate choice is a full diamond, context an empty one, both a half one."""
    diamond = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
    drawing.shape("stage" if meaning == "deliberate" else "choice", diamond)
    if meaning == "both":
        drawing.shape("stage", [(x, y - size), (x, y + size), (x - size, y)])


def star(drawing: Drawing, x: int, y: int, size: int = 8) -> None:
    """An inspiring practice."""
    slim = size // 4
    points = [
        (0, -size),
        (slim, -slim),
        (size, 0),
        (slim, slim),
        (0, size),
        (-slim, slim),
        (-size, 0),
        (-slim, -slim),
    ]
    drawing.shape("priority", [(x + dx, y + dy) for dx, dy in points])


def badge(drawing: Drawing, rank: int, x: int, y: int, radius: int = 12) -> None:
    """A priority: its place in a filled circle."""
    drawing.dot("priority", x, y, radius)
    drawing.words(x, y + 5, str(rank), "priority", size=radius + 3, bold=True, anchor="middle")
