"""How good the chances of an opening are, beside simpler scores, on the company's own past.

Every fourth Monday of the test months each account and solution without an open opportunity is asked about,
touched or not: does an opportunity open within 13 weeks? `chance` answers with the model as learnt by then;
the baselines see the same engagements as known by then. What opened is the CRM's word, not the hidden truth:
what buyers began, as the panel has it, and of silent accounts whatever opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
from bench.quality.figures import Data, Figure
from threadpoolctl import threadpool_limits

from muster.chances.ridge import chances, fit, odds

TOPIC = "Chances of an opening within 13 weeks, on the generated company"
FIRST, LAST = "2024-12-30", "2025-09-08"
LEARNT_FROM, LEARNT_UNTIL = "2023-07-03", "2024-09-30"  # of the eight-column model: all known by FIRST
SCORES = {
    "MQL person score": "mql",
    "account sum": "account_sum",
    "account x solution sum": "own_sum",
    "rate of such scores": "rate",
}
EIGHT = ("own_sum", "account_sum", "people", "seniors", "hands", "prices", "past", "fit")
Column = npt.NDArray[np.float64]


def average_precision(opens: Column, said: Column, weights: Column | None = None) -> float:
    """The sum over thresholds of the gain in recall times the precision; equal scores are one threshold."""
    weights = np.ones(len(opens)) if weights is None else weights
    order = np.argsort(-said, kind="stable")
    last = np.r_[np.flatnonzero(np.diff(said[order])), len(order) - 1]
    hits = np.cumsum((weights * opens)[order])[last]
    asked = np.maximum(np.cumsum(weights[order])[last], 1e-12)
    return float((np.diff(np.r_[0, hits]) * hits / asked).sum() / max(hits[-1], 1e-12))


def lift(opens: Column, said: Column, part: float = 0.01) -> float:
    """How many times more often the best-scored part opens than all."""
    top = np.argsort(-said, kind="stable")[: int(len(said) * part)]
    return float(opens[top].mean() / opens.mean())


def relative_ece(opens: Column, said: Column, bins: int = 15) -> float:
    """Mean distance of said and seen over bins of equal size, divided by the base rate."""
    parts = np.array_split(np.argsort(said, kind="stable"), bins)
    off = sum(abs(float(said[part].sum() - opens[part].sum())) for part in parts)
    return off / len(opens) / float(opens.mean())


def questions(con: duckdb.DuckDBPyConnection, tables: Path, first: str, last: str) -> dict[str, Column]:
    """A row for each account, solution and fourth Monday at risk, with every score and what came."""
    for name in ("resolved_engagement", "account", "account_alias", "known_opportunity", "chance", "score",
                 "buying_group", "person", "signal", "panel"):  # fmt: skip
        con.execute(f"CREATE OR REPLACE VIEW {name} AS FROM '{tables / name}.parquet'")
    con.execute(f"""
        CREATE OR REPLACE TABLE origin AS
        SELECT unnest(generate_series(TIMESTAMP '{first}', TIMESTAMP '{last}', INTERVAL 4 WEEK)) AS t;
        CREATE OR REPLACE TABLE deal AS
        SELECT a.account_id, o.* EXCLUDE (account_record_id)
        FROM known_opportunity AS o JOIN account_alias AS a USING (account_record_id);
        CREATE OR REPLACE TABLE act AS
        SELECT o.t, e.*, e.weight * power(2, -(epoch(o.t) - epoch(e.occurred_at)) / 86400 / 28) AS faded
        FROM origin AS o JOIN resolved_engagement AS e
        ON e.known_at <= o.t AND e.occurred_at <= o.t AND e.occurred_at > o.t - INTERVAL 26 WEEK
        AND e.account_id IS NOT NULL AND e.is_act;
        CREATE OR REPLACE TABLE asked AS
        WITH unit AS (
            SELECT a.account_id, s.solution_id FROM account AS a
            CROSS JOIN (SELECT DISTINCT solution_id FROM deal) AS s
        ),
        opened AS (
            SELECT o.t, d.account_id, d.solution_id,
                bool_or(d.created_at > o.t AND d.created_at <= o.t + INTERVAL 13 WEEK
                    AND d.type IS DISTINCT FROM 'renewal') AS opens,
                bool_or(d.created_at > o.t + INTERVAL 2 WEEK AND d.created_at <= o.t + INTERVAL 13 WEEK
                    AND d.type IS DISTINCT FROM 'renewal') AS opens_later,
                bool_or(d.created_at <= o.t AND coalesce(d.closed_at > o.t, TRUE)) AS is_open,
                count(*) FILTER (d.created_at <= o.t) AS past
            FROM origin AS o CROSS JOIN deal AS d GROUP BY ALL
        ),
        own AS (
            SELECT t, account_id, solution_id, sum(faded) AS own_sum, count(DISTINCT person_id) AS people,
                count(*) FILTER (is_buying_act) AS hands,
                count(*) FILTER (activity = 'pricing_viewed') AS prices,
                count(DISTINCT person_id) FILTER (person_id IN (
                    SELECT person_id FROM person WHERE seniority IN ('vp', 'c_level'))) AS seniors
            FROM act GROUP BY ALL
        ),
        whole AS (SELECT t, account_id, sum(faded) AS account_sum FROM act GROUP BY ALL),
        mql AS (
            SELECT t, account_id, max(points) AS mql FROM (
                SELECT t, account_id, person_id, sum(faded) AS points FROM act
                WHERE person_id IS NOT NULL GROUP BY ALL
            ) GROUP BY ALL
        ),
        rate AS (
            SELECT s.scored_at AS t, g.account_id, g.solution_id, max(s.p_open) AS rate
            FROM score AS s JOIN buying_group AS g USING (buying_group_id) GROUP BY ALL
        ),
        fit AS (
            SELECT g.account_id, max(s.fit) AS fit FROM score AS s
            JOIN buying_group AS g USING (buying_group_id)
            WHERE s.scored_at <= TIMESTAMP '{first}' GROUP BY ALL
        )
        SELECT o.t, u.account_id, u.solution_id, coalesce(p.foretold = 1, y.opens, FALSE) AS opens,
            coalesce(p.foretold_later, y.opens_later, FALSE) AS opens_later, coalesce(c.p_open, 0) AS chance,
            coalesce(c.p_open_low, 0) AS low, coalesce(c.p_open_high, 0) AS high,
            coalesce(mql, 0) AS mql, coalesce(account_sum, 0) AS account_sum, coalesce(own_sum, 0) AS own_sum,
            coalesce(rate, 0) AS rate, coalesce(people, 0) AS people, coalesce(seniors, 0) AS seniors,
            coalesce(hands, 0) AS hands, coalesce(prices, 0) AS prices, coalesce(past, 0) AS past,
            coalesce(fit, 0) AS fit
        FROM origin AS o CROSS JOIN unit AS u
        LEFT JOIN (
            SELECT week_at, account_id, solution_id, opens AS foretold,
                opens_after_gap AS foretold_later
            FROM panel
        ) AS p ON p.week_at = o.t AND p.account_id = u.account_id AND p.solution_id = u.solution_id
        LEFT JOIN opened AS y ON y.t = o.t AND y.account_id = u.account_id AND y.solution_id = u.solution_id
        LEFT JOIN chance AS c
            ON c.scored_at = o.t AND c.account_id = u.account_id AND c.solution_id = u.solution_id
        LEFT JOIN own AS n ON n.t = o.t AND n.account_id = u.account_id AND n.solution_id = u.solution_id
        LEFT JOIN whole AS w ON w.t = o.t AND w.account_id = u.account_id
        LEFT JOIN mql AS m ON m.t = o.t AND m.account_id = u.account_id
        LEFT JOIN rate AS r ON r.t = o.t AND r.account_id = u.account_id AND r.solution_id = u.solution_id
        LEFT JOIN fit AS f ON f.account_id = u.account_id
        WHERE NOT coalesce(y.is_open, FALSE)
    """)
    found = con.execute("""
        SELECT * EXCLUDE (t, account_id, solution_id), dense_rank() OVER (ORDER BY account_id) AS account
        FROM asked ORDER BY t, account_id, solution_id
    """).fetchnumpy()
    return {name: np.asarray(column, dtype=np.float64) for name, column in found.items()}


def eight(learnt: dict[str, Column], asked: dict[str, Column]) -> Column:
    """Chances by a plain logistic regression on eight columns, learnt before the test begins."""

    def columns(rows: dict[str, Column]) -> Column:
        return np.column_stack(
            [np.ones(len(rows["opens"])), *(np.log1p(np.maximum(rows[name], 0)) for name in EIGHT)]
        )

    weights = np.ones(len(learnt["opens"]))
    found = fit(
        columns(learnt), learnt["opens"], weights=weights, penalty=np.array([0.0] + [1.0] * len(EIGHT))
    )
    return chances(columns(asked) @ found)


def slope(opens: Column, said: Column) -> float:
    """Of the log-odds that were said, on what came; 1 is right, less is too sure."""
    x = np.column_stack([np.ones(len(said)), odds(np.clip(said, 1e-6, 1 - 1e-6))])
    start = np.array([0.0, 1.0])
    return float(fit(x, opens, weights=np.ones(len(said)), penalty=np.zeros(2), start=start)[1])


def interval(rows: dict[str, Column], draws: int = 100) -> tuple[float, float]:
    """The 80 % interval of average precision over samples of accounts."""
    draw = np.random.default_rng(1)
    account = rows["account"].astype(int) - 1
    count = int(account.max()) + 1
    found = [
        average_precision(
            rows["opens"],
            rows["chance"],
            np.bincount(draw.integers(0, count, count), minlength=count)[account].astype(float),
        )
        for _ in range(draws)
    ]
    low, high = np.quantile(found, [0.1, 0.9])
    return float(low), float(high)


def figures(data: Data) -> Iterator[Figure]:
    """Ranking and calibration of `chance` beside the baselines, on accounts touched or not."""
    if missing := data.missing("world"):
        yield Figure(TOPIC, "chances", skipped=missing)
        return
    with threadpool_limits(limits=1, user_api="blas"):
        yield from _measured(duckdb.connect(), data.tables)


def _measured(con: duckdb.DuckDBPyConnection, tables: Path) -> Iterator[Figure]:
    learnt = questions(con, tables, LEARNT_FROM, LEARNT_UNTIL)
    rows = questions(con, tables, FIRST, LAST)
    rows["eight"] = eight(learnt, rows)
    opens, later, said = rows["opens"], rows["opens_later"], rows["chance"]
    others = SCORES | {"8-column logistic": "eight"}
    low, high = interval(rows)
    how = f"80 % interval {low:.3f} to {high:.3f}; {len(opens):,} rows, base rate {opens.mean():.5f}"
    for what, measure, label, bar, note in (
        ("average precision", average_precision, opens, 0.21, how),
        ("the same, the next two weeks left out", average_precision, later, 0.15, ""),
        ("lift in the top 1 %", lift, opens, 45.0, ""),
    ):
        beside = {who: measure(label, rows[name]) for who, name in others.items()}
        yield Figure(TOPIC, what, measure(label, said), beside, bar, how=note)
    told = said > 0
    found = slope(opens[told], said[told])
    yield Figure(
        TOPIC, "calibration slope, distance from 1", abs(found - 1), {}, 0.2, True, f"slope {found:.3f}"
    )
    ratio = float(opens.sum() / said.sum())
    note = f"observed over expected {ratio:.3f}; where a chance was said {opens[told].sum() / said.sum():.3f}"
    yield Figure(TOPIC, "observed over expected, distance from 1", abs(ratio - 1), {}, 0.15, True, note)
    what = "relative calibration error (ECE)"
    missed = f"{int(opens[~told].sum())} openings where none was said"
    yield Figure(
        TOPIC,
        f"{what}, silent accounts as sure not to open",
        relative_ece(opens, said),
        {},
        0.2,
        True,
        missed,
    )
    yield Figure(
        TOPIC, f"{what}, where a chance was said", relative_ece(opens[told], said[told]), {}, 0.2, True
    )
    before = learnt["account_sum"] == 0
    rate = float(learnt["opens"][before].mean())
    filled = np.where(told, said, rate)
    note = f"{rate:.5f} of them, as seen until September 2024"
    yield Figure(
        TOPIC, f"{what}, silent accounts at their rate", relative_ece(opens, filled), {}, 0.2, True, note
    )
    draw = np.random.default_rng(7)
    noise = np.mean([relative_ece((draw.random(len(said)) < filled) * 1.0, filled) for _ in range(50)])
    yield Figure(
        TOPIC,
        f"{what}, of openings drawn with just these chances",
        float(noise),
        {},
        None,
        True,
        "rows drawn one by one; real openings come in runs of three, so chance gives more than this",
    )
