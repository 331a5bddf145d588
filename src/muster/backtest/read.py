"""Reads the questions out of the tables of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from muster.backtest.asked_in_sql import (
    ACCOUNTS,
    MQL,
    OPENINGS,
    PREPARE,
    ROWS,
    SCORES,
    SIGNS,
    SILENT,
    SILENT_OPENINGS,
    SILENT_RATES,
    SILENT_SUMS,
)
from muster.backtest.mondays import origins_of
from muster.backtest.questions import (
    ORIGIN_EVERY,
    USUAL_SPAN,
    Openings,
    Questions,
    Rows,
    Silent,
    Span,
)
from muster.engine.published import Published

BORROWED = 5.0  # openings


def ask(published: Published, span: Span, *, currency: str, progress: Callable[[str], None]) -> Questions:
    """Read from the tables of a run all that the back-test of a span needs."""
    origins = origins_of(span)
    with published.connection() as connection:
        progress("reading the panel")
        ends = {"first": span.first, "until": span.last, "last": span.last + span.horizon}
        connection.execute(PREPARE.format(**ends, currency=currency))
        before = range(span.last, span.first - span.horizon - USUAL_SPAN, -ORIGIN_EVERY)
        listed = ", ".join(f"({at}, {at in origins})" for at in before)
        connection.execute(
            f"CREATE TEMP TABLE origin AS SELECT * FROM (VALUES {listed}) AS v (epoch_at, is_asked)"
        )
        accounts = _columns(connection, ACCOUNTS)
        ids = tuple(accounts["account_id"].tolist())
        connection.execute(
            "CREATE TEMP TABLE numbered AS SELECT * FROM"
            " (SELECT UNNEST(?) AS account_id, UNNEST(?) AS number)",
            [list(ids), list(range(len(ids)))],
        )
        solutions = tuple(
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT p.solution_id FROM panel AS p ORDER BY p.solution_id"
            ).fetchall()
        )
        connection.execute(
            "CREATE TEMP TABLE placed AS SELECT * FROM"
            " (SELECT UNNEST(?) AS solution_id, UNNEST(?) AS solution)",
            [list(solutions), list(range(len(solutions)))],
        )
        connection.execute(MQL)
        openings = _openings(connection)
        rows = _rows(connection, span)
        progress("counting the silent accounts")
        silent = _silent(connection, span.horizon)
    facts = {
        name: tuple(None if value is None else str(value) for value in accounts[name].tolist())
        for name in ("region", "industry", "size")
    }
    return Questions(span, origins, ids, solutions, rows, silent, openings, facts)


def _rows(connection: Any, span: Span) -> Rows:
    scores = ", ".join(f'{sql} AS "score {name}"' for name, sql in SCORES.items())
    signs = ", ".join(f'CAST({sql} AS DOUBLE) AS "sign {name}"' for name, sql in SIGNS.items())
    found = _columns(connection, ROWS.format(scores=scores, signs=signs, first=span.first, last=span.last))
    given = {name: np.asarray(found[f"score {name}"], np.float64) for name in SCORES}
    if np.isfinite(found["score recorded MQL"]).any():
        given["recorded MQL"] = found["score recorded MQL"]
    return Rows(
        found["week"].astype(np.int64),
        found["account"].astype(np.int64),
        found["solution"].astype(np.int64),
        found["opens"].astype(np.float64),
        found["opens_after_gap"].astype(np.float64),
        found["opening"].astype(np.int64),
        given,
        {name: found[f"sign {name}"] for name in SIGNS},
        found["people"].astype(np.float64),
        found["visitors"].astype(np.float64),
        tuple(found[name].astype(np.float64) for name in ("fast", "slow", "acts", "fit")),
    )


def _silent(connection: Any, horizon: int) -> Silent:
    connection.execute(SILENT.format(horizon=horizon))
    connection.execute(SILENT_RATES.format(horizon=horizon, span=USUAL_SPAN, borrowed=BORROWED))
    found = _columns(connection, SILENT_SUMS)
    came = _columns(connection, SILENT_OPENINGS)
    place, late = came["place"].astype(np.int64), came["later"].astype(np.int64) > 0
    return Silent(
        found["account"].astype(np.int64),
        found["solution"].astype(np.int64),
        found["rows"].astype(np.float64),
        found["foretold"].astype(np.float64),
        found["opens"].astype(np.float64),
        found["opens_after_gap"].astype(np.float64),
        place,
        place[late],
    )


def _openings(connection: Any) -> Openings:
    connection.execute(OPENINGS)
    found = _columns(
        connection,
        "SELECT o.account, o.solution, epoch_us(o.opens_at) AS at, o.amount_cents, o.won_cents"
        " FROM opening AS o ORDER BY o.place",
    )
    names = ("account", "solution", "at", "amount_cents", "won_cents")
    return Openings(*(found[name].astype(np.int64) for name in names))


def _columns(connection: Any, sql: str) -> dict[str, Any]:
    """A SELECT's columns as NumPy arrays; a missing number is NaN, a missing text None."""
    table = connection.sql(sql).to_arrow_table()
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
