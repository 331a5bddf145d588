"""What a decision is held against: the tables as the decider may see them, and what the last run knew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from muster.flow import RECORDS
from muster.rules.read import Rules
from muster.store.decisions import Decision, read_decisions
from muster.store.opening import Store

_COLUMNS = ("decision_id", "kind", "subject_id", "other_id", "reason", "decided_by", "value")
_ABOUT = "decided_about.parquet"  # of a run: what each decision is about as told now


class Tables(Protocol):
    """Published tables to ask; `muster.access.seen.Seen` shows those that a user may see."""

    def records(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column name, its parameters bound."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The run in force: its tables, its date (an ISO instant), the rules, and the decisions it read."""

    tables: Tables
    as_of: str
    rules: Rules
    recorded: tuple[Decision, ...]

    @property
    def recorded_ids(self) -> frozenset[str]:
        """The decisions that the run applied; later ones are pending."""
        return frozenset(d.decision_id for d in self.recorded)


def recorded(run_folder: Path) -> tuple[Decision, ...]:
    """The decisions that a run read, of the store and of other sources, oldest first.

    Each names its hand-off or group by the id that it has now: ids give way as records come.
    """
    file = run_folder / RECORDS / "decision.parquet"
    if not file.is_file():
        return ()
    found = pq.read_table(file, columns=[*_COLUMNS, "decided_at"]).to_pylist()
    moved = _moved(run_folder / _ABOUT)
    told = [
        Decision(**{name: row[name] or "" for name in _COLUMNS}, decided_at=_instant(row["decided_at"]))
        for row in found
    ]
    told = [replace(d, subject_id=moved.get(d.decision_id, d.subject_id)) for d in told]
    return tuple(sorted(told, key=lambda d: d.rank))


def _moved(file: Path) -> dict[str, str]:
    """Of the decisions about a hand-off or a group that goes by another id now, that id."""
    moved = [row for row in _told(file) if row["is_moved"]]
    return {row["decision_id"]: row["hand_off_id"] or row["buying_group_id"] for row in moved}


def without_subject(run_folder: Path) -> dict[str, str]:
    """The decisions that nothing carries as a run told it, each with why."""
    rows = _told(run_folder / _ABOUT)
    return {row["decision_id"]: row["lost_because"] for row in rows if row["lost_because"]}


def _told(file: Path) -> list[dict[str, Any]]:
    if not file.is_file():  # tables of an older version
        return []
    columns = ["decision_id", "hand_off_id", "buying_group_id", "is_moved", "lost_because"]
    found: list[dict[str, Any]] = pq.read_table(file, columns=columns).to_pylist()
    return found


def every_decision(store: Store | None, facts: Facts) -> list[Decision]:
    """The decisions of the run's records, and those kept since, oldest first."""
    return joined(facts.recorded, read_decisions(store))


def joined(recorded: Sequence[Decision], kept: Sequence[Decision]) -> list[Decision]:
    """The decisions of a run's records and of the store: each once, oldest first."""
    told = {d.decision_id: d for d in recorded}
    for d in kept:
        subject_id = told.get(d.decision_id, d).subject_id
        told[d.decision_id] = d if subject_id == d.subject_id else replace(d, subject_id=subject_id)
    return sorted(told.values(), key=lambda d: d.rank)


def _instant(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat()
