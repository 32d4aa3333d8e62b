"""Measure Poolster's pages and saves beside a bare WSGI app on the same server, in a few minutes.

gunicorn serves each with 2 sync workers; 8 connections ask at once. The loads take turns, in
another order each round, and a ratio is that of two loads of one round: what else the machine
does then strikes both. It measures, and is no test: it says where an aim is not met, and ends well.

    make bench [BENCH_ARGS=--markdown]      the second prints the table of the README
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.product import Site
from tests.bench.serving import Load, Requests, Server, get, post

SITTINGS, ROUNDS = 2, 6  # servers started anew, and loads of each in one such sitting
EACH = 25  # requests on each of the 8 connections in one load
WARM = 10  # and before the first of them
YARDSTICK = (4.0, 5.6)  # what a minimal page measures beside the bare one where nothing else runs
BARE, MINIMAL, PRODUCT = "bare", "minimal", "product"
APPS = {
    BARE: "tests.bench.bare_app:app",
    MINIMAL: "tests.bench.minimal_app:app",
    PRODUCT: "core:create_app()",
}


@dataclass(frozen=True)
class Figure:
    """One line of the table: what, how much, and where there is an aim, whether it is met."""

    name: str
    value: str
    aim: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.met is None else "ok" if self.met else "NOT MET"


@dataclass
class Measured:
    """All loads by app and kind, round by round; the workers' memory by app; what the servers printed."""

    loads: dict[tuple[str, str], list[Load]] = field(default_factory=dict)
    memory: dict[str, list[float]] = field(default_factory=dict)
    log: str = ""

    def ratio(self, app: str, kind: str) -> float:
        """The median over the rounds of the app's p50 beside that of the bare app."""
        pairs = zip(self.loads[app, kind], self.loads[BARE, kind], strict=True)
        return median(load.percentile(0.5) / bare.percentile(0.5) for load, bare in pairs)

    def p50(self, app: str, kind: str) -> float:
        return median(load.percentile(0.5) for load in self.loads[app, kind])

    def tail(self, app: str, kind: str) -> float:
        """The median over the rounds of p99 beside p50."""
        return median(load.percentile(0.99) / load.percentile(0.5) for load in self.loads[app, kind])

    def cpu(self, app: str, kind: str) -> float:
        """Processor time of the workers for one request, in seconds."""
        loads = self.loads[app, kind]
        return sum(load.cpu for load in loads) / sum(len(load.answers) for load in loads)

    def failed(self, app: str, kind: str) -> int:
        return sum(load.failed for load in self.loads[app, kind])


def measure(site: Site, folder: Path) -> Measured:
    """Every load of every app, in turn."""
    measured = Measured()
    page, saved = site.page("survey"), site.save()
    sizes = {"BENCH_PAGE_BYTES": str(len(page.data)), "BENCH_SAVE_BYTES": str(len(saved.data))}
    site.close()
    for sitting in range(SITTINGS):
        copy = shutil.copytree(site.folder, folder / f"sitting{sitting}")
        environment = {"POOLSTER_INSTANCE": str(copy), "BENCH_FOLDER": str(copy), **sizes}
        order = list(APPS)[:: -1 if sitting % 2 else 1]
        with ExitStack() as stack:
            servers = {
                app: stack.enter_context(Server(APPS[app], environment, folder / "log")) for app in order
            }
            _run(servers, _requests(site, servers), measured)
            for app, server in servers.items():
                measured.memory.setdefault(app, []).append(server.memory())
    measured.log = (folder / "log").read_text()
    return measured


def _requests(site: Site, servers: dict[str, Server]) -> dict[tuple[str, str], Requests]:
    """What is asked of each app, by kind of load."""
    page, bare_page, saves = get(site.block_url(0), site.cookie), get("/", site.cookie), site.saves()
    bare_save = post("/", site.cookie, site.form(1))
    logged_in = servers[MINIMAL].ask(get("/in")).cookie
    minimal_page = get("/", logged_in)
    return {
        (BARE, "page"): lambda *_: bare_page,
        (MINIMAL, "page"): lambda *_: minimal_page,
        (PRODUCT, "page"): lambda *_: page,
        (BARE, "save"): lambda *_: bare_save,
        (PRODUCT, "save"): saves,
    }


def _run(servers: dict[str, Server], requests: dict[tuple[str, str], Requests], measured: Measured) -> None:
    for (app, _), request in requests.items():
        servers[app].load(request, WARM)
    for number in range(ROUNDS):
        for app, kind in list(requests)[:: -1 if number % 2 else 1]:
            load = servers[app].load(requests[app, kind], EACH)
            measured.loads.setdefault((app, kind), []).append(load)


def figures(measured: Measured, page_statements: list[str], save_statements: list[str]) -> Iterator[Figure]:
    """The table, line by line."""
    page, save = (PRODUCT, "page"), (PRODUCT, "save")
    commits = sum(statement.startswith("COMMIT") for statement in save_statements)
    writes = [statement for statement in save_statements if not statement.startswith(("BEGIN", "COMMIT"))]
    memory = {app: median(found) for app, found in measured.memory.items()}
    share = median(p / m for p, m in zip(measured.memory[PRODUCT], measured.memory[MINIMAL], strict=True))

    yield from _against_bare("Survey page", measured, page, 8)
    yield Figure("– SQL statements", str(len(page_statements)), "≤ 8", len(page_statements) <= 8)
    yield from _costs(measured, page)
    yield from _against_bare("Autosave, 8 writers", measured, save, 4)
    yield Figure("– SQL statements", str(len(writes)), "≤ 6", len(writes) <= 6)
    yield Figure("– commits", str(commits), "1", commits == 1)
    tail = measured.tail(*save)
    yield Figure("– p99 beside p50", f"{tail:.1f} ×", "≤ 6 ×", tail <= 6)
    locked, failed = measured.log.count("locked"), measured.failed(*save)
    yield Figure("– refused or locked", f"{failed + locked}", "0", failed + locked == 0)
    yield Figure(
        "– CPU", f"{measured.cpu(*save) * 1000:.1f} ms, bare {measured.cpu(BARE, 'save') * 1000:.1f} ms"
    )
    yield Figure("Memory of both workers", f"{memory[PRODUCT]:.0f} MB")
    yield Figure(
        "– beside minimal Flask + peewee", f"{share:.2f} × {memory[MINIMAL]:.0f} MB", "≤ 1.5 ×", share <= 1.5
    )
    yield from _against_bare("Minimal Flask + peewee page (yardstick)", measured, (MINIMAL, "page"), None)
    yield from _costs(measured, (MINIMAL, "page"))


def disturbed(measured: Measured) -> str:
    """What to say of figures that something else on the machine had a part in; "" where nothing seems to have."""
    least, most = YARDSTICK
    if least <= measured.ratio(MINIMAL, "page") <= most:
        return ""
    return (
        f"\nThe machine was busy, or is of another kind: the yardstick should lie between {least} and {most} ×.\n"
        "Trust the counts, compare each p50 with the yardstick's, and measure again on a quiet machine."
    )


def _against_bare(
    name: str, measured: Measured, load: tuple[str, str], aim: float | None
) -> Iterator[Figure]:
    p50, bare, ratio = measured.p50(*load), measured.p50(BARE, load[1]), measured.ratio(*load)
    yield Figure(name, f"p50 {p50 * 1000:.1f} ms, bare {bare * 1000:.1f} ms")
    met = None if aim is None else ratio <= aim
    yield Figure("– p50 beside bare", f"{ratio:.1f} ×", "" if aim is None else f"≤ {aim} ×", met)


def _costs(measured: Measured, load: tuple[str, str]) -> Iterator[Figure]:
    yield Figure("– p99 beside p50", f"{measured.tail(*load):.1f} ×")
    yield Figure(
        "– CPU", f"{measured.cpu(*load) * 1000:.1f} ms, bare {measured.cpu(BARE, load[1]) * 1000:.1f} ms"
    )


def growth(site: Site) -> Iterator[Figure]:
    """Statements per page in a small and a large network, for a centre with few and many years behind it."""
    small = site.page_statements()
    site.add_centres(54)
    wide = site.page_statements()
    site.add_years(3)
    long = site.page_statements()
    site.leave_one_year()
    first = site.page_statements()
    for page in small:
        found = (small[page], wide[page], long[page], first[page])
        constant = found[0] == found[1] == found[2] >= found[3]
        yield Figure(f"– {page}", " / ".join(map(str, found)), "constant", constant)


def print_table(title: str, rows: list[Figure], markdown: bool) -> None:
    """One table, for the terminal or for the README."""
    if markdown:
        print(f"\n| {title} | measured | aim | |\n|---|---|---|---|")
        for row in rows:
            print(f"| {row.name} | {row.value} | {row.aim} | {row.verdict} |")
        return
    widths = [max(len(row.name) for row in rows), max(len(row.value) for row in rows), 10]
    print(f"\n{title}\n" + "─" * (sum(widths) + 16))
    for row in rows:
        cells = (row.name, row.value, row.aim)
        print("   ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), row.verdict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    markdown = parser.parse_args().markdown
    with tempfile.TemporaryDirectory(prefix="poolster-bench-") as name:
        folder = Path(name)
        (folder / "site").mkdir()
        site = Site(folder / "site")
        site.page("survey")
        page_statements, save_statements = (
            site.statements(lambda: site.page("survey")),
            site.statements(site.save),
        )
        measured = measure(site, folder)
        print_table(
            "2 sync workers, 8 connections",
            list(figures(measured, page_statements, save_statements)),
            markdown,
        )
        print(disturbed(measured))
        title = "SQL statements with 6 centres and 3 years / 60 centres / 6 years / 1 year"
        print_table(title, list(growth(site)), markdown)
        site.close()


if __name__ == "__main__":
    main()
