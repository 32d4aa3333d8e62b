"""The mail that says that the data graph is there."""

from __future__ import annotations

from core.audit import AuditEntry, record
from core.cycle import Cycle, Scan
from core.db import transaction
from core.mail import absolute_link, queue
from core.people import Centre, directors_of, group_readers_of
from plugins.datagraph.scans import picture_of

ANNOUNCED = "datagraph.announced"


def announce(centre: Centre, scan: Scan) -> None:
    """Mail the centre's directors and its school groups' readers, once for each submission of the scan."""
    subject = f"scan:{scan.id}"
    cycle = Cycle.get_by_id(scan.cycle_id)
    link = absolute_link("datagraph.show_graph", slug=centre.slug, year=cycle.school_year)
    with transaction():
        if _announced(subject, scan):
            return
        readers = sorted({*directors_of(centre), *group_readers_of(centre)})
        message = picture_of(centre, scan).message
        for email in readers:
            queue(
                email,
                "datagraph_ready",
                centre_id=centre.id,
                link=link,
                centre=centre.name,
                year=str(cycle.school_year),
                message=message,
            )
        record(ANNOUNCED, centre_id=centre.id, subject=subject, mails=len(readers))


def _announced(subject: str, scan: Scan) -> bool:
    """Whether this was mailed since the scan was submitted; one that was reopened is submitted anew."""
    since = AuditEntry.at >= scan.submitted_at
    return bool(
        AuditEntry.select()
        .where((AuditEntry.verb == ANNOUNCED) & (AuditEntry.subject == subject) & since)
        .exists()
    )
