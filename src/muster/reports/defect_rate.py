"""Page 1 of the report on defects: how many there are in a million, by kind, and what passes every stage."""

from __future__ import annotations

from muster.reports.defect_words import DEFECTS, PROCESSES, begun, number, stage, units_of
from muster.reports.horizon import horizon_of
from muster.reports.published import Published
from muster.reports.sheets import Column, Headline, Headlines, Page, Query, Sentence, Sheet, join, say
from muster.reports.values import Rate, Share, Value, counted, percent_of, show


def rate_page(tables: Published) -> Page:
    """DPMO, sigma and yields of hand-offs, beside those of the MQLs that came before."""
    kinds, quarters, stages = _kinds(tables), _quarters(tables), _stages(tables)
    return Page(
        "defects",
        "Defects of what sales was given",
        _opening(tables),
        (_headlines(tables), kinds, stages, quarters, _unopened(tables)),
    )


def _overall(tables: Published) -> dict[str, dict[str, object]]:
    found = tables.records(
        "SELECT process, unit_count, passed_count, judged_count, defect_count, dpmo, sigma, "
        "sigma_conventional "
        "FROM process_quality WHERE quarter_on IS NULL AND defect IS NULL"
    )
    return {row["process"]: row for row in found}


def _opening(tables: Published) -> Sentence:
    overall = _overall(tables)
    said = []
    for process in ("hand_off", "mql"):
        if process in overall:
            row = overall[process]
            units, passed = int(str(row["unit_count"])), int(str(row["passed_count"]))
            said.append(
                say(
                    f"{{}} of {{}} had no defect: {number(_float(row['dpmo']), 0)} defects in a "
                    f"million judged "
                    "opportunities.",
                    (f"{percent_of(passed, units)}", "kinds"),
                    (counted(units, *units_of(process)), "kinds"),
                )
            )
    if not said:
        return say("Nothing that sales was given is old enough for a verdict.")
    return join(*said)


def _headlines(tables: Published) -> Headlines:
    rolled = {
        r["process"]: r["rolled_share"]
        for r in tables.records("SELECT process, rolled_share FROM stage_yield WHERE stage = 'won'")
    }
    figures = []
    for process, row in sorted(_overall(tables).items()):
        sigma = number(_float(row["sigma"]))
        units = int(str(row["unit_count"]))
        figures += [
            Headline(
                f"DPMO, {PROCESSES[process]}",
                number(_float(row["dpmo"]), 0) or "\u2013",
                (
                    f"sigma {sigma or 'endless'}",
                    f"{number(_float(row['sigma_conventional'])) or 'endless'} by convention",
                ),
                "kinds",
            ),
            Headline(
                f"First-pass yield, {PROCESSES[process]}",
                percent_of(int(str(row["passed_count"])), units),
                (f"of {units:,}", f"to a win: {_percent(rolled.get(process))}"),
                "stages",
            ),
        ]
    return Headlines(tuple(figures))


def _kinds(tables: Published) -> Sheet:
    sql = """
    SELECT process, defect, judged_count, defect_count, dpmo, sigma, sigma_conventional FROM process_quality
    WHERE quarter_on IS NULL AND defect IS NOT NULL ORDER BY process, defect_count DESC, defect"""
    return Sheet(
        "kinds",
        "Six ways to fail, over the whole history",
        (
            Column("Kind", is_words=True),
            Column("Given as", is_words=True),
            Column("Judged"),
            Column("Defects"),
            Column("Share"),
            Column("DPMO"),
            Column("Sigma"),
            Column("Sigma + 1.5"),
        ),
        tuple(
            (
                DEFECTS[r["defect"]],
                PROCESSES[r["process"]],
                int(r["judged_count"]),
                int(r["defect_count"]),
                Share(int(r["defect_count"]), int(r["judged_count"])),
                number(r["dpmo"], 0),
                number(r["sigma"]),
                number(r["sigma_conventional"]),
            )
            for r in tables.records(sql)
        ),
        Query(("process_quality",), sql),
        "Nothing that sales was given is old enough for a verdict: rules/control.csv says how "
        "long that takes.",
        note=f"Judged: hand-offs with a verdict on that kind{_verdict_days(tables)}. Silence is no "
        "verdict, except on follow-up. Sigma: the normal quantile of the share without a defect; adding 1.5 "
        "is a convention, for a drift that nobody measured.",
    )


def _stages(tables: Published) -> Sheet:
    sql = """
    SELECT process, stage, entered_count, passed_count, failed_count, open_count,
        yield_share, low, high, rolled_share, within_days
    FROM stage_yield ORDER BY process, CASE stage WHEN 'taken_up' THEN 1 WHEN 'opened' THEN 2 ELSE 3 END"""
    return Sheet(
        "stages",
        "What passes each stage, and all of them so far",
        (
            Column("Stage", is_words=True),
            Column("Given as", is_words=True),
            Column("Entered"),
            Column("Passed"),
            Column("Failed"),
            Column("On their way"),
            Column("Yield"),
            Column("95 % interval"),
            Column("Rolled"),
        ),
        tuple(
            (
                stage(r["stage"], int(r["within_days"])),
                PROCESSES[r["process"]],
                *(int(r[f"{name}_count"]) for name in ("entered", "passed", "failed", "open")),
                Rate(r["yield_share"]),
                None if r["low"] is None else f"{_percent(r['low'])} to {_percent(r['high'])}",
                Rate(r["rolled_share"]),
            )
            for r in tables.records(sql)
        ),
        Query(("stage_yield",), sql),
        "Sales was given nothing yet.",
        note="Yield by cumulative incidence (Aalen and Johansen): what is on its way counts as "
        "long as it was "
        "watched. Rolled: the product of the yields so far.",
    )


def _quarters(tables: Published) -> Sheet:
    sql = """
    SELECT quarter_on, process, unit_count, passed_count, judged_count, defect_count, dpmo, sigma
    FROM process_quality
    WHERE quarter_on IS NOT NULL AND defect IS NULL ORDER BY quarter_on DESC, process"""
    return Sheet(
        "defect-quarters",
        "Quarter by quarter",
        (
            Column("Quarter from", is_words=True),
            Column("Given as", is_words=True),
            Column("Given"),
            Column("Without a defect"),
            Column("First-pass yield"),
            Column("Defects"),
            Column("DPMO"),
            Column("Sigma"),
        ),
        tuple(
            (
                r["quarter_on"],
                PROCESSES[r["process"]],
                int(r["unit_count"]),
                int(r["passed_count"]),
                Share(int(r["passed_count"]), int(r["unit_count"])),
                int(r["defect_count"]),
                number(r["dpmo"], 0),
                number(r["sigma"]),
            )
            for r in tables.records(sql)
        ),
        Query(("process_quality",), sql),
        "No quarter is old enough for a verdict.",
        shown=8,
    )


def _unopened(tables: Published) -> Sheet:
    """Sales' word is kind: beside it what opened nothing, which is unkind. The truth lies between."""
    sql = """
    SELECT g.process, COUNT(*) AS unit_count, MIN(g.at) AS first_at, MAX(g.at) AS last_at,
        COUNT(*) FILTER (d.is_defect) AS rejected_count,
        COUNT(*) FILTER (c.opened IS NULL OR NOT c.opened) AS unopened_count
    FROM given AS g
    JOIN cusum AS c USING (process, unit_id)
    LEFT JOIN defect AS d ON d.process = g.process AND d.unit_id = g.unit_id AND d.defect = 'not_in_cycle'
    GROUP BY g.process ORDER BY g.process"""
    found = tables.records(sql)
    times = [r[name] for r in found for name in ("first_at", "last_at")]
    horizon = horizon_of(tables)
    weeks = horizon.weeks(min(times), max(times)) if times else horizon.weeks()
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            begun(PROCESSES[r["process"]]),
            int(r["unit_count"]),
            int(r["rejected_count"]),
            Share(int(r["rejected_count"]), int(r["unit_count"])),
            int(r["unopened_count"]),
            Share(int(r["unopened_count"]), int(r["unit_count"])),
        )
        for r in found
    )
    return Sheet(
        "bounds",
        "Not in a buying cycle: between what sales said and what opened nothing",
        (
            Column("Given as", is_words=True),
            Column("Given, with a chance"),
            Column("Rejected as not buying"),
            Column("At the least"),
            Column(f"Opened nothing in {weeks}"),
            Column("At the most"),
        ),
        rows,
        Query(("given", "cusum", "defect"), sql),
        "No chance was said of anything that sales was given: data are too thin for one.",
        note="Sales seldom writes down a rejection, and a true cycle may end without an "
        "opportunity for us: the "
        "share that was in no cycle lies between the two.",
    )


def _verdict_days(tables: Published) -> str:
    """How long after they were given things are judged: the rules in force then, over all that was given."""
    [found] = tables.records(
        "SELECT MIN(DATE_DIFF('day', g.at, g.verdict_at)) AS least, "
        "MAX(DATE_DIFF('day', g.at, g.verdict_at)) AS most FROM given AS g"
    )
    if found["least"] is None:
        return ""
    days = f"{found['least']}" if found["least"] == found["most"] else f"{found['least']} to {found['most']}"
    return f", {days} days after (verdict_days of rules/control.csv)"


def _percent(share: float | None) -> str:
    return show(Rate(share))


def _float(value: object) -> float | None:
    return value if isinstance(value, float) else None
