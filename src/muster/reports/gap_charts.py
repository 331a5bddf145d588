"""The g chart of the report on defects: kinds too rare for a weekly share, one defect after the other."""

from __future__ import annotations

from typing import Any

from muster.reports.charts.shapes import ControlChart, ControlPoint
from muster.reports.defect_words import DEFECTS, PROCESSES, number, units_of
from muster.reports.published import Published
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import MONTHS, counted, show


def gap_picture(tables: Published, process: str) -> Picture | None:
    """Of the rare kind most often found: `process` hand_off or mql. None where none was found twice."""
    most = tables.records(
        f"SELECT defect FROM gap_chart WHERE process = '{process}' GROUP BY defect HAVING COUNT(*) > 1 "
        "ORDER BY COUNT(*) DESC, defect LIMIT 1"
    )
    if not most:
        return None
    defect = most[0]["defect"]
    sql = f"""
    SELECT g.at, unit_id, gap, mean, low, high, average, average_limit, is_provisional, is_beyond,
        is_average_beyond
    FROM gap_chart AS g WHERE process = '{process}' AND defect = '{defect}' ORDER BY g.at, unit_id"""
    found = tables.records(sql)
    key = f"gaps-{process}".replace("_", "-")
    sheet = Sheet(
        key,
        f"{DEFECTS[defect]}, {PROCESSES[process]}, one after the other",
        (
            Column("Given on", is_words=True),
            Column("What was given", is_words=True),
            Column("Without since the one before"),
            Column("Limits"),
            Column("Moving average, in sigmas"),
            Column("Told by", is_words=True),
        ),
        tuple(_row(r) for r in reversed(found)),
        Query(("gap_chart",), sql),
        "No such defect was found.",
        note="A g chart (Kaminsky and others, 1992) of a kind too rare for a weekly share: how many were "
        "judged without it between one and the next. A short gap is bad news and a long one good; the "
        "moving average of gaps as normal values tells a run of short ones, which no single gap can.",
        shown=12,
        is_to_date=True,
    )
    limits = next((r for r in found if r["mean"] is not None), None)
    beyond = sum(r["is_beyond"] or r["is_average_beyond"] for r in found)
    name = f"{DEFECTS[defect]}, {PROCESSES[process]}"
    if limits is None:
        title = f"{name}: {counted(len(found), 'defect')} so far, too few for limits"
    else:
        steady = "out of control at " + counted(beyond, "defect") if beyond else "no special cause"
        title = f"{name}: one in {limits['mean'] + 1:.0f} in the baseline, {steady}"
    among = counted(_judged(found), *units_of(process))
    rests = f"Rests on {counted(len(found), 'defect')} among {among} up to the last."
    if any(r["is_provisional"] for r in found):
        rests += " The baseline is not complete: limits are provisional."
    return Picture(
        f"{key}-picture",
        title,
        f"Each defect, in the order given: how many were judged without it since the one before. {rests}",
        rests,
        ControlChart(
            "judged without it in between",
            tuple(_point(r, before) for r, before in zip(found, [None, *found], strict=False)),
            limits["mean"] if limits else None,
            is_share=False,
        ),
        sheet,
    )


def _judged(found: list[dict[str, Any]]) -> int:
    return sum(int(r["gap"]) + 1 for r in found)


def _point(r: dict[str, Any], before: dict[str, Any] | None) -> ControlPoint:
    at = r["at"]
    month = f"{MONTHS[at.month - 1]} \u2019{at:%y}"
    is_new = before is None or (before["at"].year, before["at"].month) != (at.year, at.month)
    ring = show(at.date()) if r["is_beyond"] or r["is_average_beyond"] else ""
    told = f"{show(at.date())}: {r['gap']} without it before"
    return ControlPoint(month if is_new else "", float(r["gap"]), r["low"], r["high"], told, True, ring)


def _row(r: dict[str, Any]) -> tuple[Any, ...]:
    told = []
    if r["is_beyond"]:
        told.append("longer than the limits" if r["gap"] > r["high"] else "shorter than the limits")
    if r["is_average_beyond"]:
        told.append("moving average")
    limits = None if r["mean"] is None else f"{r['low']:.0f} to {r['high']:.0f}"
    return (
        r["at"].date(),
        r["unit_id"],
        int(r["gap"]),
        limits,
        number(r["average"]),
        "; ".join(told) or None,
    )
