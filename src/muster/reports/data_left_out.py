"""Page 7, definitions and what was left out: every word, every row that was set aside."""

from __future__ import annotations

from muster.reports.credit import RULES, model_name
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Definition, Definitions, Page, Query, Sentence, Sheet, say
from muster.reports.values import counted, show

MEANINGS = (
    ("Buying group", "The people of one account who decide together on one solution, in one buying cycle."),
    (
        "Qualified",
        "The group's score reached the threshold of rules/qualification.csv and has not fallen below "
        "the lower one since. Groups leave again.",
    ),
    ("Hand-off", "A whole group given to sales, once for each qualified stretch."),
    ("Second lead", "A further person of an account that sales already works."),
    (
        "Touch",
        "An engagement that marketing brought about, within the credit window before the opportunity was "
        "created and until it closed. Where a figure says no more, it is one of the opportunity's own buying "
        "group: its members and its resolved visitors.",
    ),
    ("Pipeline", "Whole amounts of open opportunities on a day, as they stood on that day."),
    (
        "Sourced",
        "One source for each opportunity: marketing, where a touch of the buying group came before it was "
        "created; or what the CRM's lead source says. Either way the parts add up to all that was won.",
    ),
    (
        "Influenced",
        "At least one touch within the credit window: of the buying group, of anyone at the account "
        "(account window), or of a person named on the opportunity (contact role). An opportunity counts "
        "whole "
        "for each programme that touched it, so influence is never added up over programmes.",
    ),
    ("Credited", "Won dollars divided over touches by a rule; the parts add up to the amount to the cent."),
    ("Related", "An opportunity of the same account near in time. Not a loss."),
    ("Decided", "Reached the step, or closed. Open ones are shown as open and left out of shares."),
    ("Interval", "Wilson's 95 % interval of a share."),
    (
        "Velocity",
        "Opportunities closed \u00d7 win rate \u00d7 mean won amount ÷ mean days from creation to closing.",
    ),
    (
        "Cost per acquisition",
        "Marketing's spend on acquisition, as many months before the quarter as deals take, over new "
        "customers: accounts whose first new business was won in it.",
    ),
    ("Observed", "Every figure here is observed. None says what marketing caused: only an experiment can."),
)


def left_out_page(tables: Published, scope: Scope) -> Page:
    """What the words mean, what was read, what was set aside and why, what figures leave out."""
    said, sheets = left_out_blocks(tables, scope)
    entries = [Definition(term, meaning) for term, meaning in MEANINGS]
    entries += [Definition(f"Rule: {model_name(m)}", rule.capitalize() + ".") for m, rule in RULES.items()]
    words = Definitions("definitions-list", "The words of this pack", tuple(entries))
    return Page("definitions", "Definitions, restatements, data left out", said, (*sheets, words))


def left_out_blocks(tables: Published, scope: Scope) -> tuple[Sentence, tuple[Sheet, ...]]:
    """The fate of every row, why rows were set aside, and what figures leave out; a sentence of it."""
    ledger, problems, gaps = _ledger(tables), _problems(tables), _gaps(tables, scope)
    return _opening(ledger, scope), (ledger, problems, gaps)


def _ledger(tables: Published) -> Sheet:
    sql = """
    SELECT source, file, rows_read, rows_landed, rows_repeated, rows_set_aside FROM intake_ledger
    ORDER BY source, file"""
    found = tables.records(sql)
    names = ("rows_read", "rows_landed", "rows_repeated", "rows_set_aside")
    sums = [sum(int(r[n]) for r in found) for n in names]
    return Sheet(
        "ledger",
        "What became of every row: read = landed + repeated + set aside",
        (
            Column("File", is_words=True),
            Column("Source", is_words=True),
            Column("Read"),
            Column("Landed"),
            Column("Repeated"),
            Column("Set aside"),
        ),
        tuple((r["file"], r["source"], *(int(r[n]) for n in names)) for r in found),
        Query(("intake_ledger",), sql),
        "No ledger was published with this run. Build the tables again with: muster run",
        foot=("All files", None, *sums),
        shown=14,
        is_to_date=True,
    )


def _problems(tables: Published) -> Sheet:
    sql = """
    SELECT p.severity, p.reason, p.remedy, SUM(p.count) AS row_count, COUNT(DISTINCT p.file) AS file_count,
        MIN(CASE WHEN p.column IS NULL THEN p.file ELSE p.file || ', ' || p.column END) AS place
    FROM problem AS p GROUP BY p.severity, p.reason, p.remedy
    ORDER BY CASE p.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, row_count DESC, p.reason,
        p.remedy"""
    signs = {"error": "✕ set aside", "warning": "! look", "note": "note"}
    rows = tuple(
        (
            r["reason"],
            signs.get(r["severity"], r["severity"]),
            int(r["row_count"]),
            r["place"] if r["file_count"] == 1 else f"{r['place']} and {int(r['file_count']) - 1} more files",
            r["remedy"],
        )
        for r in tables.records(sql)
    )
    return Sheet(
        "problems",
        "Why rows were set aside, and what needs a look",
        (
            Column("What is wrong", is_words=True),
            Column("Fate", is_words=True),
            Column("Rows"),
            Column("First seen in", is_words=True),
            Column("What to do", is_words=True),
        ),
        rows,
        Query(("problem",), sql),
        "Nothing needs a look: no row was set aside.",
        note="Every one of them with file and row: muster check",
        shown=12,
        is_to_date=True,
    )


def _gaps(tables: Published, scope: Scope) -> Sheet:
    sql = """
    SELECT 'Won opportunities without an amount: counted, worth zero' AS what, 1 AS position,
        COUNT(*) FILTER (WHERE is_amount_missing) AS gap_count, COUNT(*) AS all_count
        FROM known_opportunity WHERE is_won
    UNION ALL SELECT 'Open opportunities without an amount: not in the pipeline', 2,
        COUNT(*) FILTER (WHERE is_amount_missing), COUNT(*) FROM known_opportunity WHERE NOT is_closed
    UNION ALL SELECT 'Opportunities in another currency: on lines of their own', 3,
        COUNT(*) FILTER (WHERE currency <> '{currency}'), COUNT(*) FROM known_opportunity
    UNION ALL SELECT 'Opportunities whose solution is unknown', 4,
        COUNT(*) FILTER (WHERE solution_id IS NULL OR solution_id = 'unspecified'), COUNT(*)
        FROM known_opportunity
    UNION ALL SELECT 'Opportunities without a buying group', 5, COUNT(*) FILTER (WHERE g.opportunity_id
        IS NULL),
        COUNT(*) FROM known_opportunity AS o
        LEFT JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
    UNION ALL SELECT 'Won opportunities whose buying group has no touch', 6,
        COUNT(*) FILTER (WHERE NOT EXISTS (
            SELECT 1 FROM touchpoint AS t WHERE t.opportunity_id = o.opportunity_id)), COUNT(*)
        FROM known_opportunity AS o WHERE o.is_won
    UNION ALL SELECT 'Engagements whose account is unknown: they wait for it', 7,
        COUNT(*) FILTER (WHERE account_id IS NULL), COUNT(*) FROM resolved_engagement
    UNION ALL SELECT 'Engagements whose solution is unknown: in no group', 8,
        COUNT(*) FILTER (WHERE solution_id IS NULL), COUNT(*) FROM resolved_engagement
    ORDER BY position""".replace("{currency}", scope.currency)
    found = tables.records(sql)
    return Sheet(
        "gaps",
        "What the figures of this pack leave out",
        (Column("What", is_words=True), Column("Left out"), Column("Of all")),
        tuple((r["what"], int(r["gap_count"]), int(r["all_count"])) for r in found if r["all_count"]),
        Query(("known_opportunity", "opportunity_group", "touchpoint", "resolved_engagement"), sql),
        "The tables hold no opportunity, engagement or group yet.",
        is_to_date=True,
    )


def _opening(ledger: Sheet, scope: Scope) -> Sentence:
    as_of = show(scope.as_of)
    if ledger.foot is None or not ledger.rows:
        return say(f"What was known on {as_of} UTC.")
    read, aside = (int(str(ledger.foot[i])) for i in (2, 5))
    return say(
        f"What was known on {as_of} UTC: {{}} read, {{}} set aside with a reason.",
        (counted(read, "row"), "ledger"),
        (counted(aside, "row"), "problems"),
    )
