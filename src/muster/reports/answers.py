"""Page 3 of the report on defects: how soon sales acted, why it refused, and whether two people agree."""

from __future__ import annotations

from muster.reports.defect_words import DEFECTS, FOLLOW_UP, PROCESSES, number
from muster.reports.published import Published
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Rate, Share, percent_of


def answers_page(tables: Published) -> Page:
    """Follow-up against the time allowed, what defects were told by, and agreement."""
    return Page(
        "answers",
        "Follow-up and sales' answers",
        _opening(tables),
        (_follow_up(tables), _told_by(tables), _agreement(tables)),
    )


def _opening(tables: Published) -> Sentence:
    [found] = tables.records(
        "SELECT COUNT(*) FILTER (follow_up = 'in time') AS soon, "
        "COUNT(*) FILTER (follow_up IN ('in time', 'late', 'none')) AS due FROM given"
    )
    if not found["due"]:
        return say("No follow-up can be judged: nobody was told, or no sales activity is on record.")
    return say(
        "Sales acted in time on {} of what it was given.",
        (percent_of(found["soon"], found["due"]), "follow-up"),
    )


def _follow_up(tables: Published) -> Sheet:
    sql = """
    SELECT process, follow_up, COUNT(*) AS unit_count, MEDIAN(hours_to_first_action) AS median_hours,
        SUM(COUNT(*)) OVER (PARTITION BY process) AS all_count
    FROM given GROUP BY process, follow_up
    ORDER BY process,
    CASE follow_up WHEN 'in time' THEN 1 WHEN 'late' THEN 2 WHEN 'none' THEN 3 ELSE 4 END, follow_up"""
    return Sheet(
        "follow-up",
        "How soon sales acted",
        (
            Column("Follow-up", is_words=True),
            Column("Given as", is_words=True),
            Column("Given"),
            Column("Share"),
            Column("Median hours to the first act"),
        ),
        tuple(
            (
                FOLLOW_UP[r["follow_up"]],
                PROCESSES[r["process"]],
                int(r["unit_count"]),
                Share(int(r["unit_count"]), int(r["all_count"])),
                number(r["median_hours"], 1),
            )
            for r in tables.records(sql)
        ),
        Query(("given",), sql),
        "Sales was given nothing yet.",
        note="In time: a call, message or meeting with somebody given within follow_up_hours of "
        "rules/control.csv. "
        "An act dated by its day alone counts on the day itself.",
    )


def _told_by(tables: Published) -> Sheet:
    sql = """
    SELECT defect, process, basis, COUNT(*) AS defect_count FROM defect WHERE is_defect
    GROUP BY defect, process, basis ORDER BY process, defect_count DESC, defect, basis"""
    return Sheet(
        "told-by",
        "What defects were told by",
        (
            Column("Kind", is_words=True),
            Column("Given as", is_words=True),
            Column("Told by", is_words=True),
            Column("Defects"),
        ),
        tuple(
            (DEFECTS[r["defect"]], PROCESSES[r["process"]], r["basis"], int(r["defect_count"]))
            for r in tables.records(sql)
        ),
        Query(("defect",), sql),
        "No defect was told of.",
    )


def _agreement(tables: Published) -> Sheet:
    sql = """
    SELECT source, verdict, subject_count, judge_count, agreed_share, alpha, low, high, said FROM agreement
    ORDER BY source, verdict NULLS FIRST"""
    return Sheet(
        "agreement",
        "Whether two people say the same of the same",
        (
            Column("Verdict", is_words=True),
            Column("Read from", is_words=True),
            Column("Judged by two or more"),
            Column("People"),
            Column("Pairs that agree"),
            Column("Alpha"),
            Column("95 % interval"),
            Column("Standing", is_words=True),
        ),
        tuple(
            (
                "All verdicts" if r["verdict"] is None else r["verdict"].replace("_", " ").capitalize(),
                r["source"],
                r["subject_count"],
                r["judge_count"],
                None if r["agreed_share"] is None else Rate(r["agreed_share"]),
                number(r["alpha"]),
                None if r["low"] is None else f"{number(r['low'])} to {number(r['high'])}",
                r["said"],
            )
            for r in tables.records(sql)
        ),
        Query(("agreement",), sql),
        "Not estimable: no two people judged the same group or account.",
        note="Krippendorff's alpha: 1 is full agreement, 0 what chance gives. In the CRM, leads "
        "of one account "
        "stand for it, and a record's owner for who judged it.",
    )
