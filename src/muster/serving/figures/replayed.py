"""What `muster replay` kept of this run: its findings, and the cases behind each count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from muster.engine.lock import HOME
from muster.reports.published import Published
from muster.reports.values import Days, Money, words
from muster.serving.narrowing import Narrowing
from muster.serving.tabled import Cell, Ref, Table, columns

_LEADS = """SELECT l.at, l.person_id, COALESCE(p.name, p.email) AS person, l.account_id,
    COALESCE(a.name, a.domain) AS account, l.solution_id, l.buying_group_id, l.fate, l.score
FROM replay_lead AS l
LEFT JOIN account AS a ON a.account_id = l.account_id
LEFT JOIN person AS p ON p.person_id = l.person_id AND p.valid_to IS NULL
WHERE l.at >= $since AND {} ORDER BY l.at DESC, l.subject_id"""
_OPENINGS = """SELECT o.*, COALESCE(a.name, a.domain, o.account_id) AS account, k.name
FROM replay_opening AS o
LEFT JOIN account AS a ON a.account_id = o.account_id
LEFT JOIN known_opportunity AS k ON k.opportunity_id = o.opportunity_id
WHERE {} ORDER BY o.amount_cents DESC NULLS LAST, o.opportunity_id"""
_HAND_OFFS = """SELECT h.at, h.account_id, COALESCE(a.name, a.domain) AS account, h.solution_id, h.subject_id,
    h.person_id, COALESCE(p.name, p.email) AS person
FROM replay_hand_off AS h
LEFT JOIN account AS a ON a.account_id = h.account_id
LEFT JOIN person AS p ON p.person_id = h.person_id AND p.valid_to IS NULL
WHERE {} ORDER BY h.at DESC, h.subject_id"""

# Key, title, the query with its condition.
CASES = (
    ("passed", "MQLs passed on", _LEADS, "NOT l.is_discarded"),
    ("second_leads", "Second leads discarded", _LEADS, "l.is_discarded"),
    (
        "other_solution",
        "Discarded, though about another solution",
        _LEADS,
        "l.is_discarded AND l.fate = 'other_solution'",
    ),
    (
        "missed",
        "Openings whose group came first, without any MQL",
        _OPENINGS,
        "NOT o.had_mql AND o.muster_at IS NOT NULL",
    ),
    ("hidden", "Openings with people nobody showed to sales", _OPENINGS, "o.unshown_count > 0"),
    ("earlier", "Openings where the group came before the MQL", _OPENINGS, "o.days_earlier > 0"),
    (
        "false_mql",
        "MQLs that no opening followed",
        _HAND_OFFS,
        "h.side = 'mql' AND h.is_judged AND NOT h.was_followed",
    ),
    (
        "false_groups",
        "Groups handed over that no opening followed",
        _HAND_OFFS,
        "h.side = 'muster' AND h.is_judged AND NOT h.was_followed",
    ),
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The document of a replay, and how many cases stand behind each count, as far as they were asked for."""

    told: dict[str, Any]
    counts: dict[str, int]


def replayed(tables: Published, workspace: Path, run_id: str, asked: Narrowing) -> Replayed | None:
    """The replay of this run; None where there is none, or only of an earlier run.

    Cases are counted in `tables`, and of the days asked for: of a lead or a hand-off the day of it, of an
    opening the day on which it was created.
    """
    text = _kept(workspace, run_id, "replay.json")
    if text is None:
        return None
    told = json.loads(text)
    counts = {
        key: int(
            tables.records(
                f"SELECT COUNT(*) AS n FROM ({sql.format(_and_days(sql, where))})", _given(sql, told, asked)
            )[0]["n"]
        )
        for key, _, sql, where in CASES
    }
    return Replayed(told, counts)


def printed(workspace: Path, run_id: str) -> str | None:
    """The replay of this run as the pages to print; None where there are none."""
    return _kept(workspace, run_id, "replay.html")


def _kept(workspace: Path, run_id: str, name: str) -> str | None:
    folder = workspace / HOME / "replay"
    try:
        is_of_run = (folder / "run").read_text("utf-8") == run_id
        return (folder / name).read_text("utf-8") if is_of_run else None
    except FileNotFoundError:
        return None


def cases(tables: Published, told: Mapping[str, Any], wanted: str, asked: Narrowing) -> Table | None:
    """The cases of one count, of the document of a replay; None where there is no such count."""
    for key, title, sql, where in CASES:
        if key == wanted:
            rows = tables.records(sql.format(_and_days(sql, where)), _given(sql, told, asked))
            if sql is _LEADS:
                return _leads(key, title, rows)
            return _openings(key, title, rows) if sql is _OPENINGS else _hand_offs(key, title, rows)
    return None


def _and_days(sql: str, where: str) -> str:
    """The condition of a count, with the days asked for."""
    day = {_LEADS: "l.at", _OPENINGS: "o.created_at", _HAND_OFFS: "h.at"}[sql]
    return f"{where} AND {day} >= $first AND {day} < $end"


def _given(sql: str, told: Mapping[str, Any], asked: Narrowing) -> dict[str, object]:
    """What a query asks to be given: the days, and the half of the history that the findings are of."""
    first, last = asked.since or date(1970, 1, 1), asked.until or date(9999, 12, 30)
    days: dict[str, object] = {"first": first, "end": last + timedelta(days=1)}
    return days | ({"since": date.fromisoformat(told["period"]["from"])} if sql is _LEADS else {})


def _account(row: dict[str, Any]) -> Cell:
    if not row["account_id"]:
        return "no account known"
    name = row["account"] or row["account_id"]
    return Ref(name, f"/accounts/{row['account_id']}", row["account_id"])


def _person(row: dict[str, Any]) -> Cell:
    if not row["person_id"]:
        return None
    return Ref(row["person"] or row["person_id"], f"/people/{row['person_id']}", row["person_id"])


def _leads(key: str, title: str, rows: list[dict[str, Any]]) -> Table:
    return Table(
        key,
        title,
        columns("Account", "Person", "When (UTC)", "Points#", "What became of them", "Their group"),
        tuple(
            (
                _account(r),
                _person(r),
                r["at"],
                None if r["score"] is None else int(r["score"]),
                words(r["fate"] or ""),
                Ref(r["solution_id"] or "its group", f"/groups/{r['buying_group_id']}", r["buying_group_id"])
                if r["buying_group_id"]
                else None,
            )
            for r in rows
        ),
        "None.",
        shown=50,
    )


def _openings(key: str, title: str, rows: list[dict[str, Any]]) -> Table:
    return Table(
        key,
        title,
        columns(
            *("Account", "Opportunity", "Solution", "Created", "Amount#", "First group", "First MQL"),
            *("Days earlier#", "People known#", "Shown to nobody#"),
        ),
        tuple(
            (
                _account(r),
                Ref(r["name"] or r["opportunity_id"], f"/groups/{r['buying_group_id']}", r["opportunity_id"])
                if r["buying_group_id"]
                else r["name"] or r["opportunity_id"],
                r["solution_id"],
                r["created_at"].date(),
                None if r["amount_cents"] is None else Money(int(r["amount_cents"]), r["currency"]),
                r["muster_at"].date() if r["muster_at"] else None,
                r["mql_at"].date() if r["mql_at"] else None,
                Days(r["days_earlier"]),
                int(r["known_count"] or 0),
                int(r["unshown_count"] or 0),
            )
            for r in rows
        ),
        "None.",
        shown=50,
    )


def _hand_offs(key: str, title: str, rows: list[dict[str, Any]]) -> Table:
    return Table(
        key,
        title,
        columns("Account", "Person", "Solution", "Handed over (UTC)"),
        tuple((_account(r), _person(r), r["solution_id"], r["at"]) for r in rows),
        "None.",
        shown=50,
    )
