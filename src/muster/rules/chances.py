"""The terms on which chances are learnt as a table: `rule_chances`, one row per stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.problems import RuleError
from muster.rules.named_values import stretches
from muster.rules.read import Value

_WEEK = 7 * 86_400_000_000

# name in chances.csv -> (column of rule_chances, what one unit is inside the flow)
_WHOLE = {
    "horizon_weeks": ("horizon_us", _WEEK),
    "learn_every_weeks": ("learn_every_us", _WEEK),
    "learn_from_weeks": ("learn_from_us", _WEEK),
    "sample_every_weeks": ("sample_every_us", _WEEK),
    "one_in_quiet": ("one_in_quiet", 1),
    "fewest_openings": ("fewest_openings", 1),
    "free_openings": ("free_openings", 1),
    "free_weeks": ("free_us", _WEEK),
    "challenger": ("challenger", 1),
    "challenger_openings": ("challenger_openings", 1),
    "fewest_closed": ("fewest_closed", 1),
    "borrowed_deals": ("borrowed_deals", 1),
    "borrowed_groups": ("borrowed_groups", 1),
}
_QUIET = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # the draw is one of 256
_LONGEST = 104
_USES = ("pin", "forbid", "free")


def chance_tables(rows: Iterable[Mapping[str, Value]]) -> dict[str, pa.Table]:
    """`rule_chances` (from_at, to_at and a column for each rule).

    Raises RuleError for a name that no chance knows, one that is missing, and values out of reach.
    """
    known = list(rows)
    for number, row in enumerate(known, start=2):
        _check(str(row["name"]), row["value"], f"rules/chances.csv, row {number}, column value")
    table = stretches("chances", known, whole=_WHOLE)
    for stretch in table.to_pylist():
        ladder = [stretch[name] for name in ("fewest_openings", "free_openings", "challenger_openings")]
        if ladder != sorted(ladder):
            raise RuleError(
                "rules/chances.csv: fewest_openings, free_openings and challenger_openings do not rise: "
                f"{', '.join(map(str, ladder))}.",
                remedy="Each rung of the ladder needs at least as many openings as the one below it.",
            )
    return {"rule_chances": table}


def check_models(rows: Iterable[Mapping[str, Value]]) -> None:
    """Raises RuleError for a use of a model that there is not."""
    for number, row in enumerate(rows, start=2):
        if row["use"] not in _USES:
            raise RuleError(
                f"rules/models.csv, row {number}, column use: {row['use']!r} is no use of a model.",
                remedy=f"Write {', '.join(_USES[:-1])} or {_USES[-1]}.",
            )


def _check(name: str, value: Value, place: str) -> None:
    """Whole numbers, and within what each name allows."""
    assert isinstance(value, float)
    if value != int(value):
        raise RuleError(f"{place}: {name} is {value:g}.", remedy="Write a whole number.")
    if name == "challenger":
        if value not in (0, 1):
            raise RuleError(f"{place}: challenger is {value:g}.", remedy="Write 1 to try one, 0 to try none.")
    elif name == "one_in_quiet":
        if value not in _QUIET:
            raise RuleError(
                f"{place}: one_in_quiet is {value:g}.", remedy=f"Write one of {', '.join(map(str, _QUIET))}."
            )
    elif value < 1:
        raise RuleError(f"{place}: {name} is {value:g}.", remedy="Write a whole number above 0.")
    elif name == "horizon_weeks" and value > _LONGEST:
        raise RuleError(f"{place}: horizon_weeks is {value:g}.", remedy=f"Write at most {_LONGEST}.")
