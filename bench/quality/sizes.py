"""What `muster backtest` says of companies of 800, 2,000 and 5,000 accounts: chances where data are thin.

The companies come from `bench/generate.py`, which knows nothing of the company with known truth; no choice of
the code was made on them. What opened is the CRM's word. Intervals are the back-test's own, by accounts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.quality.figures import ROOT, Data, Figure
from threadpoolctl import threadpool_limits

import muster
from muster.backtest.draws import Figure as Estimate
from muster.backtest.judge import Backtest, judge, question
from muster.backtest.mondays import usual_span
from muster.backtest.questions import CHANCE
from muster.backtest.words import NAMES
from muster.engine.published import MANIFEST, Published
from muster.rules.read import read_rules

TOPIC = "Chances by the size of a company, on generated companies"
# Accounts, and buying cycles that one of them goes through in two years: of these six in ten open.
COMPANIES = ((800, 0.1), (800, 1.05), (2_000, 0.1), (2_000, 1.05), (5_000, 1.05))
PER_ACCOUNT = 100  # engagements, in bench/generate.py
RANKING = ("average_precision", "average_precision_after_gap", "lift_top_1_percent")
BESIDE = ("rule score", "MQL person score", "account x solution sum", "eight-sign logistic")
CALIBRATION = (
    *("calibration_slope", "observed_over_expected", "brier_skill"),
    *("relative_ece", "relative_ece_by_chance"),
)


def figures(data: Data) -> Iterator[Figure]:
    """A company of each size: generated, run and back-tested."""
    for accounts, cycles in COMPANIES:
        company = f"{accounts:,} accounts, {cycles:g} cycles each"
        folder = data.scratch / f"{accounts} accounts {cycles}"
        size = str(accounts * PER_ACCOUNT)
        command = [sys.executable, str(ROOT / "bench" / "generate.py"), str(folder)]
        command += ["--engagements", size, "--seed", str(accounts), "--cycles", str(cycles)]
        subprocess.run(command, check=True, capture_output=True)
        muster.open(folder).run()
        found = backtested(folder)
        if found is None:
            yield Figure(TOPIC, company, skipped="no Monday has its 13 weeks behind it")
        else:
            yield from _figures(company, found)


def backtested(folder: Path) -> Backtest | None:
    """What `muster backtest` says of a workspace that has run; None where no week is over."""
    tables = (folder / ".muster" / "tables").resolve()
    published = Published(tables, json.loads((tables / MANIFEST).read_text("utf-8")))
    rules, span = read_rules(folder / "rules"), usual_span(published)
    if span is None:
        return None
    with threadpool_limits(limits=1, user_api="blas"):
        asked = question(published, rules, span, currency="USD", progress=_silent)
        return judge(published, rules, asked, company=folder.name, currency="USD", progress=_silent)


def _figures(company: str, found: Backtest) -> Iterator[Figure]:
    ours = found.score(CHANCE)
    assert ours is not None
    for one in ours.ranking:
        if one.name in RANKING:
            others = {
                score.name: other.value
                for score in found.scores
                for other in score.ranking
                if other.name == one.name and score.name in BESIDE and other.value is not None
            }
            yield Figure(TOPIC, f"{company}: {NAMES[one.name]}", one.value, others, how=_how(one, found))
    for one in found.calibration:
        if one.name in CALIBRATION:
            yield Figure(TOPIC, f"{company}: {NAMES[one.name]}", one.value, how=_how(one, found))


def _how(one: Estimate, found: Backtest) -> str:
    """The interval, and what it rests on."""
    rests_on = f"{one.openings} different openings, {found.first_monday} to {found.last_monday}"
    if one.low_80 is None or one.high_80 is None:
        return rests_on
    return f"80 % interval {one.low_80:.3f} to {one.high_80:.3f}; {rests_on}"


def _silent(_words: str) -> None:
    """Nobody watches."""
