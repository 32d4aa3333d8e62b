"""Lists of the office and the network: searched, sorted, fifty rows a page, and taken along as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

from flask import Response, request, url_for

from core import spreadsheet

Row = TypeVar("Row")

PAGE_SIZE = 50
PAGE, SEARCH, ORDER = "pagina", "zoek", "volgorde"  # names in the address
PARAMETERS = (PAGE, SEARCH, ORDER, "stand", "groep", "rol", "fase", "centrum", "keten")
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list. `number` counts from 1; `total` is the number of rows over all pages."""

    rows: list[Row]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / PAGE_SIZE))

    @property
    def first(self) -> int:
        """The place of the first row in the whole list, from 1; 0 where the list is empty."""
        return (self.number - 1) * PAGE_SIZE + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * PAGE_SIZE, self.total)


def _asked_page(total: int) -> int:
    """The page in the address, brought within the list: an old link shows the last page, not an error."""
    asked = request.args.get(PAGE, "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return min(max(number, 1), max(1, ceil(total / PAGE_SIZE)))


def page_of(rows: Sequence[Row]) -> Page[Row]:
    """The asked page of a list in memory."""
    number = _asked_page(len(rows))
    return Page(list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]), number, len(rows))


def page_of_query(query: Any) -> Page[Any]:
    """The asked page of a query, in two statements."""
    total = query.count()
    number = _asked_page(total)
    return Page(list(query.paginate(number, PAGE_SIZE)), number, total)


def search_text() -> str:
    """What the list is searched for; "" for everything."""
    return " ".join(request.args.get(SEARCH, "").split())[:LONGEST_SEARCH]


def matches(search: str, *texts: str) -> bool:
    """Whether each word that is searched for stands in one of the texts."""
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in search.casefold().split())


def asked(name: str, known: Iterable[str], default: str = "") -> str:
    """The value of a filter in the address when it is a known one, else the default."""
    value = request.args.get(name, default)
    return value if value in set(known) else default


def asked_number(name: str) -> int | None:
    """The number of a filter in the address; None for anything else."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def asked_order(known: Iterable[str], default: str) -> tuple[str, bool]:
    """The column to sort by, and whether downwards: `?volgorde=-naam` is ("naam", True)."""
    names = list(known)
    value = asked(ORDER, [*names, *(f"-{name}" for name in names)], default)
    return value.removeprefix("-"), value.startswith("-")


def in_order(rows: Iterable[Row], keys: Mapping[str, Callable[[Row], Any]], default: str) -> list[Row]:
    """The rows sorted as the address asks. Rows whose key is None stand last, either way up."""
    name, downwards = asked_order(keys, default)
    key = keys[name]
    given: list[Row] = []
    empty: list[Row] = []
    for row in rows:
        (empty if key(row) is None else given).append(row)
    return sorted(given, key=key, reverse=downwards) + empty


def kept(**changes: Any) -> dict[str, Any]:
    """The parameters of this list in the address, some changed; None or "" takes one away. Unknown ones are dropped."""
    values = {name: request.args.get(name) for name in PARAMETERS} | changes
    return {name: value for name, value in values.items() if value not in (None, "")}


def here(**changes: Any) -> str:
    """The address of this list with some parameters changed."""
    return url_for(request.endpoint or "", **(request.view_args or {}), **kept(**changes))


def csv_answer(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Rows as a file that a Belgian Excel opens as it should; text that would be a formula is text."""
    return Response(
        spreadsheet.csv_bytes(headings, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
