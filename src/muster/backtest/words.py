"""The figures as people read them: names, numbers with their intervals, and the sentence that says it all."""

from __future__ import annotations

from muster.backtest.draws import Figure
from muster.backtest.judge import IN_FORCE, Backtest
from muster.backtest.questions import CHANCE
from muster.reports import money
from muster.reports.values import counted

NOT_ESTIMABLE = "not estimable"
NAMES = {
    "average_precision": "average precision",
    "average_precision_after_gap": "the same, next two weeks left out",
    "lift_top_1_percent": "lift in the top 1 %",
    "lift_top_10_percent": "lift in the top 10 %",
    "precision": "precision",
    "precision_after_gap": "precision, two weeks left out",
    "recall": "recall of openings",
    "recall_after_gap": "recall, two weeks left out",
    "median_lead_days": "median lead time, days",
    "false_hand_offs_per_opening": "false hand-offs per opening",
    "opened_cents_per_hand_off": "opened per hand-off",
    "won_cents_per_hand_off": "won so far per hand-off",
    "brier": "Brier score",
    "brier_skill": "Brier skill",
    "relative_ece": "relative calibration error",
    "relative_ece_all": "the same, silent accounts at their rate",
    "relative_ece_by_chance": "what it would be by chance, were every chance right",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
    "observed_over_expected": "observed over expected, where a chance was said",
    "observed_over_expected_all": "observed over expected, silent accounts too",
    "observed_over_expected_top_1_percent": "observed over expected, top 1 %",
}
RANKING = ("average_precision", "average_precision_after_gap", "lift_top_1_percent", "lift_top_10_percent")
AT_CAPACITY = (
    "precision",
    "precision_after_gap",
    "recall",
    "recall_after_gap",
    "median_lead_days",
    "false_hand_offs_per_opening",
    "opened_cents_per_hand_off",
    "won_cents_per_hand_off",
)
_PER_CENT = frozenset({"precision", "precision_after_gap", "recall", "recall_after_gap"})
_PLAIN = frozenset(
    {"lift_top_1_percent", "lift_top_10_percent", "median_lead_days", "false_hand_offs_per_opening"}
)


def number(name: str, value: float | None, currency: str) -> str:
    """One number of a figure, in its unit."""
    if value is None:
        return NOT_ESTIMABLE
    if name in _PER_CENT:
        return f"{100 * value:.1f}{money.NBSP}%"
    if name.endswith("_cents_per_hand_off"):
        return money.whole(round(value), currency)
    if name in _PLAIN:
        return f"{value:.1f}"
    return f"{value:.4f}" if name == "brier" else f"{value:.3f}"


def told(figure: Figure, currency: str) -> str:
    """A figure with its 80 % interval."""
    middle = number(figure.name, figure.value, currency)
    if figure.value is None or figure.low_80 is None:
        return middle
    low, high = (number(figure.name, end, currency) for end in (figure.low_80, figure.high_80))
    return f"{middle} ({low} to {high})"


def told_95(figure: Figure, currency: str) -> str:
    """The 95 % interval alone."""
    if figure.value is None or figure.low_95 is None:
        return "\u2013"
    low, high = (number(figure.name, end, currency) for end in (figure.low_95, figure.high_95))
    return f"{low} to {high}"


def in_order(figures: tuple[Figure, ...], names: tuple[str, ...]) -> list[Figure]:
    """The figures of some names, in the order of the names."""
    by_name = {figure.name: figure for figure in figures}
    return [by_name[name] for name in names if name in by_name]


def sentence(found: Backtest) -> str:
    """What a reader should take away first."""
    after = f"From {found.first_monday} to {found.last_monday} and in the {found.horizon_weeks} weeks after"
    opened = counted(found.openings_in_weeks, "opportunity", "opportunities")
    actual = found.score(IN_FORCE)
    assert actual is not None
    recall = in_order(actual.at_capacity, ("recall",))[0]
    if recall.value is None:
        return f"{after}, {opened} opened: too few to judge chances or the policy by."
    precision = in_order(actual.at_capacity, ("precision",))[0]
    handed = counted(actual.hand_offs, "group")
    caught = f"the policy handed over {handed} and caught {100 * recall.value:.0f} % of them"
    if precision.value is not None:
        part = f"{100 * precision.value:.0f} %"
        caught += f"; {part} of its hand-offs opened within {found.horizon_weeks} weeks"
    by_chance, worst = found.score(CHANCE), found.score("MQL person score")
    beside = ""
    if by_chance is not None and worst is not None:
        ours, theirs = (in_order(s.ranking, ("average_precision",))[0].value for s in (by_chance, worst))
        if ours is not None and theirs is not None:
            beside = f" Average precision of chances: {ours:.2f}; of the MQL person score: {theirs:.2f}."
    return f"{after}, {opened} opened; {caught}.{beside}"
