"""Settings of one installation: instance/config.toml, overruled by the environment.

Checked when the program starts, so that a wrong setting is a sentence in the terminal and
never an error on somebody's page.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from email.utils import parseaddr
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

try:
    VERSION = version("poolster")
except PackageNotFoundError:  # run from a folder that was never installed
    VERSION = "0"

HERE = Path(__file__).resolve().parent
CONFIG_FILE = "config.toml"

#: Environment variables that go by a name of their own, as hosting platforms set them.
PLAIN_VARIABLES = {"DATABASE_URL": "database_url", "MAIL_URL": "mail_url", "PORT": "port"}


WHOLE_NUMBERS = {"port": (1, 65535), "proxies": (0, 5)}  # smallest and largest


class ConfigError(Exception):
    """A setting is missing or wrong; the text says which, and what to do, in Dutch."""


def data_folder(name: str) -> Path:
    """The folder `content` or `templates`: inside an installed package, else in the checkout."""
    packed = HERE / "_data" / name
    return packed if packed.is_dir() else HERE.parent / name


@dataclass(frozen=True)
class Config:
    """One installation's settings. `mail_url` is smtp://, smtps:// or mailbox: (keep, do not send)."""

    instance: Path
    secret_key: str = ""
    database_url: str = ""
    base_url: str = ""
    mail_url: str = ""
    mail_from: str = "Poolster <poolster@localhost>"
    reply_to: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    proxies: int = 0  # how many reverse proxies of your own stand in front, each adding X-Forwarded-For
    demo: bool = False
    clock: bool = True
    require_totp: bool | None = None  # for everyone or for nobody; None: for network admins, in production

    @property
    def secure(self) -> bool:
        """Whether people reach this installation over https."""
        return self.base_url.startswith("https://")

    def requires_totp(self, network_admin: bool) -> bool:
        """Whether a person, network admin or not, has to log in with a code besides the password."""
        if self.require_totp is not None:
            return self.require_totp
        return network_admin and self.secure and not self.demo


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of this installation: POOLSTER_INSTANCE, else `instance` in the working folder."""
    return Path(environ.get("POOLSTER_INSTANCE") or "instance").resolve()


def load(instance: Path | None = None, environ: Mapping[str, str] = os.environ, **overrides: Any) -> Config:
    """Read and check the settings. Raises ConfigError."""
    folder = instance or instance_folder(environ)
    values = {**_from_file(folder / CONFIG_FILE), **_from_environment(environ), **overrides}
    return checked(Config(instance=folder, **values))


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path} is niet te lezen: {error}. Verbeter het bestand.") from error
    return {name: _typed(name, value, str(path)) for name, value in values.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    names = {f"POOLSTER_{field.name.upper()}": field.name for field in fields(Config)} | PLAIN_VARIABLES
    names.pop("POOLSTER_INSTANCE")
    return {name: _typed(name, environ[key], key) for key, name in names.items() if environ.get(key)}


def _typed(name: str, value: Any, where: str) -> Any:
    kinds = {field.name: field.type for field in fields(Config)}
    kind = kinds.get(name)
    if kind is None or name == "instance":
        raise ConfigError(f"{where}: de instelling “{name}” bestaat niet. Verwijder of verbeter die regel.")
    if kind == "int":
        least, most = WHOLE_NUMBERS[name]
        if not str(value).isascii() or not str(value).isdigit() or not least <= int(value) <= most:
            raise ConfigError(
                f"{where}: “{value}” past niet bij {name}. Kies een getal van {least} tot {most}."
            )
        return int(value)
    if kind in ("bool", "bool | None"):
        if str(value).lower() not in {"0", "1", "true", "false"}:
            raise ConfigError(f"{where}: “{value}” moet true of false zijn.")
        return str(value).lower() in {"1", "true"}
    if not isinstance(value, str):
        raise ConfigError(f"{where}: de instelling “{name}” moet tekst tussen aanhalingstekens zijn.")
    return value


def checked(config: Config) -> Config:
    """The settings with derived defaults filled in. Raises ConfigError where one is missing or wrong."""
    if not config.secret_key:
        raise ConfigError(
            f"Er staat nog geen installatie in {config.instance}. Voer eerst `poolster init` uit, "
            "of zet POOLSTER_INSTANCE op de juiste map."
        )
    if len(config.secret_key) < 32:
        raise ConfigError("secret_key is te kort: gebruik minstens 32 tekens (`poolster init` maakt er een).")
    database_url = config.database_url or f"sqlite:///{config.instance / 'poolster.db'}"
    if _address("DATABASE_URL", database_url).scheme.partition("+")[0] not in {
        "sqlite",
        "postgres",
        "postgresql",
    }:
        raise ConfigError("DATABASE_URL moet met sqlite: of postgresql: beginnen.")
    base_url = (config.base_url or f"http://{config.host}:{config.port}").rstrip("/")
    parts = _address("base_url", base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ConfigError(
            f"base_url “{base_url}” moet een adres zijn als https://poolster.voorbeeld.be, zonder pad."
        )
    if not config.mail_url:
        raise ConfigError(
            "MAIL_URL ontbreekt: geef het adres van jullie mailserver, als smtp://gebruiker:wachtwoord@server:587."
        )
    mail = _address("MAIL_URL", config.mail_url)
    if mail.scheme not in {"smtp", "smtps", "mailbox"} or (mail.scheme != "mailbox" and not mail.hostname):
        raise ConfigError("MAIL_URL moet beginnen met smtp:// of smtps:// en een server noemen.")
    _check_mailbox("mail_from", config.mail_from)
    if config.reply_to:
        _check_mailbox("reply_to", config.reply_to)
    return replace(config, database_url=database_url, base_url=base_url)


def _address(name: str, text: str) -> SplitResult:
    """An address in its parts. Raises ConfigError where it, or the port in it, cannot be read."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # reading it checks it
    except ValueError as error:
        raise ConfigError(f"{name} is geen geldig adres. Kijk de haakjes en het poortnummer na.") from error
    return parts


def _check_mailbox(name: str, text: str) -> None:
    """Raises ConfigError unless `text` is one e-mail address, with or without a name before it."""
    if not text.isprintable() or "@" not in parseaddr(text)[1]:
        raise ConfigError(f"{name} moet een e-mailadres zijn, als Poolster <poolster@voorbeeld.be>.")


def new_config_text(mail_url: str, base_url: str = "") -> str:
    """The text of a fresh config.toml, with a secret key of its own."""
    lines = [
        "# Instellingen van deze Poolster. Uitleg staat in de README.",
        f'secret_key = "{secrets.token_hex(32)}"',
        f"mail_url = {_quoted(mail_url)}",
    ]
    if base_url:
        lines.append(f"base_url = {_quoted(base_url)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string; JSON escapes the same characters in the same way."""
    return json.dumps(text, ensure_ascii=False)
