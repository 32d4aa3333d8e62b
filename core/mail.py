"""The outbox: a mail is written in the transaction of its cause, and sent later by the clock.

At least once is the promise: a mail is claimed before it is sent, tried again with growing
pauses, and given up visibly. A stable Message-ID lets a mail server recognise a second try.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape
from peewee import CharField, ForeignKeyField, IntegerField, TextField

from core.config import Config, data_folder
from core.dates import now
from core.db import BaseModel, MomentField, transaction
from core.people import Centre

log = logging.getLogger(__name__)

WAITING, SENDING, SENT, KEPT, FAILED = "waiting", "sending", "sent", "kept", "failed"
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))  # then given up
CLAIM_LASTS = timedelta(minutes=5)  # a sender that died leaves its claim this long
BATCH = 50
PATIENCE = 20  # seconds for a mail server
LOCAL = ("localhost", "127.0.0.1", "::1")


class OutboxMail(BaseModel):
    """A mail to one person, with what became of it."""

    to = CharField(max_length=254)
    subject = CharField(max_length=200)
    text = TextField()
    html = TextField()
    template = CharField(max_length=40)
    centre = ForeignKeyField(Centre, backref="+", null=True)
    centre_id: int | None
    message_id = CharField(max_length=120, unique=True)
    created_at = MomentField()
    state = CharField(max_length=10, default=WAITING)
    attempts = IntegerField(default=0)
    next_try_at = MomentField()
    sent_at = MomentField(null=True)
    error = TextField(default="")

    class Meta:
        indexes = ((("state", "next_try_at"), False),)


class MailText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail's words, as they stand in content/mail: one subject, one message, one button."""

    subject: str
    paragraphs: list[str]
    button: str = ""
    details: str = ""  # the name of a list of lines that the sender fills in


@lru_cache
def _mail_text(template: str) -> MailText:
    import yaml

    path = data_folder("content") / "mail" / f"{template}.yaml"
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), MailText)


def queue(
    to: str,
    template: str,
    *,
    link: str = "",
    centre_id: int | None = None,
    lines: Sequence[str] = (),
    **values: Any,
) -> OutboxMail:
    """Put a mail in the outbox; call it inside the transaction of its cause.

    `template` names a file in content/mail; `link` is an absolute address behind its one button;
    `lines` are listed under the message; `values` fill its placeholders.
    """
    words = _mail_text(template)
    env = SandboxedEnvironment(autoescape=False)
    subject = " ".join(env.from_string(words.subject).render(values).split())[:200]
    paragraphs = [env.from_string(text).render(values).strip() for text in words.paragraphs]
    moment = now()
    return OutboxMail.create(
        to=to,
        subject=subject,
        text=_as_text(paragraphs, lines, words.button, link),
        html=_as_html(subject, paragraphs, lines, words.button, link),
        template=template,
        centre=centre_id,
        message_id=f"<{uuid.uuid4()}@poolster>",
        created_at=moment,
        next_try_at=moment,
    )


def _as_text(paragraphs: Sequence[str], lines: Sequence[str], button: str, link: str) -> str:
    parts = [*paragraphs]
    if lines:
        parts.append("\n".join(f"- {line}" for line in lines))
    if link:
        parts.append(f"{button}:\n{link}")
    return "\n\n".join([*parts, "Poolster, de kwaliteitscyclus van jullie centrum"]) + "\n"


def _as_html(subject: str, paragraphs: Sequence[str], lines: Sequence[str], button: str, link: str) -> str:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    if lines:
        body += "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
    if link:
        style = "display:inline-block;padding:12px 20px;background:#1d4480;color:#ffffff;border-radius:6px"
        body += f'<p><a href="{escape(link)}" style="{style}">{escape(button)}</a></p>'
        body += f'<p style="color:#555555">Werkt de knop niet? Open dan dit adres: {escape(link)}</p>'
    return (
        f'<!doctype html><html lang="nl-BE"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
        '<body style="font-family:Georgia,serif;font-size:17px;line-height:1.5;max-width:38em">'
        f'{body}<p style="color:#555555">Poolster, de kwaliteitscyclus van jullie centrum</p></body></html>'
    )


def deliver(config: Config) -> int:
    """Send what is due. Returns how many mails left. Safe to run in several processes at once."""
    sent = 0
    for mail_id in _due():
        mail = _claim(mail_id)
        if mail is not None:
            sent += _send(mail, config)
    return sent


def _due() -> list[int]:
    query = OutboxMail.select(OutboxMail.id).where(
        OutboxMail.state.in_([WAITING, SENDING]) & (OutboxMail.next_try_at <= now())
    )
    return [row.id for row in query.order_by(OutboxMail.next_try_at, OutboxMail.id).limit(BATCH)]


def _claim(mail_id: int) -> OutboxMail | None:
    """Take a mail for this process, or None where another was first. The claim runs out by itself."""
    moment = now()
    with transaction():
        taken = (
            OutboxMail.update(
                state=SENDING, attempts=OutboxMail.attempts + 1, next_try_at=moment + CLAIM_LASTS
            )
            .where(
                (OutboxMail.id == mail_id)
                & OutboxMail.state.in_([WAITING, SENDING])
                & (OutboxMail.next_try_at <= moment)
            )
            .execute()
        )
        return OutboxMail.get_by_id(mail_id) if taken else None


def _send(mail: OutboxMail, config: Config) -> int:
    try:
        kept = _hand_over(mail, config)
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: no message can be made of it
        _try_later(mail, error)
        return 0
    with transaction():
        # what left is not kept here: it may hold a link that sets a password
        words = {} if kept else {"text": "", "html": ""}
        done = OutboxMail.update(state=KEPT if kept else SENT, sent_at=now(), error="", **words)
        done.where(OutboxMail.id == mail.id).execute()
    return 1


def _try_later(mail: OutboxMail, error: Exception) -> None:
    log.warning("mail %s to %s not sent (try %s): %s", mail.id, mail.to, mail.attempts, error)
    given_up = mail.attempts > len(PAUSES)
    next_try: datetime = now() if given_up else now() + PAUSES[mail.attempts - 1]
    with transaction():
        OutboxMail.update(
            state=FAILED if given_up else WAITING, next_try_at=next_try, error=str(error)[:500]
        ).where(OutboxMail.id == mail.id).execute()


def _hand_over(mail: OutboxMail, config: Config) -> bool:
    """Give the mail to the server. True where the installation keeps its mails instead (demo)."""
    url = urlsplit(config.mail_url)
    if url.scheme == "mailbox":
        return True
    trusted = ssl.create_default_context()
    with _server(url, trusted) as server:
        server.ehlo()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            # a server on this machine signs its own certificate, and nobody stands between
            server.starttls(context=None if url.hostname in LOCAL else trusted)
        elif url.scheme == "smtp" and url.username and url.hostname not in LOCAL:
            raise smtplib.SMTPException("the server offers no TLS, so the password is not sent to it")
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(_message(mail, config), from_addr=parseaddr(config.mail_from)[1])
    return False


def _server(url: SplitResult, trusted: ssl.SSLContext) -> smtplib.SMTP:
    host = url.hostname or ""
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=PATIENCE, context=trusted)
    return smtplib.SMTP(host, url.port or 25, timeout=PATIENCE)


def _message(mail: OutboxMail, config: Config) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = mail.subject
    message["From"] = config.mail_from
    message["To"] = mail.to
    if config.reply_to:
        message["Reply-To"] = config.reply_to
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def absolute_link(endpoint: str, **values: Any) -> str:
    """The full address of a page, built on the configured base URL; works outside a request too."""
    from flask import current_app

    config: Config = current_app.extensions["poolster.config"]
    return config.base_url + current_app.url_map.bind("").build(endpoint, values)
