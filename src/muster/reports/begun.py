"""Who touched and who began the deals that were won: definitions side by side, and where they disagree."""

from __future__ import annotations

from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Money, Share, Value, counted, words

INFLUENCE = {
    "account_window": "Anyone at the account (account window)",
    "contact_role": "A person named on the opportunity (contact role)",
    "group": "Anyone in the buying group (group)",
}
SOURCING = {
    "first_touch": "First touch: a touch of anyone in the group before the opportunity was created",
    "first_act": "First act: whichever came first, such a touch or a seller's act with a member",
    "crm_lead_source": "The CRM's word: its campaign, or its lead source by rules/lead_sources.csv",
}
LEVELS = {"program": "programme", "campaign": "campaign", "tactic": "tactic"}


def begun_page(tables: Published, currency: str) -> Page:
    """Influence and sourcing of what was won in the company's currency, each definition for itself."""
    influence = _influence(tables, currency)
    sourcing = _sourcing(tables, currency)
    pairs, disputes = _pairs(tables, currency), _disputes(tables, currency)
    by_level = tuple(_by_unit(tables, level, currency) for level in LEVELS)
    return Page(
        "begun",
        "Who touched and who began what was won",
        _opening(tables, currency),
        (influence, *by_level, sourcing, pairs, disputes),
    )


def _influence(tables: Published, currency: str) -> Sheet:
    sql = f"""
    SELECT i.definition, COUNT(*) AS deals, SUM(i.amount_cents) AS cents,
        COUNT(*) FILTER (WHERE i.is_marketing) AS touched,
        COALESCE(SUM(i.amount_cents) FILTER (WHERE i.is_marketing), 0) AS touched_cents,
        MAX(p.times_counted) AS times_counted
    FROM influence AS i
    JOIN known_opportunity AS o ON o.opportunity_id = i.opportunity_id AND o.is_won
    LEFT JOIN program_influence AS p ON p.level = 'program' AND p.unit = '(any)'
        AND p.definition = i.definition AND p.currency = i.currency
    WHERE i.currency = '{currency}'
    GROUP BY i.definition ORDER BY i.definition"""
    rows = tables.records(sql)

    def row(r: dict[str, Value]) -> tuple[Value, ...]:
        cents, whole = int(str(r["touched_cents"])), int(str(r["cents"]))
        return (
            INFLUENCE[str(r["definition"])],
            int(str(r["touched"])),
            Money(cents, currency),
            Share(cents, whole),
            _times(r["times_counted"]),
        )

    return Sheet(
        "influence",
        f"Won revenue that marketing touched at all, {currency}: three definitions, none added to another",
        (
            Column("Whose touches count", is_words=True),
            Column("Won opportunities"),
            Column("Won"),
            Column("Share of won"),
            Column("Programmes added up would count it"),
        ),
        tuple(row(r) for r in rows),
        Query(("influence", "known_opportunity", "program_influence"), sql),
        f"Nothing was won in {currency}, so there is nothing to have touched.",
        note="An opportunity counts whole when it was touched at all, and stands with every programme that "
        "touched it: the last column says how many times the same dollars would be counted if programmes "
        "were added up. They are not. Observed; not what would have been lost without marketing.",
    )


def _by_unit(tables: Published, level: str, currency: str) -> Sheet:
    sql = f"""
    SELECT p.unit, MAX(t.name) AS name,
        MAX(p.won_count) FILTER (WHERE p.definition = 'account_window') AS account_count,
        MAX(p.won_cents) FILTER (WHERE p.definition = 'account_window') AS account_cents,
        MAX(p.won_count) FILTER (WHERE p.definition = 'contact_role') AS role_count,
        MAX(p.won_cents) FILTER (WHERE p.definition = 'contact_role') AS role_cents,
        MAX(p.won_count) FILTER (WHERE p.definition = 'group') AS group_count,
        MAX(p.won_cents) FILTER (WHERE p.definition = 'group') AS group_cents,
        MAX(p.times_counted) FILTER (WHERE p.definition = 'account_window') AS account_times,
        MAX(p.times_counted) FILTER (WHERE p.definition = 'contact_role') AS role_times,
        MAX(p.times_counted) FILTER (WHERE p.definition = 'group') AS group_times
    FROM program_influence AS p LEFT JOIN known_tactic AS t ON t.tactic_id = p.unit
    WHERE p.level = '{level}' AND p.currency = '{currency}'
    GROUP BY p.unit
    ORDER BY CASE WHEN p.unit LIKE '(%' THEN 1 ELSE 0 END, group_cents DESC NULLS LAST, p.unit"""
    rows = tables.records(sql)
    said = LEVELS[level]
    units = [r for r in rows if r["unit"] != "(any)"]
    total = next((r for r in rows if r["unit"] == "(any)"), None)

    def cells(r: dict[str, Value]) -> tuple[Value, ...]:
        return tuple(
            value
            for d in ("account", "role", "group")
            for value in (r[f"{d}_count"] or 0, Money(int(str(r[f"{d}_cents"] or 0)), currency))
        )

    factors = ""
    if total is not None:
        parts = [
            f"{_times(total[f'{d}_times'])} by {n}"
            for d, n in zip(("account", "role", "group"), INFLUENCE, strict=True)
        ]
        factors = f"Added up, the lines would count the same won dollars {', '.join(map(words, parts))}. "
    return Sheet(
        f"influence-{level}",
        f"Won opportunities that each {said} touched, {currency}: not to be added up",
        (
            Column(said[:1].upper() + said[1:], is_words=True),
            *(
                Column(f"{kind}, {name}")
                for name in ("account window", "contact role", "group")
                for kind in ("Won", "Amount")
            ),
        ),
        tuple((str(r["name"] or r["unit"]), *cells(r)) for r in units),
        Query(("program_influence", "known_tactic"), sql),
        f"No {said} touched an opportunity in {currency}.",
        foot=("Any, each opportunity once", *cells(total)) if total is not None else None,
        note=factors + "Observed; not what would have been lost without it.",
        shown=8,
        is_folded=level != "program",
    )


def _sourcing(tables: Published, currency: str) -> Sheet:
    sql = f"""
    SELECT s.definition, s.sourced_by, COUNT(*) AS deals, SUM(s.amount_cents) AS cents,
        SUM(SUM(s.amount_cents)) OVER (PARTITION BY s.definition) AS whole
    FROM sourcing AS s JOIN known_opportunity AS o ON o.opportunity_id = s.opportunity_id AND o.is_won
    WHERE s.currency = '{currency}'
    GROUP BY s.definition, s.sourced_by
    ORDER BY s.definition DESC, cents DESC, s.sourced_by"""
    rows = tables.records(sql)
    return Sheet(
        "sourcing",
        f"Who began what was won, {currency}: three stated rules, each adding up to all of it",
        (
            Column("Rule", is_words=True),
            Column("Begun by", is_words=True),
            Column("Won opportunities"),
            Column("Won"),
            Column("Share of won"),
        ),
        tuple(
            (
                words(r["definition"]),
                r["sourced_by"],
                r["deals"],
                Money(int(r["cents"]), currency),
                Share(int(r["cents"]), int(r["whole"])),
            )
            for r in rows
        ),
        Query(("sourcing", "known_opportunity"), sql),
        f"Nothing was won in {currency}, so nobody began it.",
        note=" ".join(f"{said}." for said in SOURCING.values()),
    )


def _pairs(tables: Published, currency: str) -> Sheet:
    sql = f"""
    SELECT d.definition, d.sourced_by, d.other_definition, d.other_sourced_by,
        COUNT(*) AS deals, SUM(d.amount_cents) AS cents
    FROM sourcing_dispute AS d
    WHERE d.currency = '{currency}' AND d.outcome = 'won'
    GROUP BY ALL ORDER BY cents DESC, 1, 2, 3, 4"""
    rows = tables.records(sql)
    return Sheet(
        "disputes",
        f"Where the rules disagree on who began what was won, {currency}",
        (
            Column("One rule says", is_words=True),
            Column("Another says", is_words=True),
            Column("Won opportunities"),
            Column("Won"),
        ),
        tuple(
            (
                f"{words(r['definition'])}: {r['sourced_by']}",
                f"{words(r['other_definition'])}: {r['other_sourced_by']}",
                r["deals"],
                Money(int(r["cents"]), currency),
            )
            for r in rows
        ),
        Query(("sourcing_dispute",), sql),
        "The rules agree on every won opportunity.",
        note="An opportunity stands in one line for each pair of rules that disagree on it.",
    )


def _disputes(tables: Published, currency: str) -> Sheet:
    sql = f"""
    SELECT s.opportunity_id, MAX(o.name) AS name, MAX(o.closed_at) AS closed_at,
        MAX(s.sourced_by) FILTER (WHERE s.definition = 'first_touch') AS first_touch,
        MAX(s.sourced_by) FILTER (WHERE s.definition = 'first_act') AS first_act,
        MAX(s.sourced_by) FILTER (WHERE s.definition = 'crm_lead_source') AS crm,
        MAX(s.amount_cents) AS cents
    FROM sourcing AS s JOIN known_opportunity AS o ON o.opportunity_id = s.opportunity_id AND o.is_won
    WHERE s.currency = '{currency}'
        AND s.opportunity_id IN (SELECT d.opportunity_id FROM sourcing_dispute AS d)
    GROUP BY s.opportunity_id ORDER BY cents DESC, s.opportunity_id"""
    rows = tables.records(sql)
    return Sheet(
        "disputed",
        f"Won opportunities the rules disagree on, {currency}",
        (
            Column("Opportunity", is_words=True),
            Column("First touch", is_words=True),
            Column("First act", is_words=True),
            Column("CRM's word", is_words=True),
            Column("Won"),
        ),
        tuple(
            (
                r["name"] or r["opportunity_id"],
                r["first_touch"],
                r["first_act"],
                r["crm"],
                Money(int(r["cents"]), currency),
            )
            for r in rows
        ),
        Query(("sourcing", "known_opportunity", "sourcing_dispute"), sql),
        "The rules agree on every won opportunity.",
        shown=10,
    )


def _opening(tables: Published, currency: str) -> Sentence:
    [won] = tables.records(
        f"SELECT COUNT(*) AS deals, COALESCE(SUM(amount_cents), 0) AS cents FROM known_opportunity "
        f"WHERE is_won AND currency = '{currency}'"
    )
    if not won["deals"]:
        return say(f"Nothing was won in {currency}.")
    [found] = tables.records(
        f"SELECT COUNT(DISTINCT opportunity_id) AS deals FROM sourcing_dispute "
        f"WHERE outcome = 'won' AND currency = '{currency}'"
    )
    return say(
        "Of {} won, the rules disagree on who began {} of {}.",
        (short(int(won["cents"]), currency), "sourcing"),
        (f"{found['deals']:,}", "disputed"),
        (counted(int(won["deals"]), "opportunity", "opportunities"), "sourcing"),
    )


def _times(value: Value) -> str:
    return "nothing" if value is None else f"{float(str(value)):.1f} times"
