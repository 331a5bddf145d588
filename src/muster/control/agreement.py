"""How far people who judged the same thing agree, beyond what chance would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from muster.engine.protocol import Engine

FEWEST = 10  # subjects that two people judged: fewer, and nothing is said
DRAWS = 500
_AGREEMENT = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "verdict")),
        *((name, pa.int64()) for name in ("subject_count", "judge_count")),
        *((name, pa.float64()) for name in ("agreed_share", "alpha", "low", "high")),
        ("said", pa.string()),
    ]
)


def put_agreement(engine: Engine) -> None:
    """Put `agreement` from `judgement`: of each source all verdicts together, and each against the others."""
    columns = ("source", "subject_id", "judge", "verdict")
    told = ", ".join(f"j.{name}" for name in columns)
    found = engine.arrow(f"SELECT {told} FROM judgement AS j").sort_by([(c, "ascending") for c in columns])
    rows: list[dict[str, Any]] = []
    for source, words in groupby(found.to_pylist(), key=lambda r: r["source"]):
        subjects = [list(group) for _, group in groupby(words, key=lambda r: r["subject_id"])]
        shared = [group for group in subjects if len(group) > 1]
        judges = len({word["judge"] for group in shared for word in group})
        verdicts = [[word["verdict"] for word in group] for group in shared]
        names = sorted({verdict for group in verdicts for verdict in group})
        for verdict in (None, *names):
            units = verdicts if verdict is None else [[v == verdict for v in group] for group in verdicts]
            key = {"source": source, "verdict": verdict, "subject_count": len(units), "judge_count": judges}
            rows.append(key | _told(units))
    engine.put("agreement", pa.Table.from_pylist(rows, schema=_AGREEMENT))


def alpha(units: Iterable[Sequence[object]]) -> float | None:
    """Krippendorff's alpha for names: 1 is full agreement, 0 what chance gives; None where all say one thing.

    alpha = 1 - observed / expected disagreement, from the pairs of words on each unit: a unit of m words
    gives each of its pairs the weight 1/(m - 1). Any number of judges, and not all need judge everything.

    Reference: Krippendorff, "Content Analysis" (2004); "Computing Krippendorff's Alpha-Reliability" (2011).
    """
    counts = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[object] = Counter()
    for count in counts:
        totals.update(count)
    n = totals.total()
    apart = sum(
        (count.total() ** 2 - sum(c * c for c in count.values())) / (count.total() - 1) for count in counts
    )
    by_chance = n * n - sum(c * c for c in totals.values())
    return None if by_chance == 0 else 1 - (n - 1) * apart / by_chance


def _told(units: Sequence[Sequence[object]]) -> dict[str, Any]:
    """The figures of one row, or why there are none."""
    pairs = [(a == b) for unit in units for i, a in enumerate(unit) for b in unit[i + 1 :]]
    share = sum(pairs) / len(pairs) if pairs else None
    nothing = {"agreed_share": share, "alpha": None, "low": None, "high": None}
    if len(units) < FEWEST:
        return nothing | {"said": f"not estimable: fewer than {FEWEST} were judged by two people"}
    found = alpha(units)
    if found is None:
        return nothing | {"said": "not estimable: everybody said the same of everything"}
    low, high = _interval(units)
    return {"agreed_share": share, "alpha": found, "low": low, "high": high, "said": "estimated"}


def _interval(units: Sequence[Sequence[object]]) -> tuple[float | None, float | None]:
    """The 95 % percentile interval of alpha were other subjects drawn (Efron 1979)."""
    ordered = sorted(units, key=lambda unit: sorted(map(str, unit)))
    dice = np.random.default_rng(20)
    drawn = []
    for _ in range(DRAWS):
        again = alpha([ordered[i] for i in dice.integers(len(ordered), size=len(ordered))])
        if again is not None:
            drawn.append(again)
    if len(drawn) < DRAWS // 2:
        return None, None
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
