"""Reports and pages say how many weeks their chances are about: those of the rules on the row's own day."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING
from muster.reports.board import board
from muster.reports.defects import defects
from muster.reports.horizon import horizon_of
from muster.reports.page import render
from muster.reports.published import Published
from muster.serving.figures.group.group import groups_of
from muster.serving.figures.group.rows import rows_of
from muster.serving.figures.group.score import chance_of

CHANGE = datetime(2025, 10, 27)  # the last quarter's model; the one before is the first that said chances
# Other weeks than those of chances: of signs, of points put together, of stages as the tables have them.
USUAL = re.compile(r"(whose|once|opportunity within|opened in|nothing in|is) 13 weeks")
MANIFEST = {"as_of": "2025-12-29T00:00:00", "inputs": {}}


@pytest.fixture
def reaching(halden: Path, tmp_path: Path) -> Callable[[Callable[[datetime], int]], Path]:
    """The bundled company's tables as if models had been about so many weeks as are told of their day."""

    def tables(weeks: Callable[[datetime], int]) -> Path:
        folder = tmp_path / "tables"
        shutil.copytree(halden, folder)
        models = pq.read_table(halden / "chance_model.parquet")
        rows = [
            row | {"horizon_weeks": weeks(row["trained_at"])} if row["target"] == "open" else row
            for row in models.to_pylist()
        ]
        pq.write_table(pa.Table.from_pylist(rows, schema=models.schema), folder / "chance_model.parquet")
        return folder

    return tables


def told(tables: Path) -> tuple[str, str]:
    """What the board pack and the report on defects say, as pages."""
    packs = (
        board(tables, company="Halden", currency="USD"),
        defects(tables, company="Halden", currency="USD", manifest=MANIFEST),
    )
    worklist, faults = (render(pack) for pack in packs)
    return worklist, faults


@pytest.mark.parametrize("weeks", [4, 26])
def test_every_sentence_about_a_chance_says_what_the_rules_said(
    reaching: Callable[..., Path], weeks: int
) -> None:
    worklist, faults = told(reaching(lambda _day: weeks))
    assert f"chance of an opportunity within {weeks} weeks" in worklist
    assert f"chance to open an opportunity within {weeks} weeks (horizon_weeks" in worklist
    assert f"opened in {weeks} weeks where the chances said" in faults
    assert f"Opened nothing in {weeks} weeks" in faults
    assert f"chances whose {weeks} weeks are over" in faults and f"once {weeks} weeks are over" in faults
    assert "verdict on that kind, 91 days after (verdict_days" in faults
    assert not USUAL.search(worklist) and not USUAL.search(faults)


def test_where_the_rules_changed_each_row_says_those_of_its_day(reaching: Callable[..., Path]) -> None:
    folder = reaching(lambda day: 4 if day < CHANGE else 26)
    with Published(folder) as tables:
        horizon = horizon_of(tables)
    [changed] = [one.from_at for one in horizon.reaches[1:]]
    since = datetime.fromtimestamp(changed / 1e6)
    said = f"4 weeks (26 from {since.day} {since:%b} 2025 on)"
    assert horizon.weeks() == said
    assert horizon.weeks(datetime(2024, 5, 6), datetime(2024, 9, 2)) == "4 weeks"
    assert horizon.weeks(datetime(2024, 5, 6), since) == said
    assert horizon.weeks(since, datetime(2025, 12, 29)) == "26 weeks"
    worklist, faults = told(folder)
    assert "chance of an opportunity within 26 weeks" in worklist  # the latest scores are of the end of 2025
    assert "whose 4 weeks are over" in faults  # those of the months after are not over yet
    assert not USUAL.search(worklist) and not USUAL.search(faults)
    with Seen(folder, EVERYTHING) as seen:
        groups = [r["buying_group_id"] for r in seen.records("SELECT buying_group_id FROM buying_group")]
        found = {}
        as_of = datetime(2025, 12, 29)
        for rows in rows_of(seen, groups_of(seen, groups), as_of=as_of).values():
            chance = chance_of(rows, as_of=as_of, horizon=horizon)
            if chance is not None:
                found[chance.scored_at < since] = found.get(chance.scored_at < since, set()) | {chance.weeks}
    assert found == {True: {4}, False: {26}}
