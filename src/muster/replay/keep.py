"""Keeps a replay in .muster/replay/: its tables as Parquet, its findings as JSON, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muster.canonical.tables import Table, replay_tables
from muster.engine.lock import HOME
from muster.replay.compare import Replay
from muster.replay.hidden import Hidden
from muster.replay.matching import MQL, MUSTER
from muster.replay.measures import Measure
from muster.replay.rule import DAY

FOLDER = "replay"
PAGE = "replay.html"
_TYPES = {
    "text": pa.string(),
    "instant": pa.timestamp("us"),
    "cents": pa.int64(),
    "integer": pa.int64(),
    "points": pa.decimal128(9, 2),
    "real": pa.float64(),
    "flag": pa.bool_(),
}


def keep(workspace: Path, told: Replay, facts: Mapping[str, Any], *, page: str, run_id: str) -> Path:
    """Write the tables, `replay.json`, the pages to print and the run all are of.

    An earlier replay is replaced.
    """
    folder = workspace / HOME / FOLDER
    draft = folder.with_name(f"{FOLDER}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, rows in rows_of(told).items():
        pq.write_table(as_table(replay_tables()[name], rows), draft / f"{name}.parquet")
    (draft / "replay.json").write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (draft / PAGE).write_text(page, "utf-8")
    (draft / "run").write_text(run_id, "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def as_table(contract: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the contract says, in the order of its key."""
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in contract.key))
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in contract.columns])
    return pa.Table.from_pylist(ordered, schema=schema)


def rows_of(told: Replay) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table."""
    return {
        "replay": [_measure_row(each) for each in told.measures],
        "replay_opening": _openings(told),
        "replay_hand_off": _hand_offs(told),
        "replay_lead": _leads(told),
    }


def _measure_row(each: Measure) -> dict[str, Any]:
    ends = (each.value, each.low, each.high)
    is_whole = each.unit in {"openings", "hand_offs", "cents"}
    whole: tuple[Any, ...] = ends if is_whole else (None,) * 3
    real: tuple[Any, ...] = (None,) * 3 if is_whole else ends
    row = {"measure": each.measure, "side": each.side, "unit": each.unit}
    row |= dict(zip(("amount", "amount_low", "amount_high"), whole, strict=True))
    return row | dict(zip(("value", "value_low", "value_high"), real, strict=True))


def _openings(told: Replay) -> list[dict[str, Any]]:
    hidden = {each.opening.opportunity_id: each for each in told.hidden}
    rows = []
    for opening in told.compared.openings:
        key = opening.opportunity_id
        left, right = (told.compared.caught[side].get(key) for side in (MQL, MUSTER))
        people = hidden.get(key, Hidden(opening, 0, 0, 0, 0))
        rows.append(
            {
                "opportunity_id": key,
                "account_id": opening.account_id,
                "solution_id": opening.solution_id,
                "created_at": instant(opening.at),
                "amount_cents": opening.amount_cents,
                "currency": opening.currency,
                "is_won": opening.is_won,
                "had_mql": key in told.compared.preceded,
                "mql_at": instant(left.at) if left else None,
                "muster_at": instant(right.at) if right else None,
                "days_earlier": (left.at - right.at) / DAY if left and right else None,
                "buying_group_id": opening.buying_group_id,
                "known_count": people.known,
                "unnamed_count": people.unnamed,
                "unshown_count": people.unshown,
                "unshown_decider_count": people.deciders,
            }
        )
    return rows


def _hand_offs(told: Replay) -> list[dict[str, Any]]:
    judged = {one for side in told.compared.mature.values() for one in side}
    return [
        {
            "side": one.side,
            "at": instant(one.at),
            "subject_id": one.key,
            "week_at": instant(one.week_at),
            "account_id": one.account_id,
            "solution_id": one.solution_id,
            "person_id": one.person_id,
            "is_judged": one in judged,
            "was_followed": one in told.compared.followed if one in judged else None,
        }
        for side in told.hand_offs.values()
        for one in side
    ]


def _leads(told: Replay) -> list[dict[str, Any]]:
    fates = {(each.lead.at, each.lead.key): each for each in told.discarded}
    rows = []
    for lead in told.leads:
        fate = fates.get((lead.at, lead.key))
        group, opening = (fate.group, fate.opening) if fate else (None, None)
        rows.append(
            {
                "at": instant(lead.at),
                "subject_id": lead.key,
                "person_id": lead.person_id,
                "account_id": lead.account_id,
                "score": None if lead.score is None else Decimal(lead.score).scaleb(-2),
                "is_discarded": lead.is_discarded,
                "fate": fate.fate if fate else None,
                "buying_group_id": group.buying_group_id if group else None,
                "solution_id": group.solution_id if group else None,
                "opportunity_id": opening.opportunity_id if opening else None,
                "amount_cents": opening.amount_cents if opening else None,
                "currency": opening.currency if opening else None,
            }
        )
    return rows


def instant(micros: int) -> datetime:
    """Microseconds as published tables hold an instant: UTC without saying so."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC).replace(tzinfo=None)
