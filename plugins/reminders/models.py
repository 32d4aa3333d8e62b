"""The rules of a centre, and every reminder that went out."""

from __future__ import annotations

from peewee import BooleanField, CharField, DateField, ForeignKeyField, IntegerField, TextField

from core.cycle import NAME_LIMIT
from core.db import BaseModel, MomentField
from core.people import Centre

KIND_LIMIT = 40  # characters


class ReminderRule(BaseModel):
    """When a centre wants to be reminded; a centre without a row has the usual rules.

    `days_before` are numbers with commas, "14,3".
    """

    centre = ForeignKeyField(Centre, backref="+", unique=True)
    centre_id: int
    enabled = BooleanField(default=True)
    days_before = CharField(max_length=40, default="")
    on_the_day = BooleanField(default=True)
    weekly = BooleanField(default=True)
    most_overdue = IntegerField(default=0)
    revision = IntegerField(default=1)

    class Meta:
        table_name = "reminders_rule"


class ReminderSent(BaseModel):
    """One reminder: a mark of a deadline, mailed on a local day. Its row is what keeps it from going twice.

    `key` is the deadline's; `due_on` belongs to what is unique, so that a moved date reminds anew.
    `sent_to` are the keys of users, with commas: their names may change, or have to be forgotten.
    """

    centre = ForeignKeyField(Centre, backref="+")
    centre_id: int
    key = CharField(max_length=120)
    mark = CharField(max_length=20)
    due_on = DateField()
    kind = CharField(max_length=KIND_LIMIT)
    title = CharField(max_length=NAME_LIMIT)
    local_day = DateField()
    sent_to = TextField(default="")
    at = MomentField()

    class Meta:
        table_name = "reminders_sent"
        indexes = ((("centre", "key", "mark", "due_on"), True), (("centre", "at"), False))
