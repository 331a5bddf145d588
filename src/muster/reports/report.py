"""A report to the as-of date: opened like the board pack, made of the pages it is given, not frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from muster.problems import WrongUse
from muster.reports.board import UNRECORDED, as_of_instant
from muster.reports.published import Published
from muster.reports.quarter import last_full_quarter, read_quarter
from muster.reports.scope import Scope
from muster.reports.sheets import BoardPack, Page
from muster.reports.values import show

Pages = Callable[[Published, Scope], tuple[Page, ...]]


def report(
    tables: Path,
    *,
    title: str,
    pages: Pages,
    company: str,
    currency: str,
    manifest: Mapping[str, Any],
    period: str | None = None,
    is_of_quarter: bool = False,
) -> BoardPack:
    """The pages for a quarter, the last full one unless named, or to the as-of date.

    Raises WrongUse where there are no tables.
    """
    if not tables.is_dir() or not any(tables.iterdir()):
        raise WrongUse(f"There are no tables in {tables}.", remedy="Build them first with: muster run")
    with Published(tables) as published:
        as_of = as_of_instant(published, manifest)
        quarter = (
            last_full_quarter(as_of.date()) if period is None else read_quarter(period, as_of=as_of.date())
        )
        return BoardPack(
            company=company,
            currency=currency,
            period=str(quarter),
            period_label=quarter.label if is_of_quarter else f"to {show(as_of.date())}",
            starts_on=quarter.starts_on,
            last_day=quarter.last_day,
            as_of=show(as_of),
            run_id=str(manifest.get("run_id") or UNRECORDED),
            pages=pages(published, Scope(quarter, currency, as_of)),
            title=title,
        )
