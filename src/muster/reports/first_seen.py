"""Where the quarter's won deals first appeared: the channel of the first touch of anyone in the group."""

from __future__ import annotations

from collections import defaultdict

from muster.reports.charts.shapes import SegmentBars, Segments, below_zero
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Money, counted, words

NO_TOUCH = "No touch of its group"
NO_CHANNEL = "channel not named"


def first_seen(tables: Published, scope: Scope) -> Picture:
    """Won deals one by one with the channel, the day and the number of touches before they closed."""
    won = f"o.is_won AND o.currency = '{scope.currency}' AND {within('o.closed_at', scope.quarter)}"
    sql = f"""
    WITH counted AS (
        SELECT n.opportunity_id, COUNT(*) AS touch_count, COUNT(DISTINCT n.person_id) AS people_count
        FROM touchpoint AS n
        WHERE n.opportunity_id IN (SELECT o.opportunity_id FROM known_opportunity AS o WHERE {won})
        GROUP BY n.opportunity_id)
    SELECT o.opportunity_id, COALESCE(a.name, a.domain, a.account_id) AS account, o.solution_id, o.closed_at,
        o.amount_cents, CASE WHEN t.opportunity_id IS NULL THEN '{NO_TOUCH}'
            ELSE COALESCE(t.channel, '{NO_CHANNEL}') END AS channel, t.occurred_at AS first_touch_at,
        COALESCE(n.touch_count, 0) AS touch_count, COALESCE(n.people_count, 0) AS people_count
    FROM known_opportunity AS o
    LEFT JOIN counted AS n ON n.opportunity_id = o.opportunity_id
    LEFT JOIN touchpoint AS t ON t.opportunity_id = o.opportunity_id AND t.position = 1
    LEFT JOIN opportunity_group AS og ON og.opportunity_id = o.opportunity_id
    LEFT JOIN buying_group AS g ON g.buying_group_id = og.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    WHERE {won}
    ORDER BY o.amount_cents DESC, o.opportunity_id"""
    found = tables.records(sql)
    label = scope.quarter.label
    total = sum(int(r["amount_cents"]) for r in found)
    sheet = Sheet(
        "first-seen",
        f"Opportunities won in {label}, largest first",
        (
            Column("Account", is_words=True),
            Column("Solution", is_words=True),
            Column("Won on", is_words=True),
            Column("First seen in", is_words=True),
            Column("First touch on", is_words=True),
            Column("Touches"),
            Column("People"),
            Column("Amount"),
        ),
        tuple(
            (
                r["account"] or f"Opportunity {r['opportunity_id']}",
                r["solution_id"],
                r["closed_at"].date(),
                _named(r["channel"]),
                r["first_touch_at"].date() if r["first_touch_at"] else None,
                int(r["touch_count"]),
                int(r["people_count"]),
                Money(int(r["amount_cents"]), scope.currency),
            )
            for r in found
        ),
        Query(("known_opportunity", "touchpoint", "opportunity_group", "buying_group", "account"), sql),
        f"No opportunity was won in {label}. The pipeline on page 1 says what may still be.",
        foot=("Won", None, None, None, None, None, None, Money(total, scope.currency)),
        note="First seen: the first touch of any member or resolved visitor of the group within the credit "
        "window. Where the group has none, somebody else at the account may have one: see page 1.",
        shown=12,
    )
    amounts: dict[str, list[int]] = defaultdict(list)
    for r in found:
        amounts[_named(r["channel"])].append(int(r["amount_cents"]))
    ordered = sorted(amounts.items(), key=lambda pair: (pair[0] == NO_TOUCH, -sum(pair[1]), pair[0]))
    bars = tuple(Segments(name, tuple(cents), is_context=name == NO_TOUCH) for name, cents in ordered)
    title = f"No opportunity was won in {label}"
    if bars:
        (name, cents), missing = ordered[0], sum(amounts.get(NO_TOUCH, ()))
        title = (
            f"{short(sum(cents), scope.currency)} of the {short(total, scope.currency)} won "
            "first appeared in "
        )
        title += ("a channel that is not named" if name == _named(NO_CHANNEL) else name) + (
            f"; of {short(missing, scope.currency)} the buying group was not touched" if missing else ""
        )
        if name == NO_TOUCH:
            title = f"No buying group of the {short(total, scope.currency)} won has a touch on record"
    return Picture(
        "first-seen-picture",
        title,
        "A bar a channel, made of the won deals whose group was first seen there, largest deal first.",
        f"Rests on {counted(len(found), 'won opportunity', 'won opportunities')}."
        + below_zero(int(r["amount_cents"]) for r in found),
        SegmentBars(f"won, {scope.currency}; one segment a deal", bars, scope.currency) if bars else None,
        sheet,
    )


def _named(channel: str) -> str:
    """A channel's name in words, written alike whatever the source's capitals."""
    name = words(channel)
    return name[:1].upper() + name[1:]
