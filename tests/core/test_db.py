"""The database under several writers, several starting processes, and a sudden death."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.audit import AuditEntry, first_broken_entry
from core.cycle import Action, Rating, Scan
from core.db import connected, database, is_sqlite, transaction
from core.mail import OutboxMail
from core.people import SchoolGroup
from core.steps import Refused, Stale, plan
from core.steps.scan import submit_scan
from tests.world import World

WRITERS, WRITES = 8, 25
ROOT = Path(__file__).resolve().parents[2]


def together(work: Callable[[], None], number: int) -> list[Exception]:
    """Do the same in several threads at once; returns what they raised."""
    gate, raised = threading.Barrier(number), []

    def run() -> None:
        try:
            with connected():
                gate.wait(timeout=30)
                work()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return raised


def together_in(world: World, work: Callable[[], None], number: int) -> list[Exception]:
    """The same, each thread inside the application."""

    def inside() -> None:
        with world.app.app_context():
            work()

    return together(inside, number)


def save_note(action_id: int, user_id: int) -> None:
    """One read-then-write, as people at their screens do it: stale saves read again."""
    while True:
        action = Action.get_by_id(action_id)
        action.goal.centre  # noqa: B018  loads what the step needs
        try:
            plan.report_action(
                action.goal.centre, action, "started", f"{action.note}x", action.revision, user_id
            )
        except Stale:
            continue
        return


def test_eight_writers_lose_no_update_and_keep_the_trail_whole(world: World) -> None:
    """Two and two they write in the same row, so that some saves are stale, and all in one trail."""
    me, text = world.coordinator.id, plan.ActionText("Samen schrijven", None, None)
    ids = [plan.add_action(world.centre, world.add_goal(), text, me).id for _ in range(WRITERS // 2)]
    turns = itertools.cycle(ids)

    def work() -> None:
        mine = next(turns)
        for _ in range(WRITES):
            save_note(mine, me)

    assert together(work, WRITERS) == []
    assert {Action.get_by_id(key).note for key in ids} == {"x" * 2 * WRITES}
    assert AuditEntry.select().where(AuditEntry.verb == "action.changed").count() == WRITERS * WRITES
    assert first_broken_entry() is None


@pytest.mark.sqlite_only
def test_a_transaction_on_sqlite_reads_what_it_may_then_write(world: World) -> None:
    group = SchoolGroup.create(name="0")

    def work() -> None:
        for _ in range(WRITES):
            with transaction():
                row = SchoolGroup.get_by_id(group.id)
                row.name = str(int(row.name) + 1)
                row.save()

    assert together(work, WRITERS) == []
    assert SchoolGroup.get_by_id(group.id).name == str(WRITERS * WRITES)


def test_a_scan_handed_in_by_eight_people_at_once_is_handed_in_once(world: World) -> None:
    scan = world.open_cycle()
    result = world.result(scan)
    before = _counts()

    def work() -> None:
        submit_scan(world.centre, Scan.get_by_id(scan.id), result, world.coordinator.id)

    refused = together_in(world, work, WRITERS)
    assert [type(error) for error in refused] == [Refused] * (WRITERS - 1)
    after = _counts()
    assert (after["submitted"] - before["submitted"], after["mails"] - before["mails"]) == (1, 2)
    assert Rating.select().where(Rating.scan == scan).count() == len(result.ratings)


def test_a_transaction_that_fails_leaves_nothing(world: World) -> None:
    def work() -> None:
        with transaction():
            SchoolGroup.create(name="Half")
            with transaction():
                SchoolGroup.create(name="Binnenin")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert not SchoolGroup.select().where(SchoolGroup.name.in_(["Half", "Binnenin"])).exists()


START = """
import sys
from pathlib import Path
import psycopg
import core.views
from core import create_app, found_plugins
from core.config import Config, checked
found_plugins()
print("ready", flush=True)
sys.stdin.readline()
create_app(checked(Config(instance=Path(sys.argv[1]), secret_key="s" * 40, database_url=sys.argv[2],
                          base_url="http://localhost", mail_url="mailbox:")))
print("up")
"""


def test_four_processes_that_start_together_on_an_empty_database_all_come_up(
    tmp_path: Path, empty_database_url: str
) -> None:
    command = [sys.executable, "-c", START, str(tmp_path), empty_database_url]
    started = [_process(command, stdin=subprocess.PIPE) for _ in range(4)]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in started]
    assert [out.strip() for out, _ in answers] == ["up"] * 4, "\n".join(err for _, err in answers)


def _process(command: list[str], **options: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[arg-type]
    )


BUSY = """
import sys
from pathlib import Path
from core import create_app
from core.config import Config, checked
from core.cycle import Scan
from core.cycle.result import BlockResult, ScanResult
from core.db import connected
from core.instrument import document_of
from core.people import User
from core.steps import scan as steps
app = create_app(checked(Config(instance=Path(sys.argv[1]), secret_key="s" * 40, database_url=sys.argv[2],
                                base_url="http://localhost", mail_url="mailbox:")))
with app.app_context(), connected():
    scan = Scan.get_by_id(int(sys.argv[3]))
    centre, actor = scan.cycle.centre, User.select().first().id
    blocks = [block.key for block in document_of(scan.instrument_id).blocks]
    turn = 0
    while True:
        turn += 1
        stage = turn % 4 + 1
        scan = Scan.get_by_id(scan.id)
        steps.rate_blocks(centre, scan, {b: steps.PlainRating(stage, stage) for b in blocks}, scan.revision, actor)
        print("rated", turn, flush=True)
        if turn % 5 == 0:
            ratings = tuple(BlockResult(b, stage=stage, wish=stage) for b in blocks)
            steps.submit_scan(centre, scan, ScanResult(ratings, priorities=tuple(blocks[:3])), actor)
            print("submitted", turn, flush=True)
            steps.reopen_scan(centre, Scan.get_by_id(scan.id), "Opnieuw", actor)
            print("reopened", turn, flush=True)
"""


@pytest.mark.parametrize(
    ("lines", "moment"), [(1, 0.0), (3, 0.003), (5, 0.002), (5, 0.006), (5, 0.012), (6, 0.003)], ids=str
)
def test_a_process_killed_while_it_writes_loses_nothing_it_said_was_saved(
    world: World, config: object, database_url: str, tmp_path: Path, lines: int, moment: float
) -> None:
    """Killed a moment after it said so many lines: in a rating, in a submission (after 5) or in a reopening (after 6)."""
    scan = world.open_cycle()
    before = _counts()
    process = _process([sys.executable, "-c", BUSY, str(tmp_path), database_url, str(scan.id)])
    assert process.stdout
    assert process.stderr
    said = [process.stdout.readline() for _ in range(lines)]
    threading.Event().wait(moment)
    process.kill()
    said += process.stdout.readlines()
    process.wait(timeout=30)
    process.stdout.close()
    assert said[0] == "rated 1\n", process.stderr.read()
    process.stderr.close()

    after = _counts()
    for verb in ("rated", "submitted", "reopened"):
        acknowledged = sum(line.startswith(verb) for line in said)
        done = after[verb] - before[verb]
        assert acknowledged <= done <= acknowledged + 1, (
            f"{verb}: said {acknowledged} times, stored {done} times"
        )
    assert after["mails"] - before["mails"] == 2 * (after["submitted"] - before["submitted"])
    assert len({row.stage for row in Rating.select().where(Rating.scan == scan)}) == 1, (
        "half of a save was kept"
    )
    assert Scan.get_by_id(scan.id).submitted == (after["submitted"] > after["reopened"])
    assert first_broken_entry() is None
    if is_sqlite():
        assert database.execute_sql("PRAGMA integrity_check").fetchone() == ("ok",)


def _counts() -> dict[str, int]:
    counts = {
        verb: AuditEntry.select().where(AuditEntry.verb == f"scan.{verb}").count()
        for verb in ("rated", "submitted", "reopened")
    }
    mails = OutboxMail.select().where(
        OutboxMail.template.startswith("scan_submitted")
    )  # core's, not those of plugins
    return {**counts, "mails": mails.count()}
