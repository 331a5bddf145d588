"""What a programme is worth: what rules credit it with, what experiments say, what it cost, its goals."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from muster.reports.buying_jobs import HOW_TO_SET_ONE
from muster.reports.credit import model_name
from muster.reports.money import MINUS
from muster.reports.published import Published
from muster.reports.values import Days, Money, words
from muster.serving.tabled import Cell, Table, columns


def credit_table(values: list[dict[str, Any]], sure: list[dict[str, Any]], currency: str) -> Table:
    """What each rule credits it with; `values` of program_value, `sure` of credit_interval."""
    intervals = {r["attribution_model"]: r for r in sure}

    def cents(row: dict[str, Any] | None, column: str) -> Money | None:
        return None if row is None or row[column] is None else Money(int(row[column]), currency)

    return Table(
        "credit",
        f"What each rule credits it with, {currency}",
        columns("Rule", "Of won#", "80 % from#", "80 % to#", "Of open#", "Rank"),
        tuple(
            (
                model_name(v["attribution_model"]),
                cents(v, "won_credit_cents"),
                cents(intervals.get(v["attribution_model"]), "low_cents"),
                cents(intervals.get(v["attribution_model"]), "high_cents"),
                cents(v, "open_credit_cents"),
                _rank(intervals.get(v["attribution_model"])),
            )
            for v in values
        ),
        "Nothing is credited to it.",
        note="A rule divides won dollars; it does not say what would have been lost without the programme.",
        shown=20,
    )


def _rank(interval: dict[str, Any] | None) -> str:
    if interval is None or interval["rank"] is None:
        return ""
    return str(interval["rank"]) if interval["is_separated"] else "not told apart"


def lift_table(tables: Published, program_id: str) -> Table:
    """What experiments on it say, those that can be estimated first."""
    rows = tables.records(
        """SELECT l.* FROM lift AS l WHERE l.program_id = ? AND NOT l.is_surrogate
        ORDER BY l.status <> 'estimable', l.experiment, l.outcome""",
        [program_id],
    )
    # Outcomes of which the same is said, as where there was no experiment, share a row.
    said: dict[tuple[Cell, ...], list[str]] = defaultdict(list)
    for r in rows:
        said[_found(r)].append(words(r["outcome"] or "any outcome"))
    return Table(
        "lift",
        "Lift: what experiments say would have been otherwise",
        columns("Outcome", "Treated#", "Held out#", "Per 1,000#", "95 %", "What it says"),
        tuple((", ".join(outcomes).capitalize(), *found) for found, outcomes in said.items()),
        "Not estimable: nothing was held out.",
    )


def _found(r: dict[str, Any]) -> tuple[Cell, ...]:
    """What a row of lift says of its outcome."""
    low, high = r["low_per_1000"], r["high_per_1000"]
    return (
        None if r["treated_count"] is None else int(r["treated_count"]),
        None if r["holdout_count"] is None else int(r["holdout_count"]),
        None if r["estimate_per_1000"] is None else Days(r["estimate_per_1000"]),
        None if low is None else f"{low:+.1f} to {high:+.1f}".replace("-", MINUS),
        r["sentence"] or f"Not estimable: {r['reason']}",
    )


def cost_table(tables: Published, program_id: str) -> Table:
    """What it cost, by quarter and purpose."""
    rows = tables.records(
        """SELECT date_trunc('quarter', c.month_on) AS quarter_on, c.currency, c.purpose,
            SUM(c.cost_cents) AS cost_cents
        FROM tactic_cost AS c WHERE c.program_id = ?
        GROUP BY ALL ORDER BY quarter_on DESC, c.currency, c.purpose""",
        [program_id],
    )
    return Table(
        "cost",
        "What it cost, by quarter",
        columns("Quarter", "Purpose", "Cost#"),
        tuple(
            (
                f"Q{(r['quarter_on'].month + 2) // 3} {r['quarter_on'].year}",
                words(r["purpose"] or "not told"),
                Money(int(r["cost_cents"]), r["currency"]),
            )
            for r in rows
        ),
        "No spend is on record for it. Spend comes from your CRM's export or a table source.",
        note="As rules/cost_allocation.csv lays it on tactics and months.",
        shown=8,
    )


def goals_table(tables: Published, program_id: str) -> Table:
    """Its goals, and whether they are met."""
    rows = tables.records(
        "SELECT * FROM program_goal WHERE program_id = ? ORDER BY goal, subject, from_at", [program_id]
    )
    return Table(
        "goals",
        "Goals other than lead count",
        columns("Goal", "Target", "Observed#", "Without its touch#", "Met", "Counted to"),
        tuple(
            (
                f"{words(r['goal'])}: {words(r['subject'])}",
                f"{'at most' if r['unit'] == 'days' else 'at least'} {r['target']:g} {r['unit']}",
                Days(r["actual"]),
                Days(r["otherwise"]),
                "nothing observed"
                if r["is_met"] is None
                else "met"
                if r["is_met"]
                else "missed"
                if r["is_over"]
                else "not yet",
                r["to_at"].date() if r["to_at"] else None,
            )
            for r in rows
        ),
        f"No goal is set. {HOW_TO_SET_ONE}",
    )
