"""`muster report data-quality`: what became of every row, what the money agrees with, who was recognised."""

from __future__ import annotations

from muster.reports.booked import booked
from muster.reports.data_left_out import left_out_blocks
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Rate, Share, percent_of, words


def quality_pages(tables: Published, scope: Scope) -> tuple[Page, ...]:
    """Rows, money, identity."""
    rows_said, rows = left_out_blocks(tables, scope)
    money = booked(tables, scope)
    known, visitors, review = _recognised(tables), _visitors(tables), _review(tables)
    return (
        Page("rows", "What became of every row", rows_said, rows),
        Page("money", "Does the money agree", say(money.mark.text), (money.mark, *money.sheets)),
        Page("identity", "Who was recognised", _opening(known), (known, visitors, review)),
    )


def _recognised(tables: Published) -> Sheet:
    sql = """
    SELECT 'Engagements with a person' AS what, COUNT(person_id) AS part, COUNT(*) AS whole, 1 AS position
        FROM resolved_engagement
    UNION ALL SELECT 'Engagements with an account', COUNT(account_id), COUNT(*), 2 FROM resolved_engagement
    UNION ALL SELECT 'Engagements with a solution', COUNT(solution_id), COUNT(*), 3 FROM resolved_engagement
    UNION ALL SELECT 'People with an account', COUNT(account_id), COUNT(*), 4 FROM person
    UNION ALL SELECT 'People with a title', COUNT(*) FILTER (WHERE title <> ''), COUNT(*), 5 FROM person
    UNION ALL SELECT 'Opportunities with a buying group', COUNT(g.opportunity_id), COUNT(*), 6
        FROM known_opportunity AS o LEFT JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
    ORDER BY position"""
    found = [r for r in tables.records(sql) if r["whole"]]
    return Sheet(
        "recognised",
        "How much of what happened has a name",
        (Column("What", is_words=True), Column("Known"), Column("Of all"), Column("Share")),
        tuple(
            (r["what"], int(r["part"]), int(r["whole"]), Share(int(r["part"]), int(r["whole"])))
            for r in found
        ),
        Query(("resolved_engagement", "person", "known_opportunity", "opportunity_group"), sql),
        "The tables hold nothing yet that could have a name.",
        is_to_date=True,
    )


def _visitors(tables: Published) -> Sheet:
    sql = """
    SELECT method, visitor_count, checked_count, confirmed_count, contradicted_count, hit_share,
        hit_share_low, hit_share_high
    FROM visitor_match_rate ORDER BY visitor_count DESC, method"""
    return Sheet(
        "visitors",
        "Anonymous visitors: how they were tied to an account, and how often that held",
        (
            Column("How", is_words=True),
            Column("Visitors"),
            Column("Said who they are later"),
            Column("Confirmed"),
            Column("Contradicted"),
            Column("Right"),
            Column("95 % from"),
            Column("to"),
        ),
        tuple(
            (
                words(r["method"]).capitalize(),
                *(
                    int(r[n])
                    for n in ("visitor_count", "checked_count", "confirmed_count", "contradicted_count")
                ),
                *(Rate(r[n]) for n in ("hit_share", "hit_share_low", "hit_share_high")),
            )
            for r in tables.records(sql)
        ),
        Query(("visitor_match_rate",), sql),
        "No anonymous visitor was tied to an account.",
        is_to_date=True,
    )


def _review(tables: Published) -> Sheet:
    sql = """
    SELECT method, COUNT(*) AS pair_count FROM account_review
    GROUP BY method ORDER BY pair_count DESC, method"""
    return Sheet(
        "review",
        "Pairs of accounts that somebody should judge",
        (Column("Likely because of", is_words=True), Column("Pairs")),
        tuple((words(r["method"]).capitalize(), int(r["pair_count"])) for r in tables.records(sql)),
        Query(("account_review",), sql),
        "No pair of accounts waits for somebody's word.",
        note="See and decide them with: muster accounts",
        is_to_date=True,
    )


def _opening(known: Sheet) -> Sentence:
    told = {row[0]: row for row in known.rows}
    person, account = told.get("Engagements with a person"), told.get("Engagements with an account")
    if person is None or account is None:
        return say("No engagement is on record.")
    return say(
        "{} of engagements have a person, {} an account.",
        (percent_of(int(str(person[1])), int(str(person[2]))), known.key),
        (percent_of(int(str(account[1])), int(str(account[2]))), known.key),
    )
