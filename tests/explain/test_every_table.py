"""Any row of any published table leads back to rows of files that are really there."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.explain.files import check_source

from muster.canonical.tables import flow_tables
from muster.engine.queries import read_query
from muster.explain import Explanation, explain, render, to_json
from muster.explain.archive import Archive
from muster.explain.between import sql_files
from muster.explain.explanation import key_part
from muster.explain.rests_on import lineages
from muster.explain.tell import archive_of, tell
from muster.workspace import Workspace

PYTHON_MADE = {
    "frame_association",
    *("intake_ledger", "person_match", "chance_model", "chance_coefficient", "queue"),
    *(
        "control_chart",
        "gap_chart",
        "process_quality",
        "cusum",
        "stage_yield",
        "agreement",
        "drift",
        "gaming_sign",
    ),
    *("channel_effect", "credit_interval", "lift"),
    *("conversion", "velocity", "deal_forecast", "forecast", "stage_exit", "mql_conversion"),
    *("credit_interval", "cost_per_acquisition"),
    *("channel_effect", "credit_interval", "cost_per_acquisition", "lift"),
    *("conversion", "velocity", "deal_forecast", "forecast"),
}
NONE_HERE = {
    "experiment_draw",
    "experiment_power",
    "account_review",
    "decided_about",
    "gate",
    "group_change",
    "likely_share",
    "person_part",
    "queue",
    "rollout_week",
}  # see test_tables_of_few.py


def some_rows(archive: Archive, table: str, *, most: int = 3) -> pa.Table:
    """Rows from anywhere in a table, those with a null in their key first where there are such."""
    key = flow_tables()[table].key
    null = " OR ".join(f'r."{k}" IS NULL' for k in key)
    mixed = ", ".join(f'CAST(r."{k}" AS VARCHAR)' for k in key)
    return archive.ask(
        f'SELECT r.* FROM "{lineages()[table].read_from}" AS r '
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {null} ORDER BY md5(concat({mixed}))) <= {most - 1} "
        f"ORDER BY NOT ({null}), md5(concat({mixed})) LIMIT {most}"
    )


def is_zero(row: dict[str, Any]) -> bool:
    """Whether every figure of a row is nought: nothing is behind it."""
    return not any(value for value in row.values() if isinstance(value, int | float | Decimal))


@pytest.mark.parametrize("table", flow_tables())
def test_every_table_leads_back_to_rows_of_files(halden: Workspace, archive: Archive, table: str) -> None:
    found = some_rows(archive, table)
    assert (found.num_rows == 0) == (table in NONE_HERE)
    for explained in tell(archive, flow_tables()[table], found) if found.num_rows else ():
        check_explanation(halden, explained)


@pytest.mark.parametrize("table", ["score", "credit", "member", "problem", "account_movement"])
def test_a_key_explains_as_one_word_or_part_by_part(halden: Workspace, archive: Archive, table: str) -> None:
    of_key = flow_tables()[table]
    [row] = some_rows(archive, table, most=2).to_pylist()[:1]
    parts = [key_part(row[k]) for k in of_key.key]
    explained = explain(halden, table, parts)
    assert explained.row == row
    assert explain(halden, table, "/".join(parts)) == explained


def check_explanation(workspace: Workspace, explained: Explanation) -> None:
    everything = list(explained.each())
    sources = {source for one in everything for source in one.sources}
    assert sources or is_zero(explained.row), explained.sentence
    for source in sources:
        check_source(workspace, source)
    assert explained.disagreements == ()
    check_made_by(explained)
    for one in everything:
        assert one.sentence and "{" not in one.sentence
        assert one.left_out >= 0 and one.sources_left_out >= 0
        assert one.parents or one.sources or is_zero(one.row), one
    told = to_json(explained)
    assert json.loads(json.dumps(told)) == told
    assert list(told["key"]) == list(flow_tables()[explained.table].key)
    text = render(explained)
    assert all(f"{one.table} {one.name}" in text for one in everything)


def check_made_by(explained: Explanation) -> None:
    if explained.table in PYTHON_MADE:
        assert explained.made_by is None
        return
    query = read_query(sql_files()[explained.table])
    assert explained.made_by is not None
    assert explained.made_by.file == f"{query.path.parent.name}/{explained.table}.sql"
    assert explained.made_by.about == query.about != ""


def test_a_row_names_only_what_was_known_as_of_the_date(halden_then: Workspace) -> None:
    as_of = datetime.fromisoformat(halden_then.published.manifest["as_of"]).replace(tzinfo=None)
    with archive_of(halden_then) as then:
        told = tell(then, flow_tables()["credit"], some_rows(then, "credit"))
        told += tell(then, flow_tables()["velocity"], some_rows(then, "velocity"))
    known = [s.known_at for top in told for one in top.each() for s in one.sources if s.known_at]
    assert known and max(known) <= as_of


def test_records_are_explained_too(halden: Workspace) -> None:
    explained = explain(halden, "engagement", "a48ptick2")
    assert [(s.source, s.file, s.table) for s in explained.sources] == [
        ("attendance", "attendance.csv", "engagement")
    ]
    check_source(halden, explained.sources[0])
