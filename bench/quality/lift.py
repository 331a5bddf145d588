"""How often the intervals of lift hold the truth, and how often a comparison of who was reached does."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
from bench.quality.figures import Data, Figure, wilson
from bench.quality.lift_drawn import AS_OF, SPAN, company

from muster.lift.holdouts import holdout_lines
from muster.lift.lots import doubly_robust
from muster.lift.rollouts import Regions, difference_in_differences, interval, under, ways

TOPIC = "Lift: how often intervals hold the truth"
COMPANIES, LOTS, ROLLOUTS = 1000, 1000, 500
OUTCOMES = {"openings": "openings", "won": "won deals", "won_amount": "won dollars", "groups": "groups"}
EACH = "drawn companies, every parameter anew; of them estimable"


def figures(data: Data) -> Iterator[Figure]:
    """Hold-outs, lots and roll-outs of drawn companies, and the hold-outs of the generated company."""
    yield from _holdouts()
    yield _lots()
    yield _rollouts()
    if missing := data.missing("world"):
        yield Figure(TOPIC, "hold-outs of the generated company", skipped=missing)
        return
    yield _world(data.tables, data.world / "truth")


def _holdouts() -> Iterator[Figure]:
    dice = np.random.default_rng(5)
    told, held, held_80, naive, seen = Counter(), Counter(), Counter(), 0, []
    for _ in range(COMPANIES):
        drawn = company(dice)
        for line in holdout_lines(SPAN, drawn.accounts, as_of=AS_OF, currency="USD"):
            if line.status != "estimable":
                continue
            truth = 1000 * drawn.brings[line.outcome]
            told[line.outcome] += 1
            held[line.outcome] += line.low_per_1000 <= truth <= line.high_per_1000
            held_80[line.outcome] += line.low_80_per_1000 <= truth <= line.high_80_per_1000
            if line.outcome == "openings":
                seen.append(
                    (abs(truth) >= line.detectable_per_1000, not line.low_per_1000 <= 0 <= line.high_per_1000)
                )
                naive += _by_exposure(drawn.accounts, truth)
    for outcome, name in OUTCOMES.items():
        count, share = told[outcome], held[outcome] / told[outcome]
        low, high = wilson(share, count)
        others = {"reached against not reached": naive / count} if outcome == "openings" else {}
        how = f"{COMPANIES:,} {EACH}: {count:,}; {low:.3f} to {high:.3f}"
        yield Figure(TOPIC, f"hold-outs, {name}: 95 % intervals", share, others, 0.90, how=how)
        yield Figure(
            TOPIC,
            f"hold-outs, {name}: 80 % intervals",
            held_80[outcome] / count,
            how=how.split(";", maxsplit=1)[0] + f": {count:,}",
        )
    large = [found for could, found in seen if could]
    how = f"{len(large)} with a true effect of at least what was said could be seen"
    yield Figure(
        TOPIC,
        "hold-outs, openings: effects that could be seen, seen",
        float(np.mean(large)),
        bar=0.80,
        how=how,
    )


def _by_exposure(accounts: object, truth: float) -> bool:
    """Whether comparing accounts reached with those not reached holds the truth in its 95 % interval."""
    reached = np.asarray(accounts["contacts"]) > 0
    fit = np.asarray(accounts["fit"])
    reached = reached & (fit > np.median(fit))  # a programme is aimed at whoever fits
    y = np.asarray(accounts["openings"], np.float64)
    one, other = y[reached], y[~reached]
    error = (one.var() / len(one) + other.var() / len(other)) ** 0.5
    return bool(abs(1000 * (one.mean() - other.mean()) - truth) <= 1960 * error)


def _lots() -> Figure:
    dice, held = np.random.default_rng(6), 0
    for _ in range(LOTS):
        count = int(dice.integers(120, 600))
        account = dice.integers(0, count // 2, count)
        sign = dice.normal(size=count) + dice.normal(size=count)[account]
        chances = dice.choice([0.3, 0.5, 0.6], count)
        came_in = dice.random(count) < chances
        before = 1 / (1 + np.exp(dice.uniform(0.6, 1.8) - 0.6 * sign))
        after = np.clip(before + dice.uniform(-0.05, 0.15), 0, 1)
        y = (dice.random(count) < np.where(came_in, after, before)).astype(np.float64)
        clusters = np.unique(account, return_inverse=True)[1].astype(np.int64)
        found = doubly_robust(y, came_in, chances, signs=sign[:, None], clusters=clusters)
        low, high = found.interval(0.95)
        held += bool(low <= (after - before).mean() <= high)
    low, high = wilson(held / LOTS, LOTS)
    how = f"{LOTS:,} drawn queues of 120 to 600 lots; {low:.3f} to {high:.3f}"
    return Figure(TOPIC, "hand-offs settled by lot: 95 % intervals", held / LOTS, bar=0.90, how=how)


def _rollouts() -> Figure:
    dice, held = np.random.default_rng(7), 0
    for _ in range(ROLLOUTS):
        count, weeks = int(dice.integers(8, 16)), 52
        accounts = dice.integers(60, 400, count).astype(np.float64)
        on = np.zeros((count, weeks))
        on[dice.choice(count, 3, replace=False), 26:] = 1
        season = 1 + 0.3 * np.sin(np.arange(weeks) / 8 + dice.uniform(0, 6))
        base = dice.uniform(0.002, 0.006, count)[:, None] * season
        effect = float(dice.uniform(-0.001, 0.003))
        rate = dice.poisson(np.maximum(base + effect * on, 0) * accounts[:, None]) / accounts[:, None]
        regions = Regions(tuple(map(str, range(count))), tuple(range(weeks)), on, rate, accounts)
        choices = [under(regions, choice) for choice in ways(regions)]
        seen = np.array([difference_in_differences(rate, o, accounts) for o in choices])
        given = np.array([difference_in_differences(on, o, accounts) for o in choices])
        ends = interval(seen, given, 0.95)
        held += ends is not None and ends[0] <= effect <= ends[1]
    low, high = wilson(held / ROLLOUTS, ROLLOUTS)
    how = f"{ROLLOUTS} drawn roll-outs, three of 8 to 15 regions on; {low:.3f} to {high:.3f}"
    return Figure(TOPIC, "regions switched on: 95 % intervals", held / ROLLOUTS, bar=0.90, how=how)


def _world(tables: Path, truth: Path) -> Figure:
    """Whether what a programme truly brought, over its accounts, lies in the interval of openings."""
    with (truth / "program_lifts.csv").open(encoding="utf-8") as stream:
        brought = {row["campaign_id"]: float(row["lift_opportunities"]) for row in csv.DictReader(stream)}
    found = duckdb.sql(f"""
        SELECT program_id, name, estimate_per_1000 AS e, low_per_1000 AS low, high_per_1000 AS high,
            detectable_per_1000 AS d, treated_count + holdout_count AS n
        FROM read_parquet('{tables}/lift.parquet')
        WHERE design = 'account_holdout' AND outcome = 'openings' AND status = 'estimable' ORDER BY name
    """).fetchall()
    held, said = 0, []
    judged = [row for row in found if row[0] in brought]
    for program, name, estimate, low, high, detectable, count in judged:
        true = 1000 * brought[program] / count
        held += low <= true <= high
        said.append(
            f"{name} {estimate:+.0f} ({low:.0f} to {high:.0f}; could see {detectable:.0f}), true {true:+.1f}"
        )
    how = "openings per 1,000 accounts: " + "; ".join(said)
    return Figure(
        TOPIC,
        "hold-outs of the generated company in which the truth lies",
        held / max(len(judged), 1),
        how=how,
    )
