"""The first tables of core; frozen, whatever becomes of the models."""

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
    class User(Model):
        email = CharField(unique=True, max_length=254)
        name = CharField(max_length=120)
        password_hash = CharField(null=True, max_length=200)
        active = BooleanField(default=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"

    class AccessToken(Model):
        token_hash = CharField(unique=True, max_length=64)
        user = ForeignKeyField(User)
        purpose = CharField(max_length=12)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "access_token"

    class Centre(Model):
        name = CharField(unique=True, max_length=120)
        slug = CharField(unique=True, max_length=80)
        place = CharField(max_length=80, default="")
        active = BooleanField(default=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "centre"

    class Goal(Model):
        centre = ForeignKeyField(Centre)
        block = CharField(max_length=60)
        title = CharField(max_length=200)
        description = TextField(default="")
        owner = ForeignKeyField(User, null=True)
        starts_on = DateField()
        ends_on = DateField()
        state = CharField(max_length=10, default="draft")
        agreed_at = DateTimeField(null=True)
        closed_on = DateField(null=True)
        created_at = DateTimeField()
        revision = IntegerField(default=1)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "goal"
            indexes = ((("centre", "state"), False),)

    class Action(Model):
        goal = ForeignKeyField(Goal)
        title = CharField(max_length=200)
        owner = ForeignKeyField(User, null=True)
        due_on = DateField(null=True)
        state = CharField(max_length=10, default="open")
        note = TextField(default="")
        created_at = DateTimeField()
        revision = IntegerField(default=1)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "action"

    class AuditEntry(Model):
        at = DateTimeField(index=True)
        user = ForeignKeyField(User, null=True)
        centre = ForeignKeyField(Centre, null=True)
        verb = CharField(max_length=60)
        subject = CharField(max_length=200, default="")
        detail = TextField(default="{}")
        hash = CharField(max_length=64)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "audit_entry"

    class SchoolGroup(Model):
        name = CharField(unique=True, max_length=120)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "school_group"

    class CentreGroup(Model):
        centre = ForeignKeyField(Centre)
        group = ForeignKeyField(SchoolGroup)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "centre_group"
            indexes = ((("centre", "group"), True),)

    class Cycle(Model):
        centre = ForeignKeyField(Centre)
        year = IntegerField()
        opened_at = DateTimeField()
        opened_by = ForeignKeyField(User, null=True)
        priorities_chosen_at = DateTimeField(null=True)
        priorities_reason = TextField(default="")
        revision = IntegerField(default=1)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "cycle"
            indexes = ((("centre", "year"), True),)

    class EnabledPlugin(Model):
        centre = ForeignKeyField(Centre)
        plugin = CharField(max_length=40)
        enabled = BooleanField()
        switched_by = ForeignKeyField(User, null=True)
        switched_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "enabled_plugin"
            indexes = ((("centre", "plugin"), True),)

    class Evaluation(Model):
        goal = ForeignKeyField(Goal)
        due_on = DateField()
        held_on = DateField(null=True)
        verdict = CharField(null=True, max_length=10)
        seen = TextField(default="")
        follow_up = CharField(null=True, max_length=10)
        recorded_by = ForeignKeyField(User, null=True)
        recorded_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "evaluation"
            indexes = ((("goal", "due_on"), True),)

    class InstrumentVersion(Model):
        key = CharField(max_length=60)
        version = CharField(max_length=20)
        title = CharField(max_length=160)
        document = TextField()
        published_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "instrument_version"
            indexes = ((("key", "version"), True),)

    class Scan(Model):
        cycle = ForeignKeyField(Cycle, unique=True)
        instrument = ForeignKeyField(InstrumentVersion)
        opened_at = DateTimeField()
        submitted_at = DateTimeField(null=True)
        submitted_by = ForeignKeyField(User, null=True)
        revision = IntegerField(default=1)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "scan"

    class Rating(Model):
        scan = ForeignKeyField(Scan)
        block = CharField(max_length=60)
        stage = IntegerField(null=True)
        wish = IntegerField(null=True)
        choice = CharField(null=True, max_length=12)
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
            database = db
            legacy_table_names = False
            table_name = "rating"
            indexes = ((("scan", "block"), True),)

    class Factor(Model):
        rating = ForeignKeyField(Rating)
        kind = CharField(max_length=12)
        pillar = CharField(max_length=60)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "factor"
            indexes = ((("rating", "kind", "pillar"), True),)

    class JobRun(Model):
        job = CharField(max_length=40)
        slot = CharField(max_length=40)
        at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "job_run"
            indexes = ((("job", "slot"), True),)

    class LoginAttempt(Model):
        key = CharField(max_length=300)
        at = DateTimeField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "login_attempt"
            indexes = ((("key", "at"), False),)

    class LoginSession(Model):
        token_hash = CharField(unique=True, max_length=64)
        user = ForeignKeyField(User)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "login_session"

    class Membership(Model):
        user = ForeignKeyField(User)
        role = CharField(max_length=20)
        centre = ForeignKeyField(Centre, null=True)
        group = ForeignKeyField(SchoolGroup, null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "membership"
            indexes = ((("user", "role", "centre", "group"), True), (("centre", "role"), False))

    class OutboxMail(Model):
        to = CharField(max_length=254)
        subject = CharField(max_length=200)
        text = TextField()
        html = TextField()
        template = CharField(max_length=40)
        centre = ForeignKeyField(Centre, null=True)
        message_id = CharField(unique=True, max_length=120)
        created_at = DateTimeField()
        state = CharField(max_length=10, default="waiting")
        attempts = IntegerField(default=0)
        next_try_at = DateTimeField()
        sent_at = DateTimeField(null=True)
        error = TextField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "outbox_mail"
            indexes = ((("state", "next_try_at"), False),)

    class PluginFault(Model):
        plugin = CharField(max_length=40)
        hook = CharField(max_length=40)
        error = TextField()
        times = IntegerField(default=1)
        last_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "plugin_fault"
            indexes = ((("plugin", "hook"), True),)

    class Priority(Model):
        cycle = ForeignKeyField(Cycle)
        block = CharField(max_length=60)
        rank = IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "priority"
            indexes = ((("cycle", "block"), True), (("cycle", "rank"), True))

    db.create_tables(
        [
            User,
            AccessToken,
            Centre,
            Goal,
            Action,
            AuditEntry,
            SchoolGroup,
            CentreGroup,
            Cycle,
            EnabledPlugin,
            Evaluation,
            InstrumentVersion,
            Scan,
            Rating,
            Factor,
            JobRun,
            LoginAttempt,
            LoginSession,
            Membership,
            OutboxMail,
            PluginFault,
            Priority,
        ]
    )
