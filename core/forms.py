"""The base form, and core's forms. Limits and meanings are checked again by the steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput

from core.cycle import ACTION_STATE_LABELS, FOLLOW_UP_LABELS, NAME_LIMIT, TEXT_LIMIT, VERDICT_LABELS
from core.dates import today
from core.people import ROLE_LABELS
from core.steps import Refused

NOBODY = {"": "Nog niemand"}


class BaseForm(FlaskForm):
    """A form in Dutch that takes over what a step refused, beside the field it is about."""

    class Meta(FlaskForm.Meta):
        locales = ("nl_BE", "nl")

    def take(self, refused: Refused) -> None:
        """Show a refusal: at its field where the form has it, else above the form."""
        for name, message in refused.messages:
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, message]
            else:
                self.form_errors.append(message)


def number_or_none(value: str | None) -> int | None:
    """The value of a select that lists keys, "" being none. Anything else is refused by the select itself."""
    return int(value) if value else None


def _key(value: Any) -> int:
    """A key that a database can hold; 0, which no row has, for a longer number. Raises ValueError for no number."""
    return key if 0 <= (key := int(value)) < 2**31 else 0


class BelgianDateField(DateField):
    """A day, from the browser's own picker (2026-09-01) or typed as 1/9/2026."""

    def __init__(self, label: str, validators: list[Any] | None = None, **options: Any) -> None:
        super().__init__(label, validators or [], format=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Dit is geen datum. Schrijf ze als 1/9/2026.") from error
        if self.data and not 1900 <= self.data.year <= 2200:
            raise ValueError("Dit is geen datum in deze eeuw.")

    def _value(self) -> str:
        # a browser's picker shows only its own notation
        return self.data.isoformat() if self.data else " ".join(self.raw_data or [])


class ChoiceField(SelectField):
    """A list to choose one of, as value -> label; "" is nothing chosen. What is not in it is refused with `unknown`.

    `required` is the sentence for nothing chosen; without it nothing is an answer too.
    """

    def __init__(
        self, label: str, unknown: str = "Kies iets uit de lijst.", required: str = "", **options: Any
    ) -> None:
        super().__init__(label, [InputRequired(required) if required else Optional()], **options)
        self.unknown = unknown

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in self.choices:
            raise ValidationError(self.unknown)


class RankedField(Field):
    """Several lists of one name, in order: `data` holds what was chosen, empty places left out."""

    def process_formdata(self, valuelist: Iterable[str]) -> None:
        self.data = [value for value in valuelist if value]


class RevisionField(Field):
    """The revision that a form was filled from. Nonsense is 0, which no row has: such a form is stale."""

    widget = HiddenInput()

    def _value(self) -> str:
        return str(self.data or 0)

    def process_formdata(self, valuelist: list[str]) -> None:
        sent = valuelist[0] if valuelist else ""
        self.data = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


REQUIRED = "Vul dit in."


def text(label: str, limit: int = NAME_LIMIT, required: bool = True, **options: Any) -> Field:
    """A one-line field."""
    needed = DataRequired(REQUIRED) if required else Optional()
    return StringField(label, [needed, _limit(limit)], filters=[clean], **options)


def long_text(label: str, limit: int = TEXT_LIMIT, required: bool = False, **options: Any) -> Field:
    """A field of several lines."""
    needed = DataRequired(REQUIRED) if required else Optional()
    return TextAreaField(label, [needed, _limit(limit)], filters=[clean], **options)


def clean(typed: Any) -> Any:
    """Text as it is kept: with one kind of line break, whatever the browser sends."""
    return typed.replace("\r\n", "\n") if isinstance(typed, str) else typed


def day(label: str, required: bool = True, **options: Any) -> Field:
    """A field for a day."""
    return BelgianDateField(label, [InputRequired("Kies een dag.") if required else Optional()], **options)


def _limit(limit: int) -> Length:
    return Length(max=limit, message=f"Dit is te lang: hoogstens {limit} tekens.")


class LogInForm(BaseForm):
    email = EmailField("E-mailadres", [DataRequired(REQUIRED), _limit(254)])
    password = PasswordField("Wachtwoord", [DataRequired(REQUIRED), _limit(1000)])


class CodeForm(BaseForm):
    code = StringField("Code uit je app", [DataRequired(REQUIRED), _limit(20)])


class ForgottenForm(BaseForm):
    email = EmailField("E-mailadres", [DataRequired(REQUIRED), _limit(254)])


class NewPasswordForm(BaseForm):
    password = PasswordField("Nieuw wachtwoord", [DataRequired(REQUIRED)])


class ChangePasswordForm(BaseForm):
    old = PasswordField("Huidig wachtwoord", [DataRequired(REQUIRED)])
    password = PasswordField("Nieuw wachtwoord", [DataRequired(REQUIRED)])


OWNER = "Kies een trekker uit jullie eigen centrum."
STATE = "Kies een stand uit de lijst."


class PrioritiesForm(BaseForm):
    priorities = RankedField("Prioriteiten")
    reason = long_text("Waarom wijken jullie af van de zelfscan?")
    revision = RevisionField()


class GoalForm(BaseForm):
    """A goal; `block` and `owner_id` get their choices from the centre."""

    title = text("Wat willen jullie bereiken?")
    block = ChoiceField(
        "Bouwsteen", "Kies een bouwsteen uit de lijst.", "Kies de bouwsteen waar dit doel bij hoort."
    )
    description = long_text("Toelichting")
    owner_id = ChoiceField("Trekker", OWNER)
    starts_on = day("Begin")
    ends_on = day("Einde")
    first_evaluation = day("Eerste evaluatie", required=False)
    reason = text("Waarom verandert de periode?", required=False)
    revision = RevisionField()

    def offer(self, blocks: dict[str, str], people: dict[str, str]) -> None:
        self.block.choices = {"": "Kies een bouwsteen", **blocks}
        self.owner_id.choices = {**NOBODY, **people}


class ActionForm(BaseForm):
    title = text("Wat gaan jullie doen?")
    owner_id = ChoiceField("Trekker", OWNER)
    due_on = day("Tegen wanneer?", required=False)
    state = ChoiceField("Stand", STATE, STATE, choices=ACTION_STATE_LABELS)
    note = long_text("Notitie")
    revision = RevisionField()

    def offer(self, people: dict[str, str]) -> None:
        self.owner_id.choices = {**NOBODY, **people}


class ActionReportForm(BaseForm):
    """How an action goes, as its owner tells it."""

    state = ChoiceField("Stand", STATE, STATE, choices=ACTION_STATE_LABELS)
    note = long_text("Notitie")
    revision = RevisionField()


class EvaluationDayForm(BaseForm):
    """A day to look back; `was` is the day that it is moved from."""

    due_on = day("Wanneer kijken jullie terug?")
    reason = text("Waarom verandert de datum?", required=False)
    was = BelgianDateField("", [Optional()], widget=HiddenInput())


class EvaluationForm(BaseForm):
    held_on = day("Wanneer hebben jullie geëvalueerd?", default=today)
    verdict = ChoiceField(
        "Is het doel bereikt?", "Kies een oordeel uit de lijst.", "Kies een oordeel.", choices=VERDICT_LABELS
    )
    seen = long_text("Wat zagen jullie?", required=True)
    follow_up = ChoiceField(
        "Wat gebeurt er met het doel?",
        "Kies een vervolg uit de lijst.",
        "Kies wat er met het doel gebeurt.",
        choices=FOLLOW_UP_LABELS,
    )
    next_due = day("Wanneer kijken jullie opnieuw?", required=False)


class ReasonForm(BaseForm):
    reason = long_text("Reden", required=True)


class CentreForm(BaseForm):
    """A centre; `groups` gets its choices from the network."""

    name = text("Naam", 120)
    place = text("Plaats", 80, required=False)
    groups = SelectMultipleField(
        "Scholengroepen",
        coerce=_key,
        option_widget=CheckboxInput(),
        validate_choice=False,  # the step says in Dutch which does not exist
    )
    active = BooleanField("Dit centrum doet mee", default=True)

    def offer(self, groups: list[tuple[int, str]]) -> None:
        self.groups.choices = groups


class GroupForm(BaseForm):
    name = text("Naam", 120)


class InviteForm(BaseForm):
    """Who is invited, in which role, where; `centre` and `group` get their choices from the network."""

    name = text("Naam", 120)
    email = EmailField("E-mailadres", [DataRequired(REQUIRED), _limit(254)])
    role = ChoiceField(
        "Rol",
        "Kies een rol uit de lijst.",
        "Kies een rol.",
        choices={"": "Kies een rol", **{role.value: label for role, label in ROLE_LABELS.items()}},
    )
    centre = ChoiceField("Centrum", "Kies een centrum uit de lijst.")
    group = ChoiceField("Scholengroep", "Kies een scholengroep uit de lijst.")

    def offer(self, centres: dict[str, str], groups: dict[str, str]) -> None:
        self.centre.choices = {"": "Geen centrum", **centres}
        self.group.choices = {"": "Geen scholengroep", **groups}


class RoleForm(InviteForm):
    """One more role for someone who has an account."""

    name = None
    email = None
