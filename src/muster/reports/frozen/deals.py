"""Every opportunity as a pack saw it, and the source rows behind it: what a restatement is traced to."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from muster.reports.published import Published

Deal = dict[str, Any]
Deals = Mapping[str, Deal]
# What a figure in dollars can hang on. `split` stands for how credit divides the amount.
FACTS = (
    "amount_cents",
    "currency",
    "outcome",
    "closed_on",
    "created_on",
    "type",
    "sourced",
    "touched",
    "split",
)
_OF_FILE = frozenset({"source", "source_file", "source_row", "known_at"})


def deals_of(tables: Published) -> dict[str, Deal]:
    """The facts of every known opportunity, with [table, key, hash, file, row] of each of its source rows."""
    found = tables.records("""
    WITH divided AS (
        SELECT opportunity_id, attribution_model, COALESCE(tactic_id, '') AS tactic_id,
            CAST(SUM(credit_cents) AS BIGINT) AS cents
        FROM credit GROUP BY ALL),
    split AS (
        SELECT opportunity_id, md5(string_agg(attribution_model || ':' || tactic_id || ':' || cents, ','
            ORDER BY attribution_model, tactic_id)) AS split
        FROM divided GROUP BY opportunity_id),
    sourced AS (
        SELECT opportunity_id, string_agg(definition || ' ' || sourced_by, ', ' ORDER BY definition)
            AS sourced
        FROM sourcing GROUP BY opportunity_id),
    touched AS (
        SELECT opportunity_id, string_agg(definition, ', ' ORDER BY definition)
            FILTER (WHERE is_marketing) AS touched
        FROM influence GROUP BY opportunity_id)
    SELECT o.opportunity_id, o.name, o.amount_cents, o.currency,
        CASE WHEN o.is_won THEN 'won' WHEN o.is_closed THEN 'lost' ELSE 'open' END AS outcome,
        strftime(o.closed_at, '%Y-%m-%d') AS closed_on, strftime(o.created_at, '%Y-%m-%d') AS created_on,
        o.type, s.sourced, t.touched, substr(p.split, 1, 8) AS split
    FROM known_opportunity AS o
    LEFT JOIN sourced AS s ON s.opportunity_id = o.opportunity_id
    LEFT JOIN touched AS t ON t.opportunity_id = o.opportunity_id
    LEFT JOIN split AS p ON p.opportunity_id = o.opportunity_id
    ORDER BY o.opportunity_id""")
    rows = _source_rows(tables)
    return {
        r["opportunity_id"]: {n: v for n, v in r.items() if n != "opportunity_id" and v is not None}
        | {"rows": rows.get(r["opportunity_id"], [])}
        for r in found
    }


def _source_rows(tables: Published) -> dict[str, list[list[Any]]]:
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    if not tables.has_records:
        return rows
    for table, key in (("opportunity", "opportunity_id"), ("stage_change", "stage_change_id")):
        for r in tables.records(f"SELECT * FROM record_{table} ORDER BY {key}"):
            # What is empty is left out: a later Muster may know further columns, which change no row.
            said = {n: value for n, value in r.items() if n not in _OF_FILE and value is not None}
            digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
            rows[r["opportunity_id"]].append(
                [table, r[key], digest[:8], f"{r['source']}/{r['source_file']}", r["source_row"]]
            )
    return rows


def moved(before: Deals, now: Deals) -> dict[str, frozenset[str]]:
    """The opportunities whose facts are no longer what they were, with the facts that moved."""
    found = {}
    for key in sorted({*before, *now}):
        then, today = before.get(key, {}), now.get(key, {})
        facts = frozenset(name for name in FACTS if then.get(name) != today.get(name))
        if facts:
            found[key] = facts
    return found


def rows_moved(before: Deal, now: Deal) -> list[str]:
    """The source rows of an opportunity that landed, changed or went since, by file and row."""
    then = {(table, key): rest for table, key, *rest in before.get("rows", [])}
    today = {(table, key): rest for table, key, *rest in now.get("rows", [])}
    told = []
    for place, (digest, file, row) in today.items():
        if place not in then:
            told.append(f"landed: {file}, row {row}")
        elif then[place][0] != digest:
            told.append(f"changed: {file}, row {row}")
    told += [f"gone: {file}, row {row} then" for place, (_, file, row) in then.items() if place not in today]
    return told
