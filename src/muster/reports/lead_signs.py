"""Page 5 of the report on defects: signs that a count of leads is worked at."""

from __future__ import annotations

from muster.reports.defect_words import SIGNS, number
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Rate, counted


def signs_page(tables: Published) -> Page:
    """What was looked for, what was found, and every comparison that was made."""
    return Page(
        "signs",
        "Signs in the count of leads",
        _opening(tables),
        (_found(tables), _floods(tables), _all(tables)),
    )


def _opening(tables: Published) -> Sentence:
    [found] = tables.records("SELECT COUNT(*) AS looked, COUNT(*) FILTER (is_sign) AS signs FROM gaming_sign")
    if not found["looked"]:
        return say("No MQLs are on record in quarters that could be compared: there is no count to work at.")
    if not found["signs"]:
        return say(
            "In {} nothing speaks for working at the count of leads rather than at buyers.",
            (counted(found["looked"], "comparison"), "all-signs"),
        )
    return say(
        "{} of {} are more than chance explains; each may have an honest reason.",
        (str(found["signs"]), "found-signs"),
        (counted(found["looked"], "comparison"), "all-signs"),
    )


def _sheet(tables: Published, key: str, *, title: str, where: str, empty: str, shown: int) -> Sheet:
    sql = f"""
    SELECT sign, subject, period_on, p_value,
        replace(sentence, subject, COALESCE(t.name, subject)) AS sentence
    FROM gaming_sign LEFT JOIN known_tactic AS t ON sign = 'flood' AND t.tactic_id = subject {where}
    ORDER BY p_value, sign, period_on DESC, subject"""
    return Sheet(
        key,
        title,
        (
            Column("Sign", is_words=True),
            Column("Period", is_words=True),
            Column("What was seen", is_words=True),
            Column("By chance"),
        ),
        tuple(
            (
                SIGNS[r["sign"]],
                "Whole history" if r["sign"] == "bunching" else quarter_of(r["period_on"]).label,
                r["sentence"],
                number(r["p_value"], 4),
            )
            for r in tables.records(sql)
        ),
        Query(("gaming_sign", "known_tactic"), sql),
        empty,
        shown=shown,
    )


def _found(tables: Published) -> Sheet:
    return _sheet(
        tables,
        "found-signs",
        title="More than chance explains",
        where="WHERE is_sign",
        empty="No comparison is more than chance explains. The nearest stand below.",
        shown=10,
    )


def _all(tables: Published) -> Sheet:
    return _sheet(
        tables,
        "all-signs",
        title="Every comparison, the least likely by chance first",
        where="",
        empty="A quarter is compared where it and those before have 20 MQLs.",
        shown=8,
    )


def _floods(tables: Published) -> Sheet:
    sql = """
    SELECT COALESCE(t.name, subject) AS subject, period_on, observed, expected, others_in_time, others_before,
        others_low, others_high
    FROM gaming_sign LEFT JOIN known_tactic AS t ON t.tactic_id = subject
    WHERE sign = 'flood' ORDER BY observed - expected DESC, period_on DESC, subject"""
    return Sheet(
        "floods",
        "Programmes that brought a fifth of a quarter's leads, and the follow-up of the others",
        (
            Column("Programme", is_words=True),
            Column("Quarter", is_words=True),
            Column("Of the leads"),
            Column("Before"),
            Column("Others in time"),
            Column("Before"),
            Column("95 % interval of the difference, in points"),
        ),
        tuple(
            (
                r["subject"],
                quarter_of(r["period_on"]).label,
                Rate(r["observed"]),
                Rate(r["expected"]),
                None if r["others_in_time"] is None else Rate(r["others_in_time"]),
                None if r["others_before"] is None else Rate(r["others_before"]),
                None
                if r["others_low"] is None
                else f"{number(100 * r['others_low'], 0)} to {number(100 * r['others_high'], 0)}",
            )
            for r in tables.records(sql)
        ),
        Query(("gaming_sign", "known_tactic"), sql),
        "No programme brought a fifth of a quarter's leads.",
        note="Observed together: one need not have brought the other about.",
        shown=8,
    )
