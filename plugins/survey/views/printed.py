"""Forms printed once and filled in for everyone.

The questions of a block are the same for all centres, and long; what differs is which boxes are
ticked and what is written. So a block's form is rendered once, empty, and kept in pieces between
the places where something can be filled in. The same goes for the list at the side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flask import current_app
from markupsafe import Markup, escape

from core.instrument_document import Block, Instrument
from plugins.survey.answers import OPEN, STATES

T = TypeVar("T")
Values = Mapping[str, Sequence[str]]

BOX, LINE, AREA, FOLD, SPACE = "box", "line", "area", "fold", "space"

#: Where something can be filled in; what is to be filled in comes after each match.
_PLACES = re.compile(
    r"""<input(?=[^>]*\stype="(?:radio|checkbox)")(?=[^>]*\sname="(?P<box>[^"]+)")(?=[^>]*\svalue="(?P<value>[^"]+)")[^>]*(?=>)
    |   <input(?=[^>]*\stype="text")(?=[^>]*\sname="(?P<line>[^"]+)")[^>]*(?=>)
    |   <textarea(?=[^>]*\sname="(?P<area>[^"]+)")[^>]*>
    |   <details[ ]data-note="(?P<fold>[^"]+)"(?=>)
    |   <!--space:(?P<space>[a-z]+)-->""",
    re.VERBOSE,
)


class Printed:
    """An empty form in pieces."""

    def __init__(self, html: str) -> None:
        self._pieces: list[tuple[str, str, str, str]] = []  # text, then what is filled in after it
        start = 0
        for found in _PLACES.finditer(html):
            kind = found.lastgroup if found.lastgroup != "value" else BOX
            name = found[kind or SPACE]
            self._pieces.append((html[start : found.end()], kind or SPACE, name, found["value"] or ""))
            start = found.end()
        self._rest = html[start:]

    def filled(self, values: Values, spaces: Mapping[str, Markup]) -> Markup:
        """The form with these values per field name, and with what goes in its spaces."""
        parts: list[str] = []
        for text, kind, name, value in self._pieces:
            parts.append(text)
            if kind == SPACE:
                parts.append(spaces.get(name, ""))
                continue
            typed = values.get(name)
            if not typed:
                continue
            if kind == BOX:
                parts.append(" checked" if value in typed else "")
            elif typed[0]:
                parts.append(_written(kind, typed[0]))
        parts.append(self._rest)
        return Markup("".join(parts))  # nosec B704: our own templates, and escaped texts


def _written(kind: str, text: str) -> str:
    if kind == FOLD:
        return " open"
    return f' value="{escape(text)}"' if kind == LINE else f"\n{escape(text)}"


class PrintedList:
    """The list of all pages at the side, printed once in each state; a line of it for each page."""

    def __init__(self, html: Mapping[str, str]) -> None:
        self._lines = {state: re.split(r"(?=<li )", text) for state, text in html.items()}

    def filled(self, states: Sequence[str], base: str, progress: str) -> Markup:
        """The list with each page in its state."""
        lines = [
            self._lines[OPEN][0],
            *(self._lines[state][place] for place, state in enumerate(states, start=1)),
        ]
        return Markup("".join(lines).replace(BASE, base).replace(PROGRESS, progress))  # nosec B704


BASE, PROGRESS = Markup("<!--base-->"), Markup("<!--progress-->")  # stand for what differs from scan to scan


def _kept(kind: str, key: tuple[object, ...], make: Callable[[], T]) -> T:
    """What was printed before under a key, for the life of the application; published instruments never change."""
    kept: dict[object, T] = current_app.extensions.setdefault(f"survey.{kind}", {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def questions(
    version_id: int, document: Instrument, block: Block, errors: Mapping[str, list[str]]
) -> Printed:
    """The printed form of a block's questions. One that shows errors is printed anew."""

    def make() -> Printed:
        return Printed(_render("questions", document=document, block=block, errors=errors))

    return make() if errors else _kept("questions", (version_id, block.key), make)


def reference(version_id: int, document: Instrument, block: Block) -> Markup:
    """What a block is about, above its questions."""
    return _kept(
        "reference", (version_id, block.key), lambda: _render("reference", document=document, block=block)
    )


def side_list(version_id: int, current: str | None, groups: Callable[[str], object]) -> PrintedList:
    """The printed list of pages with `current` marked. `groups(state)` gives all of them in one state."""

    def make() -> PrintedList:
        return PrintedList(
            {state: _render("side", groups=groups(state), progress=PROGRESS) for state in STATES}
        )

    return _kept("side", (version_id, current), make)


def _render(name: str, **values: object) -> Markup:
    html = current_app.jinja_env.get_template(f"survey/{name}.html").render(**values)
    return Markup(html)  # nosec B704: templates escape
