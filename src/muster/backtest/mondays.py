"""Which Mondays a back-test asks about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from muster.backtest.questions import ORIGIN_EVERY, USUAL_SPAN, Span
from muster.chances.horizon import FOREVER, reach_at
from muster.engine.published import Published
from muster.recall.clock import FIRST_MONDAY, WEEK


def usual_span(published: Published, until: int = FOREVER) -> Span | None:
    """The last 52 weeks up to a Monday whose weeks are over, from the first chance on; None where none are.

    Of Mondays whose chances are about as many weeks as those of the last: a span asks one question.
    """
    found = published.arrow(
        "SELECT epoch_us(MAX(p.week_at)) AS last, epoch_us(MIN(p.week_at)) AS first,"
        " (SELECT epoch_us(MIN(c.scored_at)) FROM chance AS c WHERE c.p_open IS NOT NULL) AS said"
        f" FROM panel AS p WHERE p.opens IS NOT NULL AND epoch_us(p.week_at) <= {until}"
    ).to_pylist()[0]
    if found["last"] is None:
        return None
    reach = reach_at(published, found["last"])
    first = max(found["last"] - USUAL_SPAN + ORIGIN_EVERY, found["first"], reach.from_at)
    if found["said"] is not None and found["said"] <= found["last"]:
        first = max(first, found["said"])
    return Span(first, found["last"], reach.horizon, reach.from_at)


def origins_of(span: Span) -> tuple[int, ...]:
    """Every fourth Monday, counted back from the last."""
    return tuple(sorted(range(span.last, span.first - 1, -ORIGIN_EVERY)))


def monday_from(day: datetime) -> int:
    """The first Monday at or after a day, in microseconds."""
    at = int((day.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    return at + (FIRST_MONDAY - at) % WEEK
