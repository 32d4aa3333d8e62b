"""The words of the check: Knoster's elements and the SMARTI criteria, read from content/knoster."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from core.config import data_folder

_KEY = re.compile(r"[a-z][a-z0-9]{0,39}")  # goes into field names and columns

Text = Annotated[str, msgspec.Meta(min_length=1)]
Document = TypeVar("Document", bound=msgspec.Struct)


class ContentError(Exception):
    """A file with the plugin's words cannot be used; the text names the file and the place in it."""


class Element(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of the elements that a change needs; `lacking` is the verb for its absence, `tension` what that brings."""

    key: str
    name: Text
    meaning: Text
    lacking: Text
    tension: Text
    advice: Text
    questions: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One criterion of a well-written goal."""

    key: str
    label: Text
    hint: Text
    question: Text
    example: Text


class ElementsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """content/knoster/elements.yaml."""

    elements: Annotated[tuple[Element, ...], msgspec.Meta(min_length=1)]


class CriteriaFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """content/knoster/smarti.yaml."""

    criteria: Annotated[tuple[Criterion, ...], msgspec.Meta(min_length=1)]


@lru_cache
def elements() -> tuple[Element, ...]:
    """The elements, in order. Raises ContentError."""
    return read_elements(content_file("elements"))


@lru_cache
def criteria() -> tuple[Criterion, ...]:
    """The criteria, in order. Raises ContentError."""
    return read_criteria(content_file("smarti"))


def content_file(name: str) -> Path:
    """Where a file with the plugin's words stands."""
    return data_folder("content") / "knoster" / f"{name}.yaml"


def read_elements(path: Path) -> tuple[Element, ...]:
    """The elements in a file. Raises ContentError."""
    found = read(path, ElementsFile).elements
    _check_keys(path, "elements", found)
    return found


def read_criteria(path: Path) -> tuple[Criterion, ...]:
    """The criteria in a file. Raises ContentError."""
    found = read(path, CriteriaFile).criteria
    _check_keys(path, "criteria", found)
    return found


def read(path: Path, kind: type[Document]) -> Document:
    """A YAML file as `kind`. Raises ContentError with the path, and the place where there is one."""
    import yaml

    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), kind)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise ContentError(f"Het bestand {path} klopt niet: {error}.") from error


def _check_keys(path: Path, name: str, parts: Sequence[Element | Criterion]) -> None:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if not _KEY.fullmatch(part.key) or part.key in seen:
            reason = (
                "komt al eerder voor" if part.key in seen else "mag alleen kleine letters en cijfers hebben"
            )
            raise ContentError(
                f"Het bestand {path} klopt niet bij {name}[{index}].key: “{part.key}” {reason}."
            )
        seen.add(part.key)
