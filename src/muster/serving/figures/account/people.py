"""Who of an account is known by name, and who visited without one."""

from __future__ import annotations

from collections import defaultdict

from muster.reports.values import words
from muster.serving.figures.account.rows import Rows
from muster.serving.figures.asking import Row, latest_first
from muster.serving.tabled import Ref, Table, columns

_METHODS = {
    "company_domain": "the company's domain",
    "identified_visit": "somebody signed in or filled a form",
    "ip_range": "an address range of the company",
}


def people_of(rows: Rows) -> Table:
    """Who is there now, whoever acted last on top, with their roles in its groups."""
    members: dict[str, list[Row]] = defaultdict(list)
    for member in rows["member"]:
        members[member["person_id"]].append(member)
    found = []
    for person in rows["person"]:
        some = members[person["person_id"]]
        found.append(
            person
            | {
                "name": person["name"] or person["email"] or person["person_id"],
                "roles": ", ".join(sorted({m["role"] for m in some} - {None})),
                "group_count": len({m["buying_group_id"] for m in some}),
                "act_count": sum(m["engagement_count"] or 0 for m in some),
                "last_at": max((m["last_engaged_at"] for m in some if m["last_engaged_at"]), default=None),
            }
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
                words(r["roles"]),
                r["group_count"],
                int(r["act_count"]),
                r["last_at"].date() if r["last_at"] else None,
            )
            for r in latest_first(found, "last_at", "name", "person_id")
        ),
        "Nobody is known here by name.",
        note="Who is there now. Acts are those within groups.",
    )


def visits_of(rows: Rows) -> Table:
    """Browsers placed at the account without a person, and how they were placed."""
    visits: dict[str, list[Row]] = defaultdict(list)
    for act in rows["resolved_engagement"]:
        if act["person_id"] is None:
            visits[act["visitor_id"]].append(act)
    found = [
        {
            "visitor_id": visitor,
            "act_count": len(acts),
            "prices": sum(act["activity"] == "pricing_viewed" for act in acts),
            "solutions": ", ".join(sorted({act["solution_id"] for act in acts} - {None})) or None,
            "first_at": min(act["occurred_at"] for act in acts),
            "last_at": max(act["occurred_at"] for act in acts),
            "method": min((act["method"] for act in acts if act["method"]), default=""),
        }
        for visitor, acts in visits.items()
    ]
    return Table(
        "visits",
        "Anonymous visits",
        columns("Visitor", "Acts#", "Prices looked at#", "Solutions", "First", "Last", "Known by"),
        tuple(
            (
                r["visitor_id"],
                r["act_count"],
                r["prices"],
                r["solutions"],
                r["first_at"].date(),
                r["last_at"].date(),
                _METHODS.get(r["method"], words(r["method"])),
            )
            for r in latest_first(found, "last_at", "visitor_id")
        ),
        "No visit without a name is known from here.",
        shown=8,
    )
