"""Stages that rules/stages.csv does not name, on opportunities whose history would have told of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import duckdb

from muster.problems import Problem
from muster.rules.read import Rules, rule_shapes
from muster.sources.wording import shorten

UNNAMED = "is a stage that rules/stages.csv does not name: conversion between stages leaves it out"


def unknown_stages(
    con: duckdb.DuckDBPyConnection, rules: Rules, *, written: Mapping[tuple[str, str], str]
) -> list[Problem]:
    """One problem per file and stage, with the line to add; `written` is how a file calls the column.

    Opportunities with a history are the flow's to report: it knows which of their stages count.
    """
    known = [str(row["stage"]).lower() for row in rules["stages"]]
    found = con.execute(
        """
        SELECT source, source_file, stage, count(*), min(source_row),
            bool_and(coalesce(is_won, FALSE)), bool_and(coalesce(is_closed, FALSE))
        FROM landed_opportunity
        ANTI JOIN (SELECT opportunity_id FROM landed_stage_change WHERE stage IS NOT NULL)
            USING (opportunity_id)
        WHERE stage IS NOT NULL AND NOT coalesce(is_deleted, FALSE)
            AND lower(stage) NOT IN (SELECT unnest(CAST($1 AS VARCHAR[])))
        GROUP BY source, source_file, stage ORDER BY ALL
        """,
        [known],
    ).fetchall()
    problems = []
    for source, file, stage, count, row, is_won, is_closed in found:
        outcome = "won" if is_won else "lost" if is_closed else "open"
        remedy = (
            f"Add a line to rules/stages.csv, such as: {_line(rules, stage, outcome)} "
            "(its position is its place among your stages)."
        )
        problems.append(
            Problem("warning", source, file, UNNAMED, remedy, row=row, value=shorten(stage), count=count,
                    column=written.get((source, file), "stage"))
        )  # fmt: skip
    return problems


def _line(rules: Rules, stage: str, outcome: str) -> str:
    """A line of the rule file, at the last position there is for its outcome."""
    positions = [row["position"] for row in rules["stages"] if row["outcome"] == outcome]
    last = max((p for p in positions if isinstance(p, int)), default=1)
    cells = {"stage": stage, "position": str(last), "outcome": outcome, "effective_from": "1970-01-01"}
    line = io.StringIO()
    columns = [*rule_shapes()["stages"].columns, "effective_from", "why"]
    csv.writer(line, lineterminator="").writerow([cells.get(column, "") for column in columns])
    return line.getvalue()
