"""The same records give the same bytes: whatever the order, the files, the repeats, and after any kill."""

from __future__ import annotations

import csv
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from tests.flow.conftest import DRAWN_AS_OF, Built, Drawn
from tests.flow.cutting import Export, Row, changed_copy, split
from tests.flow.oracle_paths import PATHS
from tests.flow.random_company import records
from tests.flow.test_as_of import built, differing, digests

from muster.config.settings import FILE
from muster.demo import copy_company
from muster.testing import company

MUSTER = [sys.executable, "-c", "from muster.cli import main; main()"]


def test_two_runs_make_the_same_bytes(halden_as_of: Built, tmp_path: Path) -> None:
    again = built(copy_company(tmp_path / "again"), None)
    first = halden_as_of(None)
    assert differing(first, again) == []
    about_files = {"problem", "intake_ledger"}
    assert all(
        first.published.path(t).read_bytes() == again.published.path(t).read_bytes() for t in about_files
    )


def in_other_files(export: Export) -> None:
    """Shuffle the rows of every file, split the CRM's objects and the web's events, rename them."""
    draw = random.Random(11)
    for rows in export.rows.values():
        draw.shuffle(rows)
    for stem in [stem for stem, path in export.files.items() if path.parent.name == "crm"]:
        write_parts(export, stem, split(export.rows[stem], 3), folder=f"part-{draw.randrange(3)}")
    write_parts(export, "web_events", split(export.rows["web_events"], 3), folder="web_events")


def everything_twice(export: Export) -> None:
    """Every file holds each of its rows twice; what has no ids comes in a second file instead.

    Two equal rows of one file that has no ids are two: somebody clicked twice.
    """
    for stem, rows in export.rows.items():
        if stem not in WITHOUT_IDS:
            rows += list(reversed(rows))
    for stem in WITHOUT_IDS:
        rows = export.rows[stem]
        write_parts(export, stem, [rows, list(reversed(rows))], folder=stem)


WITHOUT_IDS = ("account_signals", "ad_spend")


def write_parts(export: Export, stem: str, parts: Iterable[list[Row]], *, folder: str) -> None:
    """Write a file as several in a folder beside it."""
    path = export.files.pop(stem)
    target = path.parent / folder
    target.mkdir(exist_ok=True)
    for number, part in enumerate(parts):
        with (target / f"{stem}_{number}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, export.header[stem], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(part)
    path.unlink()


@pytest.mark.parametrize("change", [in_other_files, everything_twice])
def test_order_files_and_repeats_change_nothing(
    halden: Path, halden_as_of: Built, tmp_path: Path, change: Callable[[Export], None]
) -> None:
    folder = changed_copy(halden, tmp_path / "changed", change)
    settings = (folder / FILE).read_text("utf-8")
    for file in re.findall(r'path = "(.+)\.csv"', settings):
        if (folder / file).is_dir():
            settings = settings.replace(f"{file}.csv", file)
    (folder / FILE).write_text(settings, "utf-8")
    assert differing(halden_as_of(None), built(folder, None)) == []


def killed(folder: Path, when: Callable[[Path], bool]) -> bool:
    """Start `muster run` and kill it (signal 9) at a moment; whether it was still running then."""
    home = folder / ".muster"
    process = subprocess.Popen([*MUSTER, "run", "-w", str(folder)], stdout=subprocess.DEVNULL)
    while process.poll() is None and not when(home):
        time.sleep(0.002)
    process.kill()
    return process.wait() == -signal.SIGKILL


def tables_written(home: Path, at_least: int) -> bool:
    """Whether a run that is not in force yet has written so many tables."""
    in_force = (home / "tables").resolve()
    runs = [run for run in (home / "runs").glob("*") if run.resolve() != in_force]
    return any(len(list(run.glob("*.parquet"))) >= at_least for run in runs)


def test_kills_and_other_dates_leave_no_trace(drawn: Drawn, tmp_path: Path) -> None:
    before = datetime(2024, 12, 1, tzinfo=UTC)
    workspace = company(tmp_path, *records(1), rules={"paths": PATHS}, as_of=before)
    then = digests(workspace)
    moments: list[Callable[[Path], bool]] = [lambda home: (home / "landing").is_dir()]
    moments += [partial(tables_written, at_least=n) for n in random.Random().sample(range(1, 30), 4)]
    for moment in moments:
        assert killed(workspace.folder, moment)
        assert digests(workspace) == then and workspace.published.damaged() == []
    workspace.run(as_of=DRAWN_AS_OF)
    assert differing(workspace, drawn(1)) == []
    workspace.run(as_of=before)
    assert digests(workspace) == then
