"""Measurement beyond the reports: influence beside sourcing under a chosen rule, and whether chances hold."""

from __future__ import annotations

from decimal import Decimal

from muster.reports.charts.shapes import Interval, Intervals, SegmentBars, Segments
from muster.reports.credit import CHOSEN, KIND, PROGRAM, disclaimer, model_name
from muster.reports.money import short
from muster.reports.plan import plan_sheet
from muster.reports.published import Published
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Headline, Headlines, Page, Picture, Query, Sheet, say
from muster.reports.touch import touch_sheets
from muster.reports.values import NOTHING, Days, Money, Rate, Share, Value, counted, percent_of
from muster.reports.wilson import FEWEST, estimate

_TENTHS = 10
_DRAWN = 8


def models_of(tables: Published) -> list[str]:
    """The attribution models on record, the pack's own first."""
    found = [
        r["attribution_model"]
        for r in tables.records(
            "SELECT DISTINCT attribution_model FROM deal_credit ORDER BY attribution_model"
        )
    ]
    return sorted(found, key=lambda model: (model != CHOSEN, model))


def influence_page(tables: Published, scope: Scope, model: str) -> Page:
    """What marketing touched and what it began of a quarter's won revenue, and one rule's credit."""
    touch, sourcing, answers = touch_sheets(tables, scope)
    credit = credit_by(tables, scope, model)
    goals, _ = plan_sheet(tables, scope)
    label = scope.quarter.label
    total = touch.foot
    if total is None:
        said = say(f"Nothing was won in {label}: there is nothing to have touched or begun.")
        return Page("influence", "Influence and sourcing", said, (touch, sourcing, credit, goals))
    won_count, won = int(str(total[1])), total[2]
    assert isinstance(won, Money)

    def figure(name: str, definition: str, answer: str, to: str) -> Headline:
        found = answers.get((label, definition, answer), {"deal_count": 0, "deal_cents": 0})
        cents, deals = int(found["deal_cents"]), int(found["deal_count"])
        share = percent_of(cents, won.cents) if won.cents else NOTHING
        return Headline(
            name,
            short(cents, scope.currency),
            (f"{share} of won dollars", f"{deals} of {counted(won_count, 'deal')}"),
            to,
        )

    heads = (
        Headline("Won", short(won.cents, scope.currency), (counted(won_count, "deal"), label), touch.key),
        figure("Touched by marketing (group)", "group", "yes", touch.key),
        figure("Begun by marketing (first touch)", "first_touch", "marketing", sourcing.key),
        figure("No touch found before the deal", "first_touch", "untouched", sourcing.key),
    )
    touched, begun = heads[1], heads[2]
    return Page(
        "influence",
        "Influence and sourcing",
        say(
            f"Marketing touched {{}} of the {{}} won in {label}, and began {{}} of it.",
            (touched.value, touch.key),
            (heads[0].value, touch.key),
            (begun.value, sourcing.key),
        ),
        (Headlines(heads), touch, sourcing, credit, goals),
    )


def credit_by(tables: Published, scope: Scope, model: str) -> Picture:
    """Won revenue of the quarter by programme under one rule; adds up to what was booked."""
    name = model.replace("'", "''")
    sql = f"""
    SELECT {PROGRAM} AS program, {KIND} AS kind, SUM(c.credit_cents) AS cents, COUNT(*) AS deal_count,
        LIST(c.credit_cents ORDER BY c.credit_cents DESC, c.opportunity_id) AS by_deal
    FROM known_opportunity AS o
    JOIN deal_credit AS c ON c.opportunity_id = o.opportunity_id AND c.attribution_model = '{name}'
    LEFT JOIN known_tactic AS t ON t.tactic_id = c.program_id
    WHERE o.is_won AND o.currency = '{scope.currency}' AND {within("o.closed_at", scope.quarter)}
    GROUP BY program, kind, c.program_id
    ORDER BY kind, cents DESC, program, c.program_id"""
    found = tables.records(sql)
    total = sum(int(r["cents"]) for r in found)
    said = model_name(model)
    label = scope.quarter.label
    sheet = Sheet(
        "model",
        f"Won revenue of {label} by programme, {scope.currency}, by the {said} rule",
        (
            Column("Programme", is_words=True),
            Column(f"Credited, {said}"),
            Column("Share of won"),
            Column("Opportunities"),
        ),
        tuple(
            (
                r["program"],
                Money(int(r["cents"]), scope.currency),
                Share(int(r["cents"]), total),
                int(r["deal_count"]),
            )
            for r in found
        ),
        Query(("known_opportunity", "deal_credit", "known_tactic"), sql),
        f"No opportunity was won in {label}, so there is nothing to divide.",
        foot=("Won revenue, as booked", Money(total, scope.currency), None, None) if found else None,
        note=disclaimer(model),
        shown=12,
        tail=sum(1 for r in found if r["kind"]),
    )
    named = [r for r in found if r["kind"] == 0 and int(r["cents"]) > 0]
    title = (
        f"By the {said} rule {named[0]['program']} is credited with most, "
        f"{short(int(named[0]['cents']), scope.currency)}"
        if named
        else f"No programme is credited with revenue won in {label}"
    )
    return Picture(
        "model-picture",
        title,
        "Bars of won dollars credited to each programme, longest first; grey for what no programme has.",
        f"Shows {min(len(named), _DRAWN)} of {counted(len(named), 'programme')}; a piece is a deal.",
        SegmentBars(
            f"credited, {scope.currency}",
            tuple(
                Segments(str(r["program"]), tuple(int(c) for c in r["by_deal"] if c > 0))
                for r in named[:_DRAWN]
            ),
            scope.currency,
        )
        if named
        else None,
        sheet,
    )


def calibration_page(tables: Published) -> Page:
    """Whether higher scores won more: win rate by tenth of the score before the deal, Wilson's interval.

    Brier (1950): the mean of (chance to win minus what became of it) squared; 0 is perfect. The score and
    the chance are the last ones before the opportunity was created, so that nothing looks ahead.
    """
    sql = """
    SELECT o.opportunity_id, s.score, s.p_win, o.is_won
    FROM known_opportunity AS o
    JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
    JOIN score AS s ON s.buying_group_id = g.buying_group_id AND s.scored_at < o.created_at
    WHERE o.is_closed
    QUALIFY ROW_NUMBER() OVER (PARTITION BY o.opportunity_id ORDER BY s.scored_at DESC, s.buying_group_id) = 1
    ORDER BY s.score, o.opportunity_id"""
    found = tables.records(sql)
    # Tenths of fewer than fifty deals would hold too few to say anything.
    parts = _TENTHS if len(found) >= _TENTHS * FEWEST else max(len(found) // FEWEST, 1)
    rows: list[tuple[Value, ...]] = []
    bars: list[Interval] = []
    for part in range(parts):
        deals = found[len(found) * part // parts : len(found) * (part + 1) // parts]
        if not deals:
            continue
        won = sum(bool(r["is_won"]) for r in deals)
        share = estimate(won, len(deals))
        chances = [float(r["p_win"]) for r in deals if r["p_win"] is not None]
        said = sum(chances) / len(chances) if chances else None
        span = f"{float(deals[0]['score']):.0f} to {float(deals[-1]['score']):.0f}"
        rows.append(
            (
                span,
                len(deals),
                won,
                Rate(share.value if share else None),
                Rate(share.low if share else None),
                Rate(share.high if share else None),
                None if said is None else Rate(said),
            )
        )
        bars.append(
            Interval(
                span,
                share.value if share else None,
                share.low if share else None,
                share.high if share else None,
                f"{won} of {len(deals)}",
            )
        )
    sheet = Sheet(
        "calibration",
        "Win rate by score, last score before the opportunity was created",
        (
            Column("Score of 100", is_words=True),
            Column("Deals closed"),
            Column("Won"),
            Column("Win rate"),
            Column("95 % from"),
            Column("to"),
            Column("Mean chance said"),
        ),
        tuple(rows),
        Query(("known_opportunity", "opportunity_group", "score"), sql),
        "No closed opportunity had a scored group before it, so nothing can be held against what was said.",
        note="Equal numbers of deals a line, ordered by score. Over time: muster backtest.",
        is_to_date=True,
    )
    picture = Picture(
        "calibration-picture",
        _finding(bars, len(found)),
        "For each part of the closed deals, ordered by score, the share won with its 95 % interval.",
        f"Rests on {counted(len(found), 'closed deal')} whose group had a score before the deal.",
        Intervals("won, of closed; 95 % interval", tuple(bars)) if bars else None,
        sheet,
        is_open=True,
    )
    brier = _brier_sheet(found, sql)
    return Page(
        "calibration",
        "Do scores hold?",
        say(
            "{} that closed had a scored group before; {}.",
            (counted(len(found), "deal"), "calibration"),
            (_brier_said(brier), "brier"),
        ),
        (picture, brier),
    )


def _brier_sheet(found: list[dict[str, object]], sql: str) -> Sheet:
    judged = [(float(str(r["p_win"])), bool(r["is_won"])) for r in found if r["p_win"] is not None]
    rows: tuple[tuple[Value, ...], ...] = ()
    if len(judged) >= FEWEST:
        base = sum(won for _, won in judged) / len(judged)
        said = sum((p - won) ** 2 for p, won in judged) / len(judged)
        same = sum((base - won) ** 2 for _, won in judged) / len(judged)
        rows = (
            ("Chance to win, as said before the deal", len(judged), _three(said)),
            ("The same chance for all", len(judged), _three(same)),
        )
    return Sheet(
        "brier",
        "Brier score of the chance to win: 0 is perfect, lower is better",
        (Column("What was said", is_words=True), Column("Deals"), Column("Brier score")),
        rows,
        Query(("known_opportunity", "opportunity_group", "score"), sql),
        f"A chance to win was said before {counted(len(judged), 'deal')} closed since: too few to judge.",
        note="The same chance for all is the share won in the end, which nobody could know before.",
        is_to_date=True,
    )


def _three(value: float) -> str:
    return str(Decimal(repr(value)).quantize(Decimal("0.001")))


def _brier_said(sheet: Sheet) -> str:
    if not sheet.rows:
        return "too few chances to win were said before them to judge"
    return f"the Brier score of the chances said before them is {sheet.rows[0][2]}"


def _finding(bars: list[Interval], deals: int) -> str:
    known = [bar for bar in bars if bar.estimate is not None]
    if len(known) < 2:
        return f"Too few deals closed ({deals}) to say whether higher scores won more"
    first, last = known[0], known[-1]
    if (last.low or 0.0) > (first.high or 0.0):
        return "The highest scores were won more often than the lowest, beyond their intervals"
    if (last.high or 0.0) < (first.low or 0.0):
        return "The highest scores were won more seldom than the lowest, beyond their intervals"
    return f"On {deals} deals, the win rates of high and low scores cannot be told apart"


def waits_page(tables: Published) -> Page:
    """How long groups stood in each status before they moved on, and where they went."""
    sql = """
    SELECT q.status, COUNT(*) FILTER (WHERE q.to_at IS NOT NULL) AS moved_count,
        COUNT(*) FILTER (WHERE q.to_at IS NULL) AS still_count,
        MEDIAN(date_diff('second', q.from_at, q.to_at)) FILTER (WHERE q.to_at IS NOT NULL) / 86400.0
            AS median_days
    FROM qualification AS q
    GROUP BY q.status
    ORDER BY CASE q.status WHEN 'engaged' THEN 1 WHEN 'qualified' THEN 2 ELSE 3 END, q.status"""
    found = tables.records(sql)
    sheet = Sheet(
        "waits",
        "How long groups stood in a status",
        (
            Column("Status", is_words=True),
            Column("Moved on"),
            Column("Stand there still"),
            Column("Median days of those that moved on"),
        ),
        tuple(
            (r["status"], int(r["moved_count"]), int(r["still_count"]), Days(r["median_days"])) for r in found
        ),
        Query(("qualification",), sql),
        "No group has a status yet.",
        note="Of stretches that ended. Those that stand there still are not in the median.",
        is_to_date=True,
    )
    moved = sum(int(r["moved_count"]) for r in found)
    return Page(
        "waits",
        "Time in a status",
        say("{} of groups in a status ended.", (counted(moved, "stretch", "stretches"), "waits")),
        (sheet,),
    )
