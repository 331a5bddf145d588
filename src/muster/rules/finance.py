"""The rules that money is reckoned with as one table: `rule_finance`, one row per stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.problems import RuleError
from muster.rules.read import FOREVER, Value

_DAY = 86_400_000_000

# name in finance.csv -> (column of rule_finance, what one unit is inside the flow)
_WHOLE = {
    "gross_margin": ("gross_margin_millionths", 1_000_000),
    "deal_term_months": ("deal_term_months", 1),
    "renewal_grace_days": ("renewal_grace_us", _DAY),
    "rate_good_days": ("rate_good_us", _DAY),
    "lag_months": ("lag_months", 1),
}
_MAY_LACK = {"lag_months"}  # without it the lag is what the company's own deals took
_MONTHS = {"deal_term_months", "lag_months"}


def finance_table(rows: Iterable[Mapping[str, Value]]) -> pa.Table:
    """`rule_finance`: from_at, to_at and a column for each rule; `lag_months` is null where no row names it.

    Raises RuleError for a name that nothing reads, one that is missing, and values out of reach.
    """
    known = list(rows)
    for row in known:
        _check(str(row["name"]), row["value"])
    starts = sorted({_whole(row["from_at"]) for row in known} | {0})
    stretches = []
    for start, end in zip(starts, [*starts[1:], FOREVER], strict=True):
        stretch: dict[str, int | None] = {"from_at": start, "to_at": end}
        for name, (column, unit) in _WHOLE.items():
            value = _in_force(known, name, start)
            stretch[column] = None if value is None else round(value * unit)
        stretches.append(stretch)
    return pa.Table.from_pylist(stretches, schema=pa.schema([(name, pa.int64()) for name in stretches[0]]))


def _check(name: str, value: Value) -> None:
    if name not in _WHOLE:
        raise RuleError(
            f"rules/finance.csv: there is no rule {name!r}.", remedy=f"Known: {', '.join(_WHOLE)}."
        )
    assert isinstance(value, float)
    if value < 0 or (name == "gross_margin" and not 0 < value <= 1):
        raise RuleError(
            f"rules/finance.csv: {name} is {value:g}.",
            remedy="Write a part such as 0.75." if name == "gross_margin" else "Write 0 or more.",
        )
    if name in _MONTHS and value != int(value):
        raise RuleError(f"rules/finance.csv: {name} is {value:g}.", remedy="Write whole months.")


def _in_force(rows: Iterable[Mapping[str, Value]], name: str, at: int) -> float | None:
    for row in rows:
        if row["name"] == name and _whole(row["from_at"]) <= at < _whole(row["to_at"]):
            assert isinstance(row["value"], float)
            return row["value"]
    if name in _MAY_LACK:
        return None
    raise RuleError(
        f"rules/finance.csv lacks {name} from the start.", remedy="Add a row effective from 1970-01-01."
    )


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value
