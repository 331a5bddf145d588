"""Page 2, how revenue came to be: from groups formed to opportunities won."""

from __future__ import annotations

from muster.reports.conversion import stages_sheet, won_by_cohort
from muster.reports.exits import exits_sheet
from muster.reports.first_seen import first_seen
from muster.reports.forming import funnel, steps_sheet
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Page, join
from muster.reports.spoken import first_conversation
from muster.reports.velocity import velocity_sheet, win_rate_sheet


def journey_page(tables: Published, scope: Scope) -> Page:
    """The steps of the quarter, the funnel of the year's groups, conversion, velocity."""
    picture, sentence = funnel(tables, scope)
    velocity, told = velocity_sheet(tables, scope)
    return Page(
        "journey",
        "How revenue came to be",
        join(sentence, told) if told else sentence,
        (
            steps_sheet(tables, scope),
            picture,
            won_by_cohort(tables, scope),
            stages_sheet(tables, scope),
            exits_sheet(tables),
            velocity,
            win_rate_sheet(tables, scope),
            first_conversation(tables, scope),
            first_seen(tables, scope),
        ),
    )
