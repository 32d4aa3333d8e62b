"""Logging in and out, invitations and passwords, and one's own page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from core.access import ACCOUNT, PUBLIC, load_person, my_centres, needs, person, safe_next
from core.config import Config
from core.forms import ChangePasswordForm, ForgottenForm, LogInForm, NewPasswordForm
from core.people import SchoolGroup, User
from core.steps import Refused, account, two_steps
from core.views.two_steps import PENDING

pages = Blueprint("account", __name__)


@pages.get("/")
@needs(ACCOUNT)
def home() -> Response | str:
    """To the page where this person's work is."""
    if person().may("network.read"):
        return redirect(url_for("network.show_centres"))
    centres = list(my_centres())
    if len(centres) == 1 and not person().group_ids:
        return redirect(url_for("centre.enter", slug=centres[0].slug))
    groups = _my_groups()
    if not centres and len(groups) == 1:
        return redirect(url_for("network.show_group", group_id=groups[0].id))
    return render_template("account/home.html", centres=centres, groups=groups)


def _my_groups() -> list[SchoolGroup]:
    """The school groups that this person reads for, by name."""
    query = SchoolGroup.select().where(SchoolGroup.id.in_(person().group_ids))
    return list(query.order_by(SchoolGroup.name)) if person().group_ids else []


@pages.route("/aanmelden", methods=["GET", "POST"])
@needs(PUBLIC)
def log_in() -> Response | str | tuple[str, int]:
    form = LogInForm()
    target = safe_next(request.args.get("next"))
    if request.method == "GET":
        return redirect(target or url_for(".home")) if current_user.is_authenticated else _log_in_page(form)
    if form.validate_on_submit():
        try:
            user, token = account.log_in(form.email.data, form.password.data, request.remote_addr or "")
        except Refused as refused:
            form.take(refused)
            return _log_in_page(form), 401
        if current_user.is_authenticated:  # the log-in of before ends, with every copy of its cookie
            account.log_out(person().token)
        session.clear()
        if token is None:
            session[PENDING] = two_steps.pending(user)
            return redirect(url_for("two_steps.enter_code", next=target))
        login_user(load_person(token) or abort(401))
        return redirect(target or url_for(".home"))
    return _log_in_page(form), 422


def _log_in_page(form: LogInForm) -> str:
    config: Config = current_app.extensions["poolster.config"]
    return render_template("account/log_in.html", form=form, demo=_demo_log_ins() if config.demo else None)


def _demo_log_ins() -> dict[str, Any]:
    """What a visitor of the demo may log in with: a password, and a role for each address."""
    from core.demo import LISTED, network

    words = network()
    listed = [who for who in words.people if who.email.partition("@")[0] in LISTED]
    places = {who.email: words.centres[who.centre].name for who in listed if who.centre is not None}
    places |= {who.email: words.groups[who.group] for who in listed if who.group is not None}
    return {"password": words.password, "people": listed, "places": places}


@pages.post("/afmelden")
@needs(ACCOUNT)
def log_out() -> Response:
    account.log_out(person().token)
    logout_user()
    session.clear()
    flash("Je bent afgemeld.", "ok")
    return redirect(url_for(".log_in"))


@pages.route("/wachtwoord-vergeten", methods=["GET", "POST"])
@needs(PUBLIC)
def forgotten() -> str | tuple[str, int]:
    form = ForgottenForm()
    if form.validate_on_submit():
        account.ask_reset(form.email.data)
        return render_template("account/reset_sent.html", email=form.email.data)
    page = render_template("account/forgotten.html", form=form)
    return (page, 422) if request.method == "POST" else page


@pages.route("/wachtwoord/<token>", methods=["GET", "POST"])
@needs(PUBLIC)
def set_password(token: str) -> Response | str | tuple[str, int]:
    """Where an invitation or a reset leads. A GET, by a mail scanner for one, uses nothing up."""
    user = account.token_user(token)
    if user is None:
        return render_template("account/link_gone.html"), 410
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            account.set_password(token, form.password.data)
        except Refused as refused:
            form.take(refused)
            return render_template("account/set_password.html", form=form, user=user), 422
        flash("Je wachtwoord is bewaard. Meld je nu aan.", "ok")
        return redirect(url_for(".log_in"))
    page = render_template("account/set_password.html", form=form, user=user)
    return (page, 422) if request.method == "POST" else page


@pages.route("/profiel", methods=["GET", "POST"])
@needs(ACCOUNT)
def profile() -> Response | str | tuple[str, int]:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            account.change_password(User.get_by_id(person().user_id), form.old.data, form.password.data)
        except Refused as refused:
            form.take(refused)
            return render_template("account/profile.html", form=form, groups=_my_groups()), 422
        logout_user()
        session.clear()
        flash("Je wachtwoord is gewijzigd. Meld je opnieuw aan.", "ok")
        return redirect(url_for(".log_in"))
    page = render_template("account/profile.html", form=form, groups=_my_groups())
    return (page, 422) if request.method == "POST" else page
