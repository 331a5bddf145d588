"""How far along buying groups were when sales first spoke with them."""

from __future__ import annotations

from decimal import Decimal

from muster.reports.charts.shapes import Interval, Intervals
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Rate, Value, counted, percent
from muster.reports.velocity import ALL
from muster.reports.wilson import FEWEST


def first_conversation(tables: Published, scope: Scope) -> Picture:
    """Of the groups decided in four quarters: what was behind them when sales first spoke with them."""
    first = scope.quarter.plus(-3)
    sql = f"""
    WITH decided AS (
        SELECT c.* FROM first_conversation AS c
        WHERE c.closing_reason IN ('won', 'lost')
            AND c.ended_at >= DATE '{first.starts_on}' AND c.ended_at < DATE '{scope.quarter.ends_on}'),
    sliced AS (
        SELECT d.*, d.solution_id AS slice FROM decided AS d
        UNION ALL SELECT d.*, '{ALL}' AS slice FROM decided AS d)
    SELECT s.slice, COUNT(*) AS group_count, COUNT(s.spoke_at) AS spoken_count,
        QUANTILE_CONT(s.engagement_share, 0.5) AS middle, QUANTILE_CONT(s.engagement_share, 0.25) AS low,
        QUANTILE_CONT(s.engagement_share, 0.75) AS high, QUANTILE_CONT(s.cycle_share, 0.5) AS cycle_middle
    FROM sliced AS s
    GROUP BY s.slice
    ORDER BY CASE WHEN s.slice = '{ALL}' THEN 0 ELSE 1 END, group_count DESC, s.slice"""
    rows: list[tuple[Value, ...]] = []
    bars = []
    title, rests = "No group's cycle ended with a won or lost opportunity", "nothing"
    for r in tables.records(sql):
        groups, spoken = int(r["group_count"]), int(r["spoken_count"])
        names = ("middle", "low", "high", "cycle_middle")
        middle, low, high, cycle = (None if spoken < FEWEST else r[name] for name in names)
        label = "All solutions" if r["slice"] == ALL else str(r["slice"])
        rows.append((label, groups, spoken, groups - spoken, *(Rate(x) for x in (middle, low, high, cycle))))
        bars.append(Interval(label, middle, low, high, f"{spoken:,} of {groups:,} groups spoken with"))
        if r["slice"] == ALL:
            rests = counted(spoken, "group")
            title = f"Sales spoke with {spoken:,} of {counted(groups, 'group')} before they decided"
            if middle is not None:
                behind = percent(Decimal(repr(round(middle, 9))))
                title = f"{behind} of a group's engagement was behind it when sales first spoke with it"
    return Picture(
        "first-conversation-picture",
        title,
        "For each solution, the share of a group's engagement that came before sales first spoke with it: "
        "the median, on a bar that holds the middle half of groups.",
        f"Rests on {rests} decided in {first.label} to {scope.quarter.label} that sales spoke with.",
        Intervals("engagement behind it: median, middle half", tuple(bars)) if bars else None,
        Sheet(
            "first-conversation",
            f"First conversation: groups decided in {first.label} to {scope.quarter.label}",
            (
                Column("Solution", is_words=True),
                Column("Groups decided"),
                Column("Spoken with"),
                Column("Never on record"),
                Column("Engagement behind, median"),
                Column("a quarter below"),
                Column("a quarter above"),
                Column("Cycle behind, median"),
            ),
            tuple(rows),
            Query(("first_conversation",), sql),
            f"No buying group's opportunity closed in {first.label} to {scope.quarter.label}.",
            note="First conversation: the first call or meeting on record with one of the group's people, or "
            "about its opportunity. Observed: an early conversation is not shown to win.",
            is_to_date=True,
        ),
    )
