"""Fill in the tables of worked examples: `python -m tests.docs.refresh PAGE...`; check them by hand after.

The tests compare; this writes. It prints what it changed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import example_company, printed, questions


def refresh(page: Path) -> int:
    """Rewrite the rows below each SELECT of a page; returns how many tables changed."""
    text = page.read_text("utf-8")
    changed = 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = example_company(text, Path(folder))
        for question in questions(text):
            found = workspace.query(question.sql)
            rows = [[printed(cell) for cell in row.values()] for row in found.to_pylist()]
            if (found.column_names, rows) != (question.header, question.rows):
                old = f"```sql\n{question.sql}```\n\n{_table(question.header, question.rows)}"
                assert old in text, "write the table as | a | b | with |---|---| below it"
                text = text.replace(old, f"```sql\n{question.sql}```\n\n{_table(found.column_names, rows)}")
                changed += 1
    page.write_text(text, "utf-8")
    return changed


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, *rows]
    shown = [f"| {' | '.join(line)} |\n" for line in lines]
    return "".join([shown[0], f"|{'---|' * len(header)}\n", *shown[1:]])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sys.stdout.write(f"{name}: {refresh(Path(name))} tables changed\n")
