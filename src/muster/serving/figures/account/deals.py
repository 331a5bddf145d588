"""The opportunities of an account, which of them marketing touched, and the programmes on their paths."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from operator import itemgetter

from muster.reports.values import Money, words
from muster.serving.figures.account.rows import Rows
from muster.serving.figures.asking import Row, latest_first
from muster.serving.tabled import Ref, Table, columns


@dataclass(frozen=True, slots=True)
class Influence:
    """Deals of the account that marketing touched, by the definition that looks at the group's members."""

    deals: int
    touched: int
    won: dict[str, int]  # cents by currency
    won_touched: dict[str, int]


def deals_of(rows: Rows) -> tuple[Table, Influence]:
    """The opportunities, open ones first, and how many of them marketing touched."""
    group, influence, source = (
        {row["opportunity_id"]: row for row in rows[table]}
        for table in ("opportunity_group", "influence", "sourcing")
    )
    deals = [
        row
        | {
            "buying_group_id": group.get(row["opportunity_id"], {}).get("buying_group_id"),
            "touch_count": influence.get(row["opportunity_id"], {}).get("touch_count"),
            "is_touched": bool(influence.get(row["opportunity_id"], {}).get("is_marketing")),
            "sourced_by": source.get(row["opportunity_id"], {}).get("sourced_by"),
        }
        for row in latest_first(rows["known_opportunity"], "created_at", "opportunity_id")
    ]
    deals.sort(key=itemgetter("is_closed"))
    table = Table(
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
            for r in deals
        ),
        "Sales opened no opportunity here.",
        note="Touches: by marketing, of the members of the deal's group (definition: group). First touched: "
        "definition first_touch. Observed; neither says what brought a deal about.",
    )
    return table, _influence(deals)


def _influence(deals: list[Row]) -> Influence:
    won: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    for deal in deals:
        if deal["is_won"] and deal["amount_cents"] is not None:
            won[deal["currency"]] += int(deal["amount_cents"])
            touched[deal["currency"]] += int(deal["amount_cents"]) if deal["is_touched"] else 0
    return Influence(len(deals), sum(bool(deal["is_touched"]) for deal in deals), dict(won), dict(+touched))


def programs_of(rows: Rows) -> Table:
    """Programmes with a touch on the path of one of its groups, the most touches first."""
    tactics = {row["tactic_id"]: row for row in rows["known_tactic"]}
    touches: dict[str, list[Row]] = defaultdict(list)
    for touch in rows["path"]:
        if program := tactics.get(touch["tactic_id"], {}).get("program_id"):
            touches[program].append(touch)
    told = sorted(touches.items(), key=lambda one: (-len(one[1]), one[0]))
    return Table(
        "programs",
        "Programmes that reached its groups",
        columns("Programme", "Touches#", "Opportunities#", "First", "Last"),
        tuple(
            (
                Ref(tactics.get(program, {}).get("name") or program, f"/programs/{program}", program),
                len(some),
                len({touch["opportunity_id"] for touch in some} - {None}),
                min(touch["occurred_at"] for touch in some).date(),
                max(touch["occurred_at"] for touch in some).date(),
            )
            for program, some in told
        ),
        "No touch of a programme is on the paths of its groups.",
        shown=8,
    )
