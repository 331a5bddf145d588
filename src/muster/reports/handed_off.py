"""Hand-offs by quarter, what sales said to them and why."""

from __future__ import annotations

from muster.reports.charts.shapes import Columns, Stack
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Days, Share, Value, counted, percent_of, words

ANSWERS = ("taken up", "rejected", "no answer")
OUTCOMES = {
    "accepted": "Taken up: accepted",
    "worked": "Taken up: worked on",
    "opportunity": "Taken up: made an opportunity",
    "rejected": "Rejected",
    "recycled": "Rejected: recycled",
    "none": "No answer on record",
}


def hand_off_picture(tables: Published, scope: Scope) -> Picture:
    """Nine quarters of hand-offs, each divided by sales' last answer."""
    sql = f"""
    WITH answered AS (
        SELECT hand_off_id, outcome, hours_to_first_action, ROW_NUMBER() OVER (
            PARTITION BY hand_off_id ORDER BY d.at DESC, d.outcome) AS back
        FROM disposition AS d)
    SELECT CAST(date_trunc('quarter', h.at) AS DATE) AS quarter_on, COUNT(*) AS hand_off_count,
        COUNT(*) FILTER (WHERE a.outcome IN ('accepted', 'worked', 'opportunity')) AS accepted_count,
        COUNT(*) FILTER (WHERE a.outcome IN ('rejected', 'recycled')) AS rejected_count,
        COUNT(*) FILTER (WHERE a.outcome IS NULL) AS unanswered_count,
        COUNT(*) FILTER (WHERE h.is_replayed) AS replayed_count,
        MEDIAN(a.hours_to_first_action) / 24 AS median_days
    FROM hand_off AS h
    LEFT JOIN answered AS a ON a.hand_off_id = h.hand_off_id AND a.back = 1
    WHERE {within("h.at", scope.shown[0], scope.quarter)}
    GROUP BY quarter_on ORDER BY quarter_on DESC"""
    found = {quarter_of(r["quarter_on"]).label: r for r in tables.records(sql)}
    names = ("hand_off_count", "accepted_count", "rejected_count", "unanswered_count", "replayed_count")
    rows: list[tuple[Value, ...]] = []
    stacks = []
    for quarter in scope.shown:
        r = found.get(quarter.label, {})
        counts = [int(r.get(name, 0)) for name in names]
        rows.insert(0, (quarter.label, *counts, Days(r.get("median_days"))))
        stacks.append(Stack(quarter.label, tuple(counts[1:4]), quarter == scope.quarter))
    now = next(row for row in rows if row[0] == scope.quarter.label)
    replayed = sum(int(r["replayed_count"]) for r in found.values())
    note = (
        "Taken up: accepted, worked or made an opportunity. Rejected: rejected or recycled. The "
        "last answer counts."
    )
    if replayed:
        note += (
            " Replayed: before the company went live with groups; what the rules would have handed off then."
        )
    sheet = Sheet(
        "hand-offs",
        "Hand-offs by quarter and sales' last answer",
        (
            Column("Quarter", is_words=True),
            Column("Handed off"),
            Column("Taken up"),
            Column("Rejected"),
            Column("No answer on record"),
            Column("Of all, replayed"),
            Column("Median days to first action"),
        ),
        tuple(rows) if found else (),
        Query(("hand_off", "disposition"), sql),
        "No group was handed off in these nine quarters. Which groups came near: page 6, and "
        "rules/qualification.csv",
        note=note,
    )
    total = sum(int(r["hand_off_count"]) for r in found.values())
    rests_on = f"Rests on {counted(total, 'hand-off')}"
    if replayed:
        rests_on += ", all of them replayed" if replayed == total else f", {replayed:,} of them replayed"
    return Picture(
        "hand-offs-picture",
        _finding(now, scope),
        "Columns of hand-offs for nine quarters, divided into taken up by sales, rejected and "
        "without an answer on record.",
        f"{rests_on}.",
        Columns("hand-offs", ANSWERS, tuple(stacks)) if found else None,
        sheet,
    )


def _finding(row: tuple[Value, ...], scope: Scope) -> str:
    handed, taken, rejected, unanswered, replayed = (value for value in row[1:6] if isinstance(value, int))
    label = scope.quarter.label
    if not handed:
        return f"No group was handed to sales in {label}"
    verb = "would have been handed" if replayed == handed else "handed"
    head = f"{counted(handed, 'group')} {verb} to sales in {label}"
    if taken + rejected == 0:
        return f"{head}; no answer from sales is on record"
    told = f"{head}; sales took up {percent_of(taken, taken + rejected)} of those it answered"
    return f"{told}, {unanswered:,} without an answer" if unanswered else told


def reasons_sheet(tables: Published, scope: Scope) -> Sheet:
    """What sales answered to the quarter's hand-offs, with the reasons given; silence is a line too."""
    sql = f"""
    WITH handed AS (SELECT h.hand_off_id FROM hand_off AS h WHERE {within("h.at", scope.quarter)}),
    answer AS (
        SELECT h.hand_off_id, COALESCE(d.outcome, 'none') AS outcome,
            CASE WHEN d.outcome = 'opportunity' THEN 'now at stage ' || COALESCE(d.reason, 'unknown')
                WHEN TRIM(d.reason) <> '' THEN d.reason
                WHEN d.outcome IN ('rejected', 'recycled') THEN 'no reason given' END AS reason
        FROM handed AS h LEFT JOIN disposition AS d ON d.hand_off_id = h.hand_off_id)
    SELECT a.outcome, a.reason, COUNT(DISTINCT a.hand_off_id) AS hand_off_count,
        (SELECT COUNT(*) FROM handed) AS all_count
    FROM answer AS a
    GROUP BY a.outcome, a.reason
    ORDER BY CASE a.outcome WHEN 'accepted' THEN 1 WHEN 'worked' THEN 2 WHEN 'opportunity' THEN 3
        WHEN 'rejected' THEN 4 WHEN 'recycled' THEN 5 ELSE 6 END, hand_off_count DESC, a.outcome, a.reason"""
    found = tables.records(sql)
    count = int(found[0]["all_count"]) if found else 0
    rows = tuple(
        (
            OUTCOMES.get(r["outcome"], words(r["outcome"]).capitalize()),
            r["reason"],
            int(r["hand_off_count"]),
            Share(int(r["hand_off_count"]), count),
        )
        for r in found
    )
    return Sheet(
        "reasons",
        f"What sales answered to the {counted(count, 'hand-off') if count else 'hand-offs'} of "
        f"{scope.quarter.label}, and why",
        (
            Column("Answer", is_words=True),
            Column("Reason or stage", is_words=True),
            Column("Hand-offs"),
            Column(f"Share of the {count:,}" if count else "Share"),
        ),
        rows,
        Query(("hand_off", "disposition"), sql),
        f"No group was handed off in {scope.quarter.label}, so there is nothing to answer. Answers come "
        f"from the "
        "CRM's lead status and opportunities, or from a decision source.",
        note="A hand-off answered more than once, such as first worked and then made an opportunity, counts "
        "under each answer, so the lines may add up to more than all.",
        shown=12,
    )
