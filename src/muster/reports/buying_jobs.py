"""What each programme did along the buying decision process, and whether it met its goals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from muster.reports.credit import CHOSEN, disclaimer
from muster.reports.money import MINUS, short
from muster.reports.published import Published
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Money, Value, counted, words

JOBS = {
    "(all)": "All jobs",
    "(none)": "No job shown",
}
GOALS = {
    "reach_role": "Reach a role",
    "wake_account": "Wake accounts",
    "speed_stage": "Speed a stage",
}
HOW_TO_SET_ONE = (
    "Write one into rules/program_goals.csv: a role to reach, accounts to wake or a stage to speed, such as "
    "ID,reach_role,decision_maker,15,2026-06-30,2026-01-01,Seats are for those who decide"
)
COLUMNS = (
    Column("Groups reached"),
    Column("Roles"),
    Column("New members"),
    Column("Shares started"),
    Column("Moves after"),
    Column("Groups moved"),
    Column("Credited of won, linear"),
    Column("80 % of draws", is_words=True),
    Column("Lift", is_words=True),
    Column("Cost"),
    Column("Cost per group moved"),
)
FOLLOWED = (
    "New members: their first touch on the group's path. Shares and moves: within 28 days after a touch; a "
    "move stands with every programme that touched before it, so moves are not added up. Cost is divided "
    "over jobs by touches. Lift: opportunities opened per 1,000 accounts, from an experiment alone, with its "
    "95 % interval."
)


def value_page(tables: Published, currency: str, *, goals: Sheet | None = None) -> Page:
    """Programmes over all jobs, programmes job by job, tactics, and goals unless an earlier page has them."""
    programs, jobs, tactics = (
        _sheet(tables, currency, "program", all_jobs=True),
        _sheet(tables, currency, "program", all_jobs=False),
        _sheet(tables, currency, "tactic", all_jobs=True),
    )
    told = goals_sheet(tables) if goals is None else goals
    return Page(
        "value",
        "Programmes along the buying decision process",
        _opening(programs, told, currency),
        (programs, jobs, tactics, *([told] if goals is None else [])),
    )


def _sheet(tables: Published, currency: str, level: str, *, all_jobs: bool) -> Sheet:
    chosen = "=" if all_jobs else "<>"
    sql = f"""
    SELECT v.unit, v.name, v.buying_job, v.groups_reached, v.roles_reached, v.new_members, v.shares_started,
        v.moves_after, v.groups_moved, v.won_credit_cents, v.low_cents, v.high_cents, v.cost_cents,
        v.cost_per_group_moved_cents, v.lift_per_1000, v.lift_low_per_1000, v.lift_high_per_1000,
        v.lift_reason, SUM(v.won_credit_cents) OVER (PARTITION BY v.unit) AS of_unit
    FROM program_job AS v
    WHERE v.level = '{level}' AND v.currency = '{currency}' AND v.buying_job {chosen} '(all)'
    ORDER BY of_unit DESC, v.unit, v.won_credit_cents DESC, v.buying_job"""
    found = tables.records(sql)
    said = "Programme" if level == "program" else "Tactic"

    def row(r: dict[str, Value]) -> tuple[Value, ...]:
        low, high = r["low_cents"], r["high_cents"]
        between = (
            None if low is None else f"{short(int(str(low)), currency)} to {short(int(str(high)), currency)}"
        )
        per_move = r["cost_per_group_moved_cents"]
        said_of = JOBS.get(str(r["buying_job"]), words(str(r["buying_job"])).capitalize())
        job = () if all_jobs else (said_of,)
        return (
            r["name"],
            *job,
            *(
                r[c]
                for c in (
                    "groups_reached",
                    "roles_reached",
                    "new_members",
                    "shares_started",
                    "moves_after",
                    "groups_moved",
                )
            ),
            Money(int(str(r["won_credit_cents"])), currency),
            between,
            _lift(r),
            Money(int(str(r["cost_cents"])), currency),
            None if per_move is None else Money(int(str(per_move)), currency),
        )

    return Sheet(
        {("program", True): "value", ("program", False): "value-jobs", ("tactic", True): "value-tactics"}[
            level, all_jobs
        ],
        f"What each {said.lower()} did {'over all jobs' if all_jobs else 'job by job'}, {currency}",
        (
            Column(said, is_words=True),
            *(() if all_jobs else (Column("Buying job", is_words=True),)),
            *COLUMNS,
        ),
        tuple(row(r) for r in found),
        Query(("program_job",), sql),
        "No touch of a programme stands on a path. Campaigns come from your CRM's export or a table source.",
        note=f"{disclaimer(CHOSEN)} {FOLLOWED}",
        shown=12,
        is_folded=not (all_jobs and level == "program"),
    )


def goals_sheet(tables: Published) -> Sheet:
    """What programmes were meant to do other than bring leads, and whether they did."""
    sql = """
    SELECT COALESCE(t.name, g.program_id) AS name, g.goal, g.subject, g.to_at, g.unit, g.target, g.actual,
        g.otherwise, g.is_met, g.by_how_much, g.is_over, r.program_id IS NOT NULL AS is_on_record
    FROM program_goal AS g LEFT JOIN known_tactic AS t ON t.tactic_id = g.program_id
    LEFT JOIN (SELECT program_id FROM known_tactic UNION SELECT tactic_id FROM known_tactic) AS r
        ON r.program_id = g.program_id
    ORDER BY name, g.goal, g.subject, g.from_at"""
    found = tables.records(sql)

    def row(r: dict[str, Value]) -> tuple[Value, ...]:
        met = (
            "no such programme on record"
            if not r["is_on_record"]
            else "nothing observed"
            if r["is_met"] is None
            else "met"
            if r["is_met"]
            else "missed"
            if r["is_over"]
            else "not yet"
        )
        subject = "any solution" if r["subject"] == "*" else words(str(r["subject"]))
        return (
            r["name"],
            f"{GOALS.get(str(r['goal']), words(str(r['goal'])))}: {subject}",
            f"{'at most' if r['unit'] == 'days' else 'at least'} {_number(r['target'])} {r['unit']}",
            _counted(r, "actual"),
            met,
            _counted(r, "by_how_much"),
            _counted(r, "otherwise"),
            r["to_at"].date() if isinstance(r["to_at"], datetime) else None,
        )

    return Sheet(
        "goals",
        "Goals of programmes other than lead count, and whether they were met",
        (
            Column("Programme", is_words=True),
            Column("Goal", is_words=True),
            Column("Target", is_words=True),
            Column("Observed"),
            Column("Met", is_words=True),
            Column("Beyond the target"),
            Column("Without its touch"),
            Column("Counted to"),
        ),
        tuple(row(r) for r in found),
        Query(("program_goal", "known_tactic"), sql),
        f"No programme has a goal. {HOW_TO_SET_ONE}",
        note="Reach a role: groups in which somebody of it was touched. Wake accounts: silent for a buying "
        "cycle until its touch. Speed a stage: mean days of the passes during which it touched the group, "
        "and beside it those of the others: observed, since deals that programmes touch may differ anyway.",
        is_to_date=True,
    )


def _opening(programs: Sheet, goals: Sheet, currency: str) -> Sentence:
    reached = counted(len(programs.rows), "programme")
    if not programs.rows:
        return say(f"No programme touched a buying group, {currency}.")
    if not goals.rows:
        return say("{} touched buying groups; no goals are set for them.", (reached, "value"))
    met = sum(1 for row in goals.rows if row[4] == "met")
    return say(
        "{} touched buying groups; {} of {} set for them are met.",
        (reached, "value"),
        (f"{met:,}", "goals"),
        (counted(len(goals.rows), "goal"), "goals"),
    )


def _lift(r: dict[str, Value]) -> str:
    if r["lift_per_1000"] is None:
        return f"not estimable: {str(r['lift_reason']).partition(':')[0]}"
    per, low, high = (float(str(r[f"lift_{n}per_1000"])) for n in ("", "low_", "high_"))
    return f"{per:+.1f} ({low:+.1f} to {high:+.1f})".replace("-", MINUS)


def _counted(r: dict[str, Value], name: str) -> Value:
    """Days to a tenth, so that target, days and difference agree; groups and accounts are whole."""
    if r[name] is None:
        return None
    number = float(str(r[name]))
    return Decimal(repr(number)) if r["unit"] == "days" else round(number)


def _number(value: Value) -> str:
    return f"{float(str(value)):g}"
