"""What a later run says of the time up to T, against what the run as of T said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from muster.canonical.tables import flow_tables
from muster.testing import rows
from muster.workspace import Workspace


@dataclass(frozen=True)
class Said:
    """What must agree: columns of the rows since an instant; of a stretch, its end only once it came."""

    since: str
    columns: str
    end: str = ""
    told_at_end: str = ""


Disagreements = dict[str, list[tuple[Any, ...]]]
AGREE = {
    "score": Said(
        "scored_at",
        "buying_group_id scored_at score fit intent engagement frame_control completeness"
        " p_open p_win expected_amount_cents",
    ),
    "chance": Said(
        "scored_at",
        "account_id solution_id scored_at p_open p_open_low p_open_high rank rank_low rank_high p_win"
        " expected_amount_cents median_amount_cents amount_low_cents amount_high_cents expected_value_cents"
        " model_version win_version amount_version",
    ),
    "panel": Said(
        "week_at",
        " ".join(c for c in flow_tables()["panel"].column_names if not c.startswith("opens")),
    ),
    "chance_model": Said("trained_at", "trained_at target model_version row_count opening_count"),
    "qualification": Said("from_at", "buying_group_id status from_at reason", "to_at", "to_at ended_because"),
    "queue": Said(
        "week_at",
        "week_at buying_group_id policy pool rank waiting slots propensity came_in held_back_by",
        "left_at",
        "left_at",
    ),
    "frame_week": Said(
        "week_at",
        "buying_group_id week_at depth sharing upward response attendance percentile share_of_frame control"
        " points evidence_count evidence",
    ),
    "gate": Said("from_at", "buying_group_id from_at gate reason", "to_at", "to_at"),
    "account_status": Said("from_at", "account_id status from_at reason", "to_at", "to_at"),
    "buying_group": Said(
        "opened_at",
        "buying_group_id account_id solution_id cycle opened_at opening_reason",
        "closed_at",
        "closed_at closing_reason",
    ),
    "hand_off": Said(
        "at",
        "hand_off_id buying_group_id at handed_to_id sentence member_count visitor_count score is_replayed",
    ),
    "hand_off_update": Said("at", "hand_off_id at kind person_id sentence"),
    "signal": Said("at", "buying_group_id at component kind points decays_from source_id reason"),
    "visitor_match": Said(
        "from_at", "visitor_id account_id person_id method confidence from_at", "valid_to", "valid_to"
    ),
    "merged_account": Said("merged_at", "account_id into_account_id merged_at method"),
    "role_holder": Said("from_at", "buying_group_id person_id role from_at", "to_at", "to_at"),
    "group_change": Said(
        "at", "buying_group_id kind at other_group_id decided_by reason", "undone_at", "undone_at"
    ),
    "member_sign": Said("at", "buying_group_id person_id sign number at weight"),
    "divided_engagement": Said("at", "engagement_id buying_group_id person_id at millionths"),
    "function_relevance": Said(
        "from_at",
        "solution_id function from_at deal_count people all_people people_anywhere all_anywhere times",
        "to_at",
        "to_at",
    ),
    "role_learnt": Said(
        "from_at", "function seniority role from_at people told untold by_rule weight", "to_at", "to_at"
    ),
    "second_lead": Said("at", "person_id person_record_id account_id at"),
    "given": Said(
        "at",
        "process unit_id at account_id solution_id buying_group_id person_id is_replayed due_at verdict_at"
        " act_count program_id fit p_open",
        "first_action_at",
        "first_action_at hours_to_first_action",
    ),
    "defect": Said("at", "process unit_id defect at", "judged_at", "is_defect basis judged_at"),
    "arr_movement": Said(
        "moved_on", "account_id currency moved_on kind start_cents change_cents end_cents customer_since_on"
    ),
    # Who made the link, and how senior they are, may be learnt later: acts count from then (see signal).
    "share": Said("known_at", "share_id share_token account_id to_person_id read_at known_at"),
}


@dataclass(frozen=True)
class Stands:
    """What must agree of the rows that the run as of T has: their key, what they say, and which of them."""

    key: str
    columns: str
    which: str = "TRUE"


STANDS = {
    # A path that ended stays as it is; a part of a touch may go to a unit's deal that is created later.
    "path": Stands(
        "definition opportunity_id position",
        "buying_group_id engagement_id occurred_at position_kind activity tactic_id channel times is_sales",
        "outcome IN ('won', 'lost') AND opportunity_id IS NOT NULL",
    ),
    # What records are joined to; the reason for joining them may get better.
    "person_alias": Stands("person_record_id", "person_id"),
    "account_alias": Stands("account_record_id", "account_id"),
    "cusum": Stands("process unit_id", "p_open opened better worse alarm_better alarm_worse alarm_at"),
    "control_chart": Stands(
        "process defect week_at",
        "week_count unit_count defect_count mean spread low high average average_limit is_beyond"
        " is_average_beyond",
        "is_mature AND NOT is_provisional",
    ),
    "gap_chart": Stands(
        "process defect unit_id",
        "at gap mean low high average average_limit is_beyond is_average_beyond",
        "NOT is_provisional",
    ),
    # A cohort that was watched whole up to an age, or a quarter that was over, stays as it is.
    "conversion": Stands(
        "cohort_start from_stage to_stage horizon_days method",
        "entered_count reached_count open_count estimate",
        "method = 'aalen_johansen' AND at_risk = entered_count AND from_stage = 'opened'",
    ),
    # A lead that was disqualified and got an opportunity later after all was on its way all along: stated.
    "mql_conversion": Stands(
        "cohort_start from_stage to_stage horizon_days method",
        "entered_count reached_count estimate",
        "method = 'aalen_johansen' AND at_risk = entered_count AND to_stage <> 'lost'",
    ),
    "goal": Stands(
        "period_on measure solution_id currency",
        "unit owner target actual basis_count is_met",
        "is_over AND measure NOT IN ('evidence', 'first_action')",
    ),
    "drift": Stands("measure feature week_at", "row_count value low high bound is_beyond"),
}


def disagreements(then: Workspace, now: Workspace, at: datetime) -> Disagreements:
    """For each table that tells the past differently, rows that only the run `then` or `now` has.

    Several tests ask of the same two runs: what was found of two published runs stays found.
    """
    return _disagreements(then, then.published.folder, now, now.published.folder, at)


@cache
def _disagreements(then: Workspace, _then: Path, now: Workspace, _now: Path, at: datetime) -> Disagreements:
    t = f"TIMESTAMP '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
    with duckdb.connect() as connection:
        for name in [*AGREE, *STANDS, "account_movement"]:
            for run, workspace in (("then", then), ("now", now)):
                connection.register(f"{run}_{name}", workspace.table(name))
        found = {name: _both_ways(connection, *_questions(name, said, t)) for name, said in AGREE.items()}
        for name, stands in STANDS.items():
            key, told = _quoted(stands.key), _quoted(f"{stands.key} {stands.columns}")
            kept = f"SELECT {told} FROM then_{name} WHERE {stands.which}"
            same = f"SELECT {told} FROM now_{name} SEMI JOIN ({kept}) USING ({key})"
            found[name] = _both_ways(connection, kept, same)
        weeks = "SELECT * FROM {} WHERE week_on + INTERVAL 7 DAY <= " + t
        movements = [weeks.format(f"{run}_account_movement") for run in ("then", "now")]
        found["account_movement"] = _both_ways(connection, *movements)
    given_way = merged_since(now, at)
    found = {name: _by_later_ids(told, given_way) for name, told in found.items()}
    return {name: told for name, told in found.items() if told}


def merged_since(now: Workspace, at: datetime) -> dict[str, str]:
    """Ids that accounts had until after T, by the log of the later run, and the ids they have since."""
    t = f"TIMESTAMP '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
    log = rows(now, f'SELECT * FROM merged_account WHERE "merged_at" > {t} ORDER BY merged_at DESC')
    given_way: dict[str, str] = {}
    for row in log:
        into = row["into_account_id"]
        given_way[row["account_id"]] = given_way.get(into, into)
    return given_way


def _by_later_ids(told: list[tuple[Any, ...]], given_way: dict[str, str]) -> list[tuple[Any, ...]]:
    """What still disagrees once accounts that the log says were merged later go by their later ids."""
    later = Counter(row[1:] for row in told if row[0] == "now")
    then = Counter(tuple(given_way.get(c, c) for c in row[1:]) for row in told if row[0] == "then")
    return [("then", *r) for r in (then - later).elements()] + [
        ("now", *r) for r in (later - then).elements()
    ]


def about(firm: str, found: Disagreements, *runs: Workspace) -> Disagreements:
    """Those of the disagreements that are about the account of one firm, by its domain."""
    ids = {
        str(row["id"])
        for run in runs
        for row in rows(
            run,
            f"""
            SELECT UNNEST([account_id, buying_group_id]) AS id
            FROM account LEFT JOIN buying_group USING (account_id) WHERE domain = '{firm}.example'
            """,
        )
        if row["id"]
    }
    said = {
        table: [row for row in told if any(key in str(cell) for cell in row for key in ids)]
        for table, told in found.items()
    }
    return {table: told for table, told in said.items() if told}


def _questions(name: str, said: Said, at: str) -> tuple[str, str]:
    """The same columns of both runs; of the later one only what had happened by T."""
    plain = [f'"{column}"' for column in said.columns.split()]
    ended = [f'CASE WHEN "{said.end}" <= {at} THEN "{column}" END' for column in said.told_at_end.split()]
    told = [f'"{column}"' for column in said.told_at_end.split()]
    return (
        f"SELECT {', '.join(plain + told)} FROM then_{name}",
        f'SELECT {", ".join(plain + ended)} FROM now_{name} WHERE "{said.since}" <= {at}',
    )


def _quoted(columns: str) -> str:
    return ", ".join(f'"{column}"' for column in columns.split())


def _both_ways(connection: Any, then: str, now: str) -> list[tuple[Any, ...]]:
    return [
        (run, *row)
        for run, one, other in (("then", then, now), ("now", now, then))
        for row in connection.execute(f"({one}) EXCEPT ALL ({other}) ORDER BY ALL").fetchall()
    ]
