"""Triggers that refuse a change or a deletion in the audit trail, on either database."""

from peewee import SqliteDatabase

MESSAGE = "the audit trail is append-only"

POSTGRESQL = f"""
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entry_never_emptied BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
"""


def up(migrator, db):
    if not isinstance(db, SqliteDatabase):
        db.execute_sql(POSTGRESQL)
        return
    for act in ("UPDATE", "DELETE"):
        db.execute_sql(
            f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
