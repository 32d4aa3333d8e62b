"""The `poolster` command."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from core import backup, config, create_app
from core.backup import BackupError
from core.config import VERSION, Config, ConfigError
from core.db import connected, transaction
from core.instrument import PublishedAlready, publish_folder
from core.instrument_document import InstrumentError
from core.people import Membership, Role, User
from core.steps import Refused

THREADS = 8  # of the one serving process; SQLite writers wait in line anyway


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status. Mistakes in settings end in a sentence, not in a trace."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (BackupError, ConfigError, InstrumentError, PublishedAlready, Refused) as error:
        print(f"poolster: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="poolster", description="De kwaliteitscyclus van een CLB.")
    parser.add_argument("--version", action="version", version=f"poolster {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", help="maak een lege installatie voor echt gebruik")
    init.add_argument("--email", help="e-mailadres van de eerste POC+-beheerder")
    init.add_argument("--name", default="POC+-beheerder", help="naam van die beheerder")
    init.add_argument("--base-url", default="", help="het adres waarop mensen Poolster openen")
    init.add_argument(
        "--mail-url", default="", help="de mailserver, als smtp://gebruiker:wachtwoord@server:587"
    )
    init.set_defaults(run=_init)
    commands.add_parser("serve", help="start de website en de klok").set_defaults(run=_serve)
    commands.add_parser("demo", help="vul een demo en start ze").set_defaults(run=_demo)
    lost = commands.add_parser("reset-code", help="ontkoppel de app voor codes van iemand die ze kwijt is")
    lost.add_argument("email", help="e-mailadres van die persoon")
    lost.set_defaults(run=_reset_code)
    instruments = commands.add_parser("publish", help="publiceer een instrumentbestand")
    instruments.add_argument("file", type=Path, help="een YAML-bestand, of een map met zulke bestanden")
    instruments.set_defaults(run=_publish)
    saving = commands.add_parser("backup", help="bewaar de database, ook terwijl Poolster draait")
    saving.add_argument("file", type=Path, help="het nieuwe bestand")
    saving.set_defaults(run=_backup)
    restoring = commands.add_parser("restore", help="zet een back-up terug, terwijl Poolster stilstaat")
    restoring.add_argument("file", type=Path, help="een bestand van `poolster backup`")
    restoring.add_argument(
        "--replace", action="store_true", help="ook als er een database staat; die wordt opzij gezet"
    )
    restoring.set_defaults(run=_restore)
    return parser


def _init(chosen: argparse.Namespace) -> int:
    folder = config.instance_folder()
    file = folder / config.CONFIG_FILE
    if file.exists():
        raise ConfigError(f"In {folder} staat al een installatie. Kies een andere map met POOLSTER_INSTANCE.")
    email = chosen.email or _asked("E-mailadres van de eerste POC+-beheerder: ")
    if not email:
        raise ConfigError("Geef het e-mailadres van de eerste POC+-beheerder, met --email.")
    mail_url = chosen.mail_url or _asked(
        "Mailserver (smtp://server:25; leeg: mails bewaren, niet versturen): "
    )
    if not mail_url:
        print(
            "Let op: zonder mailserver bewaart Poolster mails en verstuurt er geen. Vul mail_url in config.toml aan."
        )
    text = config.new_config_text(mail_url or "mailbox:", chosen.base_url)
    folder.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    try:
        app = create_app()
        with app.app_context(), connected():
            publish_folder()
            _first_admin(email, chosen.name, app.extensions["poolster.config"])
    except (BackupError, ConfigError, Refused):
        file.unlink()  # so that the next try starts anew
        raise
    print(f"De installatie staat in {folder}.")
    print("Start Poolster met: poolster serve")
    return 0


def _asked(question: str) -> str:
    return input(question).strip() if sys.stdin.isatty() else ""


def _first_admin(email: str, name: str, settings: Config) -> None:
    """Make the first network admin, with a password typed here or a random one that is shown once."""
    from core.steps import account, people

    typed = getpass.getpass("Wachtwoord (leeg: er wordt er een gemaakt): ") if sys.stdin.isatty() else ""
    password = typed or secrets.token_urlsafe(12)
    account.check_password(password, email)
    with transaction():
        user = people.invite(email, name, Role.NETWORK_ADMIN, None)
        User.update(password_hash=account.hash_password(password)).where(User.id == user.id).execute()
    shown = "" if typed else f" met wachtwoord {password} (verander het na de eerste keer)"
    print(f"Meld je aan op {settings.base_url} als {user.email}{shown}.")


def _reset_code(chosen: argparse.Namespace) -> int:
    """The way back in for a network admin whom no other one can help."""
    from core.steps import two_steps

    app = create_app()
    with app.app_context(), connected():
        user = User.get_or_none(User.email == chosen.email.strip().lower())
        if user is None:
            raise Refused("Er is geen account met dit e-mailadres.")
        two_steps.reset(user, None)
    print(f"De app van {user.email} is ontkoppeld.")
    return 0


def _publish(chosen: argparse.Namespace) -> int:
    app = create_app()
    with app.app_context(), connected():
        from core.instrument import publish
        from core.instrument_document import read_document

        versions = (
            publish_folder(chosen.file) if chosen.file.is_dir() else [publish(read_document(chosen.file))]
        )
    for version in versions:
        print(f"Gepubliceerd: {version.title}, versie {version.version}")
    return 0


def _backup(chosen: argparse.Namespace) -> int:
    backup.back_up(config.load(), chosen.file)
    print(f"De back-up staat in {chosen.file}.")
    print(f"De instellingen ({config.CONFIG_FILE}) zitten er niet in: bewaar die apart.")
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    aside = backup.restore(config.load(), chosen.file, chosen.replace)
    print(f"De back-up {chosen.file} is teruggezet. Start Poolster met: poolster serve")
    if aside:
        print(f"De vorige database staat in {aside}.")
    return 0


def _serve(_: argparse.Namespace) -> int:
    settings = config.load()
    return serve(settings)


def serve(settings: Config) -> int:
    """Serve the site on waitress, with the clock ticking beside it, until interrupted."""
    import waitress

    from core import clock

    app = create_app(settings)
    stop = clock.start(app) if settings.clock else lambda: None
    print(f"Poolster draait op {settings.base_url} (stoppen met Ctrl+C)", flush=True)
    try:
        waitress.serve(app, host=settings.host, port=settings.port, threads=THREADS, ident=None, _quiet=True)
    finally:
        stop()
    return 0


def _demo(_: argparse.Namespace) -> int:
    from core import demo

    settings = demo.settings(config.instance_folder())
    app = create_app(settings)
    with app.app_context(), connected():
        if not Membership.select().exists():
            print("De demo wordt gevuld …", flush=True)
            demo.fill()
    demo.print_log_ins(settings)
    return serve(settings)
