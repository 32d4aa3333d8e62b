"""What a log-in with a code needs: a person's secret, and the last code that was used."""

from peewee import CharField, IntegerField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("user", "totp_secret", CharField(null=True, max_length=64)),
        migrator.add_column("user", "totp_last_step", IntegerField(null=True)),
    )
