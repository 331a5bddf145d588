"""The report on defects: read from the published tables, written like the board pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from muster.problems import WrongUse
from muster.reports.answers import answers_page
from muster.reports.board import UNRECORDED
from muster.reports.control_charts import charts_page
from muster.reports.defect_rate import rate_page
from muster.reports.drifting import drift_page
from muster.reports.lead_signs import signs_page
from muster.reports.published import Published
from muster.reports.sheets import BoardPack
from muster.reports.values import show

_NEEDED = {
    "given",
    "defect",
    "process_quality",
    "control_chart",
    "gap_chart",
    "cusum",
    "stage_yield",
    "drift",
    "gaming_sign",
}


def defects(tables: Path, *, company: str, currency: str, manifest: Mapping[str, Any]) -> BoardPack:
    """Defects of hand-offs over the whole history, on charts, with answers, drift and signs.

    Raises WrongUse when the folder has no tables, or tables that an older version built.
    """
    if not tables.is_dir() or not any(tables.iterdir()):
        raise WrongUse(f"There are no tables in {tables}.", remedy="Build them first with: muster run")
    with Published(tables) as published:
        missing = sorted(_NEEDED & set(published.missing))
        if missing:
            raise WrongUse(
                f"The tables in {tables} have no {missing[0]}: an older version of Muster built them.",
                remedy="Build them again with: muster run",
            )
        as_of = datetime.fromisoformat(str(manifest["as_of"]))
        if as_of.tzinfo is not None:
            as_of = as_of.astimezone(UTC).replace(tzinfo=None)
        [first] = published.records(
            "SELECT MIN(g.at) AS at, BOOL_OR(g.is_replayed) AS replayed FROM given AS g"
        )
        starts_on: date = first["at"].date() if first["at"] else as_of.date()
        return BoardPack(
            company=company,
            currency=currency,
            period=as_of.date().isoformat(),
            period_label=f"to {show(as_of.date())}",
            starts_on=starts_on,
            last_day=as_of.date(),
            as_of=show(as_of),
            run_id=str(manifest.get("run_id") or UNRECORDED),
            pages=(
                rate_page(published),
                charts_page(published),
                answers_page(published),
                drift_page(published),
                signs_page(published),
            ),
            caution="Some hand-offs are replayed: what the rules would have given to sales, who was not told."
            if first["replayed"]
            else "",
            title="Quality of hand-offs",
        )
