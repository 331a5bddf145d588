"""The replay on two pages: the three findings that matter and their pictures; then figures and limits."""

from __future__ import annotations

from html import escape

from muster.replay.compare import Replay
from muster.replay.figures import compared_rows, side_rows
from muster.replay.findings import SHOWN, amount, days, findings, identified
from muster.replay.matching import MQL, MUSTER
from muster.replay.pictures import (
    BECAME,
    HELD,
    draw_flow,
    draw_weeks_before,
    flow_of_discarded,
    held_by_quarter,
    quarter_columns,
    weeks_before,
)
from muster.replay.second_leads import FATES
from muster.replay.told import caveats, trust, what_was_compared
from muster.reports.charts.draw import draw
from muster.reports.money import exact, whole
from muster.reports.plain import drawn, note, table, write_sheet
from muster.reports.values import NOTHING, counted

# The picture of quarters tells four parts apart: two hues, two greys. A PDF's drawings take these along.
DRAWN_WITH = """
.held .now-2, .held .then-2 { fill: var(--then-0); }
.held .now-3, .held .then-3 { fill: var(--then-2); }
"""
_STYLE = (
    DRAWN_WITH
    + """
.findings { list-style: none; counter-reset: finding; max-width: 76ch; }
.findings li { counter-increment: finding; position: relative; margin-top: 16px; padding-left: 36px;
  font-size: 20px; line-height: 28px; text-wrap: pretty; }
.findings li::before { content: counter(finding); position: absolute; left: 0; font-weight: 600;
  color: var(--accent); }
.second { border-top: 1px solid var(--ink); margin-top: 40px; }
.pair > div { min-width: 0; }
@media (min-width: 900px) {
  .pair { display: grid; grid-template-columns: minmax(0, 13fr) minmax(0, 10fr); gap: 0 40px; }
  .pair td.n { white-space: nowrap; } }
figure { margin-top: 8px; }
@media (max-width: 560px) { .findings li { font-size: 16px; line-height: 24px; padding-left: 26px; } }
@media print {
  .findings li { font-size: 12px; line-height: 16px; margin-top: 6px; padding-left: 22px; max-width: none; }
  .second { break-after: page; border: 0; margin: 0; }
  h2 { margin-top: 12px; font-size: 12px; line-height: 15px; }
  p, .findings { max-width: none; }
  .pair { display: grid; grid-template-columns: auto auto; gap: 0 16px; }
  .slim td, .slim th { font-size: 9px; line-height: 11px; }
  .slim caption { font-size: 10.5px; line-height: 13px; }
  p { margin-top: 4px; }
  table { margin: 4px 0 6px; }
  .wide svg.picture { width: auto; max-height: 50mm; }
  .wide img.picture { width: auto; height: auto; max-height: 44mm; }  /* drawings of a PDF are images */
  .slim td, .slim th { padding-top: 2px; padding-bottom: 2px; }
  details { display: none; }
  figure { break-inside: avoid; }
  .scroll { overflow: visible; }
}
"""
)


def write_page(company: str, told: Replay) -> str:
    """The two pages as HTML. The same replay always gives the same text."""
    found = findings(told)
    listed = "".join(f"<li>{escape(each.sentence)}</li>" for each in found[:SHOWN])
    first = [
        ("What matters most here", f'<ol class="findings">{listed}</ol>' if listed else note(_NOTHING)),
        (_title_of_weeks(told), _weeks(told)),
        (_title_of_quarters(told), _quarters(told)),
    ]
    if told.discarded:
        first.append((_title_of_flow(told), _flow(told)))
    further = "".join(note(each.sentence) for each in found[SHOWN:])
    second = [
        ("Every figure", _figures(told) + further),
        ("Does the replayed MQL rule agree with the record?", note(trust(told)) + _agreement(told)),
        ("What history can tell, and what not", _identified(told)),
    ]
    lead = f"{what_was_compared(told)} {' '.join(caveats(told))}".strip()
    first[-1] = (first[-1][0], f'{first[-1][1]}<div class="second"></div>')
    return write_sheet(
        f"{company}: the MQL list and Muster's, replayed", lead, [*first, *second], own_style=_STYLE
    )


_NOTHING = "Too little happened in the reported half of this history to find anything."


def _title_of_weeks(told: Replay) -> str:
    shift = told.lead_time
    if shift is None:
        return "No opening stood on both lists"
    way = "earlier" if shift.value >= 0 else "later"
    return (
        f"Where both lists held an opening, Muster's was {days(shift.value)} {way} "
        f"({counted(shift.pairs, 'opening')}; 95 % interval {shift.low:.0f} to {shift.high:.0f})"
    )


def _weeks(told: Replay) -> str:
    title = "Openings by whole weeks between the hand-off and the opening"

    def picture(width: int, key: str) -> str:
        return draw_weeks_before(told, width).svg(key=key, title=title, about=_title_of_weeks(told))

    counts = {side: weeks_before(told, side) for side in (MQL, MUSTER)}
    rows = [
        (f"{week}", f"{counts[MQL][week]}", f"{counts[MUSTER][week]}") for week in range(len(counts[MQL]))
    ]
    return drawn(picture, "weeks") + _twin(table(title, ("weeks before", "MQL list", "Muster"), rows))


def _title_of_quarters(told: Replay) -> str:
    left, right = (len(told.compared.caught[side]) for side in (MQL, MUSTER))
    return (
        f"Of {counted(len(told.compared.openings), 'opening')} Muster's list held {right:,} before, "
        f"the MQL list {left:,}"
    )


def _quarters(told: Replay) -> str:
    title = "Openings by quarter and by the lists that held them before"

    def picture(width: int, key: str) -> str:
        return draw(quarter_columns(told), width, key=key, title=title, about=_title_of_quarters(told))

    rows = [(label, *(f"{n}" for n in layers)) for label, layers in held_by_quarter(told)]
    held = drawn(picture, "quarters").replace('<svg class="picture"', '<svg class="picture held"')
    return held + _twin(table(title, ("quarter", *HELD), rows))


def _title_of_flow(told: Replay) -> str:
    own = sum(each.fate == "same_group" for each in told.discarded)
    return (
        f"{own:,} of {counted(len(told.discarded), 'discarded second lead')} belonged to the group that was "
        "being worked"
    )


def _flow(told: Replay) -> str:
    title = "Discarded second leads by where they belonged and what became of the related opening"

    def picture(width: int, key: str) -> str:
        return draw_flow(told, width).svg(key=key, title=title, about=_title_of_flow(told))

    flow = flow_of_discarded(told)
    rows = []
    for fate, about in FATES.items():
        own = [each for each in told.discarded if each.fate == fate]
        ends = [str(sum(n for f, e, n in flow if f == fate and e == end)) for end in BECAME]
        cents = amount((each.opening for each in own), told.currency)
        rows.append((about, str(len(own)), *ends, whole(cents, told.currency)))
    head = ("belonged to", "leads", *BECAME, f"related, {told.currency}")
    said = (
        "Related: the opening of the account nearest in time within 26 weeks. An opening counts once in a "
        "row and may stand in several. Related is not lost: nobody can say what would have been won."
    )
    return drawn(picture, "flow") + _twin(table(title, head, rows)) + note(said)


def _figures(told: Replay) -> str:
    rows = side_rows(told)
    cents = [told.measure("amount_caught", side).value for side in (MQL, MUSTER)]
    exactly = " and ".join(exact(int(each or 0), told.currency) for each in cents)
    hidden = told.hidden
    people = [
        (label, f"{count:,}")
        for label, count in (
            ("Openings whose group is known", len(hidden)),
            ("People known in those groups before the opening", sum(each.known for each in hidden)),
            ("on no contact role of it", sum(each.unnamed for each in hidden)),
            ("whom, besides, no seller was shown before", sum(each.unshown for each in hidden)),
            ("decision makers and economic buyers among these", sum(each.deciders for each in hidden)),
        )
    ]
    left = table("At equal weekly capacity", ("what", "MQL list", "Muster"), rows)
    left += note(f"Amounts of openings held, to the cent: {exactly}.")
    right = table("Both compared", ("what", "figure"), compared_rows(told))
    right += table("Hidden members", ("who", "people"), people)
    return f'<div class="pair"><div>{left}</div><div>{right}</div></div>'


def _agreement(told: Replay) -> str:
    if told.agreed is None:
        return ""
    rows = [
        (
            name,
            f"{each.recorded:,}",
            f"{each.replayed:,}",
            f"{each.agreeing:,}",
            NOTHING if each.median_days is None else f"{each.median_days:+.1f}",
        )
        for name, each in zip(("first half", "second half"), told.agreed, strict=True)
    ]
    days = told.rule.now.agree_within // 86_400_000_000
    head = ("MQLs of the", "recorded", "replayed", f"within {days} days", "median days apart")
    return table("MQLs recorded and replayed", head, rows)


def _identified(told: Replay) -> str:
    head = ("quantity", "from history?")
    return table("What is identified from history", head, identified(told), words=True)


def _twin(inner: str) -> str:
    return f"<details><summary>The numbers</summary>{inner}</details>"
