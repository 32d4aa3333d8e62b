"""The first tables of reminders; frozen, whatever becomes of the models."""

from peewee import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def up(migrator, db):
    class Centre(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "centre"

    class ReminderRule(Model):
        centre = ForeignKeyField(Centre, unique=True)
        enabled = BooleanField(default=True)
        days_before = CharField(max_length=40, default="")
        on_the_day = BooleanField(default=True)
        weekly = BooleanField(default=True)
        most_overdue = IntegerField(default=0)
        revision = IntegerField(default=1)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "reminders_rule"

    class ReminderSent(Model):
        centre = ForeignKeyField(Centre)
        key = CharField(max_length=120)
        mark = CharField(max_length=20)
        due_on = DateField()
        kind = CharField(max_length=40)
        title = CharField(max_length=200)
        local_day = DateField()
        sent_to = TextField(default="")
        at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "reminders_sent"
            indexes = ((("centre", "key", "mark", "due_on"), True), (("centre", "at"), False))

    db.create_tables([ReminderRule, ReminderSent])
