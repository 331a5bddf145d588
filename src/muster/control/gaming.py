"""Signs that a count of leads is worked at: what chance and the months before do not explain.

A sign is no proof and names nobody: a campaign, a trade fair or a new form may look the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.control.ground import control_rules
from muster.engine.protocol import Engine

Vector = npt.NDArray[np.float64]

YEAR = 4  # quarters that a quarter is compared with
FEWEST = 20  # leads in a quarter, and in those before: fewer, and nothing is said
FLOOD = 0.2  # a programme that brings less than this part of a quarter's leads floods nothing
GROWTH = 1.2  # volume rises where a quarter has so many times the leads of those before
SHIFTS = (-14, -7, 7, 14)  # days, whole weeks: the same weekdays near by, that end no period
_SIGN = pa.schema(
    [
        *((name, pa.string()) for name in ("sign", "subject")),
        ("period_on", pa.int64()),
        *((name, pa.int64()) for name in ("lead_count", "before_count")),
        *((name, pa.float64()) for name in ("observed", "expected", "p_value")),
        *((name, pa.float64()) for name in ("others_in_time", "others_before", "others_low", "others_high")),
        ("is_sign", pa.bool_()),
        ("sentence", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Lead:
    """One recorded MQL: its day, and what was behind it."""

    on: date
    fit: float  # points
    act_count: int
    program: str | None
    in_time: bool | None  # None where follow-up was not recorded or is not due


def put_signs(engine: Engine) -> None:
    """Put `gaming_sign` from the leads in `given`. A company that recorded no MQL has none."""
    rules = control_rules(engine)
    columns = ("at", "unit_id", "fit", "act_count", "program_id", "follow_up")
    told = ", ".join(f"g.{name}" for name in columns)
    found = engine.arrow(f"SELECT {told} FROM given AS g WHERE g.process = 'mql'")
    as_of = engine.arrow("SELECT c.as_of_at FROM clock AS c").column("as_of_at").to_pylist()[0]
    leads = [
        Lead(
            _day(row["at"]),
            row["fit"] / 100,
            row["act_count"],
            row["program_id"],
            {"in time": True, "late": False, "none": False}.get(row["follow_up"]),
        )
        for row in found.sort_by([("at", "ascending"), ("unit_id", "ascending")]).to_pylist()
    ]
    rows = signs(
        leads, until=_day(as_of), level=rules["sign_level"], days=rules["period_end_us"] // 86_400_000_000
    )
    engine.put("gaming_sign", pa.Table.from_pylist(rows, schema=_SIGN))


def signs(leads: Sequence[Lead], *, until: date, level: float, days: int) -> list[dict[str, Any]]:
    """Every comparison that could be made, a row each; `is_sign` where chance gives as much in less than
    `level` of cases, divided by how many comparisons of its kind were made (Bonferroni).

    `until` is the as-of day: the quarter it lies in is not over and is not judged.
    """
    if not leads:
        return []
    quarters = {
        start: list(own)
        for start, own in groupby(leads, key=lambda lead: _quarter(lead.on))
        if _next_quarter(start) <= until
    }
    rows: list[dict[str, Any]] = []
    for kind in (_bunching(leads, until, days), _fit(quarters), _single(quarters), _floods(quarters)):
        tested = list(kind)
        for row in tested:
            beyond = row.pop("may_be", True) and row["p_value"] < level / len(tested)
            rows.append(row | {"is_sign": beyond, "period_on": _micros(row["period_on"])})
    return rows


def _bunching(leads: Sequence[Lead], until: date, days: int) -> Iterator[dict[str, Any]]:
    """Leads of the last days of months and of quarters, against the same weekdays of the weeks about them.

    z = sum(O - E)/sqrt(1.25 phi sum(E)): E is the mean of four such windows, phi how much more these vary
    than counts by chance do (quasi-Poisson, McCullagh and Nelder 1989), at least 1.
    """
    counts: dict[date, int] = {}
    for lead in leads:
        counts[lead.on] = counts.get(lead.on, 0) + 1

    def window(last: date, shift: int) -> int:
        return sum(counts.get(last + timedelta(days=shift - back), 0) for back in range(days))

    for subject, months in (("month", 1), ("quarter", 3)):
        ends = [
            end
            for end in _ends(leads[0].on, until, months)
            if leads[0].on <= end - timedelta(days=14 + days) and end + timedelta(days=14) <= until
        ]
        if len(ends) < 4:
            continue
        seen = np.array([window(end, 0) for end in ends], float)
        near = np.array([[window(end, shift) for shift in SHIFTS] for end in ends], float)
        expected = near.mean(axis=1)
        if expected.sum() == 0:
            continue
        spread = max(1.0, float(near.var(axis=1, ddof=1).sum() / expected.sum()))
        z = (seen.sum() - expected.sum()) / (1.25 * spread * expected.sum()) ** 0.5
        yield {
            "sign": "bunching",
            "subject": subject,
            "period_on": ends[0],
            "lead_count": int(seen.sum()),
            "before_count": int(near.sum()),
            "observed": float(seen.sum()),
            "expected": float(expected.sum()),
            "p_value": _tail(z),
            "sentence": f"In the last {days} days of {len(ends)} {subject}s {int(seen.sum())} leads were"
            f" raised; on the same weekdays of the weeks about them, {expected.sum():.0f} in the mean.",
        }


def _fit(quarters: dict[date, list[Lead]]) -> Iterator[dict[str, Any]]:
    """The fit of a quarter's leads against the year before, where there are more of them (Welch 1947)."""
    for start, now, before, quarters_before in _compared(quarters):
        a, b = np.array([lead.fit for lead in now]), np.array([lead.fit for lead in before])
        error = (a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)) ** 0.5
        z = (b.mean() - a.mean()) / error if error > 0 else 0.0
        usual = len(before) / quarters_before
        yield {
            "sign": "fit_falls",
            "subject": "volume",
            "period_on": start,
            "lead_count": len(now),
            "before_count": len(before),
            "observed": float(a.mean()),
            "expected": float(b.mean()),
            "p_value": _tail(z),
            "may_be": len(now) >= GROWTH * usual,
            "sentence": f"{len(now)} leads against {usual:.0f} a quarter in the year before; "
            f"their accounts fit"
            f" with {a.mean():.1f} points in the mean, against {b.mean():.1f}.",
        }


def _single(quarters: dict[date, list[Lead]]) -> Iterator[dict[str, Any]]:
    """Leads raised after one act or none, against the year before."""
    for start, now, before, _ in _compared(quarters):
        few, then = sum(lead.act_count <= 1 for lead in now), sum(lead.act_count <= 1 for lead in before)
        yield {
            "sign": "single_act",
            "subject": "one act or none",
            "period_on": start,
            "lead_count": len(now),
            "before_count": len(before),
            "observed": few / len(now),
            "expected": then / len(before),
            "p_value": _more(few, len(now), then, len(before)),
            "sentence": f"{few} of {len(now)} leads had done one thing or none on record in the 90 days"
            f" before; in the year before, {then} of {len(before)}.",
        }


def _floods(quarters: dict[date, list[Lead]]) -> Iterator[dict[str, Any]]:
    """Programmes that brought more of a quarter's leads than before, and how the others' were followed up."""
    for start, now, before, _ in _compared(quarters):
        for program in sorted({lead.program for lead in now if lead.program is not None}):
            own, then = sum(x.program == program for x in now), sum(x.program == program for x in before)
            if own < FLOOD * len(now):
                continue
            others = [x.in_time for x in now if x.program != program and x.in_time is not None]
            usual = [x.in_time for x in before if x.program != program and x.in_time is not None]
            told = _difference(sum(others), len(others), sum(usual), len(usual))
            beside = (
                f" The other leads were followed up in time in {sum(others)} of {len(others)} cases,"
                f" before in {sum(usual)} of {len(usual)} (observed together; one need not have "
                f"brought the other)."
                if others and usual
                else ""
            )
            yield {
                "sign": "flood",
                "subject": program,
                "period_on": start,
                "lead_count": len(now),
                "before_count": len(before),
                "observed": own / len(now),
                "expected": then / len(before),
                "p_value": _more(own, len(now), then, len(before)),
                "may_be": own * len(before) >= 2 * then * len(now),
                "sentence": f"{program} brought {own} of {len(now)} leads; in the year before, {then} of"
                f" {len(before)}.{beside}",
            } | told


def _compared(
    quarters: dict[date, list[Lead]],
) -> Iterator[tuple[date, list[Lead], list[Lead], int]]:
    """Each quarter with the leads of up to four before it, and how many quarters these are."""
    starts = sorted(quarters)
    for number, start in enumerate(starts):
        earlier = starts[max(0, number - YEAR) : number]
        before = [lead for quarter in earlier for lead in quarters[quarter]]
        if len(earlier) >= 2 and min(len(quarters[start]), len(before)) >= FEWEST:
            yield start, quarters[start], before, len(earlier)


def _more(k: int, n: int, k0: int, n0: int) -> float:
    """How often chance gives a share so much larger (two proportions, pooled)."""
    pooled = (k + k0) / (n + n0)
    error = (pooled * (1 - pooled) * (1 / n + 1 / n0)) ** 0.5
    return _tail((k / n - k0 / n0) / error) if error > 0 else 1.0


def _difference(k: int, n: int, k0: int, n0: int) -> dict[str, float | None]:
    """Two shares and the 95 % interval of their difference (Newcombe 1998, from Wilson's intervals)."""
    names = ("others_in_time", "others_before", "others_low", "others_high")
    if not n or not n0:
        return dict.fromkeys(names)
    a, b = k / n, k0 / n0
    (low, high), (low0, high0) = _wilson(k, n), _wilson(k0, n0)
    reach = ((a - low) ** 2 + (high0 - b) ** 2) ** 0.5, ((high - a) ** 2 + (b - low0) ** 2) ** 0.5
    return dict(zip(names, (a, b, a - b - reach[0], a - b + reach[1]), strict=True))


def _wilson(k: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    middle = (k + z * z / 2) / (n + z * z)
    half = z * (k * (n - k) / n + z * z / 4) ** 0.5 / (n + z * z)
    return middle - half, middle + half


def _tail(z: float) -> float:
    return NormalDist().cdf(-z)


def _ends(first: date, until: date, months: int) -> Iterator[date]:
    """The last days of months, or of quarters, from one day to another."""
    day = date(first.year, first.month, 1)
    while day <= until:
        following = (day + timedelta(days=31)).replace(day=1)
        if (following.month - 1) % months == 0:
            yield following - timedelta(days=1)
        day = following


def _quarter(on: date) -> date:
    return date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)


def _next_quarter(start: date) -> date:
    return (start + timedelta(days=93)).replace(day=1)


def _day(at: int) -> date:
    return datetime.fromtimestamp(at // 1_000_000, UTC).date()


def _micros(on: date) -> int:
    return (on - date(1970, 1, 1)).days * 86_400_000_000
