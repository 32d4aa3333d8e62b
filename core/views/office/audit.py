"""The audit trail: who did what, when and where, and whether the chain is whole."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from flask import render_template, request
from peewee import JOIN

from core.access import needs
from core.audit import AuditEntry, first_broken_entry
from core.cycle import ACTION_STATE_LABELS, FOLLOW_UP_LABELS, VERDICT_LABELS, Goal
from core.db import tuples
from core.people import ROLE_LABELS, Centre, SchoolGroup, User
from core.plugins import registry
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
    "person.totp_off": "App voor codes ontkoppeld",
    "person.totp_on": "App voor codes gekoppeld",
    "person.totp_reset": "App voor codes ontkoppeld door POC+",
    "plugin.switched": "Module aan- of uitgezet",
    "priorities.chosen": "Prioriteiten gekozen",
    "role.revoked": "Rol ingetrokken",
    "scan.rated": "Zelfscan ingevuld",
    "scan.reopened": "Zelfscan heropend",
    "scan.submitted": "Zelfscan ingediend",
}
FIELDS = {
    "active": "doet mee",
    "after": "naar",
    "before": "van",
    "block": "bouwsteen",
    "blocks": "bouwstenen",
    "description": "toelichting",
    "due_on": "tegen",
    "enabled": "aan",
    "ends_on": "einde",
    "follow_up": "vervolg",
    "group": "scholengroep",
    "name": "naam",
    "note": "notitie",
    "owner_id": "trekker",
    "reason": "reden",
    "role": "rol",
    "starts_on": "begin",
    "state": "stand",
    "title": "titel",
    "verdict": "oordeel",
    "year": "schooljaar",
}
VALUES = {
    **{role.value: label for role, label in ROLE_LABELS.items()},
    **ACTION_STATE_LABELS,
    **VERDICT_LABELS,
    **FOLLOW_UP_LABELS,
}
CHECKED_AT_ONCE = 5_000  # entries; checking more costs too much for each look at the page


@pages.get("/logboek")
@needs(OFFICE)
def show_audit() -> str:
    """The trail, newest first, of one centre or of all."""
    centre_id = listing.asked_number("centrum")
    query = AuditEntry.select(AuditEntry, User.id, User.name, Centre.id, Centre.name)
    query = query.join(User, JOIN.LEFT_OUTER).switch(AuditEntry).join(Centre, JOIN.LEFT_OUTER)
    if centre_id:
        query = query.where(AuditEntry.centre == centre_id)
    page = listing.page_of_query(query.order_by(AuditEntry.id.desc()))
    check = "keten" in request.args or AuditEntry.select().count() <= CHECKED_AT_ONCE
    return render_template(
        "office/audit.html",
        page=page,
        centre_options=[
            (row.id, row.name) for row in Centre.select(Centre.id, Centre.name).order_by(Centre.name)
        ],
        verbs=VERBS | _plugin_words(),
        about=_about(page.rows),
        details=details,
        checked=check,
        broken=first_broken_entry() if check else None,
        listing=listing,
    )


def _plugin_words() -> dict[str, str]:
    """The words of all plugins for their own verbs; core's stand first."""
    return {verb: words for _, given in registry().answers("audit_words", None) for verb, words in given}


def _about(entries: list[AuditEntry]) -> dict[str, str]:
    """What the subjects of entries are called, by subject ("goal:7"); a few queries for a whole page."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        kind, _, key = entry.subject.partition(":")
        if key.isascii() and key.isdigit():
            wanted[kind].add(int(key))
    found = {f"plugin:{plugin.name}": plugin.title for plugin in registry()}
    named = (("user", User, User.name), ("goal", Goal, Goal.title), ("group", SchoolGroup, SchoolGroup.name))
    for kind, model, name in named:
        if wanted[kind]:
            rows = model.select(model.id, name).where(model.id.in_(wanted[kind]))
            found |= {f"{kind}:{key}": called for key, called in tuples(rows)}
    return found


def details(entry: AuditEntry) -> list[tuple[str, str]]:
    """What an entry recorded besides, as names and values in words; empty values are left out."""
    try:
        recorded = json.loads(entry.detail)
    except ValueError:  # a changed entry may hold anything, and is shown all the same
        return [("gegevens", str(entry.detail))]
    values = recorded.items() if isinstance(recorded, dict) else [("gegevens", recorded)]
    return [
        (FIELDS.get(name, str(name)), _as_text(value))
        for name, value in values
        if value not in ("", None, [])
    ]


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return VALUES.get(value, value) if isinstance(value, str) else str(value)
