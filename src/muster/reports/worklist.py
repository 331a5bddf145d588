"""The ten open groups most worth attention: why now, who is there, who is missing."""

from __future__ import annotations

from typing import Any

from muster.reports.charts.shapes import Parts
from muster.reports.group_facts import Facts, facts_of
from muster.reports.horizon import horizon_of
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, GroupRow, GroupRows, Query, Sheet
from muster.reports.standing import LATEST, expected_told
from muster.reports.values import Money, Rate, Value, counted, show, words
from muster.reports.why import Why, why_of

TEN = 10
COMPONENTS = ("fit", "intent", "engagement", "frame_control", "completeness")
LEGEND = (
    "The score is of the day beside it: scores are made every Monday and at every change of status. Its "
    "roles and "
    "reasons are of that instant; status, members, last act and opportunities are of {day}. The bar is the "
    "score's "
    "parts in the order written below it, the line the score over 90 days, stretches as qualified shaded. "
    "Roles: "
    "filled where the score counts one as engaged, dashed where needed and missing, with a question mark "
    "where a "
    "member acts like one and the score does not count it. Ch champion, DM decision maker, EB economic "
    "buyer, "
    "TI technical influencer, Us user, Pr procurement. The facts beside are what weighs most in the chance "
    "of the Monday before, where one was said, else in the score; against is what went together with fewer "
    "openings."
)


def worklist(tables: Published, scope: Scope, *, group: str | None = None) -> GroupRows:
    """Qualified groups first, then by score, as of the as-of day; or one group, open or not."""
    asked = "g.closed_at IS NULL" if group is None else f"g.buying_group_id = '{group}'"
    sql = f"""
    WITH {LATEST.strip()}
    SELECT g.buying_group_id, COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id, st.status,
        st.from_at, l.scored_at, l.score, l.fit, l.intent, l.engagement, l.frame_control, l.completeness,
        g.member_count, g.visitor_count, l.p_open, l.p_win, l.expected_amount_cents,
        (SELECT MAX(m.last_engaged_at) FROM member AS m
            WHERE m.buying_group_id = g.buying_group_id) AS last_engaged_at,
        (SELECT COUNT(*) FROM opportunity_group AS x JOIN known_opportunity AS o ON o.opportunity_id =
            x.opportunity_id
            WHERE x.buying_group_id = g.buying_group_id AND NOT o.is_closed) AS deal_count,
        (SELECT SUM(o.amount_cents) FROM opportunity_group AS x
            JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id
            WHERE x.buying_group_id = g.buying_group_id AND NOT o.is_closed
                AND o.currency = '{scope.currency}') AS deal_cents
    FROM buying_group AS g
    JOIN latest AS l ON l.buying_group_id = g.buying_group_id AND l.back = 1
    LEFT JOIN standing AS st ON st.buying_group_id = g.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    WHERE {asked}
    ORDER BY CASE WHEN st.status = 'qualified' THEN 0 ELSE 1 END, l.score DESC, g.buying_group_id
    LIMIT {TEN}"""
    found = tables.records(sql)
    moments = [(r["buying_group_id"], r["scored_at"]) for r in found]
    facts = facts_of(tables, moments, as_of=scope.as_of)
    said = why_of(tables, moments)
    horizon = horizon_of(tables)
    sheet = Sheet(
        "worklist",
        f"{_most(found)}, as a table",
        (
            Column("Account", is_words=True),
            Column("Solution", is_words=True),
            Column("Status", is_words=True),
            Column("Score"),
            Column("Of", is_words=True),
            *(Column(words(c).capitalize()) for c in COMPONENTS),
            Column("Members"),
            Column("Anonymous"),
            Column("Chance to open"),
            Column("Chance to win"),
            Column("Expected"),
            Column("Open opportunities"),
            Column("Their amount"),
            Column("Last act", is_words=True),
        ),
        tuple(_cells(r, scope) for r in found),
        Query(
            (
                "buying_group",
                "score",
                "qualification",
                "account",
                "member",
                "opportunity_group",
                "known_opportunity",
            ),
            sql,
        ),
        "No buying group is open. Groups form from engagement whose solution is known: see "
        "rules/solutions.csv",
        is_to_date=True,
        note=f"{expected_told(tables, scope.as_of)} Score of 100 points; its parts add up to it.",
    )
    rows = tuple(
        _row(
            r,
            facts[r["buying_group_id"]],
            said.get((r["buying_group_id"], r["scored_at"])),
            scope,
            weeks=horizon.weeks_at(r["scored_at"]),
        )
        for r in found
    )
    legend = LEGEND.format(day=show(scope.as_of.date()))
    return GroupRows("worklist-rows", f"{_most(found)}: qualified first, then by score", legend, rows, sheet)


def _most(found: list[dict[str, Any]]) -> str:
    if len(found) < 2:
        return "Open groups most worth attention"
    return f"The {len(found)} open groups most worth attention"


def _cells(r: dict[str, Any], scope: Scope) -> tuple[Value, ...]:
    amount = r["expected_amount_cents"]
    return (
        r["account"],
        r["solution_id"],
        _standing(r).split(" since ")[0],
        r["score"],
        r["scored_at"].date(),
        *(r[c] for c in COMPONENTS),
        int(r["member_count"]),
        int(r["visitor_count"]),
        Rate(r["p_open"]),
        Rate(r["p_win"]),
        None if amount is None else Money(int(amount), scope.currency),
        int(r["deal_count"]),
        None if r["deal_cents"] is None else Money(int(r["deal_cents"]), scope.currency),
        r["last_engaged_at"].date() if r["last_engaged_at"] else None,
    )


def _row(r: dict[str, Any], facts: Facts, why: Why | None, scope: Scope, *, weeks: int) -> GroupRow:
    expected = "Data too thin to expect an amount."
    if r["deal_count"] and r["p_win"] is not None:
        expected = f"{show(Rate(r['p_win']))} of such opportunities were won."
    elif r["expected_amount_cents"] is not None:
        amount = short(int(r["expected_amount_cents"]), scope.currency)
        opened, won = show(Rate(r["p_open"])), show(Rate(r["p_win"]))
        expected = (
            f"{amount} expected: {opened} chance of an opportunity within {weeks} weeks, "
            f"{won} of such are won."
        )
    missing = [letter.role for letter in facts.roles if letter.missing and not letter.is_likely]
    likely = [letter.role for letter in facts.roles if letter.is_likely]
    lacking = [f"Missing: {', '.join(missing)}."] if missing else []
    lacking += [f"Likely, not counted: {', '.join(likely)}."] if likely else []
    members = f"{counted(int(r['member_count']), 'member')}"
    if r["visitor_count"]:
        members += f", {int(r['visitor_count']):,} anonymous"
    last = (
        "no act on record"
        if r["last_engaged_at"] is None
        else f"last act {show(r['last_engaged_at'].date())}"
    )
    return GroupRow(
        account=r["account"],
        solution=r["solution_id"],
        standing=_standing(r),
        score=show(r["score"]),
        scored=show(r["scored_at"].date()),
        expected=expected,
        parts=Parts(tuple((words(c), int(r[c] * 100)) for c in COMPONENTS)),
        parts_told=", ".join(f"{words(c)} {show(r[c])}" for c in COMPONENTS),
        history=facts.history,
        history_about=facts.history_about,
        roles=facts.roles,
        members=members,
        missing=" ".join(lacking) or "No needed role missing.",
        last_act=last,
        why_now=why.speaks_for if why and why.speaks_for else facts.why_now,
        against=why.against if why else "",
        not_seen=", ".join(why.not_seen) if why else "",
        deal=_deal(r, scope),
        next_step=f"{facts.next_step}." if facts.next_step else "",
    )


def _deal(r: dict[str, Any], scope: Scope) -> str:
    if not r["deal_count"]:
        return ""
    amount = f", {short(int(r['deal_cents']), scope.currency)}" if r["deal_cents"] else ""
    return counted(int(r["deal_count"]), "open opportunity", "open opportunities") + amount


def _standing(r: dict[str, Any]) -> str:
    sign = {"qualified": "●", "engaged": "◐", "nurture": "○"}.get(r["status"], "○")
    if r["status"] is None:
        return f"{sign} no status yet"
    return f"{sign} {r['status']} since {show(r['from_at'].date())}"
