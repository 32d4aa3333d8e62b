"""The rules of the house (../shared/architecture.md), held against what is there and what will appear."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from core import found_plugins, hookspecs
from core.access import PERMISSIONS, PUBLIC, permission_of
from core.plugins import CORE

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted(
    path
    for folder in ("core", "plugins")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
TEMPLATES = sorted([*(ROOT / "templates").rglob("*.html"), *(ROOT / "plugins").glob("*/templates/**/*.html")])
HOOKS = sorted(name for name, spec in vars(hookspecs).items() if hasattr(spec, "poolster_spec"))
PLUGINS = sorted(
    path.name
    for path in (ROOT / "plugins").iterdir()
    if path.is_dir() and list(path.glob("*.py")) and path.name[0] not in "._"
)
CALLERS = ("ask", "tell", "answers", "slot")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def trees(folder: str = "") -> Iterator[tuple[Path, ast.Module]]:
    for path in CODE:
        if short(path).startswith(folder):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


# ── hooks ──


def called_hooks() -> set[str]:
    """Names of hooks that stand as the first argument of a call that asks or tells, in code and templates."""
    found = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in CALLERS:
                    found.add(node.args[0].value)
    for path in TEMPLATES:
        found |= set(re.findall(r"\bslot\(\s*[\"'](\w+)[\"']", path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_caller_an_implementation_and_a_contract(hook: str) -> None:
    assert hook in called_hooks(), f"nobody asks or tells {hook}"
    assert found_plugins().implemented(hook), f"no shipped plugin implements {hook}"
    assert inspect.getdoc(getattr(hookspecs, hook)), f"{hook} has no docstring"


def test_only_hooks_that_exist_are_called() -> None:
    assert called_hooks() <= set(HOOKS)


def test_the_readme_lists_exactly_the_hooks_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Hooks\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert section, "README.md has no section “## Hooks”"
    listed = re.findall(r"^\|\s*`(\w+)`", section[1], flags=re.MULTILINE)
    assert sorted(listed) == HOOKS


def test_hookspecs_imports_nothing_of_ours_but_for_types() -> None:
    tree = ast.parse((ROOT / "core/hookspecs.py").read_text(encoding="utf-8"))
    imported = [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    assert [name for name in imported if name.startswith(("core", "plugins"))] == []


# ── core knows no plugin ──


def words_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every identifier and string in code that could name a plugin, with its line; docstrings are prose."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name):
            yield line, node.id
        elif isinstance(node, ast.Attribute):
            yield line, node.attr
        elif isinstance(node, ast.alias | ast.arg | ast.keyword):
            yield line, getattr(node, "name", None) or getattr(node, "arg", None) or ""
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield line, node.name
        elif isinstance(node, ast.ImportFrom):
            yield line, node.module or ""
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield line, node.value


def names_a_plugin(text: str) -> bool:
    """Whether a name or a string is a plugin's name, or an address, endpoint or table that starts with one."""
    return any(re.search(rf"(?:^|[./]){name}(?:$|[./_:])", text) for name in PLUGINS)


def test_core_names_no_plugin() -> None:
    found = [
        f"{short(path)}:{line} {word!r}"
        for path, tree in trees("core")
        for line, word in words_of(tree)
        if names_a_plugin(word)
    ]
    assert found == []


def test_the_templates_of_core_name_no_plugin() -> None:
    found = []
    for path in (ROOT / "templates").rglob("*.html"):
        code = re.findall(r"\{[{%].*?[%}]\}", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        strings = [match for piece in code for match in re.findall(r"[\"']([^\"']*)[\"']", piece)]
        found += [f"{short(path)} {text!r}" for text in strings if names_a_plugin(text)]
    assert found == []


def test_a_plugin_names_no_other_plugin() -> None:
    found = []
    for path, tree in trees("plugins/"):
        others = [name for name in PLUGINS if name != path.relative_to(ROOT).parts[1]]
        for line, word in words_of(tree):
            if any(re.search(rf"(?:^|[./]){name}\.", word) for name in others):
                found.append(f"{short(path)}:{line} {word!r}")
    assert found == []


def test_the_import_rules_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


# ── plugins have one shape ──

FILES = re.compile(r"(__init__|models|forms|views|[a-z]+)\.py|chart/[a-z_]+\.py|views/[a-z_]+\.py")
FOLDERS = {"templates", "static", "migrations", "__pycache__"}


def test_there_is_what_the_tests_look_at() -> None:
    assert PLUGINS
    assert HOOKS
    assert TEMPLATES


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_has_the_shape_of_the_house(name: str) -> None:
    folder = ROOT / "plugins" / name
    wrong = []
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_dir() or "__pycache__" in inside.parts:
            continue
        top = inside.parts[0]
        if top == "templates":
            fits = inside.parts[1] == name and path.suffix == ".html"
        elif top == "migrations":
            fits = bool(re.fullmatch(r"\d{4}_[a-z_]+\.py", path.name))
        elif top == "static":
            fits = True
        else:
            fits = bool(FILES.fullmatch(str(inside)) or re.fullmatch(r"[a-z_]+/[a-z_]+\.py", str(inside)))
        if not fits:
            wrong.append(str(inside))
    assert wrong == []
    if (folder / "models.py").exists():
        assert list((folder / "migrations").glob("*.py")), "tables without a migration"


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugins_front_says_who_it_is_and_implements_hooks_and_nothing_else(name: str) -> None:
    plugin = found_plugins()[name]
    assert plugin.title != name
    assert plugin.title
    assert plugin.description
    tree = ast.parse((ROOT / "plugins" / name / "__init__.py").read_text(encoding="utf-8"))
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert assigned == {"title", "description", "default_enabled"}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions if not any("hookimpl" in ast.dump(d) for d in f.decorator_list)] == []
    assert {f.name for f in functions} <= set(HOOKS)
    assert not [node for node in tree.body if isinstance(node, ast.ClassDef | ast.AsyncFunctionDef)]


# ── templates under the content security policy ──


class Strict(HTMLParser):
    """Collects what the policy would refuse: inline style, handlers, script with a body."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        where = self.getpos()[0]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.wrong.append(f"line {where}: <{tag}>")
        self.wrong += [
            f"line {where}: {name}=" for name in names if name == "style" or re.fullmatch(r"on[a-z]+", name)
        ]
        self.wrong += [
            f"line {where}: javascript:"
            for value in names.values()
            if (value or "").startswith("javascript:")
        ]


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_holds_no_inline_style_script_or_handler(path: Path) -> None:
    parser = Strict()
    parser.feed(re.sub(r"\{%.*?%\}|\{#.*?#\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    assert parser.wrong == []


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_that_posts_sends_the_forms_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    forms = re.findall(r"<form\b[^>]*method=.?post.*?</form>", text, flags=re.IGNORECASE | re.DOTALL)
    assert [form[:80] for form in forms if not re.search(r"csrf|hidden_tag", form)] == []


def test_a_template_escapes_what_people_typed() -> None:
    """Nothing is called safe in a template, but for the drawings that stand in the macros themselves."""
    found = [
        f"{short(path)}: {piece}"
        for path in TEMPLATES
        for piece in re.findall(r"\{\{[^}]*\|\s*safe\b[^}]*\}\}", path.read_text(encoding="utf-8"))
        if not (path.name == "macros.html" and "shapes" in piece)
    ]
    assert found == []


# ── routes ──


@pytest.mark.sqlite_only
def test_every_route_declares_a_permission_that_some_role_has(app: Any) -> None:
    known = frozenset().union(*PERMISSIONS.values()) | {PUBLIC, "account"}
    wrong = []
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            try:
                permission = permission_of(app, rule.endpoint, method)
            except LookupError as error:
                wrong.append(str(error))
                continue
            if permission not in known:
                wrong.append(f"{rule} {method}: nobody has {permission}")
    assert wrong == []


@pytest.mark.sqlite_only
def test_every_route_of_a_plugin_holds_a_centre_and_stands_under_the_plugins_name(app: Any) -> None:
    plugins = app.extensions["poolster.plugins"]
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in plugins]
    assert [str(rule) for rule in rules if "slug" not in rule.arguments] == []
    assert {rule.endpoint.partition(".")[0] for rule in rules} <= set(PLUGINS)


@pytest.mark.sqlite_only
def test_no_route_changes_anything_by_another_method_than_post(app: Any) -> None:
    known = {"GET", "HEAD", "OPTIONS", "POST"}
    assert [str(rule) for rule in app.url_map.iter_rules() if rule.methods - known] == []


def test_core_is_always_on_and_no_plugin() -> None:
    assert CORE not in found_plugins()
