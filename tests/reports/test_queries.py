"""Beside every table stands the query that gives it: run on its own, it holds the table's figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from invented_company import MANIFEST

from muster.reports.board import board
from muster.reports.sheets import BoardPack, Sheet
from muster.reports.values import Money


@pytest.fixture(scope="module")
def pack(tables: Path) -> BoardPack:
    return board(tables, company="Alder & Birch", currency="USD", manifest=MANIFEST)


@pytest.fixture(scope="module")
def connection(tables: Path) -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect(":memory:")
    for file in tables.glob("*.parquet"):
        opened.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM read_parquet('{file}')")
    return opened


def sheets(pack: BoardPack) -> list[Sheet]:
    return [sheet for page in pack.pages for sheet in page.sheets]


def said_by(command: str) -> str:
    match = re.fullmatch(r'muster query "([^"`$\\]+)"', command)
    assert match is not None, command  # anything else would mean something to a shell
    return match[1]


def numbers(value: Any) -> list[Any]:
    return [n for item in value for n in numbers(item)] if isinstance(value, list | tuple) else [value]


def test_every_table_names_its_query_and_every_amount_is_in_its_result(
    pack: BoardPack, connection: duckdb.DuckDBPyConnection
) -> None:
    checked = 0
    for sheet in sheets(pack):
        result = connection.execute(said_by(sheet.query.command)).fetchall()
        assert result or not sheet.rows, sheet.key
        found = set(numbers(result))
        sums = {
            sum(column) for column in zip(*result, strict=True) if all(isinstance(n, int) for n in column)
        }
        lists = {sum(cell) for row in result for cell in row if isinstance(cell, list)}
        for row in sheet.rows:
            for cell in row:
                if isinstance(cell, Money) and sheet.key != "reconciliation":
                    assert cell.cents in found | sums | lists | {0}, (sheet.key, row[0])
                    checked += 1
    assert checked > 150


def test_a_query_reads_the_tables_named_beside_it(pack: BoardPack) -> None:
    for sheet in sheets(pack):
        for table in sheet.query.tables:
            assert re.search(rf"\b{table}\b", sheet.query.sql), (sheet.key, table)


def test_no_query_leaves_its_workspace(pack: BoardPack) -> None:
    for sheet in sheets(pack):
        assert not re.search(r"read_parquet|read_csv|COPY|ATTACH|\.parquet", sheet.query.sql)


def test_every_table_has_a_key_of_its_own(pack: BoardPack) -> None:
    keys = [sheet.key for sheet in sheets(pack)]
    assert len(keys) == len(set(keys))
