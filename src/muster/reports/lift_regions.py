"""Page 3 of the report on lift: how regions moved before and after a programme was switched on in some."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from muster.reports.charts.shapes import ControlChart, ControlPoint
from muster.reports.defect_words import number
from muster.reports.published import Published
from muster.reports.sheets import Block, Column, Page, Picture, Query, Sheet, say
from muster.reports.values import MONTHS, counted, show

STRETCH = 4  # weeks a point
_WEEKS = """
    SELECT experiment, week_at,
        BOOL_OR(is_on) AS is_on,
        SUM(opening_count) FILTER (on_ever) * 1000.0
            / NULLIF(SUM(account_count) FILTER (on_ever), 0) AS there,
        SUM(opening_count) FILTER (NOT on_ever) * 1000.0
            / NULLIF(SUM(account_count) FILTER (NOT on_ever), 0) AS elsewhere,
        SUM(opening_count) AS opening_count
    FROM (SELECT *, BOOL_OR(is_on) OVER (PARTITION BY experiment, region) AS on_ever FROM rollout_week) AS w
    GROUP BY experiment, week_at ORDER BY experiment, week_at"""


def regions_page(tables: Published) -> Page:
    """A picture for each roll-out: the gap between its regions and all others, over stretches "
    "of four weeks."""
    weeks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.records(_WEEKS):
        weeks[str(row["experiment"])].append(row)
    blocks: list[Block] = [_picture(name, rows, place) for place, (name, rows) in enumerate(weeks.items())]
    opening = say(
        "{} switched a programme on in some regions; the gap to the others before that shows "
        "whether they moved alike.",
        (counted(len(weeks), "roll-out"), "gap-0"),
    )
    return Page("regions", "Regions switched on", opening, tuple(blocks))


def _picture(name: str, weeks: list[dict[str, Any]], place: int) -> Picture:
    points = _stretches(weeks)
    begun = next((i for i, p in enumerate(points) if p["is_on"]), len(points))
    sheet = Sheet(
        f"gap-{place}",
        f"{name}: openings a week per 1,000 accounts, over four weeks each",
        (
            Column("From", is_words=True),
            Column("On", is_words=True),
            Column("Its regions"),
            Column("Others"),
            Column("Gap"),
        ),
        tuple(
            (
                show(p["week_at"].date()),
                "on" if p["is_on"] else "off",
                number(p["there"]),
                number(p["elsewhere"]),
                number(p["gap"]),
            )
            for p in points
        ),
        Query(("rollout_week",), _WEEKS),
        "No region was ever on.",
        shown=12,
    )
    chart = ControlChart(
        "gap, openings a week per 1,000 accounts",
        tuple(
            ControlPoint(
                f"{MONTHS[p['week_at'].month - 1]} \u2019{p['week_at']:%y}",
                p["gap"],
                None,
                None,
                f"{show(p['week_at'].date())}: {number(p['gap'])}",
                mark="on" if i == begun else "",
            )
            for i, p in enumerate(points)
        ),
        0.0,
        is_share=False,
        mean_name="no gap",
    )
    return Picture(
        f"gap-picture-{place}",
        f"{name}: its regions against all others, before and since it was switched on",
        "Gap in openings a week per 1,000 accounts; the dotted line stands where the programme was first on.",
        f"Rests on {sum(int(w['opening_count']) for w in weeks):,} openings in {len(weeks):,} weeks.",
        chart if points else None,
        sheet,
    )


def _stretches(weeks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Four weeks a point, counted from the week it was switched on, so that none is half before."""
    known = [w for w in weeks if w["there"] is not None and w["elsewhere"] is not None]
    begun = next((i for i, w in enumerate(known) if w["is_on"]), 0)
    points = []
    for start in range(begun % STRETCH, len(known) - STRETCH + 1, STRETCH):
        part = known[start : start + STRETCH]
        there, elsewhere = (sum(float(w[side]) for w in part) / STRETCH for side in ("there", "elsewhere"))
        points.append(
            {
                "week_at": part[0]["week_at"],
                "is_on": any(w["is_on"] for w in part),
                "there": there,
                "elsewhere": elsewhere,
                "gap": there - elsewhere,
            }
        )
    return points
