"""Checks of goals.csv and program_goals.csv: measures, quarters and roles there are, and sensible targets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from muster.problems import RuleError
from muster.rules.read import Rules, Value

MONEY = ("revenue", "pipeline", "pipeline_created", "renewals")
PERCENT = ("conversion", "evidence", "first_action")
MEASURES = (*MONEY, *PERCENT, "speed", "hand_offs")

_OF_PROGRAMS = ("reach_role", "wake_account", "speed_stage")
_GIVING_ROLES = ("roles", "role_needs", "role_signals", "contact_roles")  # the rule files that make a role


def check_goals(rows: Iterable[Mapping[str, Value]]) -> None:
    """Raise RuleError for a goal that no measure, quarter or owner stands behind."""
    for row in rows:
        measure, period, target = str(row["measure"]), str(row["period"]), row["target"]
        assert isinstance(target, int)
        if measure not in MEASURES:
            near = difflib.get_close_matches(measure, MEASURES, n=1)
            raise RuleError(
                f"rules/goals.csv: there is no measure {measure!r}.",
                remedy=f"Did you mean {near[0]}?" if near else f"Known: {', '.join(MEASURES)}.",
            )
        if period != "*" and not re.fullmatch(r"\d{4}-Q[1-4]", period):
            raise RuleError(
                f"rules/goals.csv: {period!r} is no quarter.",
                remedy="Write it as 2025-Q3, or * for every one.",
            )
        if target < 0 or (measure in PERCENT and target > 100_00):
            most = "between 0 and 100" if measure in PERCENT else "0 or more"
            raise RuleError(
                f"rules/goals.csv: the target of {measure} is {target / 100:g}.", remedy=f"Write {most}."
            )
        if row["currency"] and not re.fullmatch("[A-Z]{3}", str(row["currency"])):
            raise RuleError(
                f"rules/goals.csv: {row['currency']!r} is no currency.",
                remedy="Write its ISO 4217 code, such as USD, or nothing for the company's own.",
            )
        if not row["owner"]:
            raise RuleError(
                f"rules/goals.csv: nobody owns {measure} of {period}.",
                remedy="Write marketing, sales, both or a name.",
            )


def check_program_goals(rules: Rules) -> None:
    """Raise RuleError for a goal of a programme that the flow cannot see."""
    roles = {str(row["role"]) for name in _GIVING_ROLES for row in rules[name]}
    for row in rules["program_goals"]:
        if row["goal"] not in _OF_PROGRAMS:
            raise RuleError(
                f"rules/program_goals.csv: there is no goal {row['goal']!r}.",
                remedy=f"Use {', '.join(_OF_PROGRAMS)}.",
            )
        if not row["subject"]:
            raise RuleError(
                f"rules/program_goals.csv: the goal {row['goal']} of {row['program_id']} has no subject.",
                remedy="Name the role, the stage, or the solution (* for any).",
            )
        if row["goal"] == "reach_role" and row["subject"] not in roles:
            near = difflib.get_close_matches(str(row["subject"]), sorted(roles), n=1)
            raise RuleError(
                f"rules/program_goals.csv: nobody is ever {row['subject']!r}: no rule gives that role.",
                remedy=f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(roles))}.",
            )
