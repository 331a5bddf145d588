"""The rules as tables for the flow: `rule_<name>`; `rule_policy` has one row per dated policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pyarrow as pa

from muster.problems import RuleError
from muster.rules.chances import chance_tables, check_models
from muster.rules.control import control_tables
from muster.rules.costs import check_allocation, check_spend_lines
from muster.rules.finance import finance_table
from muster.rules.goals import check_goals, check_program_goals
from muster.rules.read import FOREVER, Rules, Value, rule_shapes
from muster.rules.retention import check_retention

_DAY = 86_400_000_000
_ARROW = {
    "text": pa.string(),
    "points": pa.int64(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
}

# name in qualification.csv -> (column of rule_policy, what one unit is inside the flow)
_POLICY = {
    "enter_at": ("enter_points", 100),
    "leave_below": ("leave_points", 100),
    "dwell_days": ("dwell_us", _DAY),
    "cool_down_days": ("cool_down_us", _DAY),
    "cool_down_people": ("cool_down_people", 1),
    "enter_chance": ("enter_chance_ppm", 1_000_000),
    "leave_part": ("leave_thousandths", 1000),
    "leave_weeks": ("leave_weeks", 1),
    "rest_days": ("rest_us", _DAY),
    "lot_part": ("lot_thousandths", 1000),
    "silent_weeks": ("silent_us", 7 * _DAY),
    "lead_in_days": ("lead_in_us", _DAY),
    "half_life_days": ("half_life_us", _DAY),
    "signal_half_points": ("signal_half_points", 100),
    "signal_max": ("signal_max_points", 100),
    "fit_max": ("fit_max_points", 100),
    "completeness_max": ("completeness_max_points", 100),
    "frame_half_life_days": ("frame_half_life_us", _DAY),
    "habit_half_life_days": ("habit_half_life_us", _DAY),
    "frame_peers": ("frame_peers", 1),
    "frame_swing": ("frame_swing_points", 100),
    "frame_start": ("frame_start_thousandths", 1000),
    "minimum_people": ("minimum_people", 1),
    "relevance_people": ("relevance_people", 1),
    "credit_window_days": ("credit_window_us", _DAY),
    "credit_half_life_days": ("credit_half_life_us", _DAY),
    "second_lead_days": ("second_lead_us", _DAY),
    "answer_days": ("answer_us", _DAY),
}
_TRANSFORMS = ("unique", "exposure", "first", "frequency")
_POSITIONS = ("first_touch", "lead_creation", "opportunity_creation", "closing", "middle")

_ABOVE_ZERO = (
    *("half_life_us", "credit_half_life_us", "signal_half_points", "signal_max_points"),
    *("frame_half_life_us", "habit_half_life_us", "frame_peers", "frame_start_thousandths"),
)


def rule_tables(rules: Rules) -> dict[str, pa.Table]:
    """Every rule file as an Arrow table, plus `rule_policy`. Raises RuleError where rules contradict."""
    named = {"qualification", "control", "chances", "finance"}  # names and values: a column each
    tables = {f"rule_{name}": _table(rules, name) for name in rule_shapes() if name not in named}
    tables["rule_policy"] = _policy_table(rules)
    tables |= control_tables(rules["control"])
    tables |= chance_tables(rules["chances"])
    tables["rule_finance"] = finance_table(rules["finance"])
    tables["rule_fit"] = tables["rule_fit"].append_column(
        "number", pa.array(_fit_numbers(rules), pa.float64())
    )
    tables["rule_experiments"] = (
        tables["rule_experiments"]
        .append_column("ends_at", pa.array(_ends(rules, "experiments"), pa.int64()))
        .append_column("below", pa.array(_experiment_bounds(rules), pa.string()))
    )
    tables["rule_rollouts"] = tables["rule_rollouts"].append_column(
        "ends_at", pa.array(_ends(rules, "rollouts"), pa.int64())
    )
    _check_rollouts(rules)
    check_models(rules["models"])
    tables["rule_program_goals"] = tables["rule_program_goals"].append_column(
        "ends_at", pa.array(_ends(rules, "program_goals", called="program_id"), pa.int64())
    )
    _check_half_lives(rules)
    _check_capacity(rules)
    _check_exclusions(rules)
    _check_frame(rules)
    _check_credit_weights(rules)
    _check_paths(rules)
    check_goals(rules["goals"])
    check_spend_lines(rules["spend_lines"])
    check_allocation(rules["cost_allocation"])
    check_program_goals(rules)
    check_retention(rules["retention"])
    return tables


def _table(rules: Rules, name: str) -> pa.Table:
    columns = {column: _ARROW[kind] for column, kind in rule_shapes()[name].columns.items()}
    columns |= {"from_at": pa.int64(), "to_at": pa.int64(), "position_in_file": pa.int64()}
    return pa.table({c: pa.array([row[c] for row in rules[name]], t) for c, t in columns.items()})


def _fit_numbers(rules: Rules) -> list[float | None]:
    """The values of fit rules that compare numbers; null for those that compare text."""
    numbers: list[float | None] = []
    for row in rules["fit"]:
        if row["test"] not in {"equals", "at_least", "below"}:
            raise RuleError(
                f"rules/fit.csv: there is no test {row['test']!r}.", remedy="Use equals, at_least or below."
            )
        try:
            numbers.append(None if row["test"] == "equals" else float(str(row["value"])))
        except ValueError:
            raise RuleError(
                f"rules/fit.csv: {row['attribute']} {row['test']} {row['value']!r} compares no number.",
                remedy="Write a number, or use equals.",
            ) from None
    return numbers


def _policy_table(rules: Rules) -> pa.Table:
    """One row for each stretch of time in which no value of qualification.csv changes."""
    known = [row for row in rules["qualification"] if row["name"] in _POLICY]
    for row in rules["qualification"]:
        if row["name"] not in _POLICY:
            raise RuleError(
                f"rules/qualification.csv: there is no rule {row['name']!r}.",
                remedy=f"Known: {', '.join(_POLICY)}.",
            )
    starts = sorted({_int(row["from_at"]) for row in known} | {0})
    stretches = []
    for start, end in zip(starts, [*starts[1:], FOREVER], strict=True):
        values: dict[str, Value] = {"from_at": start, "to_at": end}
        for name, (column, unit) in _POLICY.items():
            values[column] = _in_force(known, name, start, unit)
        for name in _ABOVE_ZERO:
            if _int(values[name]) <= 0:
                rule = next(rule for rule, (column, _) in _POLICY.items() if column == name)
                raise RuleError(f"rules/qualification.csv: {rule} must be more than 0.", remedy="Raise it.")
        # Halvings a microsecond, and half-scores a point: the flow multiplies and never divides by a rule.
        values["fast_fade"] = 1 / _int(values["half_life_us"])
        values["slow_fade"] = 1 / (2 * _int(values["half_life_us"]))
        values["frame_fade"] = 1 / _int(values["frame_half_life_us"])
        values["habit_fade"] = 1 / _int(values["habit_half_life_us"])
        values["frame_start"] = _int(values["frame_start_thousandths"]) / 1000
        values["credit_fade"] = 1 / _int(values["credit_half_life_us"])
        values["signal_curve"] = 1 / _int(values["signal_half_points"])
        if _int(values["leave_points"]) > _int(values["enter_points"]):
            raise RuleError(
                "rules/qualification.csv: leave_below is above enter_at.",
                remedy="Groups would leave as they enter; lower it.",
            )
        stretches.append(values)
    return pa.Table.from_pylist(
        stretches,
        schema=pa.schema(
            [
                (name, pa.float64() if isinstance(value, float) else pa.int64())
                for name, value in stretches[0].items()
            ]
        ),
    )


def _in_force(rows: list[Mapping[str, Value]], name: str, at: int, unit: int) -> int:
    for row in rows:
        if row["name"] == name and _int(row["from_at"]) <= at < _int(row["to_at"]):
            value = row["value"]
            assert isinstance(value, float)
            return round(value * unit)
    raise RuleError(
        f"rules/qualification.csv lacks {name} from the start.", remedy="Add a row effective from 1970-01-01."
    )


def _check_capacity(rules: Rules) -> None:
    """Capacity is a number of groups, for the company or for every 1,000 accounts."""
    for row in rules["capacity"]:
        if row["per"] not in {"company", "1000_accounts"}:
            raise RuleError(
                f"rules/capacity.csv: there is no per {row['per']!r}.", remedy="Use company or 1000_accounts."
            )
        if not isinstance(row["groups_a_week"], float) or row["groups_a_week"] < 0:
            raise RuleError(
                f"rules/capacity.csv: {row['solution_id']} takes {row['groups_a_week']:g} groups a week.",
                remedy="Write 0 or more.",
            )


def _check_exclusions(rules: Rules) -> None:
    """An account is excluded by what it is known by."""
    for row in rules["exclusions"]:
        if row["kind"] not in {"domain", "name", "type", "record"}:
            raise RuleError(
                f"rules/exclusions.csv: there is no kind {row['kind']!r}.",
                remedy="Use domain, name, type or record.",
            )


def _check_rollouts(rules: Rules) -> None:
    """Regions are drawn by lot or chosen."""
    for row in rules["rollouts"]:
        if row["drawn_by"] not in {"lot", "choice"}:
            raise RuleError(
                f"rules/rollouts.csv: {row['name']} is drawn by {row['drawn_by']!r}.",
                remedy="Write lot where regions were drawn by lot, choice where somebody chose them.",
            )


def _ends(rules: Rules, name: str, *, called: str = "name") -> list[int]:
    """The day each row of a rule file ends, in microseconds; errors name it by the column `called`."""
    ends: list[int] = []
    for row in rules[name]:
        try:
            day = date.fromisoformat(str(row["ends_on"]))
        except ValueError:
            raise RuleError(
                f'rules/{name}.csv: {row[called]} ends on "{row["ends_on"]}".',
                remedy="Write it as 2026-01-31.",
            ) from None
        ends.append(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000)
        if ends[-1] <= _int(row["from_at"]):
            raise RuleError(
                f"rules/{name}.csv: {row[called]} ends before it begins.",
                remedy="Write an ends_on after effective_from.",
            )
    return ends


def _experiment_bounds(rules: Rules) -> list[str]:
    """Draws are eight hexadecimal digits: those below this are held out."""
    bounds: list[str] = []
    for row in rules["experiments"]:
        share = row["share"]
        if not isinstance(share, float) or not 0 < share < 1:
            raise RuleError(
                f"rules/experiments.csv: {row['name']} holds out {share}.",
                remedy="Write a share between 0 and 1, such as 0.1.",
            )
        bounds.append(f"{round(share * 16**8):08x}")
    return bounds


def _check_frame(rules: Rules) -> None:
    """Frame control has five parts, and what competes with them."""
    parts = ("depth", "sharing", "upward", "response", "attendance")
    for row in rules["frame"]:
        allowed = {"part": parts, "activity": (*parts, "competing"), "seniority": ("",)}.get(str(row["kind"]))
        if allowed is None or row["part"] not in allowed:
            raise RuleError(
                f"rules/frame.csv: {row['kind']} {row['name']} has part {row['part']!r}.",
                remedy=f"Kinds: part, activity, seniority; parts: {', '.join(parts)}, or competing.",
            )
        if not isinstance(row["weight"], float) or row["weight"] < 0:
            raise RuleError(
                f"rules/frame.csv: {row['name']} weighs {row['weight']:g}.",
                remedy="Write 0 or more: no part of frame control counts against us.",
            )


def _check_credit_weights(rules: Rules) -> None:
    """Weights are 0 or more, and stand at places that a path has."""
    for row in rules["credit_weights"]:
        if row["position"] not in _POSITIONS:
            raise RuleError(
                f"rules/credit_weights.csv: there is no position {row['position']!r}.",
                remedy=f"Use {', '.join(_POSITIONS)}.",
            )
        if _int(row["weight"]) < 0:
            raise RuleError(
                f"rules/credit_weights.csv: {row['position']} weighs less than nothing.",
                remedy="Write 0 or more.",
            )


def _check_paths(rules: Rules) -> None:
    """Models need the definition `credit` from the start; transforms are known, counts 0 or more."""
    for row in rules["paths"]:
        if row["transform"] not in _TRANSFORMS:
            raise RuleError(
                f"rules/paths.csv: there is no transform {row['transform']!r}.",
                remedy=f"Use {', '.join(_TRANSFORMS)}.",
            )
        for column in ("last", "days", "steps"):
            if _int(row[column]) < 0:
                raise RuleError(
                    f"rules/paths.csv: {row['definition']} has {column} {row[column]}.",
                    remedy="Write 0 for no limit, or more.",
                )
    if not any(row["definition"] == "credit" and _int(row["from_at"]) <= 0 for row in rules["paths"]):
        raise RuleError(
            "rules/paths.csv lacks the definition credit from the start: nothing could be credited.",
            remedy="Add a row for credit effective from 1970-01-01.",
        )


def _check_half_lives(rules: Rules) -> None:
    """The instant a score crosses a threshold has a closed form for a half-life and its double only."""
    values = {row["value"] for row in rules["qualification"] if row["name"] == "half_life_days"}
    fast = values.pop()
    assert isinstance(fast, float)
    if values:
        raise RuleError(
            "rules/qualification.csv: half_life_days changes over time.",
            remedy="Points already given fade at one rate only: keep one row for it.",
        )
    for row in rules["activity_weights"]:
        if row["half_life_days"] not in {fast, 2 * fast}:
            given = f"{row['activity']} has half_life_days {row['half_life_days']:g}"
            raise RuleError(
                f"rules/activity_weights.csv: {given}.",
                remedy=f"Use {fast:g} (half_life_days of rules/qualification.csv) or twice that.",
            )


def _int(value: Value) -> int:
    assert isinstance(value, int)
    return value
