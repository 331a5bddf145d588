from __future__ import annotations

import io

import pyarrow as pa
from rich.console import Console

from muster.cli.rows import print_rows
from muster.cli.screen import clean


def test_numbers_stand_right_and_null_is_not_an_empty_text():
    said = _printed(pa.table({"name": ["a", ""], "count": [1, None]}), width=60)
    assert [line.strip() for line in said.splitlines() if line.strip()] == [
        "name   count",
        "────────────",
        "a          1",
        "null",
    ]


def test_a_table_wider_than_the_screen_becomes_one_block_a_row():
    wide = pa.table({f"column_{n}": ["x" * 20] for n in range(6)})
    said = _printed(wide, width=60)
    assert said.splitlines()[0] == "row 1"
    assert said.splitlines()[1] == f"  column_0  {'x' * 20}"
    assert len(said.splitlines()) == 7


def test_so_many_rows_are_shown_as_are_asked_for():
    many = pa.table({"n": list(range(120))})
    assert len(_printed(many, width=60, most=50).split()) == 50 + 2
    assert len(_printed(many, width=60).split()) == 120 + 2


def test_brackets_in_data_are_no_markup_and_controls_are_written_out():
    said = _printed(pa.table({"[bold]": ["[red]x[/red]\x1b[2J\u202e"]}), width=60)
    assert "[bold]" in said
    assert "[red]x[/red]\\x1b[2J\\u202e" in said


def test_clean_keeps_lines_where_they_are_asked_for():
    assert clean("a\nb") == "a\\nb"
    assert clean("a\nb", lines=True) == "a\nb"


def _printed(rows: pa.Table, *, width: int, most: int | None = None) -> str:
    stream = io.StringIO()
    print_rows(rows, Console(file=stream, width=width, markup=False, highlight=False), most=most)
    return stream.getvalue()
