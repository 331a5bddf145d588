"""What pages say of chances by their models, whoever reads: their weeks, and that data are thin."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Client = Callable[..., httpx.Client]


def change(workspace: Path, **to: object) -> None:
    """Other figures of every model of openings, before anybody has asked for a page."""
    file = workspace / ".muster" / "tables" / "chance_model.parquet"
    models = pq.read_table(file)
    rows = [row | to if row["target"] == "open" else row for row in models.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=models.schema), file)


@pytest.mark.parametrize("openings", [0, 1, 20])
def test_every_list_says_that_data_are_thin_to_whoever_reads_it(
    own_server: Any, client: Client, openings: int
) -> None:
    told = f"data-platform {openings}"
    change(own_server.workspace, rung="rule", opening_count=openings, openings_told=told, needed_count=40)
    noun = "opening" if openings == 1 else "openings"
    begins = {  # openings are totals over accounts that a rep does not see
        "rep": "Data are thin: there are too few openings to learn from. No chance is shown",
        "analyst": f"Data are thin: {openings} different {noun} to learn from ({told}), 40 are needed.",
    }
    for who, begin in begins.items():
        reader = client(who, own_server)
        for page in ("/worklist", "/board"):
            said = reader.get(f"{page}.json").json()["thin"]
            assert said.startswith(begin)
            assert said in unescape(reader.get(page).text)


def test_a_rep_reads_the_weeks_that_the_rules_gave_a_chance(own_server: Any, client: Client) -> None:
    change(own_server.workspace, horizon_weeks=26)
    reader = client("rep", own_server)
    listed = [
        group["buying_group_id"]
        for tab in ("act", "accepted", "waiting", "lapsed")
        for group in reader.get(f"/worklist.json?tab={tab}&owner=all").json()["groups"]
    ]
    told = [(group, reader.get(f"/groups/{group}.json").json()["chance"]) for group in listed]
    said = [group for group, chance in told if chance is not None]
    assert said and {chance["weeks"] for _, chance in told if chance is not None} == {26}
    assert "its chance to open an opportunity within 26 weeks was" in reader.get(f"/groups/{said[0]}").text
