"""What the records' health is read from: sources with their age, findings, people and accounts to review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from muster.reports.published import Published

EPOCH = datetime(1970, 1, 1)  # in UTC, without a zone, as all instants here
STALE_DAYS = 7  # an export that comes at least weekly

_SOURCES = """
SELECT l.source, COUNT(DISTINCT l.file) AS files, SUM(l.rows_read) AS read, SUM(l.rows_landed) AS landed,
    SUM(l.rows_repeated) AS repeated, SUM(l.rows_set_aside) AS set_aside
FROM intake_ledger AS l GROUP BY l.source ORDER BY l.source"""
_FINDINGS = """
SELECT severity, source, file, "row", "column", value, reason, remedy, count FROM problem
ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
    count DESC, source, file, "row" """
# Kinds of records that say where a row is from and when it became known, and the last of each source.
_DATED = """
SELECT file_name FROM parquet_schema(?) WHERE name IN ('source', 'known_at')
GROUP BY file_name HAVING COUNT(DISTINCT name) = 2 ORDER BY file_name"""
_LAST = """
SELECT source, MAX(known_at) AS last FROM read_parquet(?, union_by_name = true)
GROUP BY source HAVING last > 0 ORDER BY source"""

_CARRIED = """
SELECT decision_id, kind, decided_by, decided_at, subject_id, carried_by, buying_group_id, hand_off_id,
    is_moved, overruled_by, lost_because
FROM decided_about
ORDER BY lost_because IS NULL, NOT is_moved, decided_at DESC, decision_id"""


@dataclass(frozen=True, slots=True)
class Carried:
    """A decision: what it was said of, and what carries it as told now, or why nothing does."""

    decision_id: str
    kind: str
    decided_by: str | None
    decided_at: datetime
    subject_id: str
    carried_by: str | None
    buying_group_id: str | None
    hand_off_id: str | None
    is_moved: bool
    overruled_by: str | None
    lost_because: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of muster.toml: read = landed + repeated + set aside."""

    name: str
    files: int
    read: int
    landed: int
    repeated: int
    set_aside: int
    latest: datetime | None  # when the last of its rows became known; None where none has a date
    days_behind: int | None  # from then to the last day of all records
    is_stale: bool


def sources(tables: Published, records: Path, *, as_of: datetime) -> list[Source]:
    """Every source, by name; how far it is behind is counted to the instant the tables are as of, not today.

    `records` is the folder of landed records beside the tables: what each source told last stands there.
    """
    latest = _latest(records, as_of)
    return [_source(row, latest.get(row["source"]), as_of) for row in tables.records(_SOURCES)]


def days_since(as_of: datetime, now: datetime) -> int:
    """Whole days from the instant the tables are as of until now, where that is longer than an export may
    take to come (`STALE_DAYS`); else 0. Both in UTC, without a zone.

    >>> days_since(datetime(2025, 5, 3), datetime(2026, 5, 3))
    365
    >>> days_since(datetime(2025, 5, 3), datetime(2025, 5, 9))
    0
    """
    days = (now - as_of).days
    return days if days > STALE_DAYS else 0


def set_aside(tables: Published) -> list[dict[str, Any]]:
    """Every finding about the records, errors first, those behind most rows first."""
    return tables.records(_FINDINGS)


def carried(tables: Published) -> list[Carried]:
    """Every decision that nobody took back: those that nothing carries first, then those that moved."""
    return [Carried(**row) for row in tables.records(_CARRIED)]


def _source(row: dict[str, Any], latest: datetime | None, as_of: datetime) -> Source:
    days = None if latest is None else max((as_of - latest).days, 0)
    return Source(
        row["source"],
        int(row["files"]),
        int(row["read"]),
        int(row["landed"]),
        int(row["repeated"]),
        int(row["set_aside"]),
        latest,
        days,
        days is not None and days > STALE_DAYS,
    )


def _latest(records: Path, as_of: datetime) -> dict[str, datetime]:
    """Of each source the last instant at which a row of it became known, of any kind of record.

    The engine adds them up as it reads: of millions of rows no list is held.
    """
    files = [str(file) for file in sorted(records.glob("*.parquet"))]
    if not files:
        return {}
    with duckdb.connect() as connection:
        dated = connection.execute(_DATED, [files]).fetchall()
        told = connection.execute(_LAST, [[file for (file,) in dated]]).fetchall() if dated else []
    return {source: min(EPOCH + timedelta(microseconds=last), as_of) for source, last in told}
