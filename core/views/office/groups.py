"""The school groups: a list, and the page on which one is added or renamed."""

from __future__ import annotations

from collections import defaultdict

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.access import needs
from core.forms import GroupForm
from core.people import Centre, CentreGroup, Membership, SchoolGroup, User
from core.steps import Refused, people
from core.views import listing
from core.views.office.blueprint import OFFICE, found, me, pages


@pages.get("/scholengroepen")
@needs(OFFICE)
def show_groups() -> str:
    """Every school group, with its centres and who reads their results."""
    search = listing.search_text()
    query = SchoolGroup.select().where(SchoolGroup.name.contains(search))
    _, downwards = listing.asked_order(["naam"], "naam")
    page = listing.page_of_query(query.order_by(SchoolGroup.name.desc() if downwards else SchoolGroup.name))
    ids = [group.id for group in page.rows]
    centres: dict[int, list[Centre]] = defaultdict(list)
    links = CentreGroup.select(CentreGroup, Centre).join(Centre).where(CentreGroup.group.in_(ids))
    for link in links.order_by(Centre.name):
        centres[link.group_id].append(link.centre)
    readers: dict[int, list[User]] = defaultdict(list)
    roles = Membership.select(Membership, User).join(User).where(Membership.group.in_(ids) & User.active)
    for role in roles.order_by(User.name):
        readers[role.group_id or 0].append(role.user)
    return render_template("office/groups.html", page=page, centres=centres, readers=readers, listing=listing)


@pages.route("/scholengroepen/nieuw", methods=["GET", "POST"])
@needs(OFFICE)
def add_group() -> Response | str | tuple[str, int]:
    return _group_page(None)


@pages.route("/scholengroepen/<int:group_id>", methods=["GET", "POST"])
@needs(OFFICE)
def rename_group(group_id: int) -> Response | str | tuple[str, int]:
    return _group_page(found(SchoolGroup, group_id))


def _group_page(group: SchoolGroup | None) -> Response | str | tuple[str, int]:
    form = GroupForm(obj=group)
    before = group.name if group else None
    if form.validate_on_submit():
        try:
            people.save_group(form.name.data, me(), group)
        except Refused as refused:
            form.take(refused)
        else:
            flash(f"{form.name.data} is bewaard.", "ok")
            return redirect(url_for(".show_groups"))
    page = render_template("office/group.html", form=form, before=before)
    return (page, 422) if form.is_submitted() else page
