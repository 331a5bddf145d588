"""Page 4 of the report on defects: whether the model still sees the world it learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.reports.charts.shapes import ControlChart, ControlPoint
from muster.reports.defect_words import number
from muster.reports.horizon import horizon_of
from muster.reports.published import Published
from muster.reports.sheets import Column, Page, Picture, Query, Sentence, Sheet, say
from muster.reports.sign_words import sign_words
from muster.reports.values import MONTHS, counted, show


def drift_page(tables: Published) -> Page:
    """Signs at once, chances once their weeks are over."""
    return Page(
        "drift",
        "Drift of the chances",
        _opening(tables),
        (_intercepts(tables), _averages(tables), _signs(tables)),
    )


def _opening(tables: Published) -> Sentence:
    found = tables.records(
        "SELECT COUNT(*) AS features, COUNT(*) FILTER (is_beyond) AS moved, MAX(week_at) AS at FROM drift "
        "WHERE measure = 'psi' AND week_at = (SELECT MAX(week_at) FROM drift WHERE measure = 'psi')"
    )[0]
    if not found["features"]:
        return say("Nothing can drift yet: data are too thin for a model of chances.")
    moved = counted(found["moved"], "sign") if found["moved"] else "None"
    return say(
        f"{{}} of {found['features']} is spread otherwise than in the weeks the model learnt from, on "
        f"{show(found['at'].date())}.",
        (moved, "signs"),
    )


def _intercepts(tables: Published) -> Picture:
    sql = """
    SELECT week_at, value, low, high, bound, row_count, is_beyond
    FROM drift WHERE measure = 'intercept' ORDER BY week_at"""
    found = tables.records(sql)
    sheet = Sheet(
        "intercepts",
        "By how much all chances were off, month by month",
        (
            Column("Monday", is_words=True),
            Column("Chances"),
            Column("Log-odds"),
            Column("95 % interval"),
            Column("Off", is_words=True),
        ),
        tuple(
            (
                r["week_at"].date(),
                r["row_count"],
                number(r["value"]),
                f"{number(r['low'])} to {number(r['high'])}",
                ("too low" if r["value"] > 0 else "too high") if r["is_beyond"] else None,
            )
            for r in reversed(found)
        ),
        Query(("drift",), sql),
        _none_yet(tables),
        note="The shift of all log-odds that would have met what came (Cox 1958): 0 is right on "
        "the whole, 0.4 "
        "means that odds were half as high again.",
        shown=12,
    )
    off = sum(r["is_beyond"] for r in found)
    points = tuple(
        ControlPoint(
            f"{MONTHS[r['week_at'].month - 1]} \u2019{r['week_at']:%y}",
            r["value"],
            -r["bound"],
            r["bound"],
            f"{show(r['week_at'].date())}: {number(r['value'])}",
            ring="off" if r["is_beyond"] else "",
        )
        for r in found
    )
    return Picture(
        "intercepts-picture",
        f"Chances were off as a whole on {off} of {counted(len(found), 'month')}"
        if off
        else f"Chances were right on the whole in {counted(len(found), 'month')}",
        "Shift of log-odds that would have met what came, month by month, between the bounds of the rules.",
        f"Rests on {sum(r['row_count'] for r in found):,} chances whose {_weeks(tables, found)} are over.",
        ControlChart("log-odds", points, 0.0, is_share=False, mean_name="as said") if found else None,
        sheet,
    )


def _averages(tables: Published) -> Picture:
    sql = """
    SELECT week_at, value * 1000 AS value, bound * 1000 AS bound, row_count, is_beyond FROM drift
    WHERE measure = 'label_average' ORDER BY week_at"""
    found = tables.records(sql)
    sheet = Sheet(
        "averages",
        "Openings beyond what was said, moving average",
        (
            Column("Monday", is_words=True),
            Column("Chances"),
            Column("Per 1,000"),
            Column("Limit, either way"),
            Column("Beyond", is_words=True),
        ),
        tuple(
            (
                r["week_at"].date(),
                r["row_count"],
                number(r["value"]),
                number(r["bound"]),
                "yes" if r["is_beyond"] else None,
            )
            for r in reversed(found)
        ),
        Query(("drift",), sql),
        _none_yet(tables),
        note=f"Mean of (opened - chance) a Monday, lambda 0.2, once {_weeks(tables, found)} are over; held "
        "to the limits of a single Monday, for neighbouring ones share their weeks.",
        shown=12,
    )
    points = tuple(
        ControlPoint(
            f"{MONTHS[r['week_at'].month - 1]} \u2019{r['week_at']:%y}" if r["week_at"].day <= 7 else "",
            r["value"],
            -r["bound"],
            r["bound"],
            f"{show(r['week_at'].date())}: {number(r['value'])}",
            ring="beyond" if r["is_beyond"] else "",
        )
        for r in found
    )
    off = sum(r["is_beyond"] for r in found)
    return Picture(
        "averages-picture",
        f"Openings ran beside what was said on {counted(off, 'Monday')}"
        if off
        else "Openings came as often as the chances said, as far as these numbers can tell",
        "Moving average of openings less what the chances said, by Monday, between its limits.",
        f"Rests on {counted(len(found), 'Monday')} whose {_weeks(tables, found)} are over.",
        ControlChart(
            "openings per 1,000 chances, beyond what was said",
            points,
            0.0,
            is_share=False,
            mean_name="as said",
        )
        if found
        else None,
        sheet,
    )


def _weeks(tables: Published, found: Sequence[dict[str, Any]]) -> str:
    """The weeks that the chances of these Mondays are about."""
    horizon = horizon_of(tables)
    return horizon.weeks(found[0]["week_at"], found[-1]["week_at"]) if found else horizon.weeks()


def _none_yet(tables: Published) -> str:
    return f"No chance is {horizon_of(tables).weeks()} old yet."


def _signs(tables: Published) -> Sheet:
    sql = """
    SELECT feature, MAX_BY(value, week_at) AS now, MAX(value) AS most, MAX_BY(week_at, value) AS most_at,
        COUNT(*) FILTER (is_beyond) AS beyond_count, COUNT(*) AS month_count, MAX(bound) AS bound
    FROM drift WHERE measure = 'psi' GROUP BY feature ORDER BY now DESC, feature"""
    return Sheet(
        "signs",
        "Stability of each sign against the weeks the model learnt from",
        (
            Column("Sign", is_words=True),
            Column("PSI now"),
            Column("Most"),
            Column("On"),
            Column("Months beyond the bound"),
            Column("Months"),
        ),
        tuple(
            (
                sign_words(r["feature"]),
                number(r["now"], 3),
                number(r["most"], 3),
                r["most_at"].date(),
                r["beyond_count"],
                r["month_count"],
            )
            for r in tables.records(sql)
        ),
        Query(("drift",), sql),
        "Data are too thin for a model of chances.",
        note="Population stability index; above psi_limit of rules/control.csv it is called a change.",
        shown=10,
    )
