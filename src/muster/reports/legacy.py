"""Appendix: MQLs, for those who still count them. One indicator, never a headline."""

from __future__ import annotations

from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Page, Query, Sheet, say
from muster.reports.values import Share, counted, show


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
    return Page("appendix", "Appendix: MQLs", sentence, (sheet,))
