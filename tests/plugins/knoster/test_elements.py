"""The words of the check, and what happens with a wrong file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import data_folder
from core.instrument_document import read_document
from plugins.knoster import elements as words
from plugins.knoster.demo import DemoFile

ELEMENT = """
  - key: {key}
    name: Visie
    meaning: Waarheen
    lacking: ontbreekt
    tension: verwarring
    advice: Praat erover.
    questions: ["Waarheen?"]"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "elements.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_elements_are_knosters_five_with_the_tension_each_predicts() -> None:
    assert [element.key for element in words.elements()] == [
        "visie",
        "belang",
        "plan",
        "middelen",
        "competenties",
    ]
    assert all(element.tension and 3 <= len(element.questions) <= 4 for element in words.elements())


def test_the_shipped_criteria_spell_smarti() -> None:
    assert "".join(criterion.label[0] for criterion in words.criteria()) == "SMARTI"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("elements: []", "elements"),
        ("elements: [", "elements.yaml"),
        ("elements:\n  - key: visie", "name"),
        ("elements:" + ELEMENT.format(key="visie") + "\n    colour: rood", "colour"),
        ("elements:" + ELEMENT.format(key="visie") + ELEMENT.format(key="visie"), "elements[1].key"),
        ("elements:" + ELEMENT.format(key='"De visie"'), "De visie"),
    ],
)
def test_a_wrong_file_is_refused_with_its_path_and_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(words.ContentError) as refused:
        words.read_elements(path)
    assert str(path) in str(refused.value)
    assert reason in str(refused.value)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(words.ContentError, match=r"gone\.yaml"):
        words.read_criteria(tmp_path / "gone.yaml")


def test_the_demo_answers_only_what_is_asked() -> None:
    demo = words.read(words.content_file("demo"), DemoFile)
    keys = {element.key for element in words.elements()}
    criteria = {criterion.key for criterion in words.criteria()}
    (path,) = (data_folder("content") / "instruments").glob("*.yaml")
    assert all(set(judgements) <= keys for judgements in demo.judgements)
    assert all(set(texts) <= criteria for texts in [demo.otherwise, *demo.smarti.values()])
    assert set(demo.smarti) == {block.key for block in read_document(path).blocks}
