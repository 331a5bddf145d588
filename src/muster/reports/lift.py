"""The report on lift: what experiments say, what they could see, and what cannot be said."""

from __future__ import annotations

from muster.problems import WrongUse
from muster.reports.lift_found import found_page
from muster.reports.lift_power import power_page, silent_page
from muster.reports.lift_regions import regions_page
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Page

_NEEDED = ("lift", "experiment_power", "rollout_week")


def lift_pages(tables: Published, scope: Scope) -> tuple[Page, ...]:
    """The pages, that on regions only where a roll-out stands in the rules.

    Raises WrongUse when an older version built the tables.
    """
    missing = [name for name in _NEEDED if name in tables.missing]
    if missing:
        raise WrongUse(
            f"The tables have no {missing[0]}: an older version of Muster built them.",
            remedy="Build them again with: muster run",
        )
    [rolled] = tables.records("SELECT COUNT(*) AS n FROM rollout_week")
    regions = (regions_page(tables),) if rolled["n"] else ()
    return (found_page(tables), power_page(tables), *regions, silent_page(tables))
