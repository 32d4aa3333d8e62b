"""What the survey's pages share: the way from part to part, and what they say of a submitted scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.access import my_centre, my_scan, typed_page
from core.cycle import Scan
from core.dates import local, moment_label, now
from core.people import User
from plugins.survey.answers import OPEN, SUBJECTS
from plugins.survey.drafts import Survey, frozen_since, part_of, survey_of
from plugins.survey.models import SurveyDraft
from plugins.survey.views.printed import BASE, side_list

pages = Blueprint("survey", "plugins.survey", template_folder="templates")

#: The pages of the closing questions, by role.
CLOSING_PAGES = {"inspiring": "inspiratie", "priorities": "prioriteiten"}


@dataclass(frozen=True)
class Stop:
    """A page on the way through the scan. `part` is None for the overview, which nobody fills in."""

    part: str | None
    label: str
    url: str


class Way:
    """The way through a scan: its blocks in order, the closing questions, the overview."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.base = url_for("scan.show_scan", slug=my_centre().slug, year=my_scan().cycle.school_year)
        document = survey.document
        self.stops = [Stop(b.key, b.name, self.block_url(b.key)) for b in document.blocks]
        self.stops += [
            Stop(part_of(q), SUBJECTS[q.role], f"{self.base}/{CLOSING_PAGES[q.role]}")
            for q in document.closing
        ]
        self.stops.append(Stop(None, "Overzicht en indienen", f"{self.base}/overzicht"))

    def block_url(self, block: str) -> str:
        return f"{self.base}/bouwsteen/{block}"

    @property
    def list_url(self) -> str:
        return f"{self.base}/bouwstenen"

    def place(self, part: str | None) -> int:
        return next(place for place, stop in enumerate(self.stops) if stop.part == part)

    def from_here(self, part: str | None, direction: str) -> str:
        """Where the buttons of a page lead: "previous", "list", or else to the next page."""
        place = self.place(part)
        if direction == "list" or (direction == "previous" and place == 0):
            return self.list_url
        return self.stops[place - 1 if direction == "previous" else min(place + 1, len(self.stops) - 1)].url

    def resume_url(self) -> str:
        """The first page that is not complete; the overview when all are."""
        return self.stops[self.place(self.survey.first_gap)].url

    def groups(
        self, current: str | None = None, base: str | None = None, state: str | None = None
    ) -> list[dict[str, Any]]:
        """All pages in groups, as lists of tasks draw them; all in one `state`, under another `base`, for printing."""
        items = [
            {
                "label": stop.label,
                "url": (self.base if base is None else base) + stop.url.removeprefix(self.base),
                "state": state or self._state(stop),
                "current": stop.part == current,
            }
            for stop in self.stops
        ]
        groups, start = [], 0
        for cluster in self.survey.document.clusters:
            groups.append({"name": cluster.name, "items": items[start : start + len(cluster.blocks)]})
            start += len(cluster.blocks)
        return [*groups, {"name": "Afronden", "items": items[start:]}]

    def _state(self, stop: Stop) -> str:
        return self.survey.states.get(stop.part or "", OPEN)

    def side(self, current: str | None) -> Markup:
        """The list of all pages at the side, with their states."""
        printed = side_list(
            self.survey.scan.instrument_id, current, lambda state: self.groups(current, BASE, state)
        )
        return printed.filled([self._state(stop) for stop in self.stops], self.base, self.progress)

    @property
    def progress(self) -> str:
        return f"{self.survey.done} van {self.survey.total} volledig"


def my_way() -> Way:
    """The way through the scan of this address, with its drafts."""
    return Way(survey_of(my_scan()))


def leave_frozen(scan: Scan) -> Response:
    """Away from the pages of a scan that is in, to its result, saying why; what was typed is given back."""
    result = url_for("scan.show_result", slug=my_centre().slug, year=scan.cycle.school_year)
    if request.method == "GET":
        flash(frozen_since(scan), "info")
        return redirect(result)
    return typed_page("Dit is niet bewaard", frozen_since(scan), ("Bekijk het resultaat", result), 409)


def saved_label(draft: SurveyDraft | None) -> str:
    """When a draft was saved: "Bewaard 14:02" today, with the day before that; "" for never."""
    if draft is None:
        return ""
    at = local(draft.saved_at)
    return (
        f"Bewaard {at:%H:%M}"
        if at.date() == local(now()).date()
        else f"Bewaard op {moment_label(draft.saved_at)}"
    )


def saver(draft: SurveyDraft) -> str:
    """Who saved a draft."""
    found = User.get_or_none(User.id == draft.saved_by_id)
    return found.name if found else "Iemand"


def page(template: str, **values: Any) -> str:
    """A page of the survey."""
    return render_template(f"survey/{template}.html", **values)
