"""Page 4, the quality of the hand-off: what sales got, what they said, who used to be thrown away."""

from __future__ import annotations

from muster.reports.control_charts import defect_chart
from muster.reports.handed_off import hand_off_picture, reasons_sheet
from muster.reports.money import short
from muster.reports.movement import ended_sheet, movement_picture, turns_sheet
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.second_leads import second_lead_picture
from muster.reports.sheets import Page, Sentence, Sheet, join, say
from muster.reports.values import Money, counted
from muster.reports.why import why_sheet


def handoffs_page(tables: Published, scope: Scope) -> Page:
    """Hand-offs, second leads, and groups moving in and out of qualified."""
    handed = hand_off_picture(tables, scope)
    second = second_lead_picture(tables, scope)
    turns = turns_sheet(tables, scope)
    return Page(
        "handoffs",
        "Quality of the hand-off",
        _opening(handed.twin, second.twin, scope),
        (
            handed,
            reasons_sheet(tables, scope),
            why_sheet(tables, scope),
            defect_chart(tables, "hand_off", "any"),
            second,
            turns,
            ended_sheet(tables, scope),
            movement_picture(tables, scope, turns),
        ),
    )


def _opening(handed: Sheet, second: Sheet, scope: Scope) -> Sentence:
    label = scope.quarter.label
    row = next((row for row in handed.rows if row[0] == label), (label, 0, 0, 0, 0, 0))
    count, is_replayed = int(str(row[1])), row[1] == row[5] != 0
    verb = "would have been" if is_replayed else "was" if count < 2 else "were"
    handed_now = (counted(count, "group") if count else "No group", handed.key)
    first = say(f"{{}} {verb} handed to sales in {label}.", handed_now)
    if not second.rows:
        return join(first, say("No second lead was found in four quarters."))
    total = sum(row[2] for row in second.rows if isinstance(row[2], int))
    dropped = next((row for row in second.rows if row[0] == "Dropped duplicate"), None)
    if dropped is None:
        found = counted(total, "second lead was", "second leads were")
        return join(first, say("In four quarters {} found; none was dropped.", (found, second.key)))
    amount = dropped[5]
    assert isinstance(amount, Money)
    return join(
        first,
        say(
            f"Of {{}} in four quarters {{}} {'was' if dropped[2] == 1 else 'were'} dropped as "
            f"duplicates; {{}} of "
            "opportunities are related to them.",
            (counted(total, "second lead"), second.key),
            (str(dropped[2]), second.key),
            (short(amount.cents, amount.currency), second.key),
        ),
    )
