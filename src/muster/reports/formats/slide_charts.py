"""Charts on slides: PowerPoint's own kinds, with their figures behind them, and whiskers for intervals."""

from __future__ import annotations

from typing import Any

from muster.reports.formats.native_charts import NativeChart, Numbers
from muster.reports.formats.slide_dress import LEFT, LINE, SERIES, SOFT, WIDTH, dress
from muster.reports.sheets import Picture


def put_chart(slide: Any, picture: Picture, chart: NativeChart) -> None:
    """The chart across the slide, with words for those who cannot see it."""
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
    frame = slide.shapes.add_chart(
        kinds[chart.kind], Inches(LEFT), Inches(1.3), Inches(WIDTH), Inches(4.9), data
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
    drawn.font.color.rgb = RGBColor.from_string(SOFT)
    _axes(drawn, chart)
    for i, series in enumerate(drawn.plots[0].series):
        colour = RGBColor.from_string(SERIES[i % len(SERIES)])
        if chart.kind in ("stacked columns", "bars"):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
        elif series.name in chart.rings:
            _ring(series, colour)
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
    if chart.ends is not None:
        _whiskers(drawn.plots[0].series[0], chart.series[0][1], *chart.ends)


def _ring(series: Any, colour: Any) -> None:
    """Open points without a line between them."""
    from pptx.enum.chart import XL_MARKER_STYLE  # noqa: PLC0415
    from pptx.util import Pt  # noqa: PLC0415

    series.smooth = False
    series.format.line.fill.background()
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 9
    series.marker.format.fill.background()
    series.marker.format.line.color.rgb = colour
    series.marker.format.line.width = Pt(1.5)


def _axes(drawn: Any, chart: NativeChart) -> None:
    """Values from nought, shares to no more than all; the first bar on top and its values below."""
    from pptx.dml.color import RGBColor  # noqa: PLC0415
    from pptx.oxml.ns import qn  # noqa: PLC0415

    values = drawn.value_axis
    values.has_title = True
    values.axis_title.text_frame.text = chart.axis
    dress(values.axis_title.text_frame, size=11, colour=SOFT)
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string(LINE)
    values.tick_labels.number_format = chart.written
    values.tick_labels.number_format_is_linked = False
    told = [number for _, numbers in chart.series for number in numbers if number is not None]
    if chart.written == "0%" and max(told, default=0.0) > 0.75:
        values.maximum_scale = 1.0
    if chart.kind == "bars":
        drawn.category_axis.reverse_order = True
        values._element.find(qn("c:crosses")).set("val", "max")


def _whiskers(series: Any, middles: Numbers, lows: Numbers, highs: Numbers) -> None:
    """Error bars from each low to each high; none where a figure is missing."""
    from pptx.oxml import parse_xml  # noqa: PLC0415
    from pptx.oxml.ns import nsdecls, qn  # noqa: PLC0415

    def lengths(name: str, ends: Numbers) -> str:
        points = "".join(
            f'<c:pt idx="{i}"><c:v>{abs(end - middle)!r}</c:v></c:pt>'
            for i, (middle, end) in enumerate(zip(middles, ends, strict=True))
            if middle is not None and end is not None
        )
        count = f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(middles)}"/>'
        return f"<c:{name}><c:numLit>{count}{points}</c:numLit></c:{name}>"

    element = series._element
    bars = parse_xml(
        f"<c:errBars {nsdecls('c', 'a')}>"
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"{lengths('plus', highs)}{lengths('minus', lows)}"
        f'<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{SOFT}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    element.insert(list(element).index(element.find(qn("c:cat"))), bars)
