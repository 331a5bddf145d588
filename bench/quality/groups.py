"""The flow's judgements on the generated company, against its truth: who is who, who decides together."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise

import duckdb
from bench.quality.figures import Data, Figure, calibrated
from bench.quality.people_judge import Judged, judge
from bench.quality.people_world import read_world
from cleanco import basename

TOPIC = "Generated company with known truth, through the flow"
WORLD = "3,000 accounts, 20,133 person records"
_TRUE = ("account_records", "person_records", "cycles", "members", "people")
_TABLES = ("account_alias", "person_alias", "buying_group", "member", "resolved_engagement")
_JUDGED = """
    CREATE TABLE of_account AS
    SELECT DISTINCT a.account_id, t.account_key
    FROM account_alias AS a JOIN true_account_records AS t USING (account_record_id);
    CREATE TABLE of_person AS
    SELECT DISTINCT a.person_id, t.person_key
    FROM person_alias AS a JOIN true_person_records AS t USING (person_record_id);
    -- The true cycle that a group lies in longest, as the company's own judge has it.
    CREATE TABLE of_group AS
    SELECT g.buying_group_id, c.cycle_key
    FROM buying_group AS g JOIN of_account AS a USING (account_id)
    JOIN true_cycles AS c
        ON c.account_key = a.account_key AND lower(replace(c.solution, ' ', '-')) = g.solution_id
    WHERE g.opened_at < c.contacts_suppliers_at::TIMESTAMP + INTERVAL 20 WEEK
        AND coalesce(g.closed_at, TIMESTAMP '2100-01-01') > c.began_at::TIMESTAMP
    QUALIFY row_number() OVER (
        PARTITION BY g.buying_group_id
        ORDER BY least(coalesce(g.closed_at, TIMESTAMP '2100-01-01'), c.contacts_suppliers_at::TIMESTAMP)
            - greatest(g.opened_at, c.began_at::TIMESTAMP) DESC, c.cycle_key
    ) = 1;
    -- True members of cycles with a group; detectable are those who touched its solution in its time.
    CREATE TABLE true_member AS
    SELECT m.cycle_key, m.person_key, m.role, EXISTS (
        SELECT 1 FROM resolved_engagement AS e JOIN of_person AS p USING (person_id)
        WHERE p.person_key = m.person_key AND e.solution_id = lower(replace(c.solution, ' ', '-'))
            AND e.occurred_at BETWEEN c.began_at::TIMESTAMP
                AND c.contacts_suppliers_at::TIMESTAMP + INTERVAL 20 WEEK
    ) AS is_detectable
    FROM true_members AS m JOIN true_cycles AS c USING (cycle_key)
    WHERE m.cycle_key IN (SELECT g.cycle_key FROM of_group AS g);
    CREATE TABLE ours AS
    SELECT DISTINCT m.buying_group_id, g.cycle_key, p.person_key
    FROM member AS m JOIN of_group AS g USING (buying_group_id) JOIN of_person AS p USING (person_id);
    -- The simple baseline: whoever of the account touched the solution while the group was open.
    CREATE TABLE touched AS
    SELECT DISTINCT b.buying_group_id, g.cycle_key, p.person_key
    FROM buying_group AS b JOIN of_group AS g USING (buying_group_id)
    JOIN resolved_engagement AS e ON e.account_id = b.account_id AND e.solution_id = b.solution_id
        AND e.occurred_at BETWEEN b.opened_at AND coalesce(b.closed_at, TIMESTAMP '2100-01-01')
    JOIN of_person AS p ON p.person_id = e.person_id;
"""
# B-cubed (Bagga and Baldwin, 1998) with groups as clusters and cycles as classes. Precision asks of every
# member found, recall of every detectable one; of a cycle with several groups the one that holds most of it
# counts (after Amigo et al., 2009).
_CUBED = """
    WITH shared AS (
        SELECT f.buying_group_id, f.cycle_key, count(*) AS n, count(*) FILTER (t.is_detectable) AS detectable
        FROM {found} AS f JOIN true_member AS t USING (cycle_key, person_key)
        GROUP BY ALL
    ),
    sizes AS (SELECT f.buying_group_id, count(*) AS n FROM {found} AS f GROUP BY ALL),
    classes AS (
        SELECT t.cycle_key, count(*) AS n FROM true_member AS t WHERE t.is_detectable GROUP BY ALL
    ),
    precise AS (
        SELECT avg(CASE WHEN t.person_key IS NULL THEN 0 ELSE b.n / s.n END) AS share
        FROM {found} AS f JOIN sizes AS s USING (buying_group_id)
        LEFT JOIN shared AS b USING (buying_group_id, cycle_key)
        LEFT JOIN true_member AS t ON t.cycle_key = f.cycle_key AND t.person_key = f.person_key
    ),
    whole AS (
        SELECT avg(coalesce(x.share, 0)) AS share FROM true_member AS t LEFT JOIN (
            SELECT f.cycle_key, f.person_key, max(b.detectable / c.n) AS share
            FROM {found} AS f JOIN shared AS b USING (buying_group_id, cycle_key)
            JOIN classes AS c ON c.cycle_key = f.cycle_key
            GROUP BY ALL
        ) AS x USING (cycle_key, person_key)
        WHERE t.is_detectable
    )
    SELECT 2 * p.share * w.share / (p.share + w.share) FROM precise AS p, whole AS w
"""
_PRECISION = """
    SELECT avg((t.person_key IS NOT NULL)::INT)
    FROM (SELECT DISTINCT cycle_key, person_key FROM {found}) AS f
    LEFT JOIN true_member AS t USING (cycle_key, person_key)
"""
_RECALL = """
    SELECT avg((f.person_key IS NOT NULL)::INT) FROM true_member AS t
    LEFT JOIN (SELECT DISTINCT cycle_key, person_key FROM {found}) AS f USING (cycle_key, person_key)
    WHERE t.is_detectable
"""
_STATED = """
    SELECT avg(m.confidence), avg((t.person_key IS NOT NULL)::INT), count(*)
    FROM member AS m JOIN of_group AS g USING (buying_group_id) JOIN of_person AS p USING (person_id)
    LEFT JOIN true_member AS t ON t.cycle_key = g.cycle_key AND t.person_key = p.person_key
    WHERE m.confidence >= {low} AND m.confidence < {high}
"""
# The chance that a true member is stated to be likelier than another (half where alike).
_RANKED = """
    WITH stated AS (
        SELECT {said} AS said, t.person_key IS NOT NULL AS is_true
        FROM member AS m JOIN of_group AS g USING (buying_group_id) JOIN of_person AS p USING (person_id)
        LEFT JOIN true_member AS t ON t.cycle_key = g.cycle_key AND t.person_key = p.person_key
    )
    SELECT avg(CASE WHEN a.said > b.said THEN 1 WHEN a.said = b.said THEN 0.5 ELSE 0 END)
    FROM stated AS a JOIN stated AS b ON a.is_true AND NOT b.is_true
"""
# What is said of the others by who generated the data; the judge does not compute them.
_MQL = "MQL score, as stated with the data"


def connect(data: Data) -> duckdb.DuckDBPyConnection:
    """The tables of the flow and of the truth (`true_`), and who is who: of_account, of_person, of_group."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for name in _TRUE:
        file = data.world / "truth" / f"{name}.csv"
        con.execute(f"CREATE VIEW true_{name} AS FROM read_csv('{file}', all_varchar = true)")
    for name in _TABLES:
        con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{data.tables / name}.parquet')")
    con.execute(_JUDGED)
    return con


def figures(data: Data) -> Iterator[Figure]:
    """What the company's own judge says, and how right members are."""
    if missing := data.missing("world"):
        yield Figure(TOPIC, "everything", skipped=missing)
        return
    yield from _judged(data)
    con = connect(data)

    def told(sql: str, found: str) -> float:
        return float(con.execute(sql.format(found=found)).fetchall()[0][0])

    def member(what: str, sql: str, bar: float | None) -> Figure:
        [(detectable, cycles)] = con.execute(
            "SELECT avg(is_detectable::INT), count(DISTINCT cycle_key) FROM true_member"
        ).fetchall()
        how = (
            f"{cycles} cycles with a group, {detectable:.0%} of true members touched its solution in its time"
        )
        others = {"whoever touched the solution": told(sql, "touched")}
        return Figure(TOPIC, f"members: {what}", told(sql, "ours"), others, bar, how=how)

    yield member("precision", _PRECISION, 0.88)
    everybody = _RECALL.replace("WHERE t.is_detectable", "")
    yield member("recall of all, traced or not", everybody, None)
    yield member("recall of the detectable", _RECALL, 0.90)
    yield member("B-cubed F1 of the detectable", _CUBED, 0.79)
    ours, acts = (
        float(con.execute(_RANKED.format(said=said)).fetchall()[0][0])
        for said in ("m.confidence", "m.engagement_count")
    )
    how = "a true member and another, either of any group in a true cycle"
    yield Figure(TOPIC, "membership: pairs ranked right", ours, {"number of acts": acts}, how=how)
    for low, high in pairwise((0.0, 0.7, 0.8, 0.9, 0.95, 1.01)):
        [(stated, true, count)] = con.execute(_STATED.format(low=low, high=high)).fetchall()
        if count:
            said = f"{low:.2f} to {min(high, 1):.2f}"
            what = f"membership: stated against true, {said}"
            yield calibrated(TOPIC, what, count, "memberships", stated=stated, true=true, bar=0.05)


def _judged(data: Data) -> Iterator[Figure]:
    judge = [sys.executable, str(data.world / "judge.py"), str(data.tables)]
    said = json.loads(subprocess.run(judge, check=True, capture_output=True, text=True).stdout)
    accounts, people, opens = said["accounts"], said["people"], said["p_open_13_weeks"]
    pairs = f"{accounts['pairs_true']} true pairs"
    yield from _pairs(
        "duplicate accounts", accounts, {"cleanco, equal": _named_alike(data)}, (0.98, 0.85), pairs
    )
    pairs = f"{people['pairs_true']:,} true pairs of {WORLD}"
    yield from _pairs("person records", people, {"e-mail alone": _mailed_alike(data)}, (0.98, 0.80), pairs)
    rows = f"{opens['rows']:,} account x solution x four weeks, base rate {opens['base_rate']:.3%}"
    yield Figure(
        TOPIC,
        "opens in 13 weeks: average precision",
        opens["average_precision"],
        {_MQL: 0.07},
        0.21,
        how=rows,
    )
    yield Figure(
        TOPIC, "opens in 13 weeks: lift, top 1 %", opens["lift_top_1_percent"], {_MQL: 25.0}, 45.0, how=rows
    )
    hand_offs = said["hand_offs"]
    count = f"{hand_offs['count']} hand-offs"
    yield Figure(
        TOPIC, "hand-offs in a true cycle", hand_offs["in_a_true_cycle"], {_MQL: 0.17}, 0.60, how=count
    )


def _pairs(
    what: str, told: Mapping[str, float], others: Mapping[str, Judged], bars: tuple[float, float], how: str
) -> Iterator[Figure]:
    for measure, bar in zip(("precision", "recall"), bars, strict=True):
        beside = {who: float(getattr(judged, measure)) for who, judged in others.items()}
        yield Figure(TOPIC, f"{what}: pair {measure}", told[measure], beside, bar, how=how)


def _named_alike(data: Data) -> Judged:
    """Account records of one name, without case and legal form."""
    with (data.world / "crm" / "Account.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["Id"]: str(basename(row["Name"])).lower() for row in csv.DictReader(stream)}
    with (data.world / "truth" / "account_records.csv").open(encoding="utf-8", newline="") as stream:
        return judge(found, {r["account_record_id"]: r["account_key"] for r in csv.DictReader(stream)})


def _mailed_alike(data: Data) -> Judged:
    """Person records of one address."""
    records, ids, truth = read_world(data.world)
    found = {key: one.email for key, one in zip(ids, records, strict=True) if one.email}
    return judge(found, dict(zip(ids, truth, strict=True)))
