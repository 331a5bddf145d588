"""How the report on defects names processes, kinds of defect and stages."""

from __future__ import annotations

PROCESSES = {"hand_off": "groups handed off", "mql": "leads passed as MQLs"}
UNITS = {"hand_off": ("hand-off", "hand-offs"), "mql": ("MQL", "MQLs")}
DEFECTS = {
    "wrong_account": "Wrong or unresolved account",
    "not_in_cycle": "Not in a buying cycle, by sales",
    "wrong_solution": "Wrong solution",
    "no_decision_maker": "Nobody who can decide",
    "duplicate": "Duplicate or already worked",
    "no_follow_up": "Late or no follow-up",
    "any": "Any defect",
}
STAGES = {"taken_up": "Taken up within {} weeks", "opened": "Of those, opened", "won": "Won within {} weeks"}
SIGNS = {
    "bunching": "Bunching at period ends",
    "fit_falls": "Fit falls while volume rises",
    "single_act": "Leads after one act or none",
    "flood": "One programme floods the queue",
}
FOLLOW_UP = {
    "in time": "In time",
    "late": "Late",
    "none": "No act on record",
    "open": "Not due yet",
    "not told": "Replayed: nobody was told",
    "not recorded": "No sales activity on record then",
}


def number(value: float | None, digits: int = 2) -> str | None:
    """A number with so many decimals and a true minus sign; None where there is none."""
    return None if value is None else f"{value:,.{digits}f}".replace("-", "\u2212")


def begun(words: str) -> str:
    """Words at the beginning of a sentence: other capitals stay."""
    return words[:1].upper() + words[1:]
