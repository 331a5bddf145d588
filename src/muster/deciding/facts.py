"""What a decision is held against: the tables as the decider may see them, and what the last run knew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from muster.flow import RECORDS
from muster.rules.read import Rules
from muster.store.decisions import Decision, read_decisions
from muster.store.opening import Store

_COLUMNS = ("decision_id", "kind", "subject_id", "other_id", "reason", "decided_by", "value")


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
    """The decisions that a run read, of the store and of other sources, oldest first."""
    file = run_folder / RECORDS / "decision.parquet"
    if not file.is_file():
        return ()
    found = pq.read_table(file, columns=[*_COLUMNS, "decided_at"]).to_pylist()
    told = [
        Decision(**{name: row[name] or "" for name in _COLUMNS}, decided_at=_instant(row["decided_at"]))
        for row in found
    ]
    return tuple(sorted(told, key=lambda d: d.rank))


def every_decision(store: Store | None, facts: Facts) -> list[Decision]:
    """The decisions of the run's records, and those kept since, oldest first."""
    return joined(facts.recorded, read_decisions(store))


def joined(recorded: Sequence[Decision], kept: Sequence[Decision]) -> list[Decision]:
    """The decisions of a run's records and of the store: each once, oldest first."""
    told = {d.decision_id: d for d in (*recorded, *kept)}
    return sorted(told.values(), key=lambda d: d.rank)


def _instant(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat()
