"""Signs of working at a lead count: found where they were put in, and rare where nothing was."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from muster.control.gaming import Lead, signs

START, UNTIL = date(2023, 1, 2), date(2025, 6, 30)


def company(seed: int, *, per_day: float = 1.0) -> list[Lead]:
    """Two and a half years of leads on working days, some weeks busier than others."""
    dice = np.random.default_rng(seed)
    leads = []
    for back in range((UNTIL - START).days):
        on = START + timedelta(days=back)
        if back % 7 == 0:
            busy = dice.gamma(8, 1 / 8)
        for _ in range(dice.poisson(per_day * busy) if on.weekday() < 5 else 0):
            program = str(dice.choice(["webinar", "search", "fair"], p=[0.4, 0.35, 0.25]))
            acts = 1 + int(dice.poisson(3))
            leads.append(Lead(on, float(dice.normal(12, 4)), acts, program, bool(dice.random() < 0.6)))
    return leads


def found(leads: list[Lead]) -> set[tuple[str, str]]:
    told = signs(sorted(leads, key=lambda lead: lead.on), until=UNTIL, level=0.01, days=5)
    return {(row["sign"], row["subject"]) for row in told if row["is_sign"]}


def test_honest_companies_show_a_sign_seldom() -> None:
    assert sum(len(found(company(seed))) for seed in range(40)) <= 3  # four kinds at 1 in 100 each: 1.6


def copies(lead: Lead, number: int, **changes: object) -> list[Lead]:
    told = {name: getattr(lead, name) for name in ("on", "fit", "act_count", "program", "in_time")}
    return [Lead(**(told | changes)) for _ in range(number)]  # type: ignore[arg-type]


def test_leads_pushed_over_before_a_quarter_ends_bunch() -> None:
    leads = company(1)
    late = [lead for lead in leads if lead.on.month % 3 == 0 and lead.on.day >= 27]
    assert {("bunching", "quarter")} <= found(leads + [c for lead in late for c in copies(lead, 3)])


def test_poor_leads_in_number_are_fit_falling_while_volume_rises() -> None:
    leads = company(2)
    poor = [c for lead in leads if lead.on >= date(2025, 1, 1) for c in copies(lead, 1, fit=6.0)]
    assert ("fit_falls", "volume") in found(leads + poor)
    fewer = [lead for lead in leads if lead.on < date(2025, 1, 1) or lead.on.toordinal() % 3 == 0]
    lowered = [
        Lead(x.on, 6.0, x.act_count, x.program, x.in_time) if x.on >= date(2025, 1, 1) else x for x in fewer
    ]
    assert ("fit_falls", "volume") not in found(lowered)  # fit falls, volume does not rise


def test_leads_raised_on_one_act_are_told() -> None:
    leads = company(3)
    lists = [c for lead in leads if lead.on >= date(2025, 1, 1) for c in copies(lead, 1, act_count=1)]
    assert ("single_act", "one act or none") in found(leads + lists)


def test_a_flood_is_told_with_what_became_of_the_others() -> None:
    leads = company(4)
    then = [lead for lead in leads if lead.on >= date(2025, 1, 1)]
    flood = [c for lead in then for c in copies(lead, 3, program="list-buy", in_time=True)]
    starved = [
        Lead(x.on, x.fit, x.act_count, x.program, x.in_time and x.on < date(2025, 1, 1)) for x in leads
    ]
    told = signs(sorted(starved + flood, key=lambda lead: lead.on), until=UNTIL, level=0.01, days=5)
    [row] = [r for r in told if r["subject"] == "list-buy" and r["is_sign"]][:1]
    assert row["observed"] == pytest.approx(0.75) and row["expected"] == 0
    assert row["others_in_time"] == 0 and row["others_high"] < -0.3
    assert "observed" in row["sentence"] and "because" not in row["sentence"]


def test_a_company_without_recorded_leads_has_nothing_to_compare() -> None:
    assert signs([], until=UNTIL, level=0.01, days=5) == []
    assert signs(company(5)[:10], until=UNTIL, level=0.01, days=5) == []
