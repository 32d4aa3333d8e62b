"""The yardstick: as little Flask and peewee as a page can do with; a model, a template, a session cookie.

`/` answers BENCH_PAGE_BYTES bytes out of one row; `/in` starts a session.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, g, render_template_string, session
from peewee import CharField, Model, SqliteDatabase, TextField

PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": "full"}
PAGE = "<!doctype html><title>{{ page.title }}</title><h1>{{ page.title }}</h1><p>{{ page.text }}</p><p>{{ session.name }}</p>"

database = SqliteDatabase(os.path.join(os.environ["BENCH_FOLDER"], "minimal.db"), pragmas=PRAGMAS)
app = Flask(__name__)
app.secret_key = "only-for-measuring"


class Page(Model):
    """A page: its whole text."""

    title = CharField(unique=True)
    text = TextField()

    class Meta:
        database = database


@app.before_request
def connect() -> None:
    database.connect(reuse_if_open=True)


@app.get("/in")
def log_in() -> str:
    session["name"] = "Youssef Amrani"
    return "in"


@app.get("/")
def show() -> str:
    g.page = Page.get(Page.title == "Thuis")
    return render_template_string(PAGE, page=g.page)


def _fill(**row: Any) -> None:
    with database.connection_context():
        database.create_tables([Page])
        Page.insert(**row).on_conflict_ignore().execute()


_fill(title="Thuis", text="x" * (int(os.environ["BENCH_PAGE_BYTES"]) - 100))
