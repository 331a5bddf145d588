"""The rules of control charts as tables: `rule_control`, one row per stretch of time, and `rule_restart`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.problems import RuleError
from muster.rules.named_values import stretches
from muster.rules.read import Value

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR

# name in control.csv -> (column of rule_control, what one unit is inside the flow; None: as it is)
_WHOLE = {
    "follow_up_hours": ("follow_up_us", _HOUR),
    "evidence_hours": ("evidence_us", _HOUR),
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
    return {
        "rule_control": stretches("control", values, whole=_WHOLE, real=_REAL),
        "rule_restart": pa.table({"at": pa.array(restarts, pa.int64())}),
    }


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value
