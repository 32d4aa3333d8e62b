"""The demo's mailbox: every mail that was kept instead of sent, for anyone to read. Only a demo has it."""

from __future__ import annotations

import re

from flask import Blueprint, abort, current_app, render_template
from markupsafe import Markup, escape

from core.access import PUBLIC, needs
from core.config import Config
from core.mail import KEPT, SENDING, WAITING, OutboxMail
from core.views import listing

pages = Blueprint("mailbox", __name__, url_prefix="/demo/mailbox")


@pages.get("")
@needs(PUBLIC)
def show_mails() -> str:
    """The kept mails, newest first."""
    query = OutboxMail.select(OutboxMail.id, OutboxMail.to, OutboxMail.subject, OutboxMail.created_at)
    search = listing.search_text()
    kept = query.where(
        (OutboxMail.state == KEPT) & (OutboxMail.to.contains(search) | OutboxMail.subject.contains(search))
    )
    waiting = OutboxMail.select().where(OutboxMail.state.in_([WAITING, SENDING])).count()
    page = listing.page_of_query(kept.order_by(OutboxMail.id.desc()))
    return render_template("office/mailbox.html", page=page, waiting=waiting, listing=listing)


@pages.get("/<int:mail_id>")
@needs(PUBLIC)
def show_mail(mail_id: int) -> str:
    """One mail as text, with its links to this site to click on."""
    mail = OutboxMail.get_or_none((OutboxMail.id == mail_id) & (OutboxMail.state == KEPT)) or abort(404)
    return render_template("office/mailbox_mail.html", mail=mail, text=_with_links(mail.text))


def _with_links(text: str) -> Markup:
    """The text with this site's own addresses as links; any other address stays text."""
    config: Config = current_app.extensions["poolster.config"]
    parts = re.split(rf"({re.escape(config.base_url)}/\S*)", text)
    link = Markup('<a href="{0}">{0}</a>').format
    return Markup("").join(link(part) if number % 2 else escape(part) for number, part in enumerate(parts))
