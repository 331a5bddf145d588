"""Pictures of the pack as charts that PowerPoint can edit: the same figures, in PowerPoint's own kinds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from muster.reports import money
from muster.reports.charts import shapes

Numbers = tuple[float | None, ...]
YOUNG, OUTSIDE = "may still change", "special cause"


@dataclass(frozen=True, slots=True)
class NativeChart:
    """A kind of chart, its categories, and a row of numbers for each name."""

    kind: str  # stacked columns, bars, lines or points
    axis: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, Numbers], ...]
    written: str  # the number format
    ends: tuple[Numbers, Numbers] | None = None  # low and high of each number of the first series
    rings: tuple[str, ...] = ()  # names drawn as open points, without a line between them


@singledispatch
def native(chart: object) -> NativeChart | None:
    """The chart PowerPoint draws; None for pictures of a row, which are too small for one."""
    del chart
    return None


@native.register
def _(chart: shapes.Columns) -> NativeChart:
    series = tuple(
        (name, tuple(_amount(stack.layers[i], chart.currency) for stack in chart.stacks))
        for i, name in enumerate(chart.layer_names)
    )
    labels = tuple(stack.label for stack in chart.stacks)
    return NativeChart("stacked columns", chart.axis, labels, series, _format(chart.currency))


@native.register
def _(chart: shapes.SegmentBars) -> NativeChart:
    amounts = tuple(_amount(sum(row.amounts), chart.currency) for row in chart.rows)
    labels = tuple(row.label for row in chart.rows)
    return NativeChart("bars", chart.axis, labels, ((chart.axis, amounts),), _format(chart.currency))


@native.register
def _(chart: shapes.Spreads) -> NativeChart:
    def each(pick: str) -> Numbers:
        found = []
        for row in chart.rows:
            amounts = [amount for _, amount in row.amounts] or [row.chosen]
            found.append(
                _amount({"least": min(amounts), "most": max(amounts)}.get(pick, row.chosen), chart.currency)
            )
        return tuple(found)

    lows, highs = each("least"), each("most")
    low, high = _end_names(chart)
    series = ((chart.chosen_name, each("chosen")), (low, lows), (high, highs))
    labels = tuple(row.label for row in chart.rows)
    return NativeChart("points", chart.axis, labels, series, _format(chart.currency), (lows, highs))


def _end_names(chart: shapes.Spreads) -> tuple[str, str]:
    """The names of the two ends where every row has the same two; else they are of several rules."""
    names = {tuple(name for name, _ in row.amounts) for row in chart.rows}
    [first] = names if len(names) == 1 else [()]
    return (first[0], first[1]) if len(first) == 2 else ("least of all rules", "most of all rules")


@native.register
def _(chart: shapes.Intervals) -> NativeChart:
    labels = tuple(row.label for row in chart.rows)
    estimate = ("estimate", tuple(row.estimate for row in chart.rows))
    ends = tuple(r.low for r in chart.rows), tuple(r.high for r in chart.rows)
    if chart.is_funnel:
        return NativeChart("bars", chart.axis, labels, (estimate,), "0%", ends)
    series = (estimate, ("low", ends[0]), ("high", ends[1]))
    return NativeChart("points", chart.axis, labels, series, "0%", ends)


@native.register
def _(chart: shapes.Movement) -> NativeChart:
    weeks = chart.weeks
    series: tuple[tuple[str, Numbers], ...] = (
        ("groups qualified", tuple(float(w.groups) for w in weeks)),
        ("accounts qualified", tuple(float(w.accounts) for w in weeks)),
        ("came in", tuple(float(w.entered) for w in weeks)),
        ("went out", tuple(float(w.left) for w in weeks)),
    )
    return NativeChart("lines", "groups and accounts", tuple(w.label for w in weeks), series, "0")


@native.register
def _(chart: shapes.Differences) -> NativeChart:
    ends = tuple(row.low for row in chart.rows), tuple(row.high for row in chart.rows)
    series = (("difference", tuple(row.estimate for row in chart.rows)), ("low", ends[0]), ("high", ends[1]))
    return NativeChart("points", chart.axis, tuple(row.label for row in chart.rows), series, "0.0", ends)


@native.register
def _(chart: shapes.ControlChart) -> NativeChart:
    points = chart.points
    series: list[tuple[str, Numbers]] = [("value", tuple(p.value if p.is_mature else None for p in points))]
    if chart.mean is not None:
        series.append((chart.mean_name, (chart.mean,) * len(points)))
    for name, bounds in (
        ("lower limit", tuple(p.low for p in points)),
        ("upper limit", tuple(p.high for p in points)),
    ):
        if any(bound is not None for bound in bounds):
            series.append((name, bounds))
    young = (YOUNG, tuple(None if p.is_mature else p.value for p in points))
    outside = (OUTSIDE, tuple(p.value if p.ring else None for p in points))
    marked = [named for named in (young, outside) if any(value is not None for value in named[1])]
    written = "0%" if chart.is_share else "0.0"
    rings = tuple(name for name, _ in marked)
    labels = tuple(p.label for p in points)
    return NativeChart("lines", chart.axis, labels, (*series, *marked), written, rings=rings)


@native.register
def _(chart: shapes.Sums) -> NativeChart:
    limit = (chart.limit,) * len(chart.labels)
    series = ((chart.up, chart.ups), (chart.down, tuple(-d for d in chart.downs)), ("limit", limit))
    return NativeChart("lines", "sum", chart.labels, series, "0.0")


def _amount(whole: int, currency: str | None) -> float:
    return whole / 100 if currency else float(whole)


def _format(currency: str | None) -> str:
    return f'"{money.symbol(currency).replace(money.NBSP, " ")}"#,##0' if currency else "#,##0"
