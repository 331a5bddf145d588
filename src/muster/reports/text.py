"""A report as plain text, for a terminal or a mail: sentences, figures, tables."""

from __future__ import annotations

from collections.abc import Iterator

from muster.reports.sheets import BoardPack, Definitions, GroupRows, Headlines, Mark, Notes, Picture, Sheet
from muster.reports.values import show

_WIDEST = 48  # of a cell; the HTML and the workbook hold every word


def text(pack: BoardPack) -> str:
    """The whole pack as lines of text."""
    return "\n".join(_lines(pack)) + "\n"


def _lines(pack: BoardPack) -> Iterator[str]:
    yield f"{pack.company}: {pack.title}, {pack.period_label}"
    yield f"Known as of {pack.as_of} UTC. Run {pack.run_id}." + (
        f" Snapshot {pack.snapshot}." if pack.snapshot else ""
    )
    if pack.caution:
        yield f"! {pack.caution}"
    for number, page in enumerate(pack.pages, 1):
        yield ""
        yield f"{number} {page.title}"
        yield str(page.sentence)
        for block in page.blocks:
            if isinstance(block, Headlines):
                yield ""
                for figure in block.figures:
                    yield f"  {figure.label}: {figure.value} ({', '.join(figure.compared)})"
            elif isinstance(block, Mark):
                yield f"  {'✓' if block.is_good else '✕'} {block.text}"
            elif isinstance(block, Notes):
                yield f"\n{block.title}"
                yield from block.paragraphs
            elif isinstance(block, Definitions):
                yield f"\n{block.title}"
                yield from (f"  {entry.term}: {entry.meaning}" for entry in block.entries)
            elif isinstance(block, Picture | GroupRows):
                yield from _table(block.twin, title=block.title)
            else:
                yield from _table(block, title=block.title)


def _table(sheet: Sheet, *, title: str) -> Iterator[str]:
    yield ""
    yield title
    if not sheet.rows:
        yield f"  {sheet.empty}"
        return
    rows = [tuple(column.label for column in sheet.columns)]
    rows += [tuple(_cut(show(value)) for value in row) for row in sheet.rows]
    if sheet.foot:
        rows.append(tuple("" if value is None else _cut(show(value)) for value in sheet.foot))
    widths = [max(len(row[i]) for row in rows) for i in range(len(sheet.columns))]
    for row in rows:
        cells = (
            cell.ljust(width) if column.is_words or i == 0 else cell.rjust(width)
            for i, (cell, width, column) in enumerate(zip(row, widths, sheet.columns, strict=True))
        )
        yield f"  {'  '.join(cells)}".rstrip()


def _cut(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _WIDEST else plain[: _WIDEST - 1] + "…"
