"""Experiments of an invented company: one with a clear difference, one without, regions, and a "
"programme alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from muster.lift.words import Line, say

START = datetime(2024, 7, 1)


def add_to(company: Any) -> None:
    for name, estimate in (("Executive dinners", 40.0), ("Webinars for everybody who ever came by", -3.2)):
        company.add("lift", **told(name, "openings", estimate))
        company.add("lift", **told(name, "won_amount", 1000 * estimate))
        company.add("lift", **told(name, "groups", 2 * estimate))
    company.add("lift", **told("Radio", "openings", 12.0, design="region_rollout", is_randomised=False))
    silent = Line(
        experiment="fair",
        program_id="fair",
        name="Trade fair",
        design="none",
        method="none",
        outcome="openings",
        reason="no experiment: nothing was held out by lot",
    )
    company.add("lift", **instants(silent))
    company.add(
        "experiment_power",
        experiment="Executive dinners",
        starts_at=START,
        holdout_share=0.2,
        account_count=2000,
        opening_count=130,
        variance=0.07,
        detectable_per_1000=41.5,
        sentence="this hold-out could see 42 openings per 1,000 accounts or more; 65 opened before",
    )
    for week in range(60):
        for place, region in enumerate(("north", "south", "west")):
            company.add(
                "rollout_week",
                experiment="Radio",
                region=region,
                week_at=START + timedelta(weeks=week - 26),
                is_on=place == 0 and week >= 26,
                account_count=300 + place,
                opening_count=(week * 7 + place * 3) % 5 + (3 if place == 0 and week >= 26 else 0),
                won_count=0,
                won_cents=0,
            )


def told(name: str, outcome: str, estimate: float, **cells: Any) -> dict[str, Any]:
    half = 15.0 if outcome == "openings" else 900 * 15.0
    line = Line(
        experiment=name,
        program_id=name,
        name=name,
        design=cells.pop("design", "account_holdout"),
        method="intention to treat, regression-adjusted",
        outcome=outcome,
        is_randomised=cells.pop("is_randomised", True),
        is_surrogate=outcome == "groups",
        currency="USD" if outcome == "won_amount" else None,
        starts_at=int(START.replace(tzinfo=UTC).timestamp()) * 1_000_000,
        to_at=int((START + timedelta(weeks=40)).replace(tzinfo=UTC).timestamp()) * 1_000_000,
        treated_count=1600,
        holdout_count=400,
        treated_per_1000=100 + estimate,
        holdout_per_1000=100.0,
        estimate_per_1000=estimate,
        low_per_1000=estimate - half,
        high_per_1000=estimate + half,
        low_80_per_1000=estimate - 0.65 * half,
        high_80_per_1000=estimate + 0.65 * half,
        estimate_cents=round(160 * estimate) if outcome == "won_amount" else None,
        detectable_per_1000=1.43 * half,
        detectable_before_per_1000=1.5 * half,
        balance_p=0.4,
        treated_reached_share=0.8,
        holdout_reached_share=0.0,
        status="estimable",
    )
    line.sentence = say(line)
    return instants(line)


def instants(line: Line) -> dict[str, Any]:
    """A line as published: instants without a zone."""
    row = line.row()
    for name in ("starts_at", "to_at"):
        if row[name] is not None:
            row[name] = datetime.fromtimestamp(row[name] / 1e6, UTC).replace(tzinfo=None)
    return row
