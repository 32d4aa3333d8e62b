"""The outbox: what waits, what left, what failed and why. Not the text: it may hold someone's private link."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from peewee import JOIN
from werkzeug.wrappers import Response

from core.access import needs
from core.mail import FAILED, KEPT, SENDING, SENT, WAITING, OutboxMail
from core.people import Centre
from core.steps import Refused, people
from core.views import listing
from core.views.office.blueprint import OFFICE, found, me, pages

STATES = {
    WAITING: ("Wacht", "info"),
    SENDING: ("Vertrekt", "info"),
    SENT: ("Verstuurd", "ok"),
    KEPT: ("Bewaard", "neutral"),
    FAILED: ("Mislukt", "error"),
}
SHOWN = (
    OutboxMail.id, OutboxMail.to, OutboxMail.subject, OutboxMail.state, OutboxMail.attempts, OutboxMail.next_try_at,
    OutboxMail.created_at, OutboxMail.sent_at, OutboxMail.error, OutboxMail.centre,
)  # fmt: skip


@pages.get("/mails")
@needs(OFFICE)
def show_mails() -> str:
    """The queue, newest first."""
    state, search = listing.asked("stand", STATES), listing.search_text()
    query = OutboxMail.select(*SHOWN, Centre.id, Centre.name).join(Centre, JOIN.LEFT_OUTER)
    if state:
        query = query.where(OutboxMail.state == state)
    for word in search.split():
        query = query.where(OutboxMail.to.contains(word) | OutboxMail.subject.contains(word))
    _, downwards = listing.asked_order(["datum"], "-datum")
    page = listing.page_of_query(query.order_by(OutboxMail.id.desc() if downwards else OutboxMail.id))
    failed = OutboxMail.select().where(OutboxMail.state == FAILED).count()
    return render_template("office/mails.html", page=page, states=STATES, failed=failed, listing=listing)


@pages.post("/mails/<int:mail_id>/opnieuw")
@needs(OFFICE)
def try_again(mail_id: int) -> Response:
    """Put a mail that was given up back in the queue."""
    mail = found(OutboxMail, mail_id)
    try:
        people.send_again(mail, me())
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(f"De mail aan {mail.to} staat weer in de wachtrij.", "ok")
    return redirect(url_for(".show_mails", **listing.kept()))
