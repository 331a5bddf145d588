"""Turns the figures of a picture into SVG of a given width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from muster.reports.charts import group_shapes, shapes
from muster.reports.charts.canvas import Canvas
from muster.reports.charts.columns import draw_columns
from muster.reports.charts.control import draw_control, draw_sums
from muster.reports.charts.effects import draw_differences
from muster.reports.charts.heat import draw_heat
from muster.reports.charts.intervals import draw_intervals
from muster.reports.charts.lanes import draw_lanes
from muster.reports.charts.movement import draw_movement
from muster.reports.charts.segments import draw_segments
from muster.reports.charts.sharing import draw_sharing
from muster.reports.charts.sparks import draw_history, draw_parts
from muster.reports.charts.spreads import draw_spreads
from muster.reports.charts.strip import draw_strip, draw_waterfall

_DRAWN_BY: dict[type, Callable[[Any, int], Canvas]] = {
    shapes.Differences: draw_differences,
    shapes.ControlChart: draw_control,
    shapes.Sums: draw_sums,
    shapes.Columns: draw_columns,
    shapes.Intervals: draw_intervals,
    shapes.SegmentBars: draw_segments,
    shapes.Movement: draw_movement,
    shapes.Spreads: draw_spreads,
    shapes.Parts: draw_parts,
    shapes.History: draw_history,
    group_shapes.Heat: draw_heat,
    group_shapes.Lanes: draw_lanes,
    group_shapes.Sharing: draw_sharing,
    group_shapes.Strip: draw_strip,
    group_shapes.Waterfall: draw_waterfall,
}


def draw(chart: shapes.Chart, width: int, *, key: str, title: str, about: str) -> str:
    """The picture as inline SVG; `key` makes its ids unique on the page."""
    return _DRAWN_BY[type(chart)](chart, width).svg(key=key, title=title, about=about)
