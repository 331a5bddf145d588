"""Muster's own qualification policies, one SQL file each, and what all policies installed say.

    points       as soon as the score reaches a threshold, until it has faded below another
    capacity     each Monday the groups worth most, as many as sales can take
    probability  each Monday every group with enough of a chance

Which of them holds for a solution, and since when, is a rule: `rules/policies.csv`.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files
from pathlib import Path

from muster.engine.queries import Query, unite
from muster.plugins import QualificationPolicy, qualification_policies
from muster.problems import RuleError
from muster.rules.read import Rules


def _own(name: str) -> QualificationPolicy:
    sql = files("muster.qualification.policies").joinpath(f"{name}.sql").read_text("utf-8")
    return QualificationPolicy(name, sql)


POINTS = _own("points")
CAPACITY = _own("capacity")
PROBABILITY = _own("probability")


@cache
def policy_stretch() -> Query:
    """The query of `policy_stretch`: every stretch that any policy installed calls qualified."""
    policies = qualification_policies()
    return unite(
        Path(str(files("muster.qualification"))) / "policy_stretch.sql",
        about="When each policy calls each group qualified.",
        column="policy",
        parts={policy.name: policy.sql for policy in policies},
        columns=("buying_group_id", "from_at", "to_at", "end_cause", "reason", "end_reason"),
        shipped=set(policies) <= {POINTS, CAPACITY, PROBABILITY},
    )


def check_policies(rules: Rules) -> None:
    """Raises RuleError where rules/policies.csv names a policy that is not installed, or none for `*`."""
    installed = [policy.name for policy in qualification_policies()]
    for row in rules["policies"]:
        if row["policy"] not in installed:
            near = difflib.get_close_matches(str(row["policy"]), installed, n=1)
            raise RuleError(
                f"rules/policies.csv: there is no policy {row['policy']!r}.",
                remedy=f"Did you mean {near[0]}?" if near else f"Installed: {', '.join(installed)}.",
            )
    if not any(row["solution_id"] == "*" and row["from_at"] == 0 for row in rules["policies"]):
        raise RuleError(
            "rules/policies.csv lacks a policy for every solution from the start.",
            remedy="Add a row for * effective from 1970-01-01.",
        )
