"""The first tables of knoster; frozen, whatever becomes of the models."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    class Goal(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "goal"

    class User(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class KnosterCheck(Model):
        goal = ForeignKeyField(Goal)
        part = CharField(max_length=10)
        revision = IntegerField(default=1)
        saved_by = ForeignKeyField(User, null=True)
        saved_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "knoster_check"
            indexes = ((("goal", "part"), True),)

    class KnosterCriterion(Model):
        goal = ForeignKeyField(Goal)
        criterion = CharField(max_length=40)
        text = TextField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "knoster_criterion"
            indexes = ((("goal", "criterion"), True),)

    class KnosterElement(Model):
        goal = ForeignKeyField(Goal)
        element = CharField(max_length=40)
        state = CharField(null=True, max_length=10)
        note = TextField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "knoster_element"
            indexes = ((("goal", "element"), True),)

    db.create_tables([KnosterCheck, KnosterCriterion, KnosterElement])
