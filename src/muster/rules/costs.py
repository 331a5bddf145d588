"""Checks of rules/spend_lines.csv and rules/cost_allocation.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.problems import RuleError
from muster.rules.read import Value

COUNTS_AS = ("cost", "sales_cost", "credit", "refund", "total")
CHOICES = {
    "over_time": ("booked", "days"),
    "across": ("own", "even", "groups", "credit"),
    "purpose": ("acquisition", "customers"),
}


def check_spend_lines(rows: Iterable[Mapping[str, Value]]) -> None:
    """Raise RuleError for a meaning that no line can have, and for a total that should reduce cost."""
    for row in rows:
        if row["counts_as"] not in COUNTS_AS:
            raise RuleError(
                f"rules/spend_lines.csv: {row['pattern']} counts as {row['counts_as']!r}.",
                remedy=f"Use {', '.join(COUNTS_AS)}.",
            )
        if row["reduces_cost"] and row["counts_as"] not in {"credit", "refund"}:
            raise RuleError(
                f"rules/spend_lines.csv: {row['pattern']} is a {row['counts_as']}, and cannot reduce cost.",
                remedy="Write no; only a credit or a refund can.",
            )


def check_allocation(rows: Iterable[Mapping[str, Value]]) -> None:
    """Raise RuleError for a way of allocating there is not, and where nothing says what holds for all."""
    known = list(rows)
    for row in known:
        for column, choices in CHOICES.items():
            if row[column] not in choices:
                raise RuleError(
                    f"rules/cost_allocation.csv: {row['applies_to']} has {column} {row[column]!r}.",
                    remedy=f"Use {', '.join(choices)}.",
                )
    if not any(row["applies_to"] == "*" and row["from_at"] == 0 for row in known):
        raise RuleError(
            "rules/cost_allocation.csv lacks a row for * from the start.",
            remedy="Add one effective from 1970-01-01.",
        )
