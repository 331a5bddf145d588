"""Pages 2 and 4 of the report on lift: what experiments could see, and where nothing can be said."""

from __future__ import annotations

from muster.reports.defect_words import number
from muster.reports.lift_found import DESIGNS, OUTCOMES
from muster.reports.published import Published
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Rate, Value, counted, show

_POWER = """
    SELECT * FROM lift WHERE design <> 'none' AND outcome = 'openings' ORDER BY name, design"""
_SAID = """
    SELECT experiment, starts_at, holdout_share, account_count, opening_count, detectable_per_1000, sentence
    FROM experiment_power ORDER BY starts_at, experiment"""
_SILENT = """
    SELECT name, design, reason, STRING_AGG(outcome, ',' ORDER BY outcome) AS outcomes,
        COUNT(*) AS outcome_count
    FROM lift WHERE status = 'not_estimable'
    GROUP BY experiment, name, design, reason
    ORDER BY design = 'none', name, reason"""


def power_page(tables: Published) -> Page:
    """What each could have seen, how its arms were, and what was said before experiments of the rules."""
    return Page(
        "power", "What they could see", _opening(tables), (_power(tables), _arms(tables), _said(tables))
    )


def _opening(tables: Published) -> Sentence:
    [best] = tables.records(
        "SELECT MIN(detectable_per_1000) AS least, COUNT(*) AS n FROM lift "
        "WHERE outcome = 'openings' AND design = 'account_holdout' AND status = 'estimable'"
    )
    if not best["n"]:
        return say("No hold-out has yet seen enough to say what it could have shown.")
    return say(
        "The finest hold-out could have seen {} openings per 1,000 accounts or more; what is "
        "smaller stays unseen, "
        "and is not nought for that.",
        (f"{-int(-best['least'] // 1):,}", "power"),
    )


def _power(tables: Published) -> Sheet:
    return Sheet(
        "power",
        "Openings per 1,000 that could have been seen, four times in five",
        (
            Column("Experiment", is_words=True),
            Column("By", is_words=True),
            Column("Treated"),
            Column("Held out"),
            Column("Said before"),
            Column("As it turned out"),
            Column("Since", is_words=True),
        ),
        tuple(
            (
                r["name"],
                DESIGNS[r["design"]],
                r["treated_count"],
                r["holdout_count"],
                number(r["detectable_before_per_1000"], 1),
                number(r["detectable_per_1000"], 1),
                show(r["starts_at"].date()) if r["starts_at"] else None,
            )
            for r in tables.records(_POWER)
        ),
        Query(("lift",), _POWER),
        "Nothing was held out, drawn or switched on.",
        note="2.8 standard errors: 80 % power at 5 %, two-sided (Bloom 1995). Before: by what "
        "opened in as long a time "
        "before, where anything is on record.",
    )


def _arms(tables: Published) -> Sheet:
    return Sheet(
        "arms",
        "Whether the arms were alike before, and kept apart since",
        (
            Column("Experiment", is_words=True),
            Column("Arms as unlike by lot"),
            Column("Treated reached"),
            Column("Held out reached"),
        ),
        tuple(
            (
                r["name"],
                number(r["balance_p"], 3),
                _share(r["treated_reached_share"]),
                _share(r["holdout_reached_share"]),
            )
            for r in tables.records(_POWER)
        ),
        Query(("lift",), _POWER),
        "Nothing was held out, drawn or switched on.",
        note="A probability below 0.001 says that the arms were not drawn by lot. Accounts count "
        "as they were "
        "assigned, whether reached or not.",
    )


def _said(tables: Published) -> Sheet:
    return Sheet(
        "said-before",
        "What was said before the experiments of rules/experiments.csv",
        (
            Column("Experiment", is_words=True),
            Column("From", is_words=True),
            Column("Accounts"),
            Column("Opened before"),
            Column("Said", is_words=True),
        ),
        tuple(
            (
                r["experiment"],
                show(r["starts_at"].date()),
                r["account_count"],
                r["opening_count"],
                r["sentence"],
            )
            for r in tables.records(_SAID)
        ),
        Query(("experiment_power",), _SAID),
        "No experiment stands in the rules.",
    )


def silent_page(tables: Published) -> Page:
    """Everything that is not estimable, with the reason."""
    found = tables.records(_SILENT)
    outcomes = sum(int(r["outcome_count"]) for r in found)
    sheet = Sheet(
        "silent",
        "Not estimable, and why",
        (
            Column("Programme or experiment", is_words=True),
            Column("Outcomes", is_words=True),
            Column("Because", is_words=True),
        ),
        tuple((r["name"], _outcomes(str(r["outcomes"])), r["reason"]) for r in found),
        Query(("lift",), _SILENT),
        "Everything can be estimated.",
        note="Credit is no substitute: it divides won dollars by a rule and says nothing of what "
        "would have been "
        "lost. Nor is a comparison of those a programme reached with those it did not: they were chosen.",
    )
    said = say(
        "{} cannot be estimated; none is filled in by a guess.", (counted(outcomes, "outcome"), "silent")
    )
    return Page("silent", "What cannot be said", said, (sheet,))


def _outcomes(names: str) -> str:
    told = names.split(",")
    return "All" if len(told) == len(OUTCOMES) else ", ".join(OUTCOMES[n] for n in OUTCOMES if n in told)


def _share(value: float | None) -> Value:
    return None if value is None else Rate(value)
