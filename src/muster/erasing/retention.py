"""What was kept long enough goes, at the end of every run, and the log says what went.

Nothing goes unless `[retention]` in muster.toml gives a number of days for it. The names of strangers are
out of the tables by then (`readings/unnamed.py`); here the tables of before go, which still say them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from muster.config.settings import Config
from muster.engine.lock import HOME
from muster.engine.published import open_published
from muster.engine.run_log import LOG as RUNS
from muster.erasing.unnamed_logs import unname_logs
from muster.readings.strangers import read_unnamed

LOG = Path(HOME, "log", "retention.jsonl")
RECORDS = "records"
_SET_ASIDE = Path(RECORDS, "set_aside.parquet")


@dataclass(frozen=True, slots=True)
class Gone:
    """What went at an instant: how many of what."""

    at: str
    what: str
    count: int


def keep_no_longer(
    workspace: Path, config: Config, *, now: datetime, strangers_leave: bool = False
) -> list[Gone]:
    """Delete what is older than `[retention]` keeps it; the caller holds the workspace.

    Where a rule takes strangers' names away, no tables of before stay, whatever muster.toml says.
    """
    kept = config.retention
    told = []
    for what, days, drop in (
        ("names of strangers", 0 if strangers_leave else None, _names),
        ("runs before the one in force", 0 if strangers_leave or not kept.run_before else None, _runs),
        ("texts of rows set aside", kept.set_aside_days, _set_aside),
        ("lines of logs", kept.logs_days, _logs),
    ):
        if days is not None and (count := drop(workspace, config, now - timedelta(days=days))):
            told.append(Gone(now.isoformat(timespec="seconds"), what, count))
    if told:
        log = workspace / LOG
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(asdict(gone)) + "\n" for gone in told)
    return told


def read_gone(workspace: Path) -> list[Gone]:
    """What went so far, newest first."""
    try:
        lines = (workspace / LOG).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [Gone(**json.loads(line)) for line in reversed(lines) if line.endswith("}")]


def _names(workspace: Path, _: Config, _before: datetime) -> int:
    """Names that the run in force left out and the one before did not; they leave the logs, too."""
    in_force = open_published(workspace).folder
    runs = sorted(run for run in (workspace / HOME / "runs").iterdir() if run.name < in_force.name)
    before = read_unnamed(runs[0] / RECORDS) if runs and (runs[0] / RECORDS).is_dir() else set()
    stands = read_unnamed(in_force / RECORDS)
    if stands - before:
        unname_logs(workspace, stands)
    return len(stands - before)


def _runs(workspace: Path, _: Config, _before: datetime) -> int:
    """Tables of other runs than the one in force."""
    in_force = open_published(workspace).folder
    others = [run for run in (workspace / HOME / "runs").iterdir() if run.name != in_force.name]
    for run in others:
        shutil.rmtree(run)
    return len(others)


def _set_aside(workspace: Path, config: Config, before: datetime) -> int:
    """The text of rows of files that have not changed for that long; that they were set aside stays."""
    file = open_published(workspace).folder / _SET_ASIDE
    table = pq.read_table(file)
    roots = {source.name: workspace / source.path for source in config.source}
    is_old: dict[tuple[str, str], bool] = {}
    raw: list[str | None] = []
    count = 0
    for row in table.select(["source", "file", "raw"]).to_pylist():
        place = (row["source"], row["file"])
        if place not in is_old:
            is_old[place] = _last_changed(roots.get(row["source"]), row["file"]) < before
        goes = is_old[place] and bool(row["raw"])
        count += goes
        raw.append("" if goes else row["raw"])
    if count:
        draft = file.with_suffix(".new")
        column = table.schema.get_field_index("raw")
        pq.write_table(
            table.set_column(column, table.schema.field(column), pa.array(raw, pa.string())), draft
        )
        draft.replace(file)
    return count


def _logs(workspace: Path, _: Config, before: datetime) -> int:
    """Lines of the log of runs, and what work that pages began has said."""
    count = 0
    runs = workspace / RUNS
    if runs.is_file():
        lines = runs.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if _began(line) >= before]
        count += len(lines) - len(kept)
        if len(kept) < len(lines):
            draft = runs.with_suffix(".new")
            draft.write_text("".join(kept), "utf-8")
            draft.replace(runs)
    for said in (workspace / HOME / "log").glob("serving-*"):
        if _changed(said) < before:
            count += len(said.read_bytes().splitlines())
            said.unlink()
    return count


def _last_changed(root: Path | None, name: str) -> datetime:
    """When a source's file was last changed; an archive stands for what is in it."""
    there: Iterable[Path] = (p for p in (root / name, root) if p.exists()) if root is not None else ()
    return next((_changed(path) for path in there), datetime.max.replace(tzinfo=UTC))


def _changed(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _began(line: str) -> datetime:
    try:
        return datetime.fromisoformat(json.loads(line)["started_at"])
    except (ValueError, KeyError, TypeError):
        return datetime.max.replace(tzinfo=UTC)  # nobody knows how old it is
