"""What every page shows around its own content: the menu, and the words for dates and states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from markupsafe import Markup

from core import cycle, people
from core.access import may, my_centres, person
from core.config import VERSION, Config
from core.cycle import Cycle
from core.dates import SchoolYear, day_label, moment_label, near_label, now, today
from core.dates import local as local_time
from core.db import Prepared
from core.plugins import ask

MOST_CENTRES = 25  # in the menu; a longer list is a page


@dataclass
class Nav:
    """The menu of a page, as base.html draws it."""

    centre: people.Centre | None = None
    year: SchoolYear | None = None
    links: list[dict[str, Any]] = field(default_factory=list)
    centres: list[dict[str, str]] = field(default_factory=list)
    years: list[dict[str, Any]] = field(default_factory=list)
    office: list[dict[str, Any]] = field(default_factory=list)


#: A centre's own pages, before those of plugins: label, endpoint, permission.
CENTRE_PAGES = (
    ("Overzicht", "centre.show_home", "centre.read"),
    ("Zelfscan", "scan.show_scan", "scan.fill"),
    ("Resultaat", "scan.show_result", "result.read"),
    ("Prioriteiten", "plan.show_priorities", "centre.read"),
    ("Verbeterplan", "plan.show_plan", "centre.read"),
)
OFFICE_PAGES = (
    ("Netwerk", "network.show_centres", "network.read"),
    ("Centra", "office.show_centres", "office.manage"),
    ("Scholengroepen", "office.show_groups", "office.manage"),
    ("Mensen", "office.show_people", "office.manage"),
    ("Modules", "office.show_plugins", "office.manage"),
    ("Mails", "office.show_mails", "office.manage"),
    ("Logboek", "office.show_audit", "office.manage"),
)


def _nav() -> Nav:
    nav = Nav()
    if not current_user.is_authenticated:
        return nav
    centre = g.get("centre")
    if centre is not None:
        nav.centre = centre
        _add_centre_links(nav, centre)
    nav.centres = _centre_menu()
    nav.office = [
        _link(label, url_for(endpoint))
        for label, endpoint, permission in OFFICE_PAGES
        if person().may(permission)
    ]
    nav.office += [
        _link(label, url_for("network.show_group", group_id=group_id)) for group_id, label in _groups()
    ]
    return nav


def _link(label: str, url: str) -> dict[str, Any]:
    """A link of the menu; current on its own page and on those below it."""
    below = not url.endswith("/") and request.path.startswith(f"{url}/")
    return {"label": label, "url": url, "current": request.path == url or below}


def _groups() -> list[tuple[int, str]]:
    """The school groups that one reads for; they go by name where there are several."""
    ids = sorted(person().group_ids)
    if len(ids) < 2:
        return [(group_id, "Scholengroep") for group_id in ids]
    return [
        (group.id, group.name) for group in people.SchoolGroup.select().where(people.SchoolGroup.id.in_(ids))
    ]


def _centre_menu() -> list[dict[str, str]]:
    """The centres of someone with a few; the network has its own page for all of them."""
    own = [] if person().may("network.read") else list(my_centres())
    return (
        [{"name": c.name, "url": url_for("centre.enter", slug=c.slug)} for c in own[:MOST_CENTRES]]
        if len(own) > 1
        else []
    )


def _add_centre_links(nav: Nav, centre: people.Centre) -> None:
    years = years_of(centre)
    year = (request.view_args or {}).get("year") or (years[-1] if years else None)
    nav.year = year
    if year is None:
        return
    links = [
        *CENTRE_PAGES,
        *(
            (link.label, link.endpoint, link.permission)
            for link in ask("centre_links", centre)
            if link.endpoint in current_app.view_functions  # a plugin's pages may have failed to load
        ),
    ]
    nav.links = [
        _link(label, url_for(endpoint, slug=centre.slug, year=year))
        for label, endpoint, permission in links
        if may(permission)
    ]
    if may("centre.read"):
        nav.links.append(_link("Geschiedenis", url_for("centre.show_history", slug=centre.slug)))
        nav.years = [
            {
                "label": str(y),
                "url": url_for("centre.show_home", slug=centre.slug, year=y),
                "current": y == year,
            }
            for y in reversed(years)
        ]


@Prepared
def _years(centre_id: Any) -> Any:
    return Cycle.select(Cycle.year).where(Cycle.centre == centre_id).order_by(Cycle.year).tuples()


def years_of(centre: people.Centre) -> list[SchoolYear]:
    """The school years in which a centre has a cycle, oldest first; one query a request."""
    if "centre_years" not in g:
        g.centre_years = [SchoolYear(year) for (year,) in _years(centre.id)]
    found: list[SchoolYear] = g.centre_years
    return found


def slot(hook: str, **values: Any) -> Markup:
    """What the plugins of this page's centre add to it."""
    return Markup("").join(ask(hook, g.centre, **values))


def add_helpers(app: Flask) -> None:
    """Give templates the menu, the slots and the words for dates and states."""
    config: Config = app.extensions["poolster.config"]
    app.jinja_env.filters.update(day=day_label, moment=moment_label, near=near_label, local_time=local_time)
    app.jinja_env.globals.update(
        slot=slot,
        may=may,
        today=today,
        now=now,
        SchoolYear=SchoolYear,
        demo_mode=config.demo,
        version=VERSION,
        role_labels=people.ROLE_LABELS,
        goal_states=cycle.GOAL_STATE_LABELS,
        action_states=cycle.ACTION_STATE_LABELS,
        verdicts=cycle.VERDICT_LABELS,
        follow_ups=cycle.FOLLOW_UP_LABELS,
        choices=cycle.CHOICE_LABELS,
    )

    @app.context_processor
    def frame() -> dict[str, Any]:
        if "nav" not in g:  # panels of plugins are templates too
            g.nav = _nav()
        return {"nav": g.nav, "centre": g.get("centre"), "cycle": g.get("cycle")}
