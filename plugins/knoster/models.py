"""What a centre writes about a goal: which of Knoster's elements are there, and how it is SMARTI."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from core.cycle import Goal
from core.db import BaseModel, MomentField
from core.people import User

PRESENT, MISSING = "present", "missing"
ELEMENTS, CRITERIA = "elements", "criteria"  # the two parts of a check, each saved on its own


class KnosterElement(BaseModel):
    """One element of a goal, by its key in content/knoster. No state, or no row: not judged yet."""

    goal = ForeignKeyField(Goal, backref="+")
    goal_id: int
    element = CharField(max_length=40)
    state = CharField(max_length=10, null=True)
    note = TextField(default="")

    class Meta:
        indexes = ((("goal", "element"), True),)


class KnosterCriterion(BaseModel):
    """How a goal meets one SMARTI criterion; there is no row while it is empty."""

    goal = ForeignKeyField(Goal, backref="+")
    goal_id: int
    criterion = CharField(max_length=40)
    text = TextField()

    class Meta:
        indexes = ((("goal", "criterion"), True),)


class KnosterCheck(BaseModel):
    """How often a part of a goal's check was saved, and by whom last: what a stale save is known by."""

    goal = ForeignKeyField(Goal, backref="+")
    goal_id: int
    part = CharField(max_length=10)
    revision = IntegerField(default=1)
    saved_by = ForeignKeyField(User, backref="+", null=True)
    saved_by_id: int | None
    saved_at = MomentField()

    class Meta:
        indexes = ((("goal", "part"), True),)
