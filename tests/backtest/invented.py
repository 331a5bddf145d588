"""The tables of a run, invented: accounts whose interest grows before some of them open an opportunity."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from muster.canonical.tables import flow_tables
from muster.engine.published import Published

Row = dict[str, Any]
WEEK = timedelta(days=7)
START = datetime(2024, 1, 1)  # a Monday
TYPES = {
    "text": pa.string(),
    "instant": pa.timestamp("us"),
    "day": pa.date32(),
    "cents": pa.int64(),
    "points": pa.decimal128(9, 2),
    "integer": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
}
TABLES = (
    "account",
    "account_alias",
    "known_opportunity",
    "panel",
    "chance",
    "chance_model",
    "chance_coefficient",
    "known_lead_status",
    "person",
    "person_alias",
    "resolved_engagement",
    "hand_off",
    "buying_group",
    "qualification",
)


@dataclass
class Tables:
    """Rows by table; `write` makes them the tables of a published run."""

    weeks: int
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})

    @property
    def as_of(self) -> datetime:
        """The day after the last Monday."""
        return START + self.weeks * WEEK

    def write(self, folder: Path, change: Callable[[str, list[Row]], list[Row]] | None = None) -> Published:
        """The tables as files; `change` may alter the rows of each before they are written."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            rows = self.rows[name] if change is None else change(name, self.rows[name])
            contract = flow_tables()[name]
            schema = pa.schema([(c.name, TYPES[c.type]) for c in contract.columns])
            told = [
                {c.name: row.get(c.name, _nothing(c.type, name)) for c in contract.columns} for row in rows
            ]
            pq.write_table(pa.Table.from_pylist(told, schema=schema), folder / f"{name}.parquet")
        as_of = self.as_of.replace(tzinfo=UTC).isoformat()
        return Published(folder, {"as_of": as_of, "tables": {name: {} for name in TABLES}})


def _nothing(kind: str, table: str) -> Any:
    """What a column holds that a test does not speak of: signs are 0, all else is empty."""
    if table != "panel":
        return None
    return 0 if kind in ("integer", "points") else None


def invent(
    accounts: int = 120,
    *,
    weeks: int = 60,
    seed: int = 3,
    opening_part: float = 0.5,
    told_from: int = 20,
    horizons: Callable[[int], int] = lambda _week: 13,
) -> Tables:
    """A company: some open an opportunity in some week, and show more interest in the weeks before.

    `horizons` says of each week within how many an opening is asked about; a model is learnt at each change.

    A tenth of the accounts is silent throughout; some of these open one, too.
    """
    draw, tables = np.random.default_rng(seed), Tables(weeks)
    rows = tables.rows
    for week in range(weeks):
        if week and horizons(week) == horizons(week - 1):
            continue
        rows["chance_model"].append(
            {
                "model_version": "m1" if week == 0 else f"m{week}",
                "target": "open",
                "kind": "ridge",
                "trained_at": START + week * WEEK,
                "horizon_weeks": horizons(week),
                "row_count": 1,
                "opening_count": 0,
            }
            | dict.fromkeys(("penalty", "intercept", "slope", "spread"), 1.0)
        )
    for number in range(accounts):
        account_id = hashlib.md5(f"{seed} {number}".encode()).hexdigest()[:12]
        solution = ("one", "two")[number % 2]
        opens_at = None
        if draw.random() < opening_part:
            opens_at = START + int(draw.integers(5, weeks + 8)) * WEEK + timedelta(days=2, minutes=number)
        rows["account"].append(
            {
                "account_id": account_id,
                "name": f"Firm {number}",
                "region": ("north", "south", None)[number % 3],
                "industry": "tools",
                "employee_count": int(draw.integers(10, 3000)),
                "first_known_at": START - timedelta(days=number),
            }
        )
        rows["account_alias"].append({"account_record_id": f"r{account_id}", "account_id": account_id})
        if opens_at is not None and opens_at < tables.as_of:
            won = bool(draw.random() < 0.3)
            rows["known_opportunity"].append(
                {
                    "opportunity_id": f"o{account_id}",
                    "account_record_id": f"r{account_id}",
                    "solution_id": solution,
                    "amount_cents": 100_00 * (number + 1),
                    "currency": "USD",
                    "created_at": opens_at,
                    "is_closed": True,
                    "is_won": won,
                    "closed_at": min(opens_at + 8 * WEEK, tables.as_of),
                }
            )
        if number % 10 == 9:
            continue  # never shows a sign
        for week in range(weeks):
            at = START + week * WEEK
            if opens_at is not None and opens_at <= at:
                continue  # open, or decided: out of what is asked in this little company
            horizon = horizons(week) * WEEK
            _ask(rows, tables, draw, account_id, solution, at, opens_at, horizon, is_told=week >= told_from)
    return tables


def _ask(
    rows: dict[str, list[Row]],
    tables: Tables,
    draw: np.random.Generator,
    account_id: str,
    solution: str,
    at: datetime,
    opens_at: datetime | None,
    horizon: timedelta,
    *,
    is_told: bool,
) -> None:
    ahead = opens_at is not None and at < opens_at <= at + horizon
    acts = int(draw.poisson(4 if ahead else 1))
    over = at + horizon <= tables.as_of
    late = ahead and opens_at is not None and opens_at > at + 2 * WEEK
    rows["panel"].append(
        {
            "account_id": account_id,
            "solution_id": solution,
            "week_at": at,
            "first_act": f"e{account_id}",
            "opens": int(ahead) if over else None,
            "opens_after_gap": bool(late) if over else None,
            "opens_at": opens_at if over and ahead else None,
            "score": acts,
            "in_group": int(acts > 2),
            "acts_13": acts,
            "acts_26": acts,
            "fast": 100_000 * acts,
            "slow": 100_000 * acts + int(draw.integers(0, 1000)),
            "largest": acts,
            "people_13": acts // 2,
            "visitors_13": int(draw.integers(0, 3)),
            "fit": int(draw.integers(0, 5)),
        }
    )
    if is_told:
        chance = min(0.9, 0.02 + 0.08 * acts)
        rows["chance"].append(
            {"account_id": account_id, "solution_id": solution, "scored_at": at, "p_open": chance}
            | {"model_version": "m1"}
        )
