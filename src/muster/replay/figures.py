"""The figures as people read them: a row each, the MQL list beside Muster's, each with its interval."""

from __future__ import annotations

from muster.replay.compare import Replay
from muster.replay.matching import MQL, MUSTER
from muster.replay.measures import Measure
from muster.reports.money import short

_BOTH = {
    "hand_offs": "Hand-offs that can be judged",
    "openings_caught": "Openings that stood on the list before",
    "caught_two_weeks_before": "of them two weeks before or more",
    "share_caught": "Part of all openings",
    "amount_caught": "Amount of those openings",
    "won_amount_caught": "of it won so far",
    "false_alarms": "Hand-offs that no opening followed",
    "false_alarms_per_opening": "of those for each opening held",
}
_COMPARED = {
    "openings_ratio": "Openings: Muster's against the MQL list's",
    "openings_ratio_lower_bound": "lower bound: of Muster's only those without any MQL before",
    "amount_ratio": "Amount: Muster's against the MQL list's",
    "amount_ratio_lower_bound": "lower bound: of Muster's only those without any MQL before",
    "won_amount_ratio": "Won amount: Muster's against the MQL list's",
    "won_amount_ratio_lower_bound": "lower bound: of Muster's only those without any MQL before",
    "mean_days_earlier": "Days of warning more, over all openings",
}
THIN = "thin data"


def side_rows(told: Replay) -> list[tuple[str, str, str]]:
    """What either side did: label, MQL list, Muster."""
    return [
        (
            label,
            shown(told.measure(name, MQL), told.currency),
            shown(told.measure(name, MUSTER), told.currency),
        )
        for name, label in _BOTH.items()
    ]


def compared_rows(told: Replay) -> list[tuple[str, str]]:
    """Both sides compared: label, figure."""
    rows = [
        (label, shown(told.measure(name, "compared"), told.currency)) for name, label in _COMPARED.items()
    ]
    shift = told.lead_time
    days = THIN if shift is None else f"{shift.value:.1f} ({shift.low:.1f} to {shift.high:.1f})"
    rows.append(("Days earlier, of openings on both lists (Hodges-Lehmann)", days))
    rows.append(("Chance of so uneven a capture, were the lists equal (McNemar)", f"{told.capture_p:.3f}"))
    return rows


def shown(each: Measure, currency: str) -> str:
    """A figure with its interval."""
    if each.value is None:
        return THIN
    told = [_text(end, each.unit, currency) for end in (each.value, each.low, each.high) if end is not None]
    return told[0] if len(told) < 3 else f"{told[0]} ({told[1]} to {told[2]})"


def _text(value: float, unit: str, currency: str) -> str:
    if unit == "cents":
        return short(int(value), currency)
    if unit == "share":
        return f"{value * 100:.0f} %"
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
