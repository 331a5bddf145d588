"""Appendix: MQLs, for those who still count them. One indicator, never a headline."""

from __future__ import annotations

from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Page, Query, Sheet, say
from muster.reports.values import Rate, Share, Value, counted, show
from muster.reports.wilson import FEWEST

_NAMES = {"sal": "Accepted by sales", "opened": "Opportunity", "won": "Won", "lost": "Disqualified or lost"}


def appendix_page(tables: Published, scope: Scope) -> Page:
    """MQLs by quarter, how many were converted, and how many were discarded as duplicates."""
    sql = f"""
    WITH made AS (
        SELECT person_record_id, MIN(changed_at) AS made_at FROM known_lead_status
        WHERE status = 'mql' GROUP BY person_record_id)
    SELECT CAST(date_trunc('quarter', m.made_at) AS DATE) AS quarter_on, COUNT(*) AS mql_count,
        COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM known_lead_status AS s
            WHERE s.person_record_id = m.person_record_id AND s.status = 'converted')) AS converted_count,
        COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM known_lead_status AS s
            WHERE s.person_record_id = m.person_record_id AND s.is_duplicate)) AS duplicate_count
    FROM made AS m WHERE {within("m.made_at", scope.shown[0], scope.quarter)}
    GROUP BY quarter_on ORDER BY quarter_on DESC"""
    found = tables.records(sql)
    rows = tuple(
        (
            quarter_of(r["quarter_on"]).label,
            int(r["mql_count"]),
            int(r["converted_count"]),
            Share(int(r["converted_count"]), int(r["mql_count"])),
            int(r["duplicate_count"]),
        )
        for r in found
    )
    sheet = Sheet(
        "mql",
        "MQLs by the quarter in which the lead first became one",
        (
            Column("Quarter", is_words=True),
            Column("MQLs"),
            Column("Converted so far"),
            Column("Share"),
            Column("Discarded as duplicates"),
        ),
        rows,
        Query(("known_lead_status",), sql),
        "No MQL is on record in these quarters; nothing in this pack needs one.",
        is_to_date=True,
        note="A lead record over a threshold, by the company's old rule. It is not a buying group and "
        "takes no part in the figures of this pack.",
    )
    now = next((r for r in rows if r[0] == scope.quarter.label), None)
    if now is None:
        sentence = say(f"No MQL is on record in {scope.quarter.label}.")
    else:
        sentence = say(
            f"For those who still count them: {{}} in {scope.quarter.label}, {{}} converted so far.",
            (counted(int(str(now[1])), "MQL"), "mql"),
            (show(now[2]), "mql"),
        )
    return Page("appendix", "Appendix: MQLs", sentence, (sheet, onwards_sheet(tables, scope)))


def onwards_sheet(tables: Published, scope: Scope) -> Sheet:
    """What the MQLs of the last four quarters come to, stage by stage, to closed opportunities."""
    first = scope.quarter.plus(-3)
    sql = f"""
    SELECT to_stage, CAST(SUM(entered_count) AS BIGINT) AS entered_count,
        CAST(SUM(reached_count) AS BIGINT) AS reached_count, CAST(SUM(open_count) AS BIGINT) AS open_count,
        CASE WHEN COUNT(estimate) = COUNT(*) THEN SUM(entered_count * estimate) / SUM(entered_count) END
            AS expected,
        CASE WHEN COUNT(estimate) = COUNT(*) THEN SUM(entered_count * low) / SUM(entered_count) END AS low,
        CASE WHEN COUNT(estimate) = COUNT(*) THEN SUM(entered_count * high) / SUM(entered_count) END AS high
    FROM mql_conversion
    WHERE method = 'expected_final'
        AND cohort_start >= DATE '{first.starts_on}' AND cohort_start < DATE '{scope.quarter.ends_on}'
    GROUP BY to_stage
    ORDER BY CASE WHEN to_stage = 'lost' THEN 2 WHEN to_stage = 'won' THEN 1 ELSE 0 END, reached_count DESC,
        to_stage"""
    rows: list[tuple[Value, ...]] = []
    for r in tables.records(sql):
        entered, reached, still = (int(r[f"{n}_count"]) for n in ("entered", "reached", "open"))
        shares = (None if entered < FEWEST else r[name] for name in ("expected", "low", "high"))
        stage = _NAMES.get(r["to_stage"], r["to_stage"])
        rows.append((stage, entered, reached, still, *(Rate(share) for share in shares)))
    return Sheet(
        "mql-onwards",
        f"What became of the MQLs of {first.label} to {scope.quarter.label}",
        (
            Column("Reached", is_words=True),
            Column("MQLs"),
            Column("So far"),
            Column("Still on their way"),
            Column("Expected in the end"),
            Column("from"),
            Column("to"),
        ),
        tuple(rows),
        Query(("mql_conversion",), sql),
        f"No MQL is on record in {first.label} to {scope.quarter.label}.",
        note="A lead reaches a stage when the opportunity does that the CRM ties it to. Expected: what came "
        "to pass and the chances of what is on its way; from and to: the quarters' 95 % intervals added up.",
        is_to_date=True,
    )
