"""Reading a run's tables opens those that a question names, and no other."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.reports.invented_company import Company

from muster.reports.published import Published


def test_only_the_tables_that_a_question_names_are_opened(tmp_path: Path) -> None:
    company = Company()
    company.add("account", account_id="a-1", name="Alder", domain="alder.example")
    company.write(tmp_path)
    (tmp_path / "member.parquet").write_bytes(b"broken")
    (tmp_path / "score.parquet").unlink()
    with Published(tmp_path) as tables:
        assert tables.records("SELECT name FROM account AS a WHERE a.account_id = ?", ["a-1"]) == [
            {"name": "Alder"}
        ]
        assert tables.records("SELECT s.score FROM score AS s JOIN account AS a ON TRUE") == []
        assert tables.missing == ("score",)
        assert not tables.has_records
        with pytest.raises(duckdb.Error):
            tables.records("SELECT COUNT(*) AS n FROM member")
