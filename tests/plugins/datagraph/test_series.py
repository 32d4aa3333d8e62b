"""What the data graph shows, against numbers worked out by hand."""

from __future__ import annotations

import pytest

from core.cycle.result import BlockResult, ScanResult
from plugins.datagraph.series import Series, message, movement, series_of
from tests.plugins.datagraph.instruments import instrument

NAMES = ("Eerste", "Tweede", "Derde", "Vierde", "Vijfde")


def result(*stages_and_wishes: tuple[int | None, int | None], priorities: tuple[str, ...] = ()) -> ScanResult:
    ratings = [
        BlockResult(f"blok{n}", stage, wish) for n, (stage, wish) in enumerate(stages_and_wishes, start=1)
    ]
    return ScanResult(tuple(ratings), priorities=priorities)


def series(*stages_and_wishes: tuple[int | None, int | None], priorities: tuple[str, ...] = ()) -> Series:
    names = NAMES[: len(stages_and_wishes)]
    return series_of(result(*stages_and_wishes, priorities=priorities), instrument(names=names))


def test_rows_stand_in_the_clusters_of_the_instrument_with_their_numbers() -> None:
    rating = BlockResult("blok2", 2, 4, "both", levers=("mensen",), bottlenecks=("mensen", "middelen"))
    made = series_of(ScanResult((rating,), inspiring=("blok2",), priorities=("blok3", "blok2")), instrument())
    assert [(group.name, len(group.rows)) for group in made.groups] == [
        ("Cluster een", 1),
        ("Cluster twee", 2),
    ]
    row = made.rows[1]
    assert (row.name, row.stage, row.wish, row.growth, row.choice) == ("Tweede", 2, 4, 2, "both")
    assert (row.rank, row.inspiring, row.levers, row.bottlenecks) == (
        2,
        True,
        ("mensen",),
        ("mensen", "middelen"),
    )


def test_an_unanswered_block_has_no_stage_and_no_growth() -> None:
    row = series_of(ScanResult(()), instrument()).rows[0]
    assert (row.stage, row.wish, row.growth, row.keeps, row.moved) == (None, None, 0, False, 0)


def test_the_previous_stage_is_found_by_block_and_is_none_for_a_new_block() -> None:
    made = series_of(result((3, 3), (2, 3), (1, 1)), instrument(), result((1, 2), (2, 2)))
    assert [(row.previous, row.moved) for row in made.rows] == [(1, 2), (2, 0), (None, 0)]
    assert [row.block for row in made.moved] == ["blok1"]


def test_a_stage_of_another_scale_counts_as_the_stage_of_the_same_name() -> None:
    older = instrument(stages=6)
    made = series_of(result((3, 3), (2, 3)), instrument(stages=4), result((3, 3), (6, 6)), older)
    assert [row.previous for row in made.rows][:2] == [3, None]


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (series((None, None), (None, None)), "Voor geen enkele bouwsteen is een stadium ingevuld"),
        (series((1, None), (2, None)), "Jullie legden nog geen ambities vast"),
        (series((1, 1), (4, 4)), "Jullie willen aanhouden wat jullie vandaag bereikt hebben"),
        (series((1, 3), (2, 3), (1, 3)), "Jullie willen vooral groeien in Eerste en Derde"),
        (series((1, 2), (2, 2), (3, 3)), "Jullie willen groeien in Eerste en de rest aanhouden"),
        (series((1, 2), (2, 2), (3, None)), "Jullie willen groeien in Eerste"),
        (series((1, 2), (2, 3), (3, 4)), "Jullie willen groeien in Eerste, Tweede en Derde"),
        (series((1, 2), (2, 3), (3, 4), (1, 2)), "Jullie willen in elke bouwsteen één stadium groeien"),
        (series((1, 3), (2, 4), (2, 4), (1, 3)), "Jullie willen in elke bouwsteen twee stadia groeien"),
        (series((1, 2), (1, 2), (1, 2), (1, 2), (1, 1)), "Jullie willen groeien in 4 van de 5 bouwstenen"),
        (
            series((1, 2), (1, 2), (1, 2), (1, 2), (1, 1), priorities=("blok4", "blok5", "blok1")),
            "Jullie willen vooral groeien in Vierde en Eerste",
        ),
    ],
)
def test_the_message_says_what_the_numbers_say(made: Series, sentence: str) -> None:
    assert message(made) == sentence


def test_a_long_name_gives_way_to_the_short_one() -> None:
    names = ("Een bouwsteen met een heel lange naam", "Tweede")
    made = series_of(result((1, 2), (2, 2)), instrument(names=names))
    assert message(made) == "Jullie willen groeien in Een bouwsteen met een en de rest aanhouden"


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (
            [(2, 2), (2, 2), (2, 2), (2, 2)],
            "Sinds vorig schooljaar bleef elke bouwsteen in hetzelfde stadium",
        ),
        ([(1, 2), (2, 2), (2, 2), (2, 2)], "Sinds vorig schooljaar gingen jullie vooruit in Eerste"),
        (
            [(2, 2), (3, 3), (4, 4), (2, 2)],
            "Sinds vorig schooljaar gingen jullie achteruit in Tweede en Derde",
        ),
        (
            [(1, 2), (1, 2), (1, 2), (3, 3)],
            "Sinds vorig schooljaar gingen jullie vooruit in Eerste, Tweede en Derde, en achteruit in Vierde",
        ),
        ([(1, 2), (1, 2), (1, 2), (1, 3)], "Sinds vorig schooljaar gingen jullie vooruit in 4 bouwstenen"),
        ([], ""),
    ],
)
def test_the_movement_says_what_went_up_and_down(before: list[tuple[int, int]], sentence: str) -> None:
    now = result((2, 2), (2, 2), (2, 2), (2, 2))
    assert (
        movement(series_of(now, instrument(names=NAMES[:4]), result(*before)), "vorig schooljaar") == sentence
    )


def test_the_movement_can_leave_since_when_to_a_heading() -> None:
    before, now = result((1, 2), (2, 2)), result((2, 2), (2, 2))
    assert movement(series_of(now, instrument(), before)) == "Jullie gingen vooruit in Eerste"
    assert movement(series_of(now, instrument(), now)) == "Elke bouwsteen bleef in hetzelfde stadium"
