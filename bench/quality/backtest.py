"""What `muster backtest` says of the generated company: its own figures, with their intervals."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.quality.figures import ROOT, Data, Figure
from threadpoolctl import threadpool_limits

from muster.backtest.draws import Figure as Estimate
from muster.backtest.judge import IN_FORCE, Backtest, judge, question
from muster.backtest.mondays import usual_span
from muster.backtest.questions import CHANCE
from muster.backtest.words import NAMES
from muster.engine.published import MANIFEST, Published
from muster.rules.read import read_rules

TOPIC = "Back-test of the generated company, a year of Mondays"
BARS = {"average_precision": 0.21, "average_precision_after_gap": 0.15, "lift_top_1_percent": 45.0}


def figures(data: Data) -> Iterator[Figure]:
    """Ranking, hand-offs at capacity and calibration, beside the report's own baselines."""
    if missing := data.missing("world"):
        yield Figure(TOPIC, "back-test", skipped=missing)
        return
    folder = data.tables.resolve()
    published = Published(folder, json.loads((folder / MANIFEST).read_text("utf-8")))
    rules = read_rules(ROOT / "examples" / "world" / "rules")
    span = usual_span(published)
    if span is None:
        yield Figure(TOPIC, "back-test", skipped="no Monday has its 13 weeks behind it")
        return
    with threadpool_limits(limits=1, user_api="blas"):
        asked = question(published, rules, span, currency="USD", progress=_silent)
        found = judge(published, rules, asked, company="World", currency="USD", progress=_silent)
    yield from _figures(found)


def _figures(found: Backtest) -> Iterator[Figure]:
    ours = found.score(CHANCE)
    assert ours is not None
    for one in (*ours.ranking, *ours.at_capacity):
        others = {
            s.name: f.value
            for s in found.scores
            if s.name != CHANCE
            for f in (*s.ranking, *s.at_capacity)
            if f.name == one.name and f.value is not None and s.name != IN_FORCE
        }
        low = one.name in ("false_hand_offs_per_opening",)
        what = NAMES[one.name] + (", cents" if "cents" in one.name else "")
        yield Figure(TOPIC, what, one.value, others, BARS.get(one.name), low, _how(one))
    for one in found.calibration:
        yield Figure(TOPIC, NAMES[one.name], one.value, {}, None, how=_how(one))


def _how(one: Estimate) -> str:
    if one.low_80 is None or one.high_80 is None:
        return f"{one.openings} different openings"
    return f"80 % interval {one.low_80:.3f} to {one.high_80:.3f}; {one.openings} different openings"


def _silent(_words: str) -> None:
    """Nobody watches."""
