"""The rules of control charts as tables: `rule_control`, one row per stretch of time, and `rule_restart`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.problems import RuleError
from muster.rules.read import FOREVER, Value

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR

# name in control.csv -> (column of rule_control, what one unit is inside the flow; None: as it is)
_WHOLE = {
    "follow_up_hours": ("follow_up_us", _HOUR),
    "verdict_days": ("verdict_us", _DAY),
    "again_days": ("again_us", _DAY),
    "agreement_days": ("agreement_us", _DAY),
    "baseline_weeks": ("baseline_us", 7 * _DAY),
    "period_end_days": ("period_end_us", _DAY),
}
_REAL = (
    *("sigma_limits", "fewest_defects", "ewma_part", "ewma_limits", "cusum_times", "cusum_limit"),
    *("psi_limit", "intercept_limit", "sign_level"),
)
_RESTART = "restart"


def control_tables(rows: Iterable[Mapping[str, Value]]) -> dict[str, pa.Table]:
    """`rule_control` (from_at, to_at and a column for each rule) and `rule_restart` (at: charts begin anew).

    Raises RuleError for a name that no chart knows, one that is missing, and values out of reach.
    """
    known = list(rows)
    for row in known:
        name, value = row["name"], row["value"]
        if name not in {*_WHOLE, *_REAL, _RESTART}:
            raise RuleError(
                f"rules/control.csv: there is no rule {name!r}.",
                remedy=f"Known: {', '.join((*_WHOLE, *_REAL, _RESTART))}.",
            )
        if not isinstance(value, float) or value <= 0:
            raise RuleError(f"rules/control.csv: {name} is {value}.", remedy="Write a number above 0.")
        if name in {"ewma_part", "sign_level"} and value > 1:
            raise RuleError(f"rules/control.csv: {name} is {value:g}.", remedy="It is a part: at most 1.")
        if name == "cusum_times" and value <= 1:
            raise RuleError(
                f"rules/control.csv: cusum_times is {value:g}: that is no change of the odds.",
                remedy="Write a number above 1, such as 2.",
            )
    restarts = sorted({_whole(row["from_at"]) for row in known if row["name"] == _RESTART})
    values = [row for row in known if row["name"] != _RESTART]
    starts = sorted({_whole(row["from_at"]) for row in values} | {0})
    stretches = []
    for start, end in zip(starts, [*starts[1:], FOREVER], strict=True):
        stretch: dict[str, int | float] = {"from_at": start, "to_at": end}
        for name, (column, unit) in _WHOLE.items():
            stretch[column] = round(_in_force(values, name, start) * unit)
        stretch |= {name: _in_force(values, name, start) for name in _REAL}
        stretches.append(stretch)
    columns = {name: pa.float64() if name in _REAL else pa.int64() for name in stretches[0]}
    return {
        "rule_control": pa.Table.from_pylist(stretches, schema=pa.schema(list(columns.items()))),
        "rule_restart": pa.table({"at": pa.array(restarts, pa.int64())}),
    }


def _in_force(rows: Iterable[Mapping[str, Value]], name: str, at: int) -> float:
    for row in rows:
        if row["name"] == name and _whole(row["from_at"]) <= at < _whole(row["to_at"]):
            assert isinstance(row["value"], float)
            return row["value"]
    raise RuleError(
        f"rules/control.csv lacks {name} from the start.", remedy="Add a row effective from 1970-01-01."
    )


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value
