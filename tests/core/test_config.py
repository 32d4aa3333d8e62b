"""Settings: where they come from, and the sentence for each that is missing or wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.config import Config, ConfigError, load, new_config_text

SECRET = "s" * 32
GOOD = {
    "secret_key": SECRET,
    "mail_url": "smtp://mail.voorbeeld.be:587",
    "base_url": "https://poolster.voorbeeld.be",
}


def installed(folder: Path, **values: object) -> Path:
    """An instance folder whose config.toml holds these settings besides the good ones; None leaves one out."""
    lines = [f"{name} = {_toml(value)}" for name, value in {**GOOD, **values}.items() if value is not None]
    (folder / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _toml(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(value)
        if isinstance(value, int)
        else f'"{value}"'
    )


def test_good_settings_are_read_and_completed(tmp_path: Path) -> None:
    config = load(installed(tmp_path, port=9000, clock=False, proxies=1), {})
    assert (config.port, config.clock, config.proxies, config.secure) == (9000, False, 1, True)
    assert config.database_url == f"sqlite:///{tmp_path / 'poolster.db'}"


def test_an_installation_without_an_address_answers_on_its_own_host_and_port(tmp_path: Path) -> None:
    config = load(installed(tmp_path, base_url=None, port=8123), {})
    assert config.base_url == "http://127.0.0.1:8123"
    assert not config.secure


def test_a_slash_after_the_address_does_no_harm(tmp_path: Path) -> None:
    assert (
        load(installed(tmp_path, base_url="https://poolster.voorbeeld.be/"), {}).base_url == GOOD["base_url"]
    )


WRONG_IN_FILE = {
    "no secret": ({"secret_key": None}, "Er staat nog geen installatie"),
    "short secret": ({"secret_key": "s" * 31}, "minstens 32 tekens"),
    "secret that is a number": ({"secret_key": 12345}, "moet tekst tussen aanhalingstekens zijn"),
    "no mail server": ({"mail_url": None}, "MAIL_URL ontbreekt"),
    "mail server of another kind": ({"mail_url": "http://mail.voorbeeld.be"}, "moet beginnen met smtp://"),
    "mail server without a host": ({"mail_url": "smtp://"}, "een server noemen"),
    "mail server with a port of letters": ({"mail_url": "smtp://mail.voorbeeld.be:abc"}, "MAIL_URL"),
    "mail server with a port out of reach": ({"mail_url": "smtp://mail.voorbeeld.be:99999"}, "MAIL_URL"),
    "mail server with a broken address": ({"mail_url": "smtp://[mail"}, "MAIL_URL"),
    "database of another kind": (
        {"database_url": "mysql://localhost/x"},
        "moet met sqlite: of postgresql: beginnen",
    ),
    "database address that is none": ({"database_url": "postgresql://[x"}, "DATABASE_URL"),
    "address without a scheme": ({"base_url": "poolster.voorbeeld.be"}, "moet een adres zijn als https://"),
    "address of another kind": ({"base_url": "ftp://poolster.voorbeeld.be"}, "moet een adres zijn"),
    "address with a path": ({"base_url": "https://voorbeeld.be/poolster"}, "zonder pad"),
    "address with a question": ({"base_url": "https://voorbeeld.be?a=b"}, "zonder pad"),
    "address with a port of letters": ({"base_url": "https://voorbeeld.be:abc"}, "base_url"),
    "address that is none": ({"base_url": "https://[voorbeeld"}, "base_url"),
    "port zero": ({"port": 0}, "getal van 1 tot 65535"),
    "port out of reach": ({"port": 70000}, "getal van 1 tot 65535"),
    "port below zero": ({"port": -1}, "getal van 1 tot 65535"),
    "port of letters": ({"port": "acht"}, "getal van 1 tot 65535"),
    "port that is a yes": ({"port": True}, "getal van 1 tot 65535"),
    "too many proxies": ({"proxies": 6}, "getal van 0 tot 5"),
    "a code for perhaps": ({"require_totp": "auto"}, "moet true of false zijn"),
    "yes or no that is neither": ({"demo": "misschien"}, "moet true of false zijn"),
    "a setting nobody knows": ({"secretkey": "x"}, "de instelling “secretkey” bestaat niet"),
    "the folder itself": ({"instance": "/tmp"}, "de instelling “instance” bestaat niet"),
    "sender without an address": ({"mail_from": "Poolster"}, "mail_from"),
    "sender with a line break": ({"mail_from": "Pool\\nBcc: x@y.be <a@b.be>"}, "mail_from"),
    "reply address with a line break": ({"reply_to": "a@b.be\\nBcc: x@y.be"}, "reply_to"),
}


@pytest.mark.parametrize(("values", "sentence"), WRONG_IN_FILE.values(), ids=WRONG_IN_FILE.keys())
def test_a_wrong_setting_is_a_sentence_that_names_it(
    tmp_path: Path, values: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence.replace("?", r"\?")) as told:
        load(installed(tmp_path, **values), {})
    assert str(told.value).rstrip(").").strip(), "an empty sentence helps nobody"


def test_the_sentence_for_a_wrong_line_says_in_which_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=str(tmp_path / "config.toml")):
        load(installed(tmp_path, port="x"), {})


def test_the_sentence_for_a_wrong_variable_says_which_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PORT"):
        load(installed(tmp_path), {"PORT": "tachtig"})


def test_a_file_that_is_no_toml_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port =", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.toml is niet te lezen"):
        load(tmp_path, {})


def test_a_file_in_another_encoding_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes('reply_to = "é"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="is niet te lezen"):
        load(tmp_path, {})


def test_a_folder_without_an_installation_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="poolster init"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("variable", "value", "setting", "read"),
    [
        ("POOLSTER_PORT", "9001", "port", 9001),
        ("PORT", "9002", "port", 9002),
        ("POOLSTER_BASE_URL", "https://elders.be", "base_url", "https://elders.be"),
        ("DATABASE_URL", "postgresql://db/poolster", "database_url", "postgresql://db/poolster"),
        ("MAIL_URL", "smtps://elders.be", "mail_url", "smtps://elders.be"),
        ("POOLSTER_CLOCK", "false", "clock", False),
        ("POOLSTER_DEMO", "1", "demo", True),
        ("POOLSTER_REQUIRE_TOTP", "false", "require_totp", False),
    ],
)
def test_the_environment_overrules_the_file(
    tmp_path: Path, variable: str, value: str, setting: str, read: object
) -> None:
    assert getattr(load(installed(tmp_path), {variable: value}), setting) == read


def test_an_empty_variable_is_no_setting(tmp_path: Path) -> None:
    assert load(installed(tmp_path), {"MAIL_URL": "", "PORT": ""}).mail_url == GOOD["mail_url"]


def test_the_folder_of_an_installation_comes_from_the_environment(tmp_path: Path) -> None:
    assert load(environ={"POOLSTER_INSTANCE": str(installed(tmp_path))}).instance == tmp_path


def test_a_fresh_file_is_read_back_with_a_secret_of_its_own(tmp_path: Path) -> None:
    first, second = (tomllib.loads(new_config_text("mailbox:", "https://a.be")) for _ in range(2))
    assert first["secret_key"] != second["secret_key"]
    (tmp_path / "config.toml").write_text(new_config_text("mailbox:"), encoding="utf-8")
    assert isinstance(load(tmp_path, {}), Config)


def test_a_fresh_file_survives_quotes_in_what_people_typed(tmp_path: Path) -> None:
    text = new_config_text('smtp://naam:wacht"woord\\@mail.be', "https://a.be")
    assert tomllib.loads(text)["mail_url"] == 'smtp://naam:wacht"woord\\@mail.be'
