"""Nothing typed is lost where it can no longer be saved: it comes back, to be copied."""

from __future__ import annotations

from tests.world import World

TYPED = "Elke school bespreekt <haar> signalen met ons"


def test_a_form_sent_after_the_log_in_ended_gives_the_text_back(world: World) -> None:
    scan = world.submit()
    answer = world.app.test_client().post(
        world.url("doelen/nieuw", year=scan.cycle.school_year), data={"title": TYPED}
    )
    assert answer.status_code == 401
    assert "Elke school bespreekt &lt;haar&gt; signalen met ons" in answer.text


def test_what_was_only_chosen_leads_to_the_log_in(world: World) -> None:
    scan = world.submit()
    answer = world.app.test_client().post(
        world.url("prioriteiten", year=scan.cycle.school_year), data={"priorities": ["preventie", "plg"]}
    )
    assert answer.headers["Location"] == "/aanmelden"


def test_a_password_never_comes_back(world: World) -> None:
    answer = world.app.test_client().post(
        "/profiel", data={"old": "drie woorden samen", "password": "vier woorden samen nu"}
    )
    assert "woorden samen" not in answer.text
