"""Whose rows each table holds, as `table_rules.toml` says it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Columns that are emptied in a seen row whose `unless` holds an id that is not of the set `among`."""

    columns: tuple[str, ...]
    unless: str
    among: str


@dataclass(frozen=True, slots=True)
class TableRule:
    """One line: either rows belong to accounts (`by`, `among`), or a right opens all of them."""

    by: str | None = None
    among: str | None = None
    right: str | None = None
    hides: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class IdSet:
    """Ids that the seen rows of a table name."""

    table: str
    column: str
    where: str | None = None


@cache
def table_rules() -> dict[str, TableRule]:
    """The rule of each table, by its name. A table that is not named is for admins."""
    return {name: _rule(told) for name, told in _read()["tables"].items()}


@cache
def id_sets() -> dict[str, IdSet]:
    """The sets of ids that rules speak of, besides `account_id`, where it all begins."""
    return {
        name: IdSet(told["table"], told.get("column", name), told.get("where"))
        for name, told in _read()["ids"].items()
    }


@cache
def row_rights() -> frozenset[str]:
    """The rights that decide which rows somebody sees: who has the same of them sees the same of a run.

    Every published table has a rule (a test holds that), so what opens tables without one decides nothing.
    """
    rights = {rule.right for rule in table_rules().values() if rule.right not in (None, EVERYONE)}
    return frozenset(right for right in rights if right) | {"see_all_accounts"}


def sets_of(rule: TableRule) -> list[str]:
    """The sets of ids that a rule speaks of."""
    return [*([rule.among] if rule.among else []), *(hidden.among for hidden in rule.hides)]


def _rule(told: str | dict[str, Any]) -> TableRule:
    if isinstance(told, str):
        is_column = told.endswith("_id")
        return TableRule(by=told, among=told) if is_column else TableRule(right=told)
    hides = tuple(
        Hidden(tuple(h["columns"]), h["unless"], h.get("among", h["unless"])) for h in told.get("hides", ())
    )
    return TableRule(by=told["by"], among=told.get("among", told["by"]), hides=hides)


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files("muster.access").joinpath("table_rules.toml").read_text("utf-8"))
