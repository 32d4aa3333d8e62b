"""Answers on their way: what a centre has filled in of an open scan, part by part."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from core.cycle import Scan
from core.db import BaseModel, MomentField
from core.people import User


class SurveyDraft(BaseModel):
    """The answers to one part of a scan; a part is a block, or one of the closing questions.

    `block` is the block's key, or a closing question's key after a dot. One row per part, so that
    a save is one statement, and people who fill different parts never stand in each other's way.
    """

    scan = ForeignKeyField(Scan, backref="+")
    scan_id: int
    block = CharField(max_length=80)
    answers = TextField(default="{}")  # JSON, as plugins.survey.answers writes it
    revision = IntegerField(default=1)
    saved_at = MomentField()
    saved_by = ForeignKeyField(User, backref="+", null=True)
    saved_by_id: int | None

    class Meta:
        indexes = ((("scan", "block"), True),)
