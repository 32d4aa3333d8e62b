"""The demo: an invented network that was lived through the real steps, and that everyone can look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import create_app, demo
from core.audit import AuditEntry, first_broken_entry
from core.config import ConfigError, new_config_text
from core.cycle import Cycle, Evaluation, Goal, Scan
from core.cycle.phases import current, facts_of, phases
from core.dates import SchoolYear, now, today
from core.db import connected
from core.mail import OutboxMail
from core.people import Centre, Membership, Role, SchoolGroup
from core.plugins import PluginFault, registry
from tests.conftest import _disconnect
from tests.core.test_migrations import our_models


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demo in it, filled once; tests take a copy."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(demo.settings(folder))
    with app.app_context(), connected():
        demo.fill()
    _disconnect()
    return folder


@pytest.fixture
def demo_app(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("PORT", raising=False)
    folder = tmp_path / "instance"
    shutil.copytree(filled, folder)
    app = create_app(demo.settings(folder))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    _disconnect()


@pytest.fixture
def inside(demo_app: Any) -> Iterator[Any]:
    with demo_app.app_context(), connected():
        yield demo_app


def test_it_holds_six_centres_in_two_groups_over_three_school_years(inside: Any) -> None:
    assert (Centre.select().count(), SchoolGroup.select().count()) == (6, 2)
    years = {cycle.year for cycle in Cycle.select()}
    this_year = SchoolYear.of(today()).start_year
    assert years == {this_year - 2, this_year - 1, this_year}
    assert {row.role for row in Membership.select()} == set(Role)


def test_its_centres_stand_in_different_phases(inside: Any) -> None:
    found = set()
    for centre in Centre.select():
        cycle = Cycle.select().where(Cycle.centre == centre).order_by(Cycle.year.desc()).first()
        if cycle:
            found.add(current(phases(facts_of(cycle, Scan.get(Scan.cycle == cycle)), {}, today())).key)
    assert len(found) >= 3


def test_its_past_lies_in_the_past(inside: Any) -> None:
    assert all(scan.submitted_at <= now() for scan in Scan.select() if scan.submitted)
    assert all(row.held_on <= today() for row in Evaluation.select() if row.recorded)
    assert Goal.select().exists()
    assert all(entry.at <= now() for entry in AuditEntry.select())


def test_its_trail_is_whole_and_no_plugin_stumbled_while_it_was_filled(inside: Any) -> None:
    assert first_broken_entry() is None
    assert [(fault.plugin, fault.hook, fault.error) for fault in PluginFault.select()] == []


def test_every_plugin_that_brings_tables_and_data_has_some(inside: Any) -> None:
    bringers = registry().implemented("demo_data")
    empty = {
        name
        for name in bringers
        for models in [[m for m in our_models() if m.__module__.startswith(f"plugins.{name}.")]]
        if models and not any(model.select().exists() for model in models)
    }
    assert empty == set()


def test_its_mails_stay_inside(inside: Any) -> None:
    assert OutboxMail.select().exists()
    assert all(mail.to.endswith("@demo.test") for mail in OutboxMail.select())


NAMES = [person["email"] for person in demo.log_ins()]


@pytest.mark.parametrize("email", NAMES)
def test_everyone_on_the_list_can_log_in_and_see_their_first_page(demo_app: Any, email: str) -> None:
    client = demo_app.test_client()
    data = {"email": email, "password": demo.network().password}
    answer = client.post("/aanmelden", data=data, base_url="http://localhost:8000", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path != "/aanmelden"


def test_the_list_holds_the_promised_names() -> None:
    promised = [
        "beheer",
        "begeleider",
        "directeur",
        "coordinator",
        "lid",
        "medewerker",
        "directeur2",
        "directeur3",
        "scholengroep",
    ]
    assert {name.partition("@")[0] for name in NAMES} == set(promised)
    assert demo.network().password == "poolster-demo"


def test_its_mailbox_is_open_to_read(demo_app: Any) -> None:
    assert demo_app.test_client().get("/demo/mailbox", base_url="http://localhost:8000").status_code == 200


def test_it_refuses_the_folder_of_a_real_installation(tmp_path: Path) -> None:
    text = new_config_text("smtp://mail.voorbeeld.be")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="een echte installatie"):
        demo.settings(tmp_path)
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [tmp_path / "config.toml"]
