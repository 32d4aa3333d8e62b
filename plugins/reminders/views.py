"""What is coming and what was sent, and the settings."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.access import my_centre, my_cycle, needs, person
from core.dates import SchoolYear, today
from core.people import Centre
from core.steps import Refused, Stale
from plugins.reminders.due import Coming, Rules, mark_label, upcoming
from plugins.reminders.forms import RulesForm
from plugins.reminders.sending import (
    deadlines_near,
    people_of,
    rules_of,
    save_rules,
    sent_lately,
    sent_marks,
)

pages = Blueprint("reminders", __name__, template_folder="templates")

HORIZON = 60  # days ahead on the page
MOST_SENT = 50
ON_CARD = 3


@pages.get("/centrum/<slug>/<year:year>/herinneringen")
@needs("centre.read")
def show_reminders(slug: str, year: SchoolYear) -> ResponseReturnValue:
    """What will be mailed, and what was."""
    centre, cycle = my_centre(), my_cycle()
    rules, _ = rules_of(centre)
    people = people_of(centre)
    coming = [(it, [user.name for user in people.to_remind(it.deadline)]) for it in _coming(centre, rules)]
    return render_template(
        "reminders/reminders.html",
        cycle=cycle,
        rules=rules,
        coming=coming,
        sent=sent_lately(centre, MOST_SENT),
        horizon=HORIZON,
        most_sent=MOST_SENT,
        mark_label=mark_label,
    )


@pages.route("/centrum/<slug>/<year:year>/herinneringen/instellingen", methods=["GET", "POST"])
@needs("settings.edit")
def settings(slug: str, year: SchoolYear) -> ResponseReturnValue:
    """When this centre wants to be reminded."""
    centre, cycle, form = my_centre(), my_cycle(), RulesForm()
    if not form.is_submitted():
        rules, form.revision.data = rules_of(centre)
        form.show(rules)
        return _settings_page(form)
    if not form.validate():
        return _settings_page(form), 422
    try:
        save_rules(centre, form.rules, form.revision.data, person().user_id)
    except Stale:
        standing, form.revision.data = rules_of(centre)
        return _settings_page(form, (rules_text(form.rules), rules_text(standing))), 409
    except Refused as refused:
        form.take(refused)
        return _settings_page(form), 422
    flash("De herinneringen zijn ingesteld. De pagina hieronder toont wat er nu komt.", "ok")
    return redirect(url_for(".show_reminders", slug=centre.slug, year=cycle.school_year))


def _settings_page(form: RulesForm, conflict: tuple[str, str] | None = None) -> str:
    return render_template("reminders/settings.html", form=form, conflict=conflict)


def rules_text(rules: Rules) -> str:
    """Rules in words, to lay two of them side by side."""
    lines = [
        "Herinneringen staan aan." if rules.enabled else "Herinneringen staan uit.",
        f"Dagen vooraf: {', '.join(map(str, rules.days_before)) or 'geen'}.",
        f"Op de dag zelf: {'ja' if rules.on_the_day else 'nee'}.",
        f"Wekelijks wanneer het te laat is: {f'ja, hoogstens {rules.most_overdue} keer' if rules.weekly else 'nee'}.",
    ]
    return "\n".join(lines)


def _coming(centre: Centre, rules: Rules) -> list[Coming]:
    day = today()
    until = day + timedelta(days=HORIZON) + rules.reach
    deadlines = deadlines_near(centre, day, until) if rules.enabled else []
    return upcoming(deadlines, rules, sent_marks(centre, deadlines), day, HORIZON)


def card(centre: Centre, year: SchoolYear) -> Markup:
    """The next reminders, for a centre's home."""
    rules, _ = rules_of(centre)
    text = render_template(
        "reminders/card.html",
        rules=rules,
        coming=_coming(centre, rules)[:ON_CARD],
        url=url_for("reminders.show_reminders", slug=centre.slug, year=year),
    )
    # a template escapes what it is given
    return Markup(text)  # nosec B704
