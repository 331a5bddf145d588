"""Who of an account is known by name, and who visited without one."""

from __future__ import annotations

from muster.reports.published import Published
from muster.reports.values import words
from muster.serving.tabled import Ref, Table, columns

_METHODS = {
    "company_domain": "the company's domain",
    "identified_visit": "somebody signed in or filled a form",
    "ip_range": "an address range of the company",
}


def people_of(tables: Published, key: str) -> Table:
    """Who is there now, whoever acted last on top, with their roles in its groups."""
    rows = tables.records(
        """SELECT p.person_id, COALESCE(p.name, p.email, p.person_id) AS name, p.title, p.function,
            p.seniority, m.roles, m.group_count, m.act_count, m.last_at
        FROM person AS p
        LEFT JOIN (
            SELECT x.person_id, STRING_AGG(DISTINCT x.role, ', ' ORDER BY x.role) AS roles,
                COUNT(DISTINCT x.buying_group_id) AS group_count, SUM(x.engagement_count) AS act_count,
                MAX(x.last_engaged_at) AS last_at
            FROM member AS x JOIN buying_group AS g ON g.buying_group_id = x.buying_group_id
            WHERE g.account_id = $key GROUP BY x.person_id) AS m ON m.person_id = p.person_id
        WHERE p.account_id = $key AND p.valid_to IS NULL
        ORDER BY m.last_at DESC NULLS LAST, name, p.person_id""",
        {"key": key},
    )
    return Table(
        "people",
        "Its people",
        columns("Person", "Title", "Function", "Seniority", "Roles", "Groups#", "Acts#", "Last act"),
        tuple(
            (
                Ref(r["name"], f"/people/{r['person_id']}", r["person_id"]),
                r["title"],
                words(r["function"] or ""),
                words(r["seniority"] or ""),
                words(r["roles"] or ""),
                int(r["group_count"] or 0),
                int(r["act_count"] or 0),
                r["last_at"].date() if r["last_at"] else None,
            )
            for r in rows
        ),
        "Nobody is known here by name.",
        note="Who is there now. Acts are those within groups.",
    )


def visits_of(tables: Published, key: str) -> Table:
    """Browsers placed at the account without a person, and how they were placed."""
    rows = tables.records(
        """SELECT e.visitor_id, COUNT(*) AS act_count, MIN(e.occurred_at) AS first_at,
            MAX(e.occurred_at) AS last_at, COUNT(*) FILTER (e.activity = 'pricing_viewed') AS prices,
            STRING_AGG(DISTINCT e.solution_id, ', ' ORDER BY e.solution_id) AS solutions,
            MIN(e.method) AS method
        FROM resolved_engagement AS e
        WHERE e.account_id = ? AND e.person_id IS NULL AND e.visitor_id IS NOT NULL
        GROUP BY e.visitor_id ORDER BY last_at DESC, e.visitor_id""",
        [key],
    )
    return Table(
        "visits",
        "Anonymous visits",
        columns("Visitor", "Acts#", "Prices looked at#", "Solutions", "First", "Last", "Known by"),
        tuple(
            (
                r["visitor_id"],
                int(r["act_count"]),
                int(r["prices"]),
                r["solutions"],
                r["first_at"].date(),
                r["last_at"].date(),
                _METHODS.get(r["method"] or "", words(r["method"] or "")),
            )
            for r in rows
        ),
        "No visit without a name is known from here.",
        shown=8,
    )
