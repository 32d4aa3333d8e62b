"""The modules: a table of centres and plugins with a switch in each cell, and the faults of plugins."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import abort, redirect, render_template, request, session, url_for
from peewee import JOIN
from werkzeug.wrappers import Response

from core.access import needs
from core.people import Centre, EnabledPlugin, User
from core.plugins import PluginFault, registry
from core.steps import people
from core.views import listing
from core.views.office.blueprint import OFFICE, found, me, pages

SWITCHED = "switched"  # in the session: what was switched last, for the button that undoes it


@pages.get("/modules")
@needs(OFFICE)
def show_plugins() -> str:
    """Which plugin is on for which centre, who switched it, and when."""
    query = Centre.select().where(Centre.name.contains(listing.search_text()))
    state = listing.asked("stand", ("actief", "uit"), "actief")
    query = query.where(Centre.active == (state == "actief"))
    _, downwards = listing.asked_order(["naam"], "naam")
    page = listing.page_of_query(query.order_by(Centre.name.desc() if downwards else Centre.name))
    plugins = list(registry())
    return render_template(
        "office/plugins.html",
        page=page,
        plugins=plugins,
        titles={plugin.name: plugin.title for plugin in plugins},
        switches=_switches([centre.id for centre in page.rows]),
        faults=_faults(),
        switched=_last_switch(),
        listing=listing,
    )


def _switches(ids: list[int]) -> dict[int, dict[str, EnabledPlugin]]:
    """The switches that someone touched, by centre and plugin; elsewhere the plugin's own default counts."""
    query = (
        EnabledPlugin.select(EnabledPlugin, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(EnabledPlugin.centre.in_(ids))
    )
    found_switches: dict[int, dict[str, EnabledPlugin]] = defaultdict(dict)
    for row in query:
        found_switches[row.centre_id][row.plugin] = row
    return found_switches


def _faults() -> list[PluginFault]:
    return list(PluginFault.select().order_by(PluginFault.last_at.desc()).limit(listing.PAGE_SIZE))


def _last_switch() -> dict[str, Any] | None:
    """What this person switched just now, told once."""
    centre_id, name, enabled = session.pop(SWITCHED, (None, "", False))
    centre = Centre.get_or_none(Centre.id == centre_id) if centre_id else None
    if centre is None or name not in registry():
        return None
    return {"centre": centre, "plugin": registry()[name], "enabled": enabled}


@pages.post("/modules/<int:centre_id>/<plugin>")
@needs(OFFICE)
def switch_plugin(centre_id: int, plugin: str) -> Response:
    """Switch at once; the page then offers to undo it."""
    centre = found(Centre, centre_id)
    enabled = request.form.get("enabled", "")
    if plugin not in registry():
        abort(404)
    if enabled not in ("0", "1"):
        abort(400)
    people.switch_plugin(centre, plugin, enabled == "1", me())
    session[SWITCHED] = (centre.id, plugin, enabled == "1")
    return redirect(url_for(".show_plugins", **listing.kept()))
