"""The first tables of survey; frozen, whatever becomes of the models."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    class Scan(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "scan"

    class User(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class SurveyDraft(Model):
        scan = ForeignKeyField(Scan)
        block = CharField(max_length=80)
        answers = TextField(default="{}")
        revision = IntegerField(default=1)
        saved_at = DateTimeField()
        saved_by = ForeignKeyField(User, null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "survey_draft"
            indexes = ((("scan", "block"), True),)

    db.create_tables([SurveyDraft])
