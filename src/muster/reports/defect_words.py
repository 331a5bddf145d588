"""How the report on defects names processes, kinds of defect and stages; a word it does not know stays."""

from __future__ import annotations


class _Words(dict[str, str]):
    """Words of a vocabulary as people read them. A plug-in's or a later version's stand as they are written.

    >>> PROCESSES["mql"], PROCESSES["partner_lead"]
    ('leads passed as MQLs', 'partner_lead')
    """

    def __missing__(self, word: str) -> str:
        return word


PROCESSES = _Words({"hand_off": "groups handed off", "mql": "leads passed as MQLs"})
_UNITS = {"hand_off": ("hand-off", "hand-offs"), "mql": ("MQL", "MQLs")}
DEFECTS = _Words(
    {
        "wrong_account": "Wrong or unresolved account",
        "not_in_cycle": "Not in a buying cycle, by sales",
        "wrong_solution": "Wrong solution",
        "no_decision_maker": "Nobody who can decide",
        "duplicate": "Duplicate or already worked",
        "no_follow_up": "Late or no follow-up",
        "any": "Any defect",
    }
)
_STAGES = {"taken_up": "Taken up within {} weeks", "opened": "Of those, opened", "won": "Won within {} weeks"}
SIGNS = _Words(
    {
        "bunching": "Bunching at period ends",
        "fit_falls": "Fit falls while volume rises",
        "single_act": "Leads after one act or none",
        "flood": "One programme floods the queue",
    }
)
FOLLOW_UP = _Words(
    {
        "in time": "In time",
        "late": "Late",
        "none": "No act on record",
        "open": "Not due yet",
        "not told": "Replayed: nobody was told",
        "not recorded": "No sales activity on record then",
    }
)


def units_of(process: str) -> tuple[str, str]:
    """One, and several, of what a process gives to sales."""
    return _UNITS.get(process, (process, process))


def stage(name: str, days: int) -> str:
    """A stage that is passed within some days: Opened within 13 weeks."""
    return _STAGES[name].format(days // 7) if name in _STAGES else name


def number(value: float | None, digits: int = 2) -> str | None:
    """A number with so many decimals and a true minus sign; None where there is none."""
    return None if value is None else f"{value:,.{digits}f}".replace("-", "\u2212")


def begun(words: str) -> str:
    """Words at the beginning of a sentence: other capitals stay."""
    return words[:1].upper() + words[1:]
