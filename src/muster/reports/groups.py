"""Page 5, where the open groups stand: all of them by status, and the ten most worth attention."""

from __future__ import annotations

from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Page
from muster.reports.standing import standing_sentence, standing_sheet
from muster.reports.values import show
from muster.reports.worklist import worklist


def groups_page(tables: Published, scope: Scope) -> Page:
    """Standing on the as-of day, not at the quarter's end: this is where to act."""
    counts = standing_sheet(tables, scope)
    title = f"Where the open groups stand on {show(scope.as_of.date())}"
    sentence = standing_sentence(counts, scope)
    return Page("groups", title, sentence, (counts, worklist(tables, scope)))
