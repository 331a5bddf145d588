"""The pack as slides: a title that says the finding, a chart that PowerPoint can edit, or a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, TypeVar

from muster.problems import MissingExtra
from muster.reports.formats.native_charts import NativeChart, native
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
from muster.reports.values import Value, show

_ROWS = 13  # of a table on one slide
_COLUMNS = 9  # wider tables stand in the workbook alone
_MOST = 26  # rows of one table over all of its slides
T = TypeVar("T")
_INK, _SOFT, _ACCENT, _LINE = "1D1C1A", "5B5954", "1F5FBF", "D9D8D3"
_SERIES = (_ACCENT, "827F77", "B4B1A9", "86A9DD")
_LEFT, _WIDTH = 0.6, 12.1  # inches of a slide 13.33 wide


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
        place.left, place.top, place.width, place.height = (Inches(i) for i in (_LEFT, 0.3, _WIDTH, 0.9))
        place.text_frame.text = title
        place.text_frame.word_wrap = True
        _dress(place.text_frame, size=size, bold=True)
        number = len(self._deck.slides)
        foot = slide.shapes.add_textbox(Inches(_LEFT), Inches(7.05), Inches(_WIDTH), Inches(0.3))
        foot.text_frame.text = f"{self._foot}    {number}"
        _dress(foot.text_frame, size=9, colour=_SOFT)
        return slide

    def words(self, slide: Any, text: str, *, top: float, size: int = 14, colour: str = _INK) -> None:
        """A paragraph across the slide."""
        from pptx.util import Inches  # noqa: PLC0415

        box = slide.shapes.add_textbox(Inches(_LEFT), Inches(top), Inches(_WIDTH), Inches(0.6))
        box.text_frame.word_wrap = True
        box.text_frame.text = text
        _dress(box.text_frame, size=size, colour=colour)


def _cover(to: _Writer, pack: BoardPack) -> None:
    slide = to.slide(f"{pack.title}, {pack.period_label}", size=36)
    to.words(slide, pack.company, top=1.4, size=20)
    to.words(slide, str(pack.pages[0].sentence), top=2.2, size=20)
    told = f"Amounts in {pack.currency}. Known as of {pack.as_of} UTC. Run {pack.run_id}."
    told += f" Snapshot {pack.snapshot}." if pack.snapshot else ""
    to.words(slide, told, top=4.2, size=12, colour=_SOFT)
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

    wide = _WIDTH / len(block.figures)
    for i, figure in enumerate(block.figures):
        box = slide.shapes.add_textbox(Inches(_LEFT + i * wide), Inches(top), Inches(wide), Inches(1.3))
        box.text_frame.word_wrap = True
        box.text_frame.text = "\n".join((figure.label, figure.value, *figure.compared))
        _dress(box.text_frame, size=11, colour=_SOFT)
        value = box.text_frame.paragraphs[1]
        _dress_line(value, size=18 if block.is_minor else 26, bold=True, colour=_INK)


def _block(to: _Writer, block: Block) -> None:
    if isinstance(block, Notes):
        for part in batched(block.paragraphs, 8):
            slide = to.slide(block.title)
            to.words(slide, "\n\n".join(part), top=1.4, size=16)
    elif isinstance(block, Picture):
        chart = native(block.chart)
        if chart is None or not chart.labels:
            _table(to, block.twin)
        else:
            _chart(to, block, chart)
    elif isinstance(block, GroupRows):
        _table(to, block.twin)
    elif isinstance(block, Sheet):
        _table(to, block)
    elif isinstance(block, Definitions):
        for entries in batched(block.entries, 9):
            slide = to.slide(block.title)
            to.words(slide, "\n".join(f"{e.term}: {e.meaning}" for e in entries), top=1.3, size=12)


def _chart(to: _Writer, picture: Picture, chart: NativeChart) -> None:
    from pptx.chart.data import CategoryChartData  # noqa: PLC0415
    from pptx.dml.color import RGBColor  # noqa: PLC0415
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION  # noqa: PLC0415
    from pptx.util import Inches, Pt  # noqa: PLC0415

    kinds = {
        "stacked columns": XL_CHART_TYPE.COLUMN_STACKED,
        "bars": XL_CHART_TYPE.BAR_CLUSTERED,
        "lines": XL_CHART_TYPE.LINE,
        "points": XL_CHART_TYPE.LINE_MARKERS,
    }
    data = CategoryChartData(number_format=chart.written)
    data.categories = chart.labels
    for name, numbers in chart.series:
        data.add_series(name, numbers)
    slide = to.slide(picture.title)
    frame = slide.shapes.add_chart(
        kinds[chart.kind], Inches(_LEFT), Inches(1.3), Inches(_WIDTH), Inches(4.9), data
    )
    frame.name = picture.key
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{picture.title}. {picture.about}")
    drawn = frame.chart
    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
    drawn.font.size = Pt(11)
    drawn.font.color.rgb = RGBColor.from_string(_SOFT)
    drawn.value_axis.has_title = True
    drawn.value_axis.axis_title.text_frame.text = chart.axis
    _dress(drawn.value_axis.axis_title.text_frame, size=11, colour=_SOFT)
    drawn.value_axis.major_gridlines.format.line.color.rgb = RGBColor.from_string(_LINE)
    drawn.value_axis.tick_labels.number_format = chart.written
    drawn.value_axis.tick_labels.number_format_is_linked = False
    if chart.kind == "bars":
        drawn.category_axis.reverse_order = True
    for i, series in enumerate(drawn.plots[0].series):
        colour = RGBColor.from_string(_SERIES[i % len(_SERIES)])
        if chart.kind in ("stacked columns", "bars"):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
        elif chart.kind == "lines":
            series.smooth = False
            series.format.line.color.rgb = colour
            series.format.line.width = Pt(2.25 if i == 0 else 1.25)
        else:
            series.format.line.fill.background()
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = colour
            series.marker.size = 9 if i == 0 else 6
    if chart.kind in ("stacked columns", "bars"):
        drawn.plots[0].gap_width = 60
    if chart.kind == "stacked columns":
        drawn.plots[0].overlap = 100
    to.words(slide, picture.rests_on, top=6.3, size=11, colour=_SOFT)


def _table(to: _Writer, sheet: Sheet) -> None:
    """A table over as many slides as it takes; a very long or wide one says that it is in the workbook."""
    if sheet.is_folded:
        return
    if not sheet.rows:
        slide = to.slide(sheet.title)
        to.words(slide, sheet.empty, top=1.4)
        return
    if len(sheet.columns) > _COLUMNS:
        slide = to.slide(sheet.title)
        to.words(slide, f"{len(sheet.rows)} rows of {len(sheet.columns)} columns: see the workbook.", top=1.4)
        return
    lines = [*sheet.rows[:_MOST], *([sheet.foot] if sheet.foot else [])]
    parts = list(batched(lines, _ROWS))
    for i, part in enumerate(parts, 1):
        slide = to.slide(sheet.title + (f" ({i} of {len(parts)})" if len(parts) > 1 else ""), size=20)
        _grid(slide, sheet, list(part))
        left_out = len(sheet.rows) - _MOST
        note = sheet.note if i == len(parts) else ""
        if left_out > 0 and i == len(parts):
            note = f"{left_out} more rows stand in the workbook. {note}"
        if note:
            to.words(slide, note, top=6.35, size=10, colour=_SOFT)


def _grid(slide: Any, sheet: Sheet, lines: list[tuple[Value, ...]]) -> None:
    from pptx.enum.text import PP_ALIGN  # noqa: PLC0415
    from pptx.util import Inches  # noqa: PLC0415

    frame = slide.shapes.add_table(
        len(lines) + 1, len(sheet.columns), Inches(_LEFT), Inches(1.25), Inches(_WIDTH), Inches(0.36)
    )
    frame.name = sheet.key
    frame._element.nvGraphicFramePr.cNvPr.set("descr", sheet.title)
    grid = frame.table
    grid.horz_banding = False
    _plain_style(frame)
    wide = [3.0 if c.is_words and i == 0 else 1.6 if c.is_words else 1.0 for i, c in enumerate(sheet.columns)]
    for i, part in enumerate(wide):
        grid.columns[i].width = Inches(_WIDTH * part / sum(wide))
    heads = tuple(column.label for column in sheet.columns)
    for y, row in enumerate([heads, *lines]):
        grid.rows[y].height = Inches(0.36)
        is_foot = sheet.foot is not None and row is sheet.foot
        for x, value in enumerate(row):
            cell = grid.cell(y, x)
            cell.text = "" if is_foot and value is None else show(value)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            _dress(cell.text_frame, size=11, bold=y == 0 or is_foot, colour=_SOFT if y == 0 else _INK)
            if not sheet.columns[x].is_words:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Items in lots of a size (itertools has it from Python 3.12 on)."""
    return (items[i : i + size] for i in range(0, len(items), size))


def _plain_style(frame: Any) -> None:
    """Lines instead of boxes: PowerPoint's own style "No Style, Table Grid" is the one without colours."""
    style = frame._element.graphic.graphicData.tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    )
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _dress(frame: Any, *, size: int, bold: bool = False, colour: str = _INK) -> None:
    for line in frame.paragraphs:
        _dress_line(line, size=size, bold=bold, colour=colour)


def _dress_line(line: Any, *, size: int, bold: bool = False, colour: str = _INK) -> None:
    from pptx.dml.color import RGBColor  # noqa: PLC0415
    from pptx.enum.text import PP_ALIGN  # noqa: PLC0415
    from pptx.util import Pt  # noqa: PLC0415

    line.alignment = PP_ALIGN.LEFT
    line.font.size, line.font.bold = Pt(size), bold
    line.font.color.rgb = RGBColor.from_string(colour)
