"""Poolster's core: the cycle, the people in it, and the rules. Knows no plugin by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from core import config as settings
from core.config import Config, data_folder
from core.cycle.own_hooks import OwnHooks
from core.db import connected, database, migrate, open_database
from core.plugins import CORE, Plugins

MAX_UPLOAD = 2 * 1024 * 1024  # bytes of a request; no form of core comes near


def create_app(config: Config | None = None, plugins: Plugins | None = None) -> Flask:
    """Make the application: read the settings, migrate, find the plugins, add the pages.

    `config` defaults to the installation in POOLSTER_INSTANCE; `plugins` to the ones found. Raises
    ConfigError where a setting is wrong.
    """
    config = config or settings.load()
    app = Flask("core", instance_path=str(config.instance), template_folder=str(data_folder("templates")))
    _configure(app, config)
    open_database(config.database_url)
    app.extensions["poolster.plugins"] = plugins = plugins or found_plugins()
    migrate(migration_folders(plugins))
    from core import views

    views.register(app)
    with app.app_context(), connected():
        for name, blueprints in plugins.answers("blueprints", None):
            for blueprint in blueprints:
                if blueprint.name != name:
                    raise RuntimeError(f"the blueprint of plugin {name} is named {blueprint.name}")
                app.register_blueprint(blueprint)
    _manage_connections(app)
    return app


def found_plugins() -> Plugins:
    """Core's own hooks and every plugin that is there."""
    plugins = Plugins()
    plugins.register(CORE, OwnHooks())
    plugins.find()
    return plugins


def migration_folders(plugins: Plugins) -> dict[str, Any]:
    """Where migrations stand, by owner, core's first."""
    folders = {CORE: settings.HERE / "migrations"}
    folders.update({plugin.name: plugin.migrations for plugin in plugins if plugin.migrations})
    return folders


def _configure(app: Flask, config: Config) -> None:
    app.extensions["poolster.config"] = config
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=MAX_UPLOAD,
        SESSION_COOKIE_NAME="__Host-poolster" if config.secure else "poolster",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=7),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # SameSite and the token do this; a proxy may drop the Referer
        WTF_I18N_ENABLED=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]


def _manage_connections(app: Flask) -> None:
    """A connection per thread on SQLite, where opening one costs more than a page; pooled on a server."""

    @app.before_request
    def connect() -> None:
        database.connect(reuse_if_open=True)

    app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())

    @app.teardown_request
    def release(_: BaseException | None) -> None:
        from core.db import is_sqlite

        if not is_sqlite() and not database.is_closed():
            database.close()
