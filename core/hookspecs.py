"""Every hook of Poolster. The docstring of each is its contract.

Past tense tells, once, after the commit, each implementation apart: one that raises is logged
under its plugin's name, and the page and the other plugins go on. Plural nouns ask: each
implementation returns a list (or None for nothing), and the caller merges them in order of
plugin name. Whatever has a `centre` is only asked of plugins that are on for that centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from flask import Blueprint
    from markupsafe import Markup

    from core.cycle import Cycle, Goal, Scan
    from core.people import Centre

hookspec = pluggy.HookspecMarker("poolster")
hookimpl = pluggy.HookimplMarker("poolster")


@dataclass(frozen=True)
class Link:
    """A link in a centre's menu; `permission` says who sees it (a name from core.access)."""

    label: str
    endpoint: str
    permission: str


@dataclass(frozen=True)
class ScanForm:
    """A form that fills a scan: where it starts, and how many of its parts are complete."""

    url: str
    done: int
    total: int


@dataclass(frozen=True)
class Deadline:
    """A day on which something is due.

    `key` is stable and unique for the object ("action:12"); `kind` says in Dutch what it is;
    `owner_id` is the user who is to act, None where nobody is named yet.
    """

    key: str
    kind: str
    title: str
    due_on: date
    owner_id: int | None
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table to export: a file name, a Dutch title, headings, and rows of text, numbers, dates or None."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class ExportFormat:
    """A way to write tables to a file. `write(tables)` returns the file's bytes."""

    suffix: str
    label: str
    mimetype: str
    write: Any


@hookspec
def blueprints() -> list[Blueprint]:
    """The pages of a plugin, asked once at start.

    Every rule holds `<slug>`, the centre's, and declares its permission with `access.needs`. All of
    them answer 404 for a centre where the plugin is off.
    """


@hookspec
def centre_links(centre: Centre) -> list[Link]:
    """Links for the centre's menu. The endpoints take `slug` and `year`."""


@hookspec
def dashboard_cards(centre: Centre, cycle: Cycle) -> list[Markup]:
    """Pieces of HTML for a centre's home, each a `<section class="card">` with a heading of level 2."""


@hookspec
def scan_forms(centre: Centre, scan: Scan) -> list[ScanForm]:
    """A form of one's own for an open scan. The first answer wins; core's plain form serves where nobody answers."""


@hookspec
def rating_panels(centre: Centre, scan: Scan) -> list[Markup]:
    """Pieces of HTML beside the result of a submitted scan."""


@hookspec
def goal_panels(centre: Centre, goal: Goal) -> list[Markup]:
    """Pieces of HTML on a goal's page."""


@hookspec
def goal_warnings(centre: Centre, goals: Sequence[Goal]) -> list[tuple[int, str]]:
    """Advice about goals, as (goal id, Dutch sentence), for the plan. Asked once for all goals of a page."""


@hookspec
def deadlines(centre: Centre, until: date) -> list[Deadline]:
    """What is due in a centre up to and including `until`, overdue things too. Finished things are left out."""


@hookspec
def export_tables(centre: Centre, years: Sequence[int]) -> list[Table]:
    """Tables about a centre's cycles that start in `years` (calendar years). Only submitted results count."""


@hookspec
def export_formats(centre: Centre) -> list[ExportFormat]:
    """File formats in which tables can be taken along."""


@hookspec
def audit_words() -> list[tuple[str, str]]:
    """What the audit entries of a plugin say in Dutch, as (verb, words): ("scan.counted", "Zelfscan geteld").

    Asked of every plugin, also where it is off: the trail outlives the switch.
    """


@hookspec
def demo_data(centre: Centre) -> None:
    """Fill a centre of the demo with invented data of one's own. Called after core's, inside its transaction."""


@hookspec
def scan_submitted(centre: Centre, scan: Scan) -> None:
    """A centre handed in its self-scan. Told once, after the scan and its ratings are committed."""


@hookspec
def time_passed(centre: Centre, moment: datetime) -> None:
    """The clock struck (hourly by day) for a centre; `moment` is aware, in UTC. May be told twice or late."""
