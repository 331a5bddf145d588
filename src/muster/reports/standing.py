"""All open buying groups by solution and status, with what may be expected of them."""

from __future__ import annotations

from datetime import datetime

from muster.chances.thin import LATEST as LATEST_MODEL
from muster.chances.thin import Learning
from muster.reports.horizon import horizon_of
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Query, Sentence, Sheet, say
from muster.reports.values import Money, counted, show

# The latest score and the present status of every group, for a WITH clause.
LATEST = """
    latest AS (
        SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.buying_group_id ORDER BY s.scored_at DESC) AS back
        FROM score AS s),
    standing AS (SELECT buying_group_id, status, from_at FROM qualification WHERE to_at IS NULL)"""

# The decision maker of a group `g`, as of its latest score `l`, is needed and nobody's.
UNDECIDED = """EXISTS (
            SELECT 1 FROM role_gap AS r WHERE r.buying_group_id = g.buying_group_id
                AND r.role = 'decision_maker' AND r.missing > 0 AND r.needed > (
                    SELECT COALESCE(SUM(SIGN(s.points)), 0) FROM signal AS s
                    WHERE s.buying_group_id = g.buying_group_id
                        AND s.component = 'completeness' AND s.reason = 'decision_maker'
                        AND s.at <= l.scored_at))"""


def standing_sheet(tables: Published, scope: Scope) -> Sheet:
    """How many groups are open on the as-of day, where they stand, what is expected."""
    sql = f"""
    WITH {LATEST.strip()}
    SELECT g.solution_id, COUNT(*) AS open_count,
        COUNT(*) FILTER (WHERE st.status = 'qualified') AS qualified_count,
        COUNT(*) FILTER (WHERE st.status = 'engaged') AS engaged_count,
        COUNT(*) FILTER (WHERE st.status = 'nurture') AS nurture_count,
        COUNT(*) FILTER (WHERE st.status = 'qualified' AND {UNDECIDED}) AS undecided_count,
        COUNT(d.buying_group_id) AS selling_count,
        COUNT(*) FILTER (WHERE d.buying_group_id IS NULL AND l.expected_amount_cents IS NULL) AS thin_count,
        COALESCE(SUM(l.expected_amount_cents), 0) AS expected_cents
    FROM buying_group AS g
    LEFT JOIN standing AS st ON st.buying_group_id = g.buying_group_id
    LEFT JOIN latest AS l ON l.buying_group_id = g.buying_group_id AND l.back = 1
    LEFT JOIN (SELECT DISTINCT x.buying_group_id FROM opportunity_group AS x
        JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id AND NOT o.is_closed) AS d
        ON d.buying_group_id = g.buying_group_id
    WHERE g.closed_at IS NULL
    GROUP BY g.solution_id ORDER BY open_count DESC, g.solution_id"""
    names = ("open", "qualified", "engaged", "nurture", "undecided", "selling", "thin")
    found = tables.records(sql)
    rows = tuple(
        (
            r["solution_id"],
            *(int(r[f"{n}_count"]) for n in names),
            Money(int(r["expected_cents"]), scope.currency),
        )
        for r in found
    )
    sums = tuple(sum(int(r[f"{n}_count"]) for r in found) for n in names)
    expected = Money(sum(int(r["expected_cents"]) for r in found), scope.currency)
    return Sheet(
        "standing",
        "Open groups by solution and status",
        (
            Column("Solution", is_words=True),
            Column("Open groups"),
            Column("● Qualified"),
            Column("◐ Engaged"),
            Column("○ Nurture"),
            Column("Qualified, decision maker missing"),
            Column("With an open opportunity"),
            Column("Without one, data too thin"),
            Column("Expected of the rest"),
        ),
        rows,
        Query(
            (
                "buying_group",
                "qualification",
                "role_gap",
                "signal",
                "score",
                "opportunity_group",
                "known_opportunity",
            ),
            sql,
        ),
        "No buying group is open. Groups form from engagement whose solution is known: see "
        "rules/solutions.csv",
        foot=("All", *sums, expected),
        is_to_date=True,
        note=f"Open: the cycle has not ended on {show(scope.as_of.date())}. Missing: neither counted by the "
        f"latest score nor held by "
        "a member. " + expected_told(tables, scope.as_of) + _learning(tables),
    )


def expected_told(tables: Published, at: datetime) -> str:
    """What an expected amount is, of chances said on a day."""
    weeks = horizon_of(tables).weeks_at(at)
    return (
        f"Expected: chance to open an opportunity within {weeks} weeks (horizon_weeks of rules/chances.csv) "
        "\u00d7 chance to win it \u00d7 mean won amount of the solution, as a model learnt until then has "
        "it; none where data are thin."
    )


def _learning(tables: Published) -> str:
    """That there is little to learn chances from, where there is."""
    found = [Learning(**row).sentence() for row in tables.records(LATEST_MODEL)]
    return "".join(f" {sentence}." for sentence in found if sentence is not None)


def standing_sentence(sheet: Sheet, scope: Scope) -> Sentence:
    """How many are qualified, and how many of these lack somebody who can decide."""
    if sheet.foot is None or not sheet.rows:
        return say(f"No buying group is open on {show(scope.as_of.date())}.")
    _, opened, qualified, _, _, undecided, *_ = sheet.foot
    if not qualified:
        return say("None of {} is qualified.", (counted(int(str(opened)), "open group"), "standing"))
    return say(
        f"{{}} of {{}} {'is' if qualified == 1 else 'are'} qualified; in {{}} of these the decision maker "
        f"is missing.",
        (show(qualified), "standing"),
        (counted(int(str(opened)), "open group"), "standing"),
        (show(undecided), "standing"),
    )
