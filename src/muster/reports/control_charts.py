"""Page 2 of the report on defects: weekly charts of defects, and openings against the chances said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.reports.charts.shapes import ControlChart, ControlPoint, Sums
from muster.reports.defect_words import DEFECTS, PROCESSES, begun, number, units_of
from muster.reports.gap_charts import gap_picture
from muster.reports.horizon import horizon_of
from muster.reports.published import Published
from muster.reports.sheets import Block, Column, Page, Picture, Query, Sentence, Sheet, join, say
from muster.reports.values import MONTHS, Rate, Share, counted, show


def charts_page(tables: Published) -> Page:
    """For each process a p' chart of any defect and of the most frequent kind, a g chart, and the CUSUM."""
    blocks: list[Block] = []
    for process in ("hand_off", "mql"):
        for defect in ("any", _worst(tables, process)):
            if defect is not None:
                picture = defect_chart(tables, process, defect)
                blocks.append(picture)
        rare = gap_picture(tables, process)
        if rare is not None:
            blocks.append(rare)
        blocks.append(_cusum(tables, process))
    blocks.append(_specials(tables))
    return Page("charts", "Control charts", _opening(tables), tuple(blocks))


def _opening(tables: Published) -> Sentence:
    [found] = tables.records(
        "SELECT (SELECT COUNT(*) FROM control_chart WHERE is_beyond OR is_average_beyond) + "
        "(SELECT COUNT(*) FROM gap_chart WHERE is_beyond OR is_average_beyond) AS points, "
        "(SELECT COUNT(*) FROM cusum WHERE alarm_worse) AS worse, "
        "(SELECT COUNT(*) FROM cusum WHERE alarm_better) AS better"
    )
    first = (
        say(
            "{} out of control.",
            (counted(found["points"], "point of a chart is", "points of charts are"), "specials"),
        )
        if found["points"]
        else say("No point of any chart is out of control.")
    )
    return join(
        first,
        say(
            "Against the chances said, {} told that less opened, {} that more did.",
            (counted(found["worse"], "alarm"), "cusum-mql"),
            (str(found["better"]), "cusum-hand_off"),
        ),
    )


def _worst(tables: Published, process: str) -> str | None:
    found = tables.records(
        "SELECT defect FROM process_quality WHERE quarter_on IS NULL AND defect IS NOT NULL AND "
        "defect_count > 0 "
        f"AND process = '{process}' ORDER BY defect_count DESC, defect LIMIT 1"
    )
    return found[0]["defect"] if found else None


def defect_chart(tables: Published, process: str, defect: str) -> Picture:
    """A p' chart of a defect (Laney, 2002): `process` hand_off or mql, `defect` one kind or any."""
    sql = f"""
    SELECT week_at, week_count, unit_count, defect_count, low, mean, high, spread, average, average_limit,
        is_mature, is_provisional, is_beyond, is_average_beyond, changed
    FROM control_chart WHERE process = '{process}' AND defect = '{defect}' ORDER BY week_at"""
    found = tables.records(sql)
    key = f"chart-{process}-{defect}".replace("_", "-")
    name = DEFECTS[defect].lower()
    sheet = Sheet(
        key,
        f"{DEFECTS[defect]}, {PROCESSES[process]}",
        (
            Column("From", is_words=True),
            Column("Weeks"),
            Column("Judged"),
            Column("Defects"),
            Column("Share"),
            Column("Limits"),
            Column("Moving average, in sigmas"),
            Column("Told by", is_words=True),
        ),
        tuple(_row(r) for r in reversed(found)),
        Query(("control_chart",), sql),
        f"Sales was given no {units_of(process)[1]}, so none can have failed.",
        note="Laney's p' chart (2002): limits follow how many were given, widened by how far "
        "shares spread beyond "
        "chance; they come from the baseline of rules/control.csv. Weeks are pooled until a point expects "
        "five with and five without. Moving average: lambda 0.2, limits at 2.96 sigmas.",
        shown=12,
        is_to_date=True,
    )
    limits = next((r for r in found if r["high"] is not None), None)
    beyond = sum(r["is_beyond"] or r["is_average_beyond"] for r in found)
    ripe = [r for r in found if r["is_mature"]]
    if limits is None:
        told = f"{sum(r['defect_count'] for r in ripe)} of {sum(r['unit_count'] for r in ripe)} so far"
        title = f"{DEFECTS[defect]}, {PROCESSES[process]}: {told}, data are too thin for limits"
    else:
        steady = "out of control at " + counted(beyond, "point") if beyond else "no special cause"
        title = (
            f"{DEFECTS[defect]}, {PROCESSES[process]}: {show(Rate(limits['mean']))} in the baseline, {steady}"
        )
    rests = (
        f"Rests on {counted(sum(r['unit_count'] for r in ripe), *units_of(process))} in "
        f"{counted(len(ripe), 'point')} of {counted(found[0]['week_count'], 'week')} each."
        if found
        else ""
    )
    if any(r["is_provisional"] for r in found):
        rests += " The baseline is not complete: limits are provisional."
    return Picture(
        f"{key}-picture",
        title,
        f"Share with the defect ({name}) by the week in which it was given, about its mean, "
        f"between stepped limits.",
        rests,
        ControlChart("share with the defect", _points(found), limits["mean"] if limits else None)
        if found
        else None,
        sheet,
    )


def _points(found: Sequence[dict[str, Any]]) -> tuple[ControlPoint, ...]:
    points = []
    for r in found:
        share = r["defect_count"] / r["unit_count"]
        at = r["week_at"]
        name = f"{at.day} {MONTHS[at.month - 1]}"
        ring = name if r["is_beyond"] else ""
        if r["is_average_beyond"] and not ring:
            ring = f"{name}, average"
        points.append(
            ControlPoint(
                f"{MONTHS[at.month - 1]} \u2019{at:%y}" if at.day <= 7 or r["week_count"] > 3 else "",
                share,
                r["low"],
                r["high"],
                f"{show(at.date())}: {r['defect_count']} of {r['unit_count']}",
                r["is_mature"],
                ring,
                r["changed"] or "",
            )
        )
    return tuple(points)


def _row(r: dict[str, Any]) -> tuple[Any, ...]:
    told = []
    if not r["is_mature"]:
        told.append("may still change")
    if r["is_beyond"]:
        told.append("outside the limits")
    if r["is_average_beyond"]:
        told.append("moving average")
    if r["changed"]:
        told.append(f"changed: {r['changed']}")
    return (
        r["week_at"].date(),
        r["week_count"],
        r["unit_count"],
        r["defect_count"],
        Share(r["defect_count"], r["unit_count"]),
        None if r["low"] is None else f"{show(Rate(r['low']))} to {show(Rate(r['high']))}",
        number(r["average"]),
        "; ".join(told) or None,
    )


def _cusum(tables: Published, process: str) -> Picture:
    sql = f"""
    SELECT c.at, unit_id, p_open, opened, better, worse, alarm_better, alarm_worse, alarm_at FROM cusum AS c
    WHERE c.process = '{process}' ORDER BY c.at, c.unit_id"""
    found = tables.records(sql)
    opened, said = sum(r["opened"] for r in found), sum(r["p_open"] for r in found)
    alarms = [r for r in found if r["alarm_better"] or r["alarm_worse"]]
    horizon = horizon_of(tables)
    weeks = horizon.weeks(found[0]["at"], found[-1]["at"]) if found else horizon.weeks()
    sheet = Sheet(
        f"cusum-{process}",
        f"Alarms of the CUSUM, {PROCESSES[process]}",
        (
            Column("On", is_words=True),
            Column("What was given", is_words=True),
            Column("Chance said"),
            Column("Told that", is_words=True),
        ),
        tuple(
            (
                r["at"].date(),
                r["unit_id"],
                Rate(r["p_open"]),
                "more opened than was said" if r["alarm_better"] else "less opened than was said",
            )
            for r in reversed(alarms)
        ),
        Query(("cusum",), sql),
        "No alarm: what opened is what the chances said, as far as these numbers can tell."
        if found
        else f"No chance was said of any {units_of(process)[0]} whose {weeks} are over.",
        note="Risk-adjusted (Steiner and others, 2000): each hand-off is held against its own chance, so a "
        "change of mix is no alarm. It looks for odds twice as high or half as high; an alarm begins anew.",
    )
    less = sum(r["alarm_worse"] for r in alarms)
    finding = f"{len(alarms) - less} alarms for more and {less} for less" if alarms else "no alarm"
    chart = None
    if len(found) > 1:
        chart = Sums(
            "more opened than was said",
            "less opened",
            found[0]["alarm_at"],
            tuple(_month(found, i) for i in range(len(found))),
            tuple(r["better"] for r in found),
            tuple(r["worse"] for r in found),
        )
    return Picture(
        f"cusum-{process}-picture",
        f"{begun(PROCESSES[process])}: {opened} opened in {weeks} where the chances said "
        f"{said:.0f}; {finding}",
        "Two sums over what was given, in order: one grows while more opens than the chances said, one while "
        "less does; where one reaches its limit it begins anew.",
        f"Rests on {counted(len(found), *units_of(process))} with a chance, whose {weeks} are over.",
        chart,
        sheet,
    )


def _month(found: Sequence[dict[str, Any]], i: int) -> str:
    """The month, where it is another one than that of the row before."""
    at = found[i]["at"]
    begins = i == 0 or (found[i - 1]["at"].year, found[i - 1]["at"].month) != (at.year, at.month)
    return f"{MONTHS[at.month - 1]} \u2019{at:%y}" if begins else ""


def _specials(tables: Published) -> Sheet:
    sql = """
    SELECT week_at, process, defect, unit_count, defect_count, mean, is_beyond FROM control_chart
    WHERE is_beyond OR is_average_beyond
    UNION ALL
    SELECT g.at, process, defect, gap + 1, 1, 1 / (mean + 1), is_beyond FROM gap_chart AS g
    WHERE is_beyond OR is_average_beyond
    ORDER BY week_at DESC, process, defect"""
    return Sheet(
        "specials",
        "Every point out of control, of every kind",
        (
            Column("From", is_words=True),
            Column("Kind", is_words=True),
            Column("Given as", is_words=True),
            Column("Judged"),
            Column("Defects"),
            Column("Share"),
            Column("Mean"),
            Column("Told by", is_words=True),
        ),
        tuple(
            (
                r["week_at"].date(),
                DEFECTS[r["defect"]],
                PROCESSES[r["process"]],
                r["unit_count"],
                r["defect_count"],
                Share(r["defect_count"], r["unit_count"]),
                Rate(r["mean"]),
                "outside the limits" if r["is_beyond"] else "moving average",
            )
            for r in tables.records(sql)
        ),
        Query(("control_chart", "gap_chart"), sql),
        "No point is out of control.",
        shown=10,
    )
