"""`muster report conversion`: how groups become revenue, how long it takes, what is expected of open ones."""

from __future__ import annotations

from muster.reports.forecast import forecast_picture
from muster.reports.journey import journey_page
from muster.reports.legacy import appendix_page
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Page, say


def conversion_pages(tables: Published, scope: Scope) -> tuple[Page, ...]:
    """The board's page on how revenue came to be, the open pipeline, and the appendix on MQLs."""
    open_now = forecast_picture(tables, scope)
    return (
        journey_page(tables, scope),
        Page("forecast", "What is open", say(f"{open_now.title}."), (open_now,)),
        appendix_page(tables, scope),
    )
