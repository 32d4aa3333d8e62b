"""The settings of a centre's reminders."""

from __future__ import annotations

from wtforms import BooleanField

from core.forms import BaseForm, RevisionField, text
from plugins.reminders.due import FARTHEST, MOST_BEFORE, MOST_OVERDUE, Rules, read_rules


class RulesForm(BaseForm):
    """When a centre wants to be reminded; what the fields mean is checked by `read_rules`."""

    enabled = BooleanField("Stuur herinneringen")
    days_before = text(
        "Aantal dagen vooraf",
        limit=40,
        required=False,
        description=f"Hele getallen van 1 tot {FARTHEST}, met een komma ertussen, hoogstens {MOST_BEFORE}. Leeg: niet vooraf.",
    )
    on_the_day = BooleanField("Ook op de dag zelf")
    weekly = BooleanField("Elke week zolang het te laat is")
    most_overdue = text(
        "Hoogstens zo vaak, als het te laat is",
        limit=40,
        required=False,
        description=f"Een getal van 0 tot {MOST_OVERDUE}.",
    )
    revision = RevisionField(default=0)

    def show(self, rules: Rules) -> None:
        self.enabled.data = rules.enabled
        self.days_before.data = ", ".join(map(str, rules.days_before))
        self.on_the_day.data = rules.on_the_day
        self.weekly.data = rules.weekly
        self.most_overdue.data = str(rules.most_overdue)

    @property
    def rules(self) -> Rules:
        """The rules as typed. Raises Refused."""
        return read_rules(
            bool(self.enabled.data),
            self.days_before.data or "",
            bool(self.on_the_day.data),
            bool(self.weekly.data),
            self.most_overdue.data or "",
        )
