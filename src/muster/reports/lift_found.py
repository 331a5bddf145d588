"""Page 1 of the report on lift: what experiments say, in openings, deals and dollars."""

from __future__ import annotations

from typing import Any

from muster.reports.charts.shapes import Difference, Differences
from muster.reports.defect_words import number
from muster.reports.published import Published
from muster.reports.sheets import Block, Column, Page, Picture, Query, Sentence, Sheet, say
from muster.reports.values import Money, Value, counted, show

OUTCOMES = {
    "openings": "Opportunities opened",
    "won": "Deals won",
    "won_amount": "Won dollars",
    "groups": "Groups in a buying cycle (surrogate)",
    "upward_reads": "Upward reads (surrogate)",
}
DESIGNS = {
    "account_holdout": "accounts held out by lot",
    "hand_off_lots": "hand-offs settled by lot",
    "region_rollout": "regions switched on",
    "none": "none",
}
INTERFERENCE = (
    "Sales' time is shared: a programme that brings many groups takes sellers from all others, "
    "held out or not, "
    "and no difference between arms sees that."
)
_FOUND = """
    SELECT * FROM lift WHERE status = 'estimable'
    ORDER BY name, design, CASE outcome WHEN 'openings' THEN 1 WHEN 'won' THEN 2 WHEN 'won_amount' THEN 3
    WHEN 'groups' THEN 4 ELSE 5 END"""
_OPENINGS = """
    SELECT * FROM lift WHERE outcome = 'openings' AND status = 'estimable' ORDER BY name, design"""


def found_page(tables: Published) -> Page:
    """Openings in a picture, then every outcome that can be estimated, surrogates named as such."""
    found = tables.records(_OPENINGS)
    blocks: list[Block] = [_picture(found), _all(tables)]
    return Page("found", "What experiments say", _opening(tables, found), tuple(blocks))


def _opening(tables: Published, found: list[dict[str, Any]]) -> Sentence:
    [tried] = tables.records(
        "SELECT COUNT(DISTINCT experiment) FILTER (design <> 'none') AS tried, "
        "COUNT(DISTINCT experiment) FILTER (design = 'none') AS untried FROM lift"
    )
    untried = counted(tried["untried"], "programme")
    if not tried["tried"]:
        return say(
            "Nothing was ever held out by lot: of none of {} can be said what it brought.",
            (untried, "silent"),
        )
    clear = [r for r in found if r["low_per_1000"] > 0 or r["high_per_1000"] < 0]
    return say(
        "{} on record, {} with a difference in openings that is more than chance; {} had none "
        "and cannot be judged.",
        (counted(tried["tried"], "experiment"), "estimates"),
        (str(len(clear)) if clear else "none", "openings"),
        (untried, "silent"),
    )


def _picture(found: list[dict[str, Any]]) -> Picture:
    rows = tuple(
        Difference(
            label=r["name"],
            estimate=r["estimate_per_1000"],
            low=r["low_per_1000"],
            high=r["high_per_1000"],
            low_80=r["low_80_per_1000"],
            high_80=r["high_80_per_1000"],
            beside=f"{signed(r['estimate_per_1000'])} ({r['treated_count']:,} : {r['holdout_count']:,})",
        )
        for r in found
    )
    clear = [r["name"] for r in found if r["low_per_1000"] > 0 or r["high_per_1000"] < 0]
    sheet = Sheet(
        "openings",
        "Openings with and without, by experiment",
        (
            Column("Experiment", is_words=True),
            Column("Treated, openings per 1,000"),
            Column("Held out, per 1,000"),
            Column("Difference"),
            Column("95 % interval"),
            Column("80 % interval"),
        ),
        tuple(
            (
                r["name"],
                number(r["treated_per_1000"], 1),
                number(r["holdout_per_1000"], 1),
                signed(r["estimate_per_1000"]),
                f"{signed(r['low_per_1000'])} to {signed(r['high_per_1000'])}",
                f"{signed(r['low_80_per_1000'])} to {signed(r['high_80_per_1000'])}",
            )
            for r in found
        ),
        Query(("lift",), _OPENINGS),
        "No experiment can be estimated yet; the last page says why.",
        note="The difference is adjusted for what was known before, so it need not be the one "
        "between both columns. " + INTERFERENCE,
    )
    return Picture(
        "openings-picture",
        f"Openings differed beyond chance in {', '.join(clear)}"
        if clear
        else "No experiment shows a difference in openings beyond chance",
        "Difference in openings per 1,000 between those assigned to a programme and those held "
        "out, by experiment.",
        "Accounts (groups or regions) assigned and held out stand beside each row. Thick bar: 80 "
        "%, thin: 95 %.",
        Differences("openings per 1,000, assigned less held out", rows) if rows else None,
        sheet,
    )


def _all(tables: Published) -> Sheet:
    return Sheet(
        "estimates",
        "Every outcome that can be estimated",
        (
            Column("Experiment", is_words=True),
            Column("By", is_words=True),
            Column("Outcome", is_words=True),
            Column("Per 1,000"),
            Column("95 % interval"),
            Column("In all, over those treated"),
            Column("Standing", is_words=True),
        ),
        tuple(_row(r) for r in tables.records(_FOUND)),
        Query(("lift",), _FOUND),
        "No outcome of any experiment can be estimated.",
        note="Surrogates come before money and do not stand for it. Looking again while a programme runs "
        "finds differences by chance more often than the interval says. Regions somebody chose "
        "are no experiment: "
        "what they show rests on their having moved alike before.",
        shown=24,
    )


def _row(r: dict[str, Any]) -> tuple[Value, ...]:
    cents, currency = r["estimate_cents"], r["currency"]
    standing = "an interim look" if r["is_interim"] else f"until {show(r['to_at'].date())}"
    return (
        r["name"],
        DESIGNS[r["design"]] + ("" if r["is_randomised"] else ", chosen, not drawn"),
        OUTCOMES[r["outcome"]],
        signed(r["estimate_per_1000"]),
        f"{signed(r['low_per_1000'])} to {signed(r['high_per_1000'])}",
        None if cents is None else Money(int(cents), currency),
        standing,
    )


def signed(value: float | None) -> str | None:
    """A difference with its sign: whole from 100 on."""
    if value is None:
        return None
    said = number(abs(value), 0 if abs(value) >= 100 else 1)
    return f"{'+' if value > 0 else chr(0x2212) if value < 0 else ''}{said}"
