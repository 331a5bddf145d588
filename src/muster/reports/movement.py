"""Groups and accounts moving in and out of qualified, and how often they turned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from muster.reports.charts.shapes import Movement, Week
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, periods, within
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import MONTHS, Share, Value, counted, show

WEEKS = 53


def movement_picture(tables: Published, scope: Scope, turns: Sheet) -> Picture:
    """The year to the quarter's end, week by week; its title counts the quarter, as `turns` does."""
    sql = f"""
    SELECT week_on, entered_count, left_count, qualified_count, qualified_account_count
    FROM account_movement
    WHERE week_on >= DATE '{scope.quarter.ends_on}' - INTERVAL {WEEKS * 7} DAY
        AND week_on <= DATE '{scope.quarter.ends_on}' - INTERVAL 7 DAY
    ORDER BY week_on DESC"""
    found = tables.records(sql)
    weeks = tuple(
        Week(
            f"{MONTHS[r['week_on'].month - 1]} \u2019{r['week_on']:%y}",
            r["week_on"].day <= 7,
            scope.quarter.starts_on <= r["week_on"] < scope.quarter.ends_on,
            int(r["entered_count"]),
            int(r["left_count"]),
            int(r["qualified_count"]),
            int(r["qualified_account_count"]),
        )
        for r in reversed(found)
    )
    until = f"on {show(found[0]['week_on'] + timedelta(days=6))}" if found else ""
    names = ("entered_count", "left_count", "qualified_count", "qualified_account_count")
    sheet = Sheet(
        "movement",
        "Groups in and out of qualified, by week",
        (
            Column("Week from", is_words=True),
            Column("Groups in"),
            Column("Groups out"),
            Column("Groups qualified"),
            Column("Accounts qualified"),
        ),
        tuple((r["week_on"], *(int(r[name]) for name in names)) for r in found),
        Query(("account_movement",), sql),
        "No group has qualified yet. Which come near: page 6; what it takes: rules/qualification.csv",
        note="Qualified: at the end of the week. An account is qualified while one of its groups is.",
        shown=13,
    )
    return Picture(
        "movement-picture",
        _finding(turns, scope),
        "Lines of the groups and accounts qualified at the end of each week for a year, above bars of "
        "groups that came in and went out that week.",
        f"Rests on {counted(sum(w.entered for w in weeks), 'entry', 'entries')} and "
        f"{counted(sum(w.left for w in weeks), 'departure')} in {counted(len(weeks), 'week')}.",
        Movement(scope.quarter.label, until, weeks) if weeks else None,
        sheet,
    )


def _finding(turns: Sheet, scope: Scope) -> str:
    if not turns.rows:
        return f"No group moved into or out of qualified in {scope.quarter.label}"
    _, came, went, *_, at_end, _, _, _ = turns.rows[0]
    assert isinstance(came, int)
    assert isinstance(at_end, int)
    if not (came or went):
        return (
            f"No group came in or went out in {scope.quarter.label}: {at_end} stayed qualified to {scope.end}"
        )
    moved = f"{counted(came, 'group')} came in and {went} went out in {scope.quarter.label}"
    return f"{moved}: {at_end} {'was' if at_end == 1 else 'were'} qualified on {scope.end}"


def turns_sheet(tables: Published, scope: Scope) -> Sheet:
    """Groups and accounts in and out by quarter, and how many groups turned more than once."""
    sql = f"""
    SELECT p.starts_on,
        (SELECT COUNT(*) FROM qualification AS q WHERE q.status = 'qualified'
            AND q.from_at >= p.starts_on AND q.from_at < p.ends_on) AS groups_in,
        (SELECT COUNT(*) FROM qualification AS q WHERE q.status = 'qualified'
            AND q.to_at >= p.starts_on AND q.to_at < p.ends_on) AS groups_out,
        (SELECT COUNT(*) FROM account_status AS s WHERE s.status = 'qualified'
            AND s.from_at >= p.starts_on AND s.from_at < p.ends_on) AS accounts_in,
        (SELECT COUNT(*) FROM account_status AS s WHERE s.status = 'qualified'
            AND s.to_at >= p.starts_on AND s.to_at < p.ends_on) AS accounts_out,
        (SELECT COUNT(*) FROM qualification AS q WHERE q.status = 'qualified' AND q.from_at < p.ends_on
            AND (q.to_at IS NULL OR q.to_at >= p.ends_on)) AS groups_at_end,
        f.group_count, f.flap_count
    FROM {periods(scope.compared)} LEFT JOIN flap AS f ON f.quarter_on = p.starts_on
    ORDER BY p.starts_on DESC"""
    found = tables.records(sql)
    moved = any(
        r[name] for r in found for name in ("groups_in", "groups_out", "accounts_in", "groups_at_end")
    )
    return Sheet(
        "turns",
        "In and out of qualified by quarter",
        (
            Column("Quarter", is_words=True),
            Column("Groups in"),
            Column("Groups out"),
            Column("Accounts in"),
            Column("Accounts out"),
            Column("Groups qualified at its end"),
            Column("Groups open at some time in it"),
            Column("Qualified more than once"),
            Column("Share of those open"),
        ),
        tuple(_turn(r) for r in found) if moved else (),
        Query(("qualification", "account_status", "flap"), sql),
        "No group moved into or out of qualified in these quarters.",
        note="An account is in while one of its groups is. A group that qualified more than once in a "
        "quarter "
        "flaps: a good policy seldom does. Open at some time: its cycle ran on at least one day of the "
        "quarter; "
        "page 6 counts those open on one day.",
    )


def _turn(r: dict[str, Any]) -> tuple[Value, ...]:
    groups, flaps = r["group_count"], r["flap_count"]
    share = None if groups is None else Share(int(flaps), int(groups))
    moves = (
        int(r[name]) for name in ("groups_in", "groups_out", "accounts_in", "accounts_out", "groups_at_end")
    )
    return (quarter_of(r["starts_on"]).label, *moves, groups, flaps, share)


def ended_sheet(tables: Published, scope: Scope) -> Sheet:
    """Why groups came in and went out in the quarter, in the words the flow recorded."""
    sql = f"""
    SELECT 'in' AS way, reason, COUNT(*) AS move_count FROM qualification
    WHERE status = 'qualified' AND {within("from_at", scope.quarter)} GROUP BY reason
    UNION ALL
    SELECT 'out', ended_because, COUNT(*) FROM qualification
    WHERE status = 'qualified' AND {within("to_at", scope.quarter)} GROUP BY ended_because
    ORDER BY way, move_count DESC, reason"""
    rows = tuple(
        ("↑ in" if r["way"] == "in" else "↓ out", r["reason"] or "no reason on record", int(r["move_count"]))
        for r in tables.records(sql)
    )
    return Sheet(
        "moves",
        f"Why groups moved in {scope.quarter.label}",
        (Column("Way", is_words=True), Column("Reason", is_words=True), Column("Groups")),
        rows,
        Query(("qualification",), sql),
        f"No group moved in {scope.quarter.label}. Page 6 shows which stand near.",
        shown=8,
    )
