"""Plugins: found, registered, and asked or told through one gate.

A plugin is a package under `plugins/`, or an entry point in the group `poolster.plugins`. It names
itself with `title`, `description` and `default_enabled`. The gate knows for which centres it is on.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pluggy
from flask import current_app, g, has_app_context, has_request_context
from peewee import CharField, IntegerField, TextField

from core import hookspecs
from core.dates import now
from core.db import BaseModel, MomentField, Prepared, database, transaction
from core.people import Centre, EnabledPlugin

log = logging.getLogger(__name__)

CORE = "core"  # core's own hook implementations; always on
FOLDER = "plugins"
ENTRY_POINTS = "poolster.plugins"


class PluginFault(BaseModel):
    """The last time a plugin's hook raised, and how often it has."""

    plugin = CharField(max_length=40)
    hook = CharField(max_length=40)
    error = TextField()
    times = IntegerField(default=1)
    last_at = MomentField()

    class Meta:
        indexes = ((("plugin", "hook"), True),)


@dataclass(frozen=True)
class Plugin:
    """What a plugin says of itself."""

    name: str
    title: str
    description: str
    default_enabled: bool
    folder: Path | None

    @property
    def migrations(self) -> Path | None:
        """Its folder of migrations, where it has one."""
        path = self.folder / "migrations" if self.folder else None
        return path if path and path.is_dir() else None


class Plugins:
    """The plugins of one application, with their hooks."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager("poolster")
        self._manager.add_hookspecs(hookspecs)
        self._known: dict[str, Plugin] = {}

    def __iter__(self) -> Iterator[Plugin]:
        return iter(sorted(self._known.values(), key=lambda plugin: plugin.title))

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __getitem__(self, name: str) -> Plugin:
        return self._known[name]

    def register(self, name: str, module: Any) -> None:
        """Take a plugin in under `name`. Raises pluggy's error for a hook that does not fit its contract."""
        self._manager.register(module, name)
        if name == CORE:
            return
        file = getattr(module, "__file__", None)
        self._known[name] = Plugin(
            name=name,
            title=getattr(module, "title", name),
            description=getattr(module, "description", ""),
            default_enabled=bool(getattr(module, "default_enabled", True)),
            folder=Path(file).parent if file else None,
        )

    def find(self) -> None:
        """Register what lies in the plugins folder and what is installed beside it, then check all hooks."""
        folder = importlib.import_module(FOLDER)
        for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
            self.register(found.name, importlib.import_module(f"{FOLDER}.{found.name}"))
        for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
            self.register(point.name, point.load())
        self._manager.check_pending()

    def answers(self, hook: str, names: frozenset[str] | None, **values: Any) -> Iterator[tuple[str, Any]]:
        """Call each implementation apart, as (plugin, answer); one that raises is recorded and left out.

        `names` are the plugins that may answer, besides core; None lets all of them.
        """
        caller = getattr(self._manager.hook, hook)
        for impl in sorted(
            caller.get_hookimpls(), key=lambda impl: (impl.plugin_name != CORE, impl.plugin_name)
        ):
            name = impl.plugin_name
            if name != CORE and names is not None and name not in names:
                continue
            try:
                with _apart():
                    answer = impl.function(**{key: values[key] for key in impl.argnames})
                    answer = None if answer is None else list(answer)  # here, where a wrong one is recorded
            except (Exception, SystemExit) as error:  # any plugin may fail in any way; the page must not
                log.exception("plugin %s failed in %s", name, hook)
                _record_fault(name, hook, error)
            else:
                yield name, answer

    def implemented(self, hook: str) -> set[str]:
        """The names of the plugins that implement a hook."""
        return {impl.plugin_name for impl in getattr(self._manager.hook, hook).get_hookimpls()}


def _apart() -> AbstractContextManager[Any]:
    """Inside a transaction, a savepoint: a plugin's failed query must not take the caller's work along."""
    inside = database.obj is not None and database.in_transaction()
    return database.atomic() if inside else nullcontext()


def _record_fault(plugin: str, hook: str, error: BaseException) -> None:
    text = f"{type(error).__name__}: {error}"[:500]
    try:
        with transaction():
            fault, new = PluginFault.get_or_create(
                plugin=plugin, hook=hook, defaults={"error": text, "last_at": now()}
            )
            if not new:
                fault.error, fault.times, fault.last_at = text, fault.times + 1, now()
                fault.save()
    except Exception:  # the log line above stands; a full disk must not hide the page as well
        log.exception("fault of plugin %s not recorded", plugin)


def registry() -> Plugins:
    """The plugins of the running application."""
    found: Plugins = current_app.extensions["poolster.plugins"]
    return found


def enabled_for(centre: Centre) -> frozenset[str]:
    """The names of the plugins that are on for a centre; one query a request."""
    if not has_request_context():
        return _enabled(centre)
    cache: dict[int, frozenset[str]] = g.setdefault("enabled_plugins", {})
    if centre.id not in cache:
        cache[centre.id] = _enabled(centre)
    return cache[centre.id]


@Prepared
def _switches(centre_id: Any) -> Any:
    query = EnabledPlugin.select(EnabledPlugin.plugin, EnabledPlugin.enabled)
    return query.where(EnabledPlugin.centre == centre_id).tuples()


def _enabled(centre: Centre) -> frozenset[str]:
    switched = dict(_switches(centre.id))
    return frozenset(
        plugin.name for plugin in registry() if switched.get(plugin.name, plugin.default_enabled)
    )


def forget_enabled(centre: Centre) -> None:
    """Let the gate look again after a switch in this request."""
    if has_request_context():
        g.get("enabled_plugins", {}).pop(centre.id, None)


def ask(hook: str, centre: Centre, **values: Any) -> list[Any]:
    """Everything the plugins that are on for a centre answer to an asking hook, in one list."""
    merged: list[Any] = []
    for _, answer in registry().answers(hook, enabled_for(centre), centre=centre, **values):
        merged += answer or ()
    return merged


def tell(hook: str, centre: Centre, **values: Any) -> None:
    """Tell the plugins that are on for a centre what happened. Call it after the commit."""
    if not has_app_context():
        raise RuntimeError("hooks are told inside an application")
    for _ in registry().answers(hook, enabled_for(centre), centre=centre, **values):
        pass
