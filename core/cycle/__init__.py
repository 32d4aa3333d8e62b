"""The quality cycle of a centre: scan, priorities, goals, evaluations, and the next scan.

The tables stand here; what may be concluded from them stands beside, as plain functions.
"""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, CharField, DateField, ForeignKeyField, IntegerField, TextField

from core.dates import SchoolYear
from core.db import BaseModel, MomentField
from core.instrument import InstrumentVersion
from core.people import Centre, User

NAME_LIMIT = 200  # characters of a title
TEXT_LIMIT = 4000  # characters of a longer text


class GoalState(StrEnum):
    """Where a goal stands: being written, agreed and running, or ended by an evaluation."""

    DRAFT = "draft"
    RUNNING = "running"
    SECURED = "secured"
    STOPPED = "stopped"


class ActionState(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    DROPPED = "dropped"


class Verdict(StrEnum):
    """How far a goal was reached, as the support plans of the network put it."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT = "not"


class FollowUp(StrEnum):
    """What an evaluation decides for the goal."""

    SECURE = "secure"
    ADJUST = "adjust"
    STOP = "stop"


GOAL_STATE_LABELS = {"draft": "In opmaak", "running": "Loopt", "secured": "Geborgd", "stopped": "Gestopt"}
ACTION_STATE_LABELS = {"open": "Te doen", "started": "Bezig", "done": "Klaar", "dropped": "Vervallen"}
VERDICT_LABELS = {"reached": "Bereikt", "partly": "Gedeeltelijk bereikt", "not": "Niet bereikt"}
FOLLOW_UP_LABELS = {"secure": "Borgen", "adjust": "Bijsturen", "stop": "Stoppen"}
CHOICE_LABELS = {
    "deliberate": "Bewuste keuze",
    "context": "Vooral door de context",
    "both": "Keuze en context samen",
}


class Cycle(BaseModel):
    """One centre's turn of the wheel in one school year; `year` is the calendar year it starts in."""

    centre = ForeignKeyField(Centre, backref="+")
    centre_id: int
    year = IntegerField()
    opened_at = MomentField()
    opened_by = ForeignKeyField(User, backref="+", null=True)
    opened_by_id: int | None
    priorities_chosen_at = MomentField(null=True)
    priorities_reason = TextField(default="")
    revision = IntegerField(default=1)

    class Meta:
        indexes = ((("centre", "year"), True),)

    scan: Scan  # where a query joined it

    @property
    def school_year(self) -> SchoolYear:
        return SchoolYear(self.year)


class Scan(BaseModel):
    """The self-scan of a cycle, pinned to an instrument version. Frozen once `submitted_at` is set."""

    cycle = ForeignKeyField(Cycle, backref="+", unique=True)
    cycle_id: int
    instrument = ForeignKeyField(InstrumentVersion, backref="+")
    instrument_id: int
    opened_at = MomentField()
    submitted_at = MomentField(null=True)
    submitted_by = ForeignKeyField(User, backref="+", null=True)
    submitted_by_id: int | None
    revision = IntegerField(default=1)

    @property
    def submitted(self) -> bool:
        return self.submitted_at is not None


class Rating(BaseModel):
    """What a scan says of one building block.

    `stage` and `wish` count from 1, the instrument's lowest stage; a wish equal to the stage means
    "keep". Null is unanswered, never the lowest. `differences` holds option keys, comma-separated.
    """

    scan = ForeignKeyField(Scan, backref="+")
    scan_id: int
    block = CharField(max_length=60)
    stage = IntegerField(null=True)
    wish = IntegerField(null=True)
    choice = CharField(max_length=12, null=True)
    choice_note = TextField(default="")
    differences = TextField(null=True)
    differences_other = TextField(default="")
    differences_note = TextField(default="")
    levers_note = TextField(default="")
    bottlenecks_note = TextField(default="")
    inspiring = BooleanField(default=False)
    priority_rank = IntegerField(null=True)
    revision = IntegerField(default=1)

    class Meta:
        indexes = ((("scan", "block"), True),)


class Factor(BaseModel):
    """A lever or a bottleneck that a centre feels for a block, under one pillar of the Temple."""

    rating = ForeignKeyField(Rating, backref="+")
    rating_id: int
    kind = CharField(max_length=12)  # LEVER or BOTTLENECK
    pillar = CharField(max_length=60)

    class Meta:
        indexes = ((("rating", "kind", "pillar"), True),)


LEVER, BOTTLENECK = "lever", "bottleneck"


class Priority(BaseModel):
    """A block that the centre works on first in a cycle, in order of importance from 1."""

    cycle = ForeignKeyField(Cycle, backref="+")
    cycle_id: int
    block = CharField(max_length=60)
    rank = IntegerField()

    class Meta:
        indexes = ((("cycle", "block"), True), (("cycle", "rank"), True))


class Goal(BaseModel):
    """What a centre wants to reach for a block. Runs on over school years until an evaluation ends it."""

    centre = ForeignKeyField(Centre, backref="+")
    centre_id: int
    block = CharField(max_length=60)
    title = CharField(max_length=NAME_LIMIT)
    description = TextField(default="")
    owner = ForeignKeyField(User, backref="+", null=True)
    owner_id: int | None
    starts_on = DateField()
    ends_on = DateField()
    state = CharField(max_length=10, default=GoalState.DRAFT)
    agreed_at = MomentField(null=True)
    closed_on = DateField(null=True)
    created_at = MomentField()
    revision = IntegerField(default=1)

    class Meta:
        indexes = ((("centre", "state"), False),)


class Action(BaseModel):
    """A step that someone takes towards a goal."""

    goal = ForeignKeyField(Goal, backref="+")
    goal_id: int
    title = CharField(max_length=NAME_LIMIT)
    owner = ForeignKeyField(User, backref="+", null=True)
    owner_id: int | None
    due_on = DateField(null=True)
    state = CharField(max_length=10, default=ActionState.OPEN)
    note = TextField(default="")
    created_at = MomentField()
    revision = IntegerField(default=1)


class Evaluation(BaseModel):
    """A look back at a goal: planned for `due_on`, and recorded once it has a verdict."""

    goal = ForeignKeyField(Goal, backref="+")
    goal_id: int
    due_on = DateField()
    held_on = DateField(null=True)
    verdict = CharField(max_length=10, null=True)
    seen = TextField(default="")
    follow_up = CharField(max_length=10, null=True)
    recorded_by = ForeignKeyField(User, backref="+", null=True)
    recorded_by_id: int | None
    recorded_at = MomentField(null=True)

    class Meta:
        indexes = ((("goal", "due_on"), True),)

    @property
    def recorded(self) -> bool:
        return self.recorded_at is not None
