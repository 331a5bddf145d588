"""One account: its groups of every solution and cycle, people, anonymous visits, deals and how it stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.reports.published import Published
from muster.reports.values import Money, words
from muster.serving.tabled import Ref, Table, columns

_METHODS = {
    "company_domain": "the company's domain",
    "identified_visit": "somebody signed in or filled a form",
    "ip_range": "an address range of the company",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The account itself, and what belongs to it that the viewer may see."""

    account_id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    parent: Ref | None
    children: tuple[Ref, ...]
    status: str | None
    since: datetime | None
    is_customer: bool
    arr: Money | None
    open_groups: int
    all_groups: int
    influence: Influence
    strip: tuple[Stretch, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Influence:
    """Deals of the account that marketing touched, by the definition that looks at the group's members."""

    deals: int
    touched: int
    won: dict[str, int]  # cents by currency
    won_touched: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time at one status, as a part of the whole time known, from 0 to 100."""

    status: str
    x: float
    width: float


def account_of(tables: Published, account_id: str, *, as_of: datetime) -> Account | None:
    """The account of an id, or of one that gave way to it; None where there is none to see."""
    found = tables.records(
        """SELECT a.* FROM account AS a WHERE a.account_id = ? OR a.account_id IN
        (SELECT m.into_account_id FROM merged_account AS m WHERE m.account_id = ?)
        ORDER BY a.account_id = ? DESC, a.account_id LIMIT 1""",
        [account_id, account_id, account_id],
    )
    if not found:
        return None
    row, key = found[0], found[0]["account_id"]
    family = tables.records(
        """SELECT a.account_id, COALESCE(a.name, a.domain, a.account_id) AS name, a.parent_account_id
        FROM account AS a WHERE a.account_id = ? OR a.parent_account_id = ? ORDER BY name, a.account_id""",
        [row["parent_account_id"], key],
    )
    parent = next((_account_ref(r) for r in family if r["account_id"] == row["parent_account_id"]), None)
    status = tables.records(
        "SELECT s.status, s.from_at, s.to_at, s.reason FROM account_status AS s "
        "WHERE s.account_id = ? ORDER BY s.from_at",
        [key],
    )
    bought = tables.records("SELECT * FROM customer WHERE account_id = ? ORDER BY arr_cents DESC", [key])
    groups = _groups(tables, key)
    is_live = bool(bought) and bool(bought[0]["is_live"])
    return Account(
        account_id=key,
        name=row["name"] or row["domain"] or key,
        facts=_facts(row),
        parent=parent,
        children=tuple(_account_ref(r) for r in family if r["parent_account_id"] == key),
        status=status[-1]["status"] if status else None,
        since=status[-1]["from_at"] if status else None,
        is_customer=is_live,
        arr=Money(int(bought[0]["arr_cents"]), bought[0]["currency"])
        if is_live and bought[0]["arr_cents"]
        else None,
        open_groups=sum(row[4] is None for row in groups.rows),
        all_groups=len(groups.rows),
        influence=_influence(tables, key),
        strip=_strip(status, as_of),
        tables=(
            groups,
            _deals(tables, key),
            _people(tables, key),
            _visits(tables, key),
            _programs(tables, key),
            _standing(status),
            _early(tables, key),
        ),
    )


def _account_ref(row: dict[str, Any]) -> Ref:
    return Ref(row["name"], f"/accounts/{row['account_id']}", row["account_id"])


def _facts(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    staff = f"{row['employee_count']:,}" if row["employee_count"] is not None else None
    place = ", ".join(part for part in (row["country"], row["region"]) if part)
    told = (("Domain", row["domain"]), ("Industry", row["industry"]), ("Employees", staff), ("Place", place))
    return tuple((label, value) for label, value in told if value)


def _groups(tables: Published, key: str) -> Table:
    found = tables.records(
        """SELECT g.buying_group_id, g.solution_id, g.business_unit, g.cycle, g.opened_at, g.closed_at,
            g.closing_reason, g.member_count, g.visitor_count, q.status, s.score, s.expected_amount_cents
        FROM buying_group AS g
        LEFT JOIN qualification AS q ON q.buying_group_id = g.buying_group_id AND q.to_at IS NULL
        LEFT JOIN (SELECT x.buying_group_id, x.score, x.expected_amount_cents FROM score AS x
            WHERE x.buying_group_id IN
                (SELECT b.buying_group_id FROM buying_group AS b WHERE b.account_id = $key)
            QUALIFY ROW_NUMBER() OVER (PARTITION BY x.buying_group_id ORDER BY x.scored_at DESC) = 1) AS s
            ON s.buying_group_id = g.buying_group_id
        WHERE g.account_id = $key
        ORDER BY g.closed_at IS NOT NULL, g.opened_at DESC, g.buying_group_id""",
        {"key": key},
    )
    rows = tuple(
        (
            Ref(
                r["solution_id"] + (f", {r['business_unit']}" if r["business_unit"] else ""),
                f"/groups/{r['buying_group_id']}",
                r["buying_group_id"],
            ),
            int(r["cycle"]),
            f"ended: {r['closing_reason']}" if r["closed_at"] else r["status"] or "nurture",
            r["opened_at"].date(),
            r["closed_at"].date() if r["closed_at"] else None,
            int(r["member_count"] or 0),
            int(r["visitor_count"] or 0),
            None if r["closed_at"] or r["score"] is None else int(r["score"]),
        )
        for r in found
    )
    return Table(
        "groups",
        "Its buying groups, every solution and cycle",
        columns(
            "Solution", "Cycle#", "Status", "Opened", "Closed", "Members#", "Anonymous#", "Score of 100#"
        ),
        rows,
        "No group yet: one forms when two of its people engage with one solution, or sales opens a deal.",
    )


def _deals(tables: Published, key: str) -> Table:
    rows = tables.records(
        """SELECT o.opportunity_id, o.name, o.solution_id, o.type, o.stage, o.amount_cents, o.currency,
            o.created_at, o.closed_at, o.is_closed, o.is_won, g.buying_group_id, i.touch_count,
            s.sourced_by
        FROM known_opportunity AS o
        JOIN account_alias AS x ON x.account_record_id = o.account_record_id AND x.account_id = ?
        LEFT JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
        LEFT JOIN influence AS i ON i.opportunity_id = o.opportunity_id AND i.definition = 'group'
        LEFT JOIN sourcing AS s ON s.opportunity_id = o.opportunity_id AND s.definition = 'first_touch'
        ORDER BY o.is_closed, o.created_at DESC, o.opportunity_id""",
        [key],
    )
    return Table(
        "opportunities",
        "Its opportunities",
        columns(
            *("Opportunity", "Solution", "Kind", "Stage", "Created", "Closed", "Amount#"),
            *("Marketing touches#", "First touched by"),
        ),
        tuple(
            (
                Ref(r["name"] or r["opportunity_id"], f"/groups/{r['buying_group_id']}", r["opportunity_id"])
                if r["buying_group_id"]
                else r["name"] or r["opportunity_id"],
                r["solution_id"],
                words(r["type"] or "not named"),
                "won" if r["is_won"] else "lost" if r["is_closed"] else r["stage"],
                r["created_at"].date(),
                r["closed_at"].date() if r["closed_at"] else None,
                Money(int(r["amount_cents"]), r["currency"]) if r["amount_cents"] is not None else None,
                int(r["touch_count"] or 0),
                words(r["sourced_by"] or "no touch found"),
            )
            for r in rows
        ),
        "Sales opened no opportunity here.",
        note="Touches: by marketing, of the members of the deal's group (definition: group). First touched: "
        "definition first_touch. Observed; neither says what brought a deal about.",
    )


def _people(tables: Published, key: str) -> Table:
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


def _visits(tables: Published, key: str) -> Table:
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


def _programs(tables: Published, key: str) -> Table:
    rows = tables.records(
        """SELECT t.program_id, MAX(COALESCE(n.name, t.program_id)) AS name, COUNT(*) AS touch_count,
            COUNT(DISTINCT p.opportunity_id) AS deal_count, MIN(p.occurred_at) AS first_at,
            MAX(p.occurred_at) AS last_at
        FROM path AS p
        JOIN buying_group AS g ON g.buying_group_id = p.buying_group_id AND g.account_id = ?
        JOIN known_tactic AS t ON t.tactic_id = p.tactic_id
        LEFT JOIN known_tactic AS n ON n.tactic_id = t.program_id
        WHERE p.definition = 'credit' AND t.program_id IS NOT NULL
        GROUP BY t.program_id ORDER BY touch_count DESC, t.program_id""",
        [key],
    )
    return Table(
        "programs",
        "Programmes that reached its groups",
        columns("Programme", "Touches#", "Opportunities#", "First", "Last"),
        tuple(
            (
                Ref(r["name"], f"/programs/{r['program_id']}", r["program_id"]),
                int(r["touch_count"]),
                int(r["deal_count"]),
                r["first_at"].date(),
                r["last_at"].date(),
            )
            for r in rows
        ),
        "No touch of a programme is on the paths of its groups.",
        shown=8,
    )


def _standing(status: list[dict[str, Any]]) -> Table:
    return Table(
        "status",
        "How it stood over time",
        columns("Status", "From", "To", "Why"),
        tuple(
            (r["status"], r["from_at"].date(), r["to_at"].date() if r["to_at"] else None, r["reason"])
            for r in reversed(status)
        ),
        "It had no group that could engage or qualify.",
        note="An account is qualified while one of its groups is.",
        shown=8,
    )


def _early(tables: Published, key: str) -> Table:
    rows = tables.records(
        "SELECT * FROM early_interest WHERE account_id = ? ORDER BY last_at DESC, solution_id", [key]
    )
    return Table(
        "early",
        "Solutions it looked at without a group yet",
        columns("Solution", "People#", "Visitors#", "Acts#", "Last", "Why not", "What would change it"),
        tuple(
            (
                r["solution_id"],
                int(r["person_count"]),
                int(r["visitor_count"]),
                int(r["act_count"]),
                r["last_at"].date(),
                r["reason"],
                r["would_change"],
            )
            for r in rows
        ),
        "None in the last half year.",
    )


def _influence(tables: Published, key: str) -> Influence:
    rows = tables.records(
        """SELECT o.opportunity_id, o.amount_cents, o.currency, o.is_won,
            COALESCE(i.is_marketing, FALSE) AS is_touched
        FROM known_opportunity AS o
        JOIN account_alias AS x ON x.account_record_id = o.account_record_id AND x.account_id = ?
        LEFT JOIN influence AS i ON i.opportunity_id = o.opportunity_id AND i.definition = 'group'""",
        [key],
    )
    won: dict[str, int] = {}
    touched: dict[str, int] = {}
    for r in rows:
        if r["is_won"] and r["amount_cents"] is not None:
            won[r["currency"]] = won.get(r["currency"], 0) + int(r["amount_cents"])
            if r["is_touched"]:
                touched[r["currency"]] = touched.get(r["currency"], 0) + int(r["amount_cents"])
    return Influence(len(rows), sum(bool(r["is_touched"]) for r in rows), won, touched)


def _strip(status: list[dict[str, Any]], as_of: datetime) -> tuple[Stretch, ...]:
    if not status:
        return ()
    begun = status[0]["from_at"]
    whole = (as_of - begun).total_seconds() or 1.0

    def at(moment: datetime) -> float:
        return 100.0 * float((moment - begun).total_seconds() / whole)

    return tuple(
        Stretch(
            r["status"],
            round(at(r["from_at"]), 2),
            round(max(at(r["to_at"] or as_of) - at(r["from_at"]), 0.3), 2),
        )
        for r in status
    )
