"""The command: setting an installation up, and a sentence instead of a trace where that goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import create_app
from core.cli import main
from core.config import load
from core.db import connected
from core.instrument import InstrumentVersion
from core.people import Membership, Role, User
from tests.conftest import _disconnect

ROOT = Path(__file__).resolve().parents[2]
INIT = [
    "init",
    "--email",
    "Baas@POC.be",
    "--mail-url",
    "smtp://mail.voorbeeld.be",
    "--base-url",
    "https://poolster.be",
]


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An instance folder of its own, and none of the settings of whoever runs the tests."""
    for name in [
        name
        for name in os.environ
        if name.startswith("POOLSTER_") or name in ("DATABASE_URL", "MAIL_URL", "PORT")
    ]:
        monkeypatch.delenv(name)
    folder = tmp_path / "instance"
    monkeypatch.setenv("POOLSTER_INSTANCE", str(folder))
    yield folder
    _disconnect()


def test_init_makes_an_installation_with_the_instrument_and_a_first_admin(
    instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(INIT) == 0
    said = capsys.readouterr().out
    assert "baas@poc.be" in said
    assert (instance / "config.toml").stat().st_mode & 0o077 == 0, "the secret is for its owner only"
    assert load().base_url == "https://poolster.be"
    with connected():
        assert InstrumentVersion.select().exists()
        assert (
            Membership.get(Membership.user == User.get(User.email == "baas@poc.be")).role
            == Role.NETWORK_ADMIN
        )


def test_the_first_admin_can_log_in_with_the_password_that_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([*INIT[:-1], "http://localhost"])
    password = capsys.readouterr().out.partition("met wachtwoord ")[2].split()[0]
    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/aanmelden", data={"email": "baas@poc.be", "password": password})
    assert (answer.status_code, answer.location) == (302, "/")


def test_init_refuses_a_folder_that_is_in_use_and_leaves_it_alone(
    instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(INIT)
    before = (instance / "config.toml").read_text(encoding="utf-8")
    assert main(INIT) == 2
    assert "staat al een installatie" in capsys.readouterr().err
    assert (instance / "config.toml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--mail-url", "mail.voorbeeld.be"], "MAIL_URL moet beginnen met smtp://"),
        (["--mail-url", "smtp://mail:poort"], "MAIL_URL"),
        (["--base-url", "poolster.be"], "base_url"),
        (["--email", "geen-adres"], "Dit is geen e-mailadres."),
    ],
)
def test_a_wrong_answer_to_init_is_a_sentence_and_the_next_try_can_do_better(
    instance: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main([*INIT, *arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert main(INIT) == 0


def test_init_without_anyone_to_ask_needs_the_address_of_the_first_admin(
    instance: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert main(["init", "--mail-url", "mailbox:"]) == 2
    assert "--email" in capsys.readouterr().err
    assert not instance.exists()


@pytest.mark.parametrize("command", ["serve", "publish content/instruments"])
def test_what_needs_an_installation_says_how_to_make_one(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 2
    assert "poolster init" in capsys.readouterr().err


def test_a_wrong_setting_stops_the_real_command_with_a_sentence(instance: Path) -> None:
    main(INIT)
    _disconnect()
    answer = subprocess.run(
        [sys.executable, "-c", "import sys; from core.cli import main; sys.exit(main(['serve']))"],
        cwd=ROOT,
        env={**os.environ, "MAIL_URL": "http://fout"},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("poolster: MAIL_URL moet beginnen met smtp://")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "text", ["", "key: [", "key: x\nstages: 3", "- een lijst"], ids=["empty", "no yaml", "half", "a list"]
)
def test_a_wrong_instrument_is_refused_with_its_path(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(INIT)
    file = tmp_path / "mijn.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["publish", str(file)]) == 2
    assert "mijn.yaml" in capsys.readouterr().err


def test_an_instrument_that_is_not_there_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(INIT)
    assert main(["publish", str(tmp_path / "weg.yaml")]) == 2
    assert "weg.yaml" in capsys.readouterr().err


def test_publishing_what_stands_published_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    main(INIT)
    with connected():
        before = InstrumentVersion.select().count()
    assert main(["publish", str(ROOT / "content/instruments")]) == 0
    with connected():
        assert InstrumentVersion.select().count() == before
