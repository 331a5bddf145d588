"""Tables on slides: columns as wide as what they say, and no more rows on a slide than fit there."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from muster.reports.formats.slide_dress import INK, LEFT, SOFT, WIDTH, dress
from muster.reports.sheets import Sheet
from muster.reports.values import Value, show

MOST_COLUMNS = 12  # of wider tables a slide shows the first columns, the workbook all
_TOP, _HEIGHT = 1.25, 5.0  # inches: where a table begins, and how much of the slide it may take
_MARGIN = 0.2  # inches of a cell, to its sides together
_LETTER = 0.0085  # inches of a letter's width for each point of its size, on the safe side
_BOLD = 1.25  # how much wider the letters of headings are
_LINE = 0.0170  # inches of a line's height for each point
_PADDING = 0.0055  # inches above a cell's lines, and as much below, for each point
Line = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Points of the letters, inches of each column, and the rows of each slide."""

    size: int
    widths: tuple[float, ...]
    slides: tuple[tuple[Line, ...], ...]

    def height(self, texts: Sequence[str]) -> float:
        """Inches of a row with these texts, which wrap at words."""
        lines = max(
            len(textwrap.wrap(text, max(int((wide - _MARGIN) / (_LETTER * self.size)), 1))) or 1
            for text, wide in zip(texts, self.widths, strict=True)
        )
        return (2 * _PADDING + max(lines, 1.25) * _LINE) * self.size


def lay_out(sheet: Sheet, *, most: int) -> Layout:
    """Columns share the slide by what they say: no word is broken, and long sentences get what is left."""
    lines = [*sheet.rows[:most], *([sheet.foot] if sheet.foot else [])]
    size = 11 if len(sheet.columns) <= 9 else 9
    needed, wanted = [], []
    for i, column in enumerate(sheet.columns):
        texts = [show(line[i]) for line in lines]
        parts = [part for text in texts for part in (text.split() if column.is_words else [text])]
        head = max(map(len, column.label.split()), default=1) * _BOLD
        least = max(head, *map(len, parts), 1)
        most_letters = max(least, *map(len, texts)) if column.is_words else least
        needed.append(least * _LETTER * size + _MARGIN)
        wanted.append(most_letters * _LETTER * size + _MARGIN)
    layout = Layout(size, _shared(needed, wanted), ())
    room_of_rows = _HEIGHT - layout.height([column.label for column in sheet.columns])
    slides: list[list[Line]] = [[]]
    room = room_of_rows
    for line in lines:
        height = layout.height([show(value) for value in line])
        if slides[-1] and height > room:
            slides.append([])
            room = room_of_rows
        slides[-1].append(line)
        room -= height
    return Layout(size, layout.widths, tuple(tuple(each) for each in slides))


def _shared(needed: Sequence[float], wanted: Sequence[float]) -> tuple[float, ...]:
    """What each column needs, then what is left by how much more each wants, then evenly."""
    left = WIDTH - sum(needed)
    if left <= 0:
        return tuple(WIDTH * each / sum(needed) for each in needed)
    more = [most - least for least, most in zip(needed, wanted, strict=True)]
    part = min(left / sum(more), 1.0) if sum(more) else 0.0
    spare = (left - part * sum(more)) / len(needed)
    return tuple(least + part * each + spare for least, each in zip(needed, more, strict=True))


def put_table(slide: Any, sheet: Sheet, lines: Sequence[Line], layout: Layout) -> None:
    """One slide's rows under their headings."""
    from pptx.enum.text import PP_ALIGN  # noqa: PLC0415
    from pptx.util import Inches  # noqa: PLC0415

    frame = slide.shapes.add_table(
        len(lines) + 1, len(sheet.columns), Inches(LEFT), Inches(_TOP), Inches(WIDTH), Inches(0.36)
    )
    frame.name = sheet.key
    frame._element.nvGraphicFramePr.cNvPr.set("descr", sheet.title)
    grid = frame.table
    grid.horz_banding = False
    _plain_style(frame)
    for i, wide in enumerate(layout.widths):
        grid.columns[i].width = Inches(wide)
    heads = tuple(column.label for column in sheet.columns)
    for y, row in enumerate([heads, *lines]):
        is_foot = sheet.foot is not None and row is sheet.foot
        texts = ["" if is_foot and value is None else show(value) for value in row]
        grid.rows[y].height = Inches(layout.height(texts))
        for x, text in enumerate(texts):
            cell = grid.cell(y, x)
            cell.text = text
            cell.margin_left = cell.margin_right = Inches(_MARGIN / 2)
            cell.margin_top = cell.margin_bottom = Inches(_PADDING * layout.size / 2)
            dress(cell.text_frame, size=layout.size, bold=y == 0 or is_foot, colour=SOFT if y == 0 else INK)
            if not sheet.columns[x].is_words:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _plain_style(frame: Any) -> None:
    """Lines instead of boxes: PowerPoint's own style "No Style, Table Grid" is the one without colours."""
    style = frame._element.graphic.graphicData.tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    )
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
