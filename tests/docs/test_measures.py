"""Every measure has a page, and every worked example on it comes out as printed."""

from __future__ import annotations

import doctest
import tomllib
from pathlib import Path

import pytest
from tests.docs.pages import DOCS, blocks, example_company, printed, questions

MEASURES = sorted(page for page in (DOCS / "measures").glob("*.md") if page.stem != "README")
PARTS = ("## Formula", "## Unit", "## Reference", "## What it leaves out", "## Worked example")


@pytest.mark.parametrize("page", MEASURES, ids=lambda p: p.stem)
def test_a_measure_page_says_what_every_one_must(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [part for part in PARTS if part not in text] == []
    assert questions(text) and blocks(text, "pycon")


@pytest.mark.parametrize("page", MEASURES, ids=lambda p: p.stem)
def test_a_worked_example_comes_out_of_the_flow_as_printed(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    workspace = example_company(text, tmp_path)
    for question in questions(text):
        found = workspace.query(question.sql)
        assert found.column_names == question.header, question.sql
        rows = [[printed(cell) for cell in row.values()] for row in found.to_pylist()]
        assert rows == question.rows, question.sql


@pytest.mark.parametrize("page", MEASURES, ids=lambda p: p.stem)
def test_the_arithmetic_on_a_page_is_right(page: Path) -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    test = parser.get_doctest(
        "\n".join(blocks(page.read_text("utf-8"), "pycon")), {}, page.stem, str(page), 0
    )
    assert test.examples
    assert runner.run(test).failed == 0


def test_every_table_that_names_a_measure_page_has_it() -> None:
    notes = tomllib.loads((DOCS / "reference_notes.toml").read_text("utf-8"))
    named = {page for names in notes["measures"].values() for page in names}
    assert named == {page.stem for page in MEASURES}
