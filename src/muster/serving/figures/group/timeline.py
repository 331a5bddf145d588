"""Everything that happened around a group: what its people did, what browsers did, what we sent and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.reports.charts.group_shapes import Bar, Lane, Lanes
from muster.reports.published import Published
from muster.reports.values import counted, show, words
from muster.serving.figures.group.dealings import Deal
from muster.serving.figures.group.head import Group

PAGE = 50
BEFORE = timedelta(days=90)  # of our outreach, before the group was there
LANES = (("known", "Known people"), ("anonymous", "Anonymous visitors"), ("ours", "Our outreach"))
_COLUMNS = 52  # of the picture: about a week each for a year

# What the cycle's people and browsers did; what we sent them meanwhile; what sellers said to them.
_TOUCHES = """
WITH members AS (
    SELECT m.person_id FROM member AS m WHERE m.buying_group_id = $group AND m.person_id IS NOT NULL),
done AS (
    SELECT x.engagement_id FROM group_engagement AS x WHERE x.buying_group_id = $group),
acts AS (
    SELECT e.engagement_id AS touch_id, e.occurred_at, e.person_id, e.visitor_id, e.activity, e.channel,
        e.content_id, e.tactic_id,
        CASE WHEN d.engagement_id IS NULL THEN 'ours' WHEN e.person_id IS NULL THEN 'anonymous'
            ELSE 'known' END AS lane
    FROM resolved_engagement AS e
    LEFT JOIN done AS d ON d.engagement_id = e.engagement_id
    WHERE e.account_id = $account AND (d.engagement_id IS NOT NULL OR (
        NOT e.is_act AND e.channel <> 'web' AND e.occurred_at >= $since AND e.occurred_at <= $until
        AND (e.solution_id = $solution OR e.solution_id IS NULL)
        AND e.person_id IN (SELECT m.person_id FROM members AS m)))),
"""
_CALLS = """calls AS (
    SELECT 'call-' || s.activity_id AS touch_id, make_timestamp(s.occurred_at) AS occurred_at, a.person_id,
        CAST(NULL AS VARCHAR) AS visitor_id, s.kind AS activity,
        CASE WHEN s.direction = 'in' THEN 'sales, from them' ELSE 'sales' END AS channel,
        s.subject AS content_id, CAST(NULL AS VARCHAR) AS tactic_id, 'ours' AS lane
    FROM record_sales_activity AS s
    JOIN person_alias AS a ON a.person_record_id = s.person_record_id
    WHERE a.person_id IN (SELECT m.person_id FROM members AS m)
        AND s.occurred_at >= epoch_us($since) AND s.occurred_at <= epoch_us($until)),
touches AS (SELECT * FROM acts UNION ALL SELECT * FROM calls)
"""
_NO_CALLS = "touches AS (SELECT * FROM acts)"
_TOLD = """
SELECT t.touch_id, t.occurred_at, t.person_id, COALESCE(p.name, p.email) AS who, t.visitor_id, t.activity,
    t.channel, t.content_id, COALESCE(k.name, t.tactic_id) AS tactic, t.lane
FROM touches AS t
LEFT JOIN (
    SELECT n.person_id, arg_max(n.name, n.valid_from) AS name, arg_max(n.email, n.valid_from) AS email
    FROM person AS n WHERE n.account_id = $account AND n.person_id IN (
        SELECT m.person_id FROM member AS m WHERE m.buying_group_id = $group)
    GROUP BY n.person_id) AS p ON p.person_id = t.person_id
LEFT JOIN known_tactic AS k ON k.tactic_id = t.tactic_id
ORDER BY t.occurred_at DESC, t.touch_id"""


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that happened, in one of the three lanes."""

    touch_id: str
    occurred_at: datetime
    lane: str
    person_id: str | None
    visitor_id: str | None
    who: str
    what: str
    channel: str
    about: str


def touches_of(tables: Published, group: Group, *, as_of: datetime) -> tuple[Touch, ...]:
    """All touches of the cycle, the latest first."""
    until = group.ends_at(as_of)
    given = {
        "group": group.buying_group_id,
        "account": group.account_id,
        "solution": group.solution_id,
        "since": group.opened_at - BEFORE,
        "until": until,
    }
    rows = tables.records(_TOUCHES + (_CALLS if tables.has_records else _NO_CALLS) + _TOLD, given)
    return tuple(
        Touch(
            row["touch_id"],
            row["occurred_at"],
            row["lane"],
            row["person_id"],
            row["visitor_id"],
            row["who"] or ("a known person" if row["person_id"] else f"visitor {str(row['visitor_id'])[:8]}"),
            words(row["activity"] or ""),
            words(row["channel"] or ""),
            ", ".join(part for part in (row["content_id"], row["tactic"]) if part),
        )
        for row in rows
    )


def chosen(touches: Sequence[Touch], *, person: str, channel: str, lane: str) -> tuple[Touch, ...]:
    """Those of one person (or visitor), channel or lane; an empty filter lets all through."""
    return tuple(
        t
        for t in touches
        if (not person or person in (t.person_id, t.visitor_id))
        and (not channel or t.channel == channel)
        and (not lane or t.lane == lane)
    )


def lanes_of(
    group: Group,
    touches: Sequence[Touch],
    deals: Sequence[Deal],
    hand_offs: Sequence[datetime],
    *,
    as_of: datetime,
) -> Lanes | None:
    """The cycle at a glance: touches in three lanes, opportunities as bars, hand-offs as rules."""
    if not touches:
        return None
    begin = min(touches[-1].occurred_at, group.opened_at)
    end = max(group.ends_at(as_of), touches[0].occurred_at)
    length = max((end - begin).total_seconds(), 1.0)

    def part(at: datetime) -> float:
        return min(max((at - begin).total_seconds() / length, 0.0), 1.0)

    lanes = []
    for key, name in LANES:
        counts = [0] * _COLUMNS
        for touch in touches:
            if touch.lane == key:
                counts[min(int(part(touch.occurred_at) * _COLUMNS), _COLUMNS - 1)] += 1
        lanes.append(Lane(f"{name} ({sum(counts):,})", tuple(counts)))
    bars = tuple(
        Bar(
            part(deal.created_at),
            part(deal.closed_at) if deal.closed_at else 1.0,
            f"{deal.name or deal.opportunity_id}, {deal.outcome}",
            deal.outcome,
        )
        for deal in deals
        if deal.created_at <= end and (deal.closed_at is None or deal.closed_at >= begin)
    )
    marks = tuple((part(at), f"handed off {show(at.date())}") for at in hand_offs if begin <= at <= end)
    return Lanes(show(begin.date()), show(end.date()), tuple(lanes), bars, marks)


def lanes_told(touches: Sequence[Touch]) -> str:
    """How many touches, and in which lane, in words."""
    known, anonymous, ours = (sum(t.lane == key for t in touches) for key, _ in LANES)
    all_told = counted(len(touches), "touch", "touches")
    return f"{all_told}: {known:,} by known people, {anonymous:,} anonymous, {ours:,} ours"
