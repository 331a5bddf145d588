"""A report as a screen shows it: long sheets end early and say so, sums and files hold all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from muster.reports.sheets import Column, Page, Query, Sheet, say
from muster.serving.figures.health import _latest
from muster.serving.reported import MOST, shortened, twin

AS_OF = datetime(2026, 1, 5)


def page(rows: int, *, tail: int = 0) -> Page:
    """A page of one sheet."""
    sheet = Sheet(
        *("won", "Won", (Column("Deal", is_words=True), Column("Touches"))),
        *(tuple((f"deal {n}", n) for n in range(rows)), Query(("credit",), "SELECT 1"), "None."),
        foot=("All", sum(range(rows))),
        shown=12,
        tail=tail,
    )
    return Page("won", "Won", say("Won."), (sheet,))


def test_a_sheet_of_thousands_ends_early_and_says_where_the_others_are() -> None:
    whole = page(6_400, tail=2)
    [short] = shortened(whole).sheets
    assert len(short.rows) == 12 + MOST + 2
    assert short.rows[-1] == ("deal 6399", 6399)
    assert short.foot == ("All", sum(range(6_400)))
    assert "6,286 more rows are in the CSV" in short.note
    [sheet] = whole.sheets
    assert len(tuple(twin(sheet).rows)) == 6_401  # the CSV has every row, and the foot


def test_a_short_sheet_is_shown_whole() -> None:
    assert shortened(page(12 + MOST)) == page(12 + MOST)


def test_a_source_is_as_old_as_its_last_record_of_any_kind(tmp_path: Path) -> None:
    def at(day: int) -> int:
        return int(datetime(2026, 1, day, tzinfo=UTC).timestamp()) * 1_000_000

    told = {
        "engagement": {"source": ["web", "crm", "web", "none"], "known_at": [at(3), at(1), at(2), None]},
        "opportunity": {"source": ["crm", "late"], "known_at": [at(4), at(9)]},
        "intake_ledger": {"source": ["files"]},
        "exchange_rate": {"known_at": [at(5)]},
    }
    for name, columns in told.items():
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    assert _latest(tmp_path, AS_OF) == {
        "web": datetime(2026, 1, 3),
        "crm": datetime(2026, 1, 4),
        "late": AS_OF,  # nobody knew yet what comes later
    }
    assert _latest(tmp_path / "nothing", AS_OF) == {}
