"""The pack as slides: a title that says the finding, a chart that PowerPoint can edit, or a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, TypeVar

from muster.problems import MissingExtra
from muster.reports.formats.native_charts import native
from muster.reports.formats.slide_charts import put_chart
from muster.reports.formats.slide_dress import INK, LEFT, SOFT, WIDTH, dress, dress_line
from muster.reports.formats.slide_tables import MOST_COLUMNS, lay_out, put_table
from muster.reports.sheets import (
    Block,
    BoardPack,
    Definitions,
    GroupRows,
    Headlines,
    Mark,
    Notes,
    Page,
    Picture,
    Sheet,
)

_MOST = 26  # rows of one table over all of its slides
_FIRST = 8  # columns of a table that is too wide for a slide
T = TypeVar("T")


def slides(pack: BoardPack) -> bytes:
    """The deck. Raises MissingExtra without python-pptx."""
    try:
        from pptx import Presentation  # noqa: PLC0415
        from pptx.util import Inches  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("board", needed_for="A deck of slides") from error
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    deck.core_properties.title = f"{pack.company}: {pack.title.lower()}, {pack.period_label}"
    deck.core_properties.author = "Muster"
    deck.core_properties.language = "en"
    writer = _Writer(
        deck, f"{pack.company}, {pack.period_label}" + (f", {pack.snapshot}" if pack.snapshot else "")
    )
    _cover(writer, pack)
    for number, page in enumerate(pack.pages, 1):
        _page(writer, page, number)
    out = BytesIO()
    deck.save(out)
    return out.getvalue()


class _Writer:
    """Adds slides with a title, a foot and what they show."""

    def __init__(self, deck: Any, foot: str) -> None:
        self._deck = deck
        self._foot = foot

    def slide(self, title: str, *, size: int = 24) -> Any:
        """A slide with its title in the place that screen readers read first."""
        from pptx.util import Inches  # noqa: PLC0415

        slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])
        place = slide.shapes.title
        place.left, place.top, place.width, place.height = (Inches(i) for i in (LEFT, 0.3, WIDTH, 0.9))
        place.text_frame.text = title
        place.text_frame.word_wrap = True
        dress(place.text_frame, size=size, bold=True)
        number = len(self._deck.slides)
        foot = slide.shapes.add_textbox(Inches(LEFT), Inches(7.05), Inches(WIDTH), Inches(0.3))
        foot.text_frame.text = f"{self._foot}    {number}"
        dress(foot.text_frame, size=9, colour=SOFT)
        return slide

    def words(self, slide: Any, text: str, *, top: float, size: int = 14, colour: str = INK) -> None:
        """A paragraph across the slide."""
        from pptx.util import Inches  # noqa: PLC0415

        box = slide.shapes.add_textbox(Inches(LEFT), Inches(top), Inches(WIDTH), Inches(0.6))
        box.text_frame.word_wrap = True
        box.text_frame.text = text
        dress(box.text_frame, size=size, colour=colour)


def _cover(to: _Writer, pack: BoardPack) -> None:
    slide = to.slide(f"{pack.title}, {pack.period_label}", size=36)
    to.words(slide, pack.company, top=1.4, size=20)
    to.words(slide, str(pack.pages[0].sentence), top=2.2, size=20)
    told = f"Amounts in {pack.currency}. Known as of {pack.as_of} UTC. Run {pack.run_id}."
    told += f" Snapshot {pack.snapshot}." if pack.snapshot else ""
    to.words(slide, told, top=4.2, size=12, colour=SOFT)
    if pack.caution:
        to.words(slide, f"! {pack.caution}", top=4.8, size=14, colour="B3261E")


def _page(to: _Writer, page: Page, number: int) -> None:
    slide = to.slide(f"{number} {page.title}")
    to.words(slide, str(page.sentence), top=1.3, size=20)
    top = 2.6
    for block in page.blocks:
        if isinstance(block, Headlines):
            _headlines(slide, block, top)
            top += 1.5
    marks = [f"{'✓' if b.is_good else '✕'} {b.text}" for b in page.blocks if isinstance(b, Mark)]
    if marks:
        to.words(slide, "\n".join(marks), top=top, size=12)
    for block in page.blocks:
        _block(to, block)


def _headlines(slide: Any, block: Headlines, top: float) -> None:
    from pptx.util import Inches  # noqa: PLC0415

    wide = WIDTH / len(block.figures)
    for i, figure in enumerate(block.figures):
        box = slide.shapes.add_textbox(Inches(LEFT + i * wide), Inches(top), Inches(wide), Inches(1.3))
        box.text_frame.word_wrap = True
        box.text_frame.text = "\n".join((figure.label, figure.value, *figure.compared))
        dress(box.text_frame, size=11, colour=SOFT)
        value = box.text_frame.paragraphs[1]
        dress_line(value, size=18 if block.is_minor else 26, bold=True, colour=INK)


def _block(to: _Writer, block: Block) -> None:
    if isinstance(block, Notes):
        for title, part in numbered(block.title, block.paragraphs, 8):
            slide = to.slide(title)
            to.words(slide, "\n\n".join(part), top=1.4, size=16)
    elif isinstance(block, Picture):
        chart = native(block.chart)
        if chart is None or not chart.labels:
            _table(to, block.twin)
        else:
            slide = to.slide(block.title)
            put_chart(slide, block, chart)
            to.words(slide, block.rests_on, top=6.3, size=11, colour=SOFT)
    elif isinstance(block, GroupRows):
        _table(to, block.twin)
    elif isinstance(block, Sheet):
        _table(to, block)
    elif isinstance(block, Definitions):
        for title, entries in numbered(block.title, block.entries, 9):
            slide = to.slide(title)
            to.words(slide, "\n".join(f"{e.term}: {e.meaning}" for e in entries), top=1.3, size=12)


def _table(to: _Writer, sheet: Sheet) -> None:
    """A table over as many slides as it takes; a very long or wide one says what else is in the workbook."""
    if sheet.is_folded:
        return
    if not sheet.rows:
        slide = to.slide(sheet.title)
        to.words(slide, sheet.empty, top=1.4)
        return
    sheet = _readable(sheet)
    layout = lay_out(sheet, most=_MOST)
    for title, parts in numbered(sheet.title, layout.slides, 1):
        slide = to.slide(title, size=20)
        put_table(slide, sheet, parts[0], layout)
    left_out = len(sheet.rows) - _MOST
    note = f"{left_out} more rows stand in the workbook. {sheet.note}" if left_out > 0 else sheet.note
    if note:
        to.words(slide, note, top=6.35, size=10, colour=SOFT)


def _readable(sheet: Sheet) -> Sheet:
    """The first columns of a table too wide for a slide, and a word about the others."""
    if len(sheet.columns) <= MOST_COLUMNS:
        return sheet
    left_out = len(sheet.columns) - _FIRST
    return replace(
        sheet,
        columns=sheet.columns[:_FIRST],
        rows=tuple(row[:_FIRST] for row in sheet.rows),
        foot=sheet.foot[:_FIRST] if sheet.foot else None,
        note=f"{left_out} more columns stand in the workbook. {sheet.note}".rstrip(),
    )


def numbered(title: str, items: Sequence[T], size: int) -> Iterator[tuple[str, Sequence[T]]]:
    """Items in lots of a size, each under the title, which counts them where there are several."""
    lots = [items[i : i + size] for i in range(0, len(items), size)]
    for n, lot in enumerate(lots, 1):
        yield f"{title} ({n} of {len(lots)})" if len(lots) > 1 else title, lot
