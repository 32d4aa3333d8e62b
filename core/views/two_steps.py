"""The second step of a log-in, and setting up the app that it needs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.access import ACCOUNT, PUBLIC, load_person, needs, person, safe_next
from core.forms import CodeForm
from core.people import Role, User
from core.steps import Refused, two_steps
from core.steps.account import code_required

PENDING, NEW_SECRET = "two_steps", "two_steps_secret"  # in the signed cookie

pages = Blueprint("two_steps", __name__)


@pages.route("/aanmelden/code", methods=["GET", "POST"])
@needs(PUBLIC)
def enter_code() -> Response | str | tuple[str, int]:
    """Ask the code of someone whose password fitted, or have them set up the app that they need."""
    user = two_steps.pending_user(session.get(PENDING))
    if user is None:
        return _too_late()
    form = CodeForm()
    if form.validate_on_submit():
        try:
            token = _let_in(user, form.code.data)
        except Refused as refused:
            form.take(refused)
            return _code_page(user, form), 401
        session.clear()
        login_user(load_person(token) or abort(401))
        return redirect(safe_next(request.args.get("next")) or url_for("account.home"))
    page = _code_page(user, form)
    return (page, 422) if request.method == "POST" else page


def _too_late() -> Response:
    """Back to the password; with a word about it for who gave one before."""
    if session.pop(PENDING, None):
        flash("Het duurde te lang, of er veranderde iets aan je account. Meld je opnieuw aan.", "warning")
    return redirect(url_for("account.log_in"))


def _let_in(user: User, code: str) -> str:
    address = request.remote_addr or ""
    if user.totp_secret:
        return two_steps.finish_log_in(user, code, address)
    return two_steps.set_up_and_log_in(user, _new_secret(), code, address)


def _code_page(user: User, form: CodeForm) -> str:
    if user.totp_secret:
        return render_template("two_steps/code.html", form=form)
    return _set_up_page(user, form, required=True)


def _new_secret() -> str:
    """The secret on offer, the same until an app took it over."""
    secret: str = session.setdefault(NEW_SECRET, two_steps.new_secret())
    return secret


def _set_up_page(user: User, form: CodeForm, required: bool) -> str:
    secret = _new_secret()
    link = two_steps.app_link(user, secret)
    fours = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template(
        "two_steps/set_up.html", form=form, secret=fours, link=link, drawing=_drawn(link), required=required
    )


def _drawn(link: str) -> Markup:
    """A QR code as SVG; on white, since not every camera reads one on dark."""
    import segno

    code: Any = segno.make(link, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, light="#fff", svgclass=None, lineclass=None))  # nosec B704: squares


@pages.route("/profiel/code", methods=["GET", "POST"])
@needs(ACCOUNT)
def switch_on() -> Response | str | tuple[str, int]:
    """Set up an app of one's own accord."""
    if person().two_steps:
        return redirect(url_for("account.profile"))
    user, form = User.get_by_id(person().user_id), CodeForm()
    if form.validate_on_submit():
        try:
            two_steps.switch_on(
                user, _new_secret(), form.code.data, request.remote_addr or "", person().token
            )
        except Refused as refused:
            form.take(refused)
        else:
            session.pop(NEW_SECRET, None)
            flash("Vanaf nu vraagt Poolster een code uit je app als je je aanmeldt.", "ok")
            return redirect(url_for("account.profile"))
    page = _set_up_page(user, form, required=False)
    return (page, 422) if request.method == "POST" else page


@pages.route("/profiel/code-af", methods=["GET", "POST"])
@needs(ACCOUNT)
def switch_off() -> Response | str | tuple[str, int]:
    """Let go of the app, with a code from it; who has to have one then sets up another."""
    if not person().two_steps:
        return redirect(url_for("account.profile"))
    form, required = CodeForm(), code_required(Role.NETWORK_ADMIN in person().network_roles)
    if form.validate_on_submit():
        try:
            two_steps.switch_off(User.get_by_id(person().user_id), form.code.data, request.remote_addr or "")
        except Refused as refused:
            form.take(refused)
        else:
            logout_user()
            session.clear()
            flash("Je app is ontkoppeld. Meld je opnieuw aan.", "ok")
            return redirect(url_for("account.log_in"))
    page = render_template("two_steps/switch_off.html", form=form, required=required)
    return (page, 422) if request.method == "POST" else page
