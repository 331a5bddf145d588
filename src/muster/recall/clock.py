"""The date everything is seen from, and the calendar the flow joins instead of computing with dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from muster.canonical.tables import source_tables
from muster.engine.protocol import Engine

WEEK = 7 * 86_400_000_000
FIRST_MONDAY = 4 * 86_400_000_000  # 1970-01-05
NEVER = 9_000_000_000_000_000
# Bands of five points that opening rates are observed in: 0 to 100.
BANDS = 21
# What an act is worth to a chance by its age in weeks, in thousandths: one fading fast, one slowly.
FADING_WEEKS = 26
HALF_LIFE_WEEKS = {"fast": 3, "slow": 13}


# Facts that a record learns after it became known, with the columns that date them.
_LATER_FACTS = {
    "opportunity": "CASE WHEN t.is_closed THEN t.closed_on END",
    "person_record": "GREATEST(COALESCE(t.converted_at, 0), COALESCE(t.merged_at, 0))",
    "account_record": "t.merged_at",
    "subscription": "t.ends_on",
}


def latest_known(engine: Engine, now: datetime) -> int:
    """The last instant at which anything became known: the as-of date when none is asked for.

    Facts dated after `now` do not count: they are slips of the pen.
    """
    known = [f"SELECT t.known_at AS at FROM {name} AS t" for name in source_tables()]
    known += [f"SELECT {dated} AS at FROM {table} AS t" for table, dated in _LATER_FACTS.items()]
    parts = [f"SELECT MAX(x.at) AS at FROM ({query}) AS x WHERE x.at <= {micros(now)}" for query in known]
    found = engine.arrow(" UNION ALL ".join(parts)).column("at").to_pylist()
    return max((at for at in found if at is not None), default=0)


def put_clock(
    engine: Engine,
    *,
    as_of: int,
    live_since: date | None,
    currency: str,
    policy_version: str,
    models: Sequence[str],
) -> dict[str, pa.Table]:
    """Put `clock` (one row), the calendar, `band`, `fading` and `attribution_model`; returns them by name.

    Weeks reach from the first happening known to the as-of date; quarters also hold deals won before it.
    """
    start = _first_happening(engine, as_of)
    mondays = range(start - (start - FIRST_MONDAY) % WEEK, as_of + 1, WEEK)
    quarters = _quarters(min(start, _first_booking(engine, as_of)), as_of)
    clock = {
        "as_of_at": pa.array([as_of], pa.int64()),
        "live_since_at": pa.array([NEVER if live_since is None else micros(live_since)], pa.int64()),
        "currency": pa.array([currency], pa.string()),
        "policy_version": pa.array([policy_version], pa.string()),
    }
    calendar = {
        "clock": pa.table(clock),
        "week": pa.table({"week_at": pa.array(list(mondays), pa.int64())}),
        "quarter": pa.table(
            {
                "quarter_on": pa.array([q for q, _ in quarters], pa.int64()),
                "next_quarter_on": pa.array([n for _, n in quarters], pa.int64()),
                "label": pa.array([_label(q) for q, _ in quarters], pa.string()),
            }
        ),
        "month": _month_table(quarters),
        "band": pa.table({"band": pa.array(list(range(BANDS)), pa.int64())}),
        "fading": _fading(),
        "attribution_model": pa.table({"attribution_model": pa.array(models, pa.string())}),
    }
    for name, table in calendar.items():
        engine.put(name, table)
    return calendar


def micros(moment: date) -> int:
    """An instant, or UTC midnight of a day, in microseconds since 1970."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _fading() -> pa.Table:
    """Whole thousandths for each week of age, so that faded sums do not depend on their order."""
    ages = range(FADING_WEEKS)
    worth = {
        name: pa.array([round(1000 * 2 ** -((age + 0.5) / half_life)) for age in ages], pa.int64())
        for name, half_life in HALF_LIFE_WEEKS.items()
    }
    return pa.table({"age": pa.array(list(ages), pa.int64()), **worth})


def _first_happening(engine: Engine, as_of: int) -> int:
    """The first dated act, opportunity, subscription or spend; records of people may be far older."""
    parts = [
        f"SELECT MIN(t.{column}) AS at FROM {table} AS t WHERE t.known_at <= {as_of}"
        for table, column in (
            ("engagement", "occurred_at"),
            ("opportunity", "created_at"),
            ("spend", "spent_on"),
            ("subscription", "starts_on"),
        )
    ]
    found = engine.arrow(" UNION ALL ".join(parts)).column("at").to_pylist()
    return max(min((at for at in found if at is not None), default=as_of), FIRST_MONDAY)


def _first_booking(engine: Engine, as_of: int) -> int:
    """The first close date of a deal won: records moved in from elsewhere are made long after it."""
    found = engine.arrow(
        f"SELECT MIN(o.closed_on) AS first_on FROM opportunity AS o"
        f" WHERE o.known_at <= {as_of} AND o.is_won AND o.closed_on >= {FIRST_MONDAY}"
    )
    [first_on] = found.column("first_on").to_pylist()
    return as_of if first_on is None else min(int(first_on), as_of)


def _quarters(start: int, end: int) -> list[tuple[int, int]]:
    day = datetime.fromtimestamp(start // 1_000_000, UTC).date()
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    quarters = []
    while micros(first) <= end:
        following = (first + timedelta(days=93)).replace(day=1)
        quarters.append((micros(first), micros(following)))
        first = following
    return quarters


def _month_table(quarters: list[tuple[int, int]]) -> pa.Table:
    """The months of the quarters, and of two years before and after them: spend may be laid on those."""
    first = datetime.fromtimestamp(quarters[0][0] // 1_000_000, UTC).date()
    last = datetime.fromtimestamp(quarters[-1][1] // 1_000_000, UTC).date()
    count = 12 * (last.year - first.year) + last.month - first.month + 48
    starts = [
        micros(date(first.year - 2 + number // 12, number % 12 + 1, 1))
        for number in range(first.month - 1, first.month + count)
    ]
    return pa.table(
        {"month_on": pa.array(starts[:-1], pa.int64()), "next_month_on": pa.array(starts[1:], pa.int64())}
    )


def _label(quarter: int) -> str:
    day = datetime.fromtimestamp(quarter // 1_000_000, UTC).date()
    return f"{day.year}-Q{(day.month + 2) // 3}"
