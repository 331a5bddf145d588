"""How revenue came to be, in groups: what happened in the quarter, and how far a year's groups got."""

from __future__ import annotations

from muster.reports.charts.shapes import Interval, Intervals
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, periods, within
from muster.reports.sheets import Column, Picture, Query, Sentence, Sheet, say
from muster.reports.values import Change, Days, Rate, Value, counted, percent_of, show
from muster.reports.wilson import estimate

STEPS = (
    ("formed", "Groups formed"),
    ("qualified", "Groups that became qualified"),
    ("handed_off", "Groups handed to sales"),
    ("taken_up", "Hand-offs taken up by sales"),
    ("opened", "Opportunities opened"),
    ("won", "Opportunities won"),
)
REACHED = {
    "qualified": "qualified",
    "handed_off": "handed to sales",
    "opened": "opened an opportunity",
    "won": "won",
}


def steps_sheet(tables: Published, scope: Scope) -> Sheet:
    """What happened in the quarter, beside the quarter before and the same quarter last year."""
    sql = f"""
    WITH happened AS (
        SELECT 'formed' AS step, buying_group_id AS id, opened_at AS happened_at FROM buying_group
        UNION ALL SELECT 'qualified', buying_group_id, from_at FROM qualification WHERE status = 'qualified'
        UNION ALL SELECT 'handed_off', h.buying_group_id, h.at FROM hand_off AS h
        UNION ALL SELECT 'taken_up', d.hand_off_id, d.at FROM disposition AS d
            WHERE d.outcome IN ('accepted', 'worked', 'opportunity')
        UNION ALL SELECT 'opened', opportunity_id, created_at FROM known_opportunity
        UNION ALL SELECT 'won', opportunity_id, closed_at FROM known_opportunity WHERE is_won)
    SELECT p.starts_on, h.step, COUNT(DISTINCT h.id) AS step_count
    FROM {periods(scope.compared)} JOIN happened AS h ON h.happened_at >= p.starts_on AND h.happened_at
        < p.ends_on
    GROUP BY p.starts_on, h.step ORDER BY p.starts_on DESC, h.step"""
    found = {(quarter_of(r["starts_on"]).label, r["step"]): int(r["step_count"]) for r in tables.records(sql)}

    foreign = f"SELECT COUNT(*) AS n FROM known_opportunity WHERE currency <> '{scope.currency}'"
    others = "Opportunities of every currency. " if tables.records(foreign)[0]["n"] else ""

    def row(step: str, label: str) -> tuple[Value, ...]:
        now, before, year_ago = (found.get((q.label, step), 0) for q in scope.compared)
        return (label, now, before, Change(now, before), year_ago, Change(now, year_ago))

    return Sheet(
        "steps",
        "What happened in the quarter",
        (
            Column("Step", is_words=True),
            Column(scope.quarter.label),
            Column(scope.before.label),
            Column("Change"),
            Column(scope.year_ago.label),
            Column("Change"),
        ),
        tuple(row(*step) for step in STEPS) if found else (),
        Query(("buying_group", "qualification", "hand_off", "disposition", "known_opportunity"), sql),
        "No group formed and no opportunity opened in any of the three quarters. See what was read: "
        "muster check",
        note=others
        + "Each step counts what happened in the quarter itself; later steps belong to groups formed "
        "earlier. Taken up: accepted, worked or made an opportunity. Hand-offs before the company "
        "went live are replayed: what the rules would have handed off.",
    )


def funnel(tables: Published, scope: Scope) -> tuple[Picture, Sentence]:
    """How far the groups formed in the four quarters to this one got, with the open ones shown as open."""
    first = scope.quarter.plus(-3)
    sql = f"""
    WITH formed AS (
        SELECT buying_group_id, opened_at, closed_at FROM buying_group
        WHERE {within("opened_at", first, scope.quarter)}),
    reached AS (
        SELECT buying_group_id, 'qualified' AS step, from_at AS reached_at FROM qualification WHERE
            status = 'qualified'
        UNION ALL SELECT h.buying_group_id, 'handed_off', h.at FROM hand_off AS h
        UNION ALL SELECT g.buying_group_id, 'opened', o.created_at
            FROM opportunity_group AS g JOIN known_opportunity AS o ON o.opportunity_id = g.opportunity_id
        UNION ALL SELECT g.buying_group_id, 'won', o.closed_at
            FROM opportunity_group AS g JOIN known_opportunity AS o ON o.opportunity_id = g.opportunity_id
            WHERE o.is_won),
    first_reached AS (
        SELECT buying_group_id, step, MIN(reached_at) AS reached_at FROM reached GROUP BY
            buying_group_id, step)
    SELECT s.step, COUNT(*) AS formed_count, COUNT(r.reached_at) AS reached_count,
        COUNT(*) FILTER (WHERE r.reached_at IS NULL AND f.closed_at IS NULL) AS open_count,
        CAST(MEDIAN(date_diff('day', f.opened_at, r.reached_at)) AS DOUBLE) AS median_days
    FROM formed AS f
    CROSS JOIN (VALUES (1, 'qualified'), (2, 'handed_off'), (3, 'opened'), (4, 'won')) AS s (position, step)
    LEFT JOIN first_reached AS r ON r.buying_group_id = f.buying_group_id AND r.step = s.step
    GROUP BY s.position, s.step ORDER BY s.position"""
    found = tables.records(sql)
    rows: list[tuple[Value, ...]] = []
    bars = []
    for r in found:
        formed, reached, still_open = int(r["formed_count"]), int(r["reached_count"]), int(r["open_count"])
        share = estimate(reached, formed - still_open)
        rows.append(
            (
                REACHED[r["step"]].capitalize(),
                formed,
                reached,
                still_open,
                *(Rate(end) for end in ((share.value, share.low, share.high) if share else (None,) * 3)),
                Days(r["median_days"]),
            )
        )
        beside = f"{reached:,} of {formed - still_open:,}, {still_open:,} open"
        low, high = (share.low, share.high) if share else (None, None)
        value = share.value if share else None
        bars.append(Interval(REACHED[r["step"]].capitalize(), value, low, high, beside))
    span = f"{first.label} to {scope.quarter.label}"
    sheet = Sheet(
        "funnel",
        f"Groups formed in {span}, and how far they got",
        (
            Column("Step", is_words=True),
            Column("Groups formed"),
            Column("Reached it"),
            Column("Still open"),
            Column("Share of decided"),
            Column("95 % from"),
            Column("to"),
            Column("Median days from forming"),
        ),
        tuple(rows),
        Query(("buying_group", "qualification", "hand_off", "opportunity_group", "known_opportunity"), sql),
        f"No buying group formed in {span}.",
        note="Decided: reached it, or the cycle has ended. Share: reached / decided, Wilson interval; open "
        "groups are left out of it. Steps do not nest: an opportunity may open before a group qualifies.",
        is_to_date=True,
    )
    told = {r["step"]: r for r in found}
    picture = Picture(
        "funnel-picture",
        _finding(told, span),
        "Bars for groups that qualified, were handed to sales, opened an opportunity and won, each as a "
        "share of the decided groups with its 95 % interval.",
        f"Rests on {counted(int(found[0]['formed_count']) if found else 0, 'group')} formed in {span}.",
        Intervals("share of decided groups, 95 % interval", tuple(bars), is_funnel=True) if found else None,
        sheet,
    )
    return picture, _sentence(told, scope)


def _finding(told: dict[str, dict[str, int]], span: str) -> str:
    if not told:
        return f"No buying group formed in {span}"
    won, opened = told["won"], told["opened"]
    decided = won["formed_count"] - won["open_count"]
    if estimate(won["reached_count"], decided) is None:
        return f"Too few groups of {span} are decided to say what share wins"
    reached = counted(opened["reached_count"], "group has", "groups have")
    return (
        f"{reached} opened an opportunity; {percent_of(won['reached_count'], decided)} of decided groups won"
    )


def _sentence(told: dict[str, dict[str, int]], scope: Scope) -> Sentence:
    if not told:
        return say(f"No buying group formed in the year to {scope.end}.")
    formed = told["qualified"]["formed_count"]
    return say(
        f"Of {{}} formed in the year to {scope.end}, {{}} qualified, {{}} went to sales and {{}} opened an "
        f"opportunity; {{}} {'has' if told['won']['reached_count'] == 1 else 'have'} won so far.",
        (counted(formed, "buying group"), "funnel"),
        *(
            (show(int(told[step]["reached_count"])), "funnel")
            for step in ("qualified", "handed_off", "opened")
        ),
        (show(int(told["won"]["reached_count"])), "funnel"),
    )
