"""The drawing: sound XML, everything that people named escaped, a mark for each number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from core.cycle.result import BlockResult, ScanResult
from core.instrument_document import Instrument
from plugins.datagraph.chart import moved_chart, narrow_chart, wide_chart
from plugins.datagraph.chart.fitting import width, wrapped
from plugins.datagraph.series import Series, series_of
from tests.plugins.datagraph.instruments import instrument

NASTY = "<b>&\"'</b>"
SVG = "{http://www.w3.org/2000/svg}"
CHARTS: list[Callable[..., Any]] = [wide_chart, narrow_chart, moved_chart]


def sample(document: Instrument | None = None) -> Series:
    """Growth with a priority, a keep with all pillars, and an unanswered block; the first two moved."""
    now = ScanResult(
        (
            BlockResult("blok1", 1, 3, "deliberate"),
            BlockResult("blok2", 2, 2, "both", levers=("mensen", "middelen"), bottlenecks=("mensen",)),
        ),
        priorities=("blok1",),
        inspiring=("blok2",),
    )
    before = ScanResult((BlockResult("blok1", 2, 3), BlockResult("blok2", 1, 2), BlockResult("blok3", 2, 2)))
    return series_of(now, document or instrument(), before)


def parsed(chart: str) -> ElementTree.Element:
    return ElementTree.fromstring(chart)  # ours, not a stranger's


def marks(chart: str) -> Counter[str]:
    return Counter(element.get("class", "") for element in parsed(chart).iter())


@pytest.mark.parametrize("draw", CHARTS)
def test_a_chart_is_an_image_with_a_title_and_a_description(draw: Callable[..., Any]) -> None:
    root = parsed(draw(sample(), "Wat de figuur zegt"))
    title, description = root[0], root[1]
    assert (root.get("role"), title.tag, description.tag) == ("img", f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "Wat de figuur zegt" in (title.text or "")
    assert description.text


@pytest.mark.parametrize("draw", CHARTS)
def test_names_from_a_document_are_text_in_a_chart(draw: Callable[..., Any]) -> None:
    chart = draw(sample(instrument(names=(NASTY, NASTY, NASTY))), NASTY)
    root = parsed(chart)
    assert "<b>" not in chart
    assert NASTY in [element.text for element in root.iter(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}b"))


def test_a_heading_is_text_in_a_chart_that_stands_alone() -> None:
    words = [
        element.text
        for element in parsed(wide_chart(sample(), "Boodschap", heading=NASTY)).iter(f"{SVG}text")
    ]
    assert {NASTY, "Boodschap"} <= set(words)


@pytest.mark.parametrize("draw", CHARTS)
def test_a_chart_has_no_style_and_no_script(draw: Callable[..., Any]) -> None:
    for element in parsed(draw(sample(), "Boodschap")).iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject")


def test_the_wide_chart_has_a_mark_for_each_number() -> None:
    found = marks(wide_chart(sample(), "Boodschap"))
    # today: two dots, a full diamond and the half of another; priority: its key, one badge, and the star
    expected = {
        "mark-stage": 4,
        "mark-arrow": 1,
        "mark-wish": 1,
        "mark-ring": 1,
        "mark-previous": 3,
        "mark-choice": 1,
    }
    assert {name: found[name] for name in expected} == expected
    # each a sign in the heading as well
    assert (found["lever"], found["bottleneck"], found["priority"], found["priority-text"]) == (3, 2, 3, 1)


def test_the_narrow_chart_says_each_number_in_words() -> None:
    words = [element.text for element in parsed(narrow_chart(sample(), "Boodschap")).iter(f"{SVG}text")]
    for line in (
        "Begin → Bloei", "Groei, aanhouden", "Niet ingevuld", "Vorige keer: Groei", "Bewuste keuze", "Keuze en context samen",
        "Inspirerende praktijk", "Hefboom: Mensen, Middelen", "Knelpunt: Mensen", "1",
    ):  # fmt: skip
        assert line in words


def test_the_chart_of_what_moved_has_only_the_blocks_that_moved() -> None:
    chart = moved_chart(sample(), "Boodschap")
    words = [element.text for element in parsed(chart).iter(f"{SVG}text")]
    assert words == ["Eerste", "van Groei naar Begin", "Tweede", "van Begin naar Groei"]
    found = marks(chart)
    assert (found["mark-previous"], found["better"], found["worse"]) == (2, 2, 2)


def test_the_chart_of_what_moved_keeps_to_the_five_that_moved_most() -> None:
    names = tuple(f"Blok {number}" for number in range(1, 8))
    before = ScanResult(tuple(BlockResult(f"blok{n}", 1, 1) for n in range(1, 8)))
    now = ScanResult(tuple(BlockResult(f"blok{n}", 3 if n == 7 else 2, 4) for n in range(1, 8)))
    words = [
        element.text
        for element in parsed(moved_chart(series_of(now, instrument(names=names), before), "")).iter()
    ]
    assert [word for word in words if word in names][::2] == [
        "Blok 1",
        "Blok 2",
        "Blok 3",
        "Blok 4",
        "Blok 7",
    ]


def test_nothing_is_drawn_where_nothing_moved() -> None:
    assert moved_chart(series_of(ScanResult(()), instrument()), "Boodschap") == ""


@pytest.mark.parametrize("count", [3, 4, 5, 6])
@pytest.mark.parametrize("draw", CHARTS)
def test_any_scale_of_three_to_six_stages_fits(draw: Callable[..., Any], count: int) -> None:
    root = parsed(draw(sample(instrument(stages=count)), "Boodschap"))
    _, _, room, height = map(int, (root.get("viewBox") or "").split())
    for element in root.iter():
        x, y = (
            int(element.get("x") or element.get("cx") or 0),
            int(element.get("y") or element.get("cy") or 0),
        )
        assert 0 <= x <= room
        assert 0 <= y <= height


def test_stages_stand_at_even_distances_from_left_to_right() -> None:
    ratings = tuple(BlockResult(f"blok{number}", number, number) for number in (1, 2, 3))
    root = parsed(wide_chart(series_of(ScanResult(ratings), instrument(stages=3)), "Boodschap"))
    spots = [int(dot.get("cx") or 0) for dot in root.iter(f"{SVG}circle") if dot.get("class") == "mark-stage"]
    assert spots[1] - spots[0] == pytest.approx(spots[2] - spots[1], abs=1)
    assert spots == sorted(spots)


def test_a_line_is_wrapped_within_its_room_and_cut_with_an_ellipsis() -> None:
    lines = wrapped("Een naam die nooit op een lijn past, hoe je hem ook wendt of keert", 15, 120, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(width(line, 15) <= 120 for line in lines)


def test_a_word_that_is_too_long_is_cut() -> None:
    assert wrapped("W" * 200, 15, 100)[0].endswith("…")
