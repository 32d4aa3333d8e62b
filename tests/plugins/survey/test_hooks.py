"""What the survey answers to the hooks."""

from __future__ import annotations

from core.plugins import ask
from plugins.survey.answers import from_json, judge
from plugins.survey.demo import fill as fill_demo
from plugins.survey.drafts import survey_of
from plugins.survey.models import SurveyDraft
from tests.plugins.survey.filling import fill
from tests.world import World


def test_the_form_of_an_open_scan_says_how_far_it_is(world: World) -> None:
    scan = world.open_cycle()
    fill(world, scan, 4)
    with world.app.test_request_context():
        (found,) = ask("scan_forms", world.centre, scan=scan)
    assert (found.url, found.done, found.total) == (world.url("zelfscan/bouwstenen"), 6, 13)


def test_no_form_is_offered_where_the_survey_is_off(world: World) -> None:
    scan = world.open_cycle()
    world.switch("survey", False)
    with world.app.test_request_context():
        assert ask("scan_forms", world.centre, scan=scan) == []


def test_the_demo_fills_part_of_an_open_scan_with_sound_answers(world: World) -> None:
    scan = world.open_cycle()
    fill_demo(world.centre)
    survey = survey_of(scan)
    assert 4 <= list(survey.states.values()).count("complete") <= 8
    assert "started" in survey.states.values()
    for row in SurveyDraft.select():
        answers = from_json(row.answers)
        assert not judge(survey.document, answers, {}).refused


def test_the_demo_is_the_same_every_time(world: World) -> None:
    world.open_cycle()
    fill_demo(world.centre)
    first = [row.answers for row in SurveyDraft.select().order_by(SurveyDraft.block)]
    SurveyDraft.delete().execute()
    fill_demo(world.centre)
    assert [row.answers for row in SurveyDraft.select().order_by(SurveyDraft.block)] == first


def test_the_demo_leaves_submitted_scans_alone(world: World) -> None:
    world.submit()
    fill_demo(world.centre)
    assert SurveyDraft.select().count() == 0
