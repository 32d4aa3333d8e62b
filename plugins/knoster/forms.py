"""The two forms of the check. Their fields follow from content/knoster."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from wtforms import StringField
from wtforms.validators import AnyOf

from core.forms import BaseForm, RevisionField, long_text
from plugins.knoster.answers import LIMIT, Judgement
from plugins.knoster.elements import criteria, elements
from plugins.knoster.models import MISSING, PRESENT

OPEN = "open"  # the radio's value for an element that nobody judged yet
STATES = ((PRESENT, "Is er"), (MISSING, "Ontbreekt nog"), (OPEN, "Nog niet bekeken"))


class CheckForm(BaseForm):
    """What both forms share: the revision that the person saw; 0 for a part that was never saved."""

    revision = RevisionField(default=0)


class ElementsForm(CheckForm):
    """A judgement and a note for each element."""

    def show(self, judgements: Mapping[str, Judgement]) -> None:
        for key, judgement in judgements.items():
            self[f"state_{key}"].data = judgement.state or OPEN
            self[f"note_{key}"].data = judgement.note

    @property
    def judgements(self) -> dict[str, Judgement]:
        def state(key: str) -> str | None:
            value: str | None = self[f"state_{key}"].data
            return None if value == OPEN else value

        return {e.key: Judgement(state(e.key), self[f"note_{e.key}"].data or "") for e in elements()}


class CriteriaForm(CheckForm):
    """A text for each criterion."""

    def show(self, texts: Mapping[str, str]) -> None:
        for key, text in texts.items():
            self[f"text_{key}"].data = text

    @property
    def texts(self) -> dict[str, str]:
        return {criterion.key: self[f"text_{criterion.key}"].data or "" for criterion in criteria()}


def elements_form() -> ElementsForm:
    """The form as it was sent, or empty."""
    return _elements_class()()


def criteria_form() -> CriteriaForm:
    """The form as it was sent, or empty."""
    return _criteria_class()()


@lru_cache
def _elements_class() -> type[ElementsForm]:
    one_of_them = AnyOf([key for key, _ in STATES], message="Kies een van de drie antwoorden.")
    fields: dict[str, Any] = {}
    for element in elements():
        fields[f"state_{element.key}"] = StringField(element.name, [one_of_them], default=OPEN)
        fields[f"note_{element.key}"] = long_text("Notitie", LIMIT)
    return type("TheElementsForm", (ElementsForm,), fields)


@lru_cache
def _criteria_class() -> type[CriteriaForm]:
    fields = {f"text_{criterion.key}": long_text(criterion.label, LIMIT) for criterion in criteria()}
    return type("TheCriteriaForm", (CriteriaForm,), fields)
