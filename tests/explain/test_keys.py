"""Keys as people type them: slashes, nulls, beginnings; and what is said when there is no such row."""

from __future__ import annotations

import re

import pytest

from muster.explain import explain, render
from muster.problems import WrongUse
from muster.workspace import Workspace


def one(workspace: Workspace, sql: str) -> dict[str, object]:
    found: dict[str, object] = workspace.query(sql).to_pylist()[0]
    return found


def commands(said: str) -> list[tuple[str, str]]:
    """The tables and keys of the commands a message offers."""
    return [
        (table, quoted or plain)
        for table, quoted, plain in re.findall(r"muster explain (\w+) (?:'([^']*)'|([^\s;]+))", said)
    ]


def test_values_may_hold_slashes_and_spaces(halden: Workspace) -> None:
    key = "error/crm/Lead.csv/CreatedDate/2025-02-30T08:15:00Z/is not a date"
    explained = explain(halden, "problem", key)
    assert explained.key["file"] == "Lead.csv" and explained.key["reason"] == "is not a date"


def test_a_dash_or_nothing_stands_for_null(halden: Workspace) -> None:
    row = one(halden, "SELECT opportunity_id, attribution_model FROM credit WHERE engagement_id IS NULL")
    parts = [str(row["opportunity_id"]), "-", str(row["attribution_model"])]
    by_dash = explain(halden, "credit", "/".join(parts))
    assert by_dash.key["engagement_id"] is None
    assert explain(halden, "credit", [parts[0], "", parts[2]]) == by_dash


def test_an_instant_is_iso_with_or_without_z_or_a_day(halden: Workspace) -> None:
    row = one(halden, "SELECT buying_group_id, from_at FROM qualification WHERE status = 'qualified'")
    group, at = str(row["buying_group_id"]), row["from_at"].isoformat()  # type: ignore[attr-defined]
    exact = explain(halden, "qualification", f"{group}/{at}")
    assert explain(halden, "qualification", f"{group}/{at}Z") == exact
    assert explain(halden, "qualification", f"{group}/{at}+00:00") == exact
    assert explain(halden, "qualification", f"{group}/{at[:10]}").row == exact.row


def test_the_beginning_of_a_key_explains_the_rows_that_begin_so(halden: Workspace) -> None:
    row = one(halden, "SELECT opportunity_id FROM sourcing")
    explained = explain(halden, "sourcing", str(row["opportunity_id"]))
    assert explained.key == row and explained.row == {}
    told = [parent.key["definition"] for parent in explained.parents]
    assert told == ["crm_lead_source", "first_act", "first_touch"]
    assert explained.sentence == "3 rows of sourcing fit. To name one of them, add its definition to the key."
    assert all(parent.parents for parent in explained.parents)


def test_too_many_rows_ask_for_more_of_the_key(halden: Workspace) -> None:
    row = one(halden, "SELECT opportunity_id FROM credit GROUP BY 1 HAVING COUNT(*) > 20")
    with pytest.raises(WrongUse, match="More than 20 rows of credit fit") as caught:
        explain(halden, "credit", str(row["opportunity_id"]))
    assert "opportunity_id/engagement_id/attribution_model" in caught.value.remedy
    for table, key in commands(caught.value.remedy):
        assert explain(halden, table, key).key["opportunity_id"] == row["opportunity_id"]


def test_a_key_not_found_names_the_three_nearest(halden: Workspace) -> None:
    row = one(halden, "SELECT buying_group_id, scored_at FROM score ORDER BY scored_at DESC")
    typed = str(row["buying_group_id"])[:-1] + "x"
    with pytest.raises(WrongUse, match=f"score has no row with the key {typed}/2025-01-01") as caught:
        explain(halden, "score", f"{typed}/2025-01-01T00:00:01")
    offered = commands(caught.value.remedy)
    assert len(offered) == 3
    assert all(key.startswith(str(row["buying_group_id"])) for _, key in offered)
    for table, key in offered:
        assert explain(halden, table, key).row


def test_the_nearest_instants_of_the_same_group_are_named(halden: Workspace) -> None:
    rows = halden.query("SELECT buying_group_id, scored_at FROM score ORDER BY 1, 2 LIMIT 8").to_pylist()
    middle = rows[3]["scored_at"].isoformat()
    with pytest.raises(WrongUse) as caught:
        explain(halden, "score", f"{rows[3]['buying_group_id']}/{middle}.5")
    assert commands(caught.value.remedy)[0] == ("score", f"{rows[3]['buying_group_id']}/{middle}")


def test_keys_with_spaces_are_offered_as_one_argument(halden: Workspace) -> None:
    with pytest.raises(WrongUse) as caught:
        explain(halden, "velocity", "2024-04-01/al/USD")
    assert ("velocity", "2024-04-01/(all)/USD") in commands(caught.value.remedy)
    assert "'2024-04-01/(all)/USD'" in caught.value.remedy
    explained = explain(halden, "velocity", "2024-04-01/(all)/USD")
    assert "more: muster explain velocity '2024-04-01/(all)/USD'" in render(explained, depth=0)


@pytest.mark.parametrize("key", ["", "x", "a/b/c/d/e/f/g", "/".join("a" * 40), "'; DROP TABLE score; --"])
def test_any_text_is_answered(halden: Workspace, key: str) -> None:
    for table in ("score", "problem", "velocity"):
        with pytest.raises(WrongUse, match="has no row with the key"):
            explain(halden, table, key)


def test_an_unknown_table_names_the_nearest(halden: Workspace) -> None:
    with pytest.raises(WrongUse, match=r"There is no table scores\. Did you mean score"):
        explain(halden, "scores", "x")
    with pytest.raises(WrongUse, match=r"There is no table zzz\. There are: intake_ledger"):
        explain(halden, "zzz", "x")
