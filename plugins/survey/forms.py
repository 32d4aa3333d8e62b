"""The forms of the closing questions and of the submission."""

from __future__ import annotations

from wtforms import BooleanField, FieldList, HiddenField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import BaseForm
from core.instrument_document import ClosingQuestion, Instrument

NONE = "-"  # the box for "none of them"; no block has this key


class ClosingForm(BaseForm):
    """An answer to a closing question: `chosen` is a field of its own kind in each form below."""

    draft_revision = HiddenField()

    def answer(self) -> tuple[list[str], bool]:
        """The blocks chosen, in order, and whether "none of them" was."""
        values = [value for value in self["chosen"].data or [] if value]
        return [value for value in values if value != NONE], NONE in values

    def revision(self) -> int:
        value = self.draft_revision.data or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0


class InspiringForm(ClosingForm):
    """Some blocks, or none in so many words."""

    chosen = SelectMultipleField(
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )

    def offer(self, document: Instrument, question: ClosingQuestion) -> None:
        blocks = [(block.key, block.name) for block in document.blocks]
        self.chosen.choices = blocks + ([(NONE, question.none)] if question.none else [])
        self.chosen.label.text = question.text


class PrioritiesForm(ClosingForm):
    """Blocks in order of importance, one list to choose from for each place."""

    chosen = FieldList(SelectField(validate_choice=False))

    def offer(self, document: Instrument, question: ClosingQuestion) -> None:
        blocks = [("", "Kies een bouwsteen"), *((block.key, block.name) for block in document.blocks)]
        while len(self.chosen.entries) < question.most:
            self.chosen.append_entry("")
        for place, entry in enumerate(self.chosen.entries, start=1):
            entry.choices = blocks
            entry.label.text = f"Prioriteit {place}"
            entry.flags.required = place <= question.least


class SubmitForm(BaseForm):
    """The last step: what the submitter saw, and that it is definitive."""

    seen = HiddenField()
    sure = BooleanField("Ja, dit is wat we samen besproken hebben. Dien de zelfscan definitief in.")

    def saves_seen(self) -> int:
        value = self.seen.data or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1
