"""The audit trail: who did what, when and where, and whether the chain is whole."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template, request
from peewee import JOIN

from core.access import needs
from core.audit import AuditEntry, first_broken_entry
from core.people import Centre, User
from core.views import listing
from core.views.office.blueprint import OFFICE, pages

#: What people read for a verb of core. A plugin's own verbs stand in the trail as they are.
VERBS = {
    "action.added": "Actie toegevoegd",
    "action.changed": "Actie gewijzigd",
    "centre.saved": "Centrum bewaard",
    "cycle.opened": "Zelfscan geopend",
    "evaluation.moved": "Evaluatie verplaatst",
    "evaluation.planned": "Evaluatie gepland",
    "evaluation.recorded": "Evaluatie ingevuld",
    "goal.added": "Doel toegevoegd",
    "goal.agreed": "Doel afgesproken",
    "goal.changed": "Doel gewijzigd",
    "group.saved": "Scholengroep bewaard",
    "mail.queued_again": "Mail opnieuw in de wachtrij gezet",
    "person.activated": "Account ingeschakeld",
    "person.deactivated": "Account uitgeschakeld",
    "person.invitation_sent": "Nieuwe uitnodiging gestuurd",
    "person.invited": "Uitgenodigd of rol gegeven",
    "person.logged_in": "Aangemeld",
    "person.password_set": "Wachtwoord gekozen",
    "person.reset_asked": "Nieuw wachtwoord aangevraagd",
    "person.reset_sent": "Link voor nieuw wachtwoord gestuurd",
    "plugin.switched": "Module aan- of uitgezet",
    "priorities.chosen": "Prioriteiten gekozen",
    "role.revoked": "Rol ingetrokken",
    "scan.rated": "Zelfscan ingevuld",
    "scan.reopened": "Zelfscan heropend",
    "scan.submitted": "Zelfscan ingediend",
}
CHECKED_AT_ONCE = 5_000  # entries; checking more costs too much for each look at the page


@pages.get("/logboek")
@needs(OFFICE)
def show_audit() -> str:
    """The trail, newest first, of one centre or of all."""
    centre_id = listing.asked_number("centrum")
    query = AuditEntry.select(AuditEntry, User.name, Centre.name)
    query = query.join(User, JOIN.LEFT_OUTER).switch(AuditEntry).join(Centre, JOIN.LEFT_OUTER)
    if centre_id:
        query = query.where(AuditEntry.centre == centre_id)
    page = listing.page_of_query(query.order_by(AuditEntry.id.desc()))
    check = "keten" in request.args or AuditEntry.select().count() <= CHECKED_AT_ONCE
    return render_template(
        "office/audit.html",
        page=page,
        centres=list(Centre.select(Centre.id, Centre.name).order_by(Centre.name)),
        verbs=VERBS,
        details=details,
        checked=check,
        broken=first_broken_entry() if check else None,
        listing=listing,
    )


def details(entry: AuditEntry) -> list[tuple[str, str]]:
    """What an entry recorded besides, as names and values; empty values are left out."""
    try:
        recorded = json.loads(entry.detail)
    except ValueError:  # a changed entry may hold anything, and is shown all the same
        return [("detail", entry.detail)]
    values = recorded.items() if isinstance(recorded, dict) else [("detail", recorded)]
    return [(str(name), _as_text(value)) for name, value in values if value not in ("", None, [])]


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
