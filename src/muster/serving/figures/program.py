"""One programme: whom it reached along the buying decision, what it is credited with, lift, cost, goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muster.reports.buying_jobs import HOW_TO_SET_ONE
from muster.reports.credit import CHOSEN, model_name
from muster.reports.money import MINUS
from muster.reports.published import Published
from muster.reports.values import Days, Money, counted, words
from muster.serving.tabled import Ref, Table, columns


@dataclass(frozen=True, slots=True)
class Program:
    """A programme in the company's currency, with the tables behind its figures."""

    program_id: str
    name: str
    channel: str
    groups: int
    people: int
    roles: int
    credited: Money | None
    low: Money | None
    high: Money | None
    open_credit: Money | None
    cost: Money | None
    lift: str
    goals_met: str
    tables: tuple[Table, ...]


def program_of(tables: Published, program_id: str, *, currency: str) -> Program | None:
    """The programme of an id; None where no tactic or figure names it."""
    named = tables.records(
        """SELECT t.tactic_id, t.name, t.channel FROM known_tactic AS t
        WHERE t.tactic_id = $id OR t.program_id = $id ORDER BY t.tactic_id = $id DESC, t.name, t.tactic_id""",
        {"id": program_id},
    )
    values = tables.records(
        "SELECT * FROM program_value WHERE program_id = ? AND currency = ? ORDER BY attribution_model",
        [program_id, currency],
    )
    if not named and not values:
        return None
    chosen = next((v for v in values if v["attribution_model"] == CHOSEN), values[0] if values else None)
    sure = tables.records(
        "SELECT * FROM credit_interval WHERE dimension = 'program' AND unit = ? AND currency = ? "
        "ORDER BY attribution_model = ? DESC, attribution_model",
        [program_id, currency, CHOSEN],
    )
    interval = sure[0] if sure and sure[0]["attribution_model"] == CHOSEN else None
    groups = _groups(tables, program_id)
    reached = tables.records(
        """SELECT COUNT(DISTINCT p.person_id) AS people, COUNT(DISTINCT p.role) AS roles FROM path AS p
        JOIN known_tactic AS t ON t.tactic_id = p.tactic_id AND t.program_id = ?
        WHERE p.definition = 'credit'""",
        [program_id],
    )
    goals, lift = _goals(tables, program_id), _lift(tables, program_id)
    met = sum(row[4] == "met" for row in goals.rows)
    own = next((r["name"] for r in named if r["tactic_id"] == program_id), None)

    def money(row: dict[str, Any] | None, column: str) -> Money | None:
        return None if row is None or row[column] is None else Money(int(row[column]), currency)

    return Program(
        program_id=program_id,
        name=own or (chosen["name"] if chosen else None) or program_id,
        channel=words(str(chosen["channel"])) if chosen and chosen["channel"] else "",
        groups=len(groups.rows),
        people=int(reached[0]["people"]) if reached else 0,
        roles=int(reached[0]["roles"]) if reached else 0,
        credited=money(chosen, "won_credit_cents"),
        low=money(interval, "low_cents"),
        high=money(interval, "high_cents"),
        open_credit=money(chosen, "open_credit_cents"),
        cost=money(chosen, "cost_cents"),
        lift=str(lift.rows[0][-1]) if lift.rows else "Not estimable: nothing was held out.",
        goals_met=f"{met} of {counted(len(goals.rows), 'goal')} met" if goals.rows else "no goal set",
        tables=(
            _jobs(tables, program_id, currency),
            groups,
            _credit(values, sure, currency),
            lift,
            _cost(tables, program_id),
            goals,
            Table(
                "tactics",
                "Its tactics",
                columns("Tactic", "Channel", "Id"),
                tuple(
                    (r["name"], words(r["channel"] or ""), r["tactic_id"])
                    for r in named
                    if r["tactic_id"] != program_id
                ),
                "No tactic names it.",
                shown=8,
            ),
        ),
    )


def _jobs(tables: Published, program_id: str, currency: str) -> Table:
    rows = tables.records(
        """SELECT * FROM program_job WHERE level = 'program' AND unit = ? AND currency = ?
        ORDER BY buying_job = '(all)' DESC, buying_job = '(none)', groups_reached DESC, buying_job""",
        [program_id, currency],
    )
    special = {"(all)": "all jobs", "(none)": "acts that show no job"}
    return Table(
        "jobs",
        "Along the buying decision, job by job",
        columns(
            *(
                "Buying job",
                "Touches#",
                "Groups reached#",
                "People#",
                "Roles#",
                "New members#",
                "Shares begun#",
            ),
            *("Groups that moved after#", f"Credited of won, {model_name(CHOSEN)}#", "80 % from#", "to#"),
        ),
        tuple(
            (
                special.get(r["buying_job"], words(r["buying_job"])),
                *(
                    None if r[c] is None else int(r[c])
                    for c in (
                        *("touch_count", "groups_reached", "people_reached", "roles_reached"),
                        *("new_members", "shares_started", "groups_moved"),
                    )
                ),
                *(
                    None if r[c] is None else Money(int(r[c]), currency)
                    for c in ("won_credit_cents", "low_cents", "high_cents")
                ),
            )
            for r in rows
        ),
        "It touched no buying group.",
        note="Moved after: to a later status within the time of the rules, observed. The interval comes from "
        "drawing accounts anew.",
    )


def _groups(tables: Published, program_id: str) -> Table:
    rows = tables.records(
        """SELECT p.buying_group_id, g.account_id, g.solution_id,
            COALESCE(a.name, a.domain, g.account_id) AS account, COUNT(*) AS touch_count,
            COUNT(DISTINCT p.person_id) AS person_count,
            STRING_AGG(DISTINCT p.role, ', ' ORDER BY p.role) AS roles, MIN(p.occurred_at) AS first_at,
            MAX(p.occurred_at) AS last_at, MAX(p.outcome) AS outcome
        FROM path AS p
        JOIN known_tactic AS t ON t.tactic_id = p.tactic_id AND t.program_id = ?
        JOIN buying_group AS g ON g.buying_group_id = p.buying_group_id
        LEFT JOIN account AS a ON a.account_id = g.account_id
        WHERE p.definition = 'credit'
        GROUP BY ALL ORDER BY last_at DESC, p.buying_group_id""",
        [program_id],
    )
    return Table(
        "groups",
        "Groups it reached, and the roles in them",
        columns("Group", "Touches#", "People#", "Roles", "First", "Last", "Became"),
        tuple(
            (
                Ref(
                    f"{r['account']}, {r['solution_id']}",
                    f"/groups/{r['buying_group_id']}",
                    r["buying_group_id"],
                ),
                int(r["touch_count"]),
                int(r["person_count"]),
                words(r["roles"] or "anonymous"),
                r["first_at"].date(),
                r["last_at"].date(),
                r["outcome"],
            )
            for r in rows
        ),
        "No group met it.",
        note="Touches on the paths of groups (definition: credit).",
    )


def _credit(values: list[dict[str, Any]], sure: list[dict[str, Any]], currency: str) -> Table:
    intervals = {r["attribution_model"]: r for r in sure}

    def cents(row: dict[str, Any] | None, column: str) -> Money | None:
        return None if row is None or row[column] is None else Money(int(row[column]), currency)

    return Table(
        "credit",
        f"What each rule credits it with, {currency}",
        columns("Rule", "Of won#", "80 % from#", "to#", "Of open#", "Rank"),
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


def _lift(tables: Published, program_id: str) -> Table:
    rows = tables.records(
        """SELECT l.* FROM lift AS l WHERE l.program_id = ? AND NOT l.is_surrogate
        ORDER BY l.status <> 'estimable', l.experiment, l.outcome""",
        [program_id],
    )
    return Table(
        "lift",
        "Lift: what experiments say would have been otherwise",
        columns("Outcome", "Treated#", "Held out#", "Per 1,000#", "95 %", "What it says"),
        tuple(
            (
                words(r["outcome"] or "any outcome").capitalize(),
                None if r["treated_count"] is None else int(r["treated_count"]),
                None if r["holdout_count"] is None else int(r["holdout_count"]),
                None if r["estimate_per_1000"] is None else Days(r["estimate_per_1000"]),
                None
                if r["low_per_1000"] is None
                else f"{r['low_per_1000']:+.1f} to {r['high_per_1000']:+.1f}".replace("-", MINUS),
                r["sentence"] or f"Not estimable: {r['reason']}",
            )
            for r in rows
        ),
        "Not estimable: nothing was held out.",
    )


def _cost(tables: Published, program_id: str) -> Table:
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


def _goals(tables: Published, program_id: str) -> Table:
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
