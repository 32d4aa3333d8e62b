"""The gate: plugins that are on are asked and told, those that fail are named, those that are off are silent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pluggy
import pytest
from flask import Blueprint, g
from flask_login import login_user

from core import create_app, found_plugins
from core.access import Person
from core.config import Config
from core.dates import today
from core.db import database
from core.hookspecs import Deadline, Link, Table, hookimpl
from core.people import Centre, Role, SchoolGroup
from core.plugins import PluginFault, Plugins, ask, registry, tell
from core.steps import Refused
from tests.conftest import _disconnect
from tests.world import World

SHIPPED = sorted(plugin.name for plugin in found_plugins())
MOMENT = datetime(2026, 5, 4, 8, tzinfo=UTC)


class Spy:
    """A plugin that answers with its own name and remembers what it was told."""

    def __init__(self, name: str) -> None:
        self.name, self.told = name, []

    @hookimpl
    def centre_links(self, centre: Centre) -> list[Link]:
        return [Link(self.name, "centre.show_home", "centre.read")]

    @hookimpl
    def deadlines(self, centre: Centre, until: date) -> list[Deadline]:
        return [
            Deadline(f"{self.name}:1", "Test", self.name, until, None, "centre.enter", {"slug": centre.slug})
        ]

    @hookimpl
    def export_tables(self, centre: Centre, years: Sequence[int]) -> list[Table]:
        return [Table(self.name, self.name, ("A",), [["b"]])]

    @hookimpl
    def time_passed(self, centre: Centre, moment: datetime) -> None:
        self.told.append((centre.name, moment))


class Raising(Spy):
    """A plugin that fails in every way it is called."""

    def __init__(self, name: str, error: BaseException | None = None) -> None:
        super().__init__(name)
        self.error = error or ValueError("kapot")

    @hookimpl
    def centre_links(self, centre: Centre) -> list[Link]:
        raise self.error

    @hookimpl
    def time_passed(self, centre: Centre, moment: datetime) -> None:
        raise self.error


def add(world: World, plugin: Spy) -> Spy:
    registry().register(plugin.name, plugin)
    return plugin


def labels(centre: Centre) -> list[str]:
    return [link.label for link in ask("centre_links", centre)]


def test_answers_come_in_the_order_of_the_plugins_names(world: World) -> None:
    for name in ("zz_second", "zz_first"):
        add(world, Spy(name))
    assert [label for label in labels(world.centre) if label.startswith("zz")] == ["zz_first", "zz_second"]


@pytest.mark.parametrize("error", [ValueError("kapot"), SystemExit(3)], ids=["raises", "exits"])
def test_a_failing_plugin_keeps_nobody_from_answering_and_is_counted(
    world: World, error: BaseException
) -> None:
    add(world, Raising("aa_broken", error))
    add(world, Spy("zz_whole"))
    for _ in range(3):
        assert "zz_whole" in labels(world.centre)
    fault = PluginFault.get(PluginFault.plugin == "aa_broken")
    assert (fault.plugin, fault.hook, fault.times) == ("aa_broken", "centre_links", 3)
    assert str(error) in fault.error


def test_a_failing_plugin_keeps_nobody_from_being_told(world: World) -> None:
    add(world, Raising("aa_broken"))
    spy = add(world, Spy("zz_whole"))
    tell("time_passed", world.centre, moment=MOMENT)
    assert len(spy.told) == 1
    assert PluginFault.get(PluginFault.plugin == "aa_broken").hook == "time_passed"


def test_a_page_answers_while_a_plugin_fails_and_the_admin_reads_its_name(world: World) -> None:
    add(world, Raising("aa_broken"))
    world.open_cycle()
    assert world.client().get(world.url()).status_code == 200
    assert "aa_broken" in world.client(Role.NETWORK_ADMIN).get("/beheer/modules").text


def test_a_plugin_whose_query_fails_leaves_the_page_its_database(world: World) -> None:
    class BadQuery(Spy):
        @hookimpl
        def centre_links(self, centre: Centre) -> list[Link]:
            SchoolGroup.create(name="door een module die struikelt")
            database.execute_sql("SELECT nonsense FROM nowhere")
            return []

    add(world, BadQuery("aa_broken"))
    add(world, Spy("zz_whole"))
    with database.atomic():  # as inside a step: what failed must not take the step along
        assert "zz_whole" in labels(world.centre)
        group = SchoolGroup.create(name="van de stap zelf")
    assert SchoolGroup.get_by_id(group.id)
    assert "nowhere" in PluginFault.get(PluginFault.plugin == "aa_broken").error


def test_a_plugin_that_is_off_is_neither_asked_nor_told(world: World) -> None:
    spy = add(world, Spy("spy"))
    world.switch("spy", False)
    assert "spy" not in labels(world.centre)
    assert [row for row in ask("deadlines", world.centre, until=today()) if row.title == "spy"] == []
    assert [row for row in ask("export_tables", world.centre, years=[2025]) if row.name == "spy"] == []
    tell("time_passed", world.centre, moment=MOMENT)
    assert spy.told == []


def test_a_switch_counts_for_its_own_centre_only(world: World) -> None:
    add(world, Spy("spy"))
    world.switch("spy", False)
    assert "spy" in labels(world.other)


def test_a_plugin_switched_on_again_answers_again(world: World) -> None:
    add(world, Spy("spy"))
    world.switch("spy", False)
    world.switch("spy", True)
    assert "spy" in labels(world.centre)


def test_core_itself_cannot_be_switched_off(world: World) -> None:
    with pytest.raises(Refused):
        world.switch("core", False)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_plugin_switched_off_takes_its_answers_with_it_and_brings_them_back(
    world: World, name: str
) -> None:
    scan = world.submit()
    goal = world.add_goal()
    before = _everything(world, scan, goal)
    world.switch(name, False)
    asked = registry().implemented
    off = _everything(world, scan, goal)
    for hook, answers in before.items():
        if name in asked(hook) and answers:
            assert len(off[hook]) <= len(answers)
    for hook, answers in off.items():
        only = {name, "core"} >= asked(hook)
        assert not (only and "core" not in asked(hook) and answers), f"{hook} still answers without {name}"
    world.switch(name, True)
    assert _everything(world, scan, goal) == before


def _everything(world: World, scan: Any, goal: Any) -> dict[str, list[str]]:
    """What every asking hook answers, as text."""
    values: dict[str, dict[str, Any]] = {
        "centre_links": {},
        "dashboard_cards": {"cycle": scan.cycle},
        "scan_forms": {"scan": scan},
        "rating_panels": {"scan": scan},
        "goal_panels": {"goal": goal},
        "goal_warnings": {"goals": [goal]},
        "deadlines": {"until": today() + timedelta(days=400)},
        "export_tables": {"years": [world.year.start_year]},
        "export_formats": {},
    }
    with world.app.test_request_context(world.url(), base_url="http://localhost"):
        person = Person(world.coordinator.id, world.coordinator.name, world.coordinator.email, "token")
        login_user(person)
        g.centre, g.cycle = world.centre, scan.cycle
        found = {}
        for hook, more in values.items():
            g.pop("enabled_plugins", None)
            found[hook] = [_plain(answer) for answer in ask(hook, world.centre, **more)]
        assert not PluginFault.select().exists(), [(f.plugin, f.hook, f.error) for f in PluginFault.select()]
        return found


def _plain(answer: Any) -> str:
    """An answer as text, without what differs at every rendering."""
    return re.sub(r'name="csrf_token" value="[^"]*"|0x[0-9a-f]+', "", str(answer))


@pytest.mark.sqlite_only
def test_a_misspelt_hook_stops_the_start() -> None:
    class Misspelt:
        @hookimpl
        def scan_submited(self) -> None: ...

    plugins = Plugins()
    plugins.register("misspelt", Misspelt())
    with pytest.raises(pluggy.PluginValidationError, match="scan_submited"):
        plugins.find()


def test_a_hook_with_an_argument_that_is_not_in_its_contract_stops_the_start() -> None:
    class Curious:
        @hookimpl
        def deadlines(self, password: str) -> None: ...

    with pytest.raises(pluggy.PluginValidationError, match="password"):
        Plugins().register("curious", Curious())


@pytest.mark.sqlite_only
def test_a_plugin_cannot_bring_pages_under_another_name(config: Config) -> None:
    class Masked:
        @hookimpl
        def blueprints(self) -> list[Blueprint]:
            return [Blueprint("account", __name__)]

    plugins = Plugins()
    plugins.register("masked", Masked())
    with pytest.raises(RuntimeError, match="masked"):
        create_app(config, plugins)
    _disconnect()


def test_an_answer_that_is_no_list_is_a_fault_and_not_an_error_on_the_page(world: World) -> None:
    class Wrong:
        @hookimpl
        def deadlines(self) -> Any:
            return 3

        @hookimpl
        def dashboard_cards(self) -> Any:
            yield "first"
            raise RuntimeError("halfway")

    registry().register("wrong", Wrong())
    world.open_cycle()
    assert world.client().get(world.url()).status_code == 200
    assert {fault.hook for fault in PluginFault.select()} == {"deadlines", "dashboard_cards"}


def test_a_link_to_a_page_that_did_not_load_is_left_out(world: World) -> None:
    class Linking:
        @hookimpl
        def centre_links(self) -> list[Link]:
            return [Link("Kapot", "linking.nowhere", "centre.read")]

    registry().register("linking", Linking())
    world.open_cycle()
    answer = world.client().get(world.url())
    assert answer.status_code == 200
    assert "Kapot" not in answer.text
