"""Which ids two runs give to the same records and addresses: what was merged, split, new, or is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from muster.engine.duckdb_engine import literal

COMPARED = ("person_alias", "person_address", "account_alias", "account_domain", "person_match")


@dataclass(frozen=True, slots=True)
class Change:
    """One id that changed: `records` went from `old_id` to `new_id`.

    `kind` is merge (into an id that was there, or all of one under another name), split, new, gone, or
    began: first tables, with nothing to compare them with, of which only how many ids they have is told.
    `records` are records and, of people, their addresses; of accounts, their domains.
    """

    what: str
    kind: str
    old_id: str | None
    new_id: str | None
    count: int
    records: tuple[str, ...]
    reason: str


_SIDE = """
    CREATE TABLE {side} AS
    SELECT 'person' AS what, person_record_id AS subject, person_id AS id, method, confidence
    FROM {person_alias}
    UNION ALL
    SELECT 'person', email, person_id, NULL, NULL FROM {person_address}
    UNION ALL
    SELECT 'account', account_record_id, account_id, method, confidence FROM {account_alias}
    UNION ALL
    SELECT 'account', domain, account_id, NULL, NULL FROM {account_domain}
"""
_MOVED = """
    WITH moved AS (
        SELECT
            b.what, b.id AS old_id, a.id AS new_id, COUNT(*) AS count,
            list(b.subject ORDER BY b.subject) AS records,
            COUNT(*) OVER (PARTITION BY b.what, b.id) AS pieces
        FROM before AS b
        JOIN after AS a ON a.what = b.what AND a.subject = b.subject
        WHERE a.id <> b.id
        GROUP BY b.what, b.id, a.id
    )
    SELECT
        m.what, m.old_id, m.new_id, m.count, m.records,
        CASE WHEN m.new_id IN (SELECT id FROM before) THEN 'merge'
            WHEN m.pieces = 1 AND m.old_id NOT IN (SELECT id FROM after) THEN 'merge'
            ELSE 'split' END AS kind
    FROM moved AS m
    ORDER BY m.what, m.old_id, m.new_id
"""
# Ids of one run alone, none of whose records the other run knows.
_ALONE = """
    SELECT x.what, x.id, COUNT(*) AS count, list(x.subject ORDER BY x.subject) AS records
    FROM {side} AS x
    LEFT JOIN {other} AS y ON y.what = x.what AND y.subject = x.subject
    WHERE x.id NOT IN (SELECT id FROM {other})
    GROUP BY x.what, x.id
    HAVING COUNT(y.id) = 0
    ORDER BY x.what, x.id
"""
_METHOD = """
    SELECT s.method, s.confidence FROM {side} AS s
    WHERE s.what = $what AND list_contains($records, s.subject) AND s.method <> 'same_record'
    ORDER BY s.method = 'same_email', s.confidence, s.method LIMIT 1
"""
_ALIKE = """
    SELECT MAX(m.probability) FROM {person_match} AS m
    WHERE m.fate = 'joined'
    AND (list_contains($keys, m.left_id) OR list_contains($keys, m.right_id))
"""
# Who is told apart or together by decisions that only one of the two runs knew.
_DECIDED = """
    WITH fresh AS (
        (SELECT decision_id, kind, subject_id, other_id FROM {after}
        EXCEPT SELECT decision_id, kind, subject_id, other_id FROM {before})
        UNION ALL
        (SELECT decision_id, kind, subject_id, other_id FROM {before}
        EXCEPT SELECT decision_id, kind, subject_id, other_id FROM {after})
    )
    SELECT f.decision_id, f.kind, COALESCE(d.subject_id, f.subject_id), COALESCE(d.other_id, f.other_id)
    FROM fresh AS f
    LEFT JOIN {after} AS d ON f.kind = 'undo' AND d.decision_id = f.subject_id
    WHERE f.kind IN ('merge', 'split', 'account_merge', 'account_split', 'undo')
    ORDER BY f.decision_id
"""


def first_tables(after: Path) -> list[Change]:
    """How many people and accounts there are where nothing was there before."""
    with duckdb.connect(":memory:") as connection:
        _put(connection, "after", after)
        counted = connection.execute(
            "SELECT what, COUNT(DISTINCT id) FROM after GROUP BY what ORDER BY what"
        ).fetchall()
    return [Change(what, "began", None, None, count, (), "first tables") for what, count in counted]


def compare(before: Path, after: Path, *, decisions: str, is_earlier: bool = False) -> list[Change]:
    """Every change between the tables in two folders, by what it is about, kind and ids.

    `decisions` is the file inside each folder that holds people's decisions; `is_earlier` says that the
    later run looks at an earlier date, which parts what was joined since.
    """
    with duckdb.connect(":memory:") as connection:
        _put(connection, "before", before)
        _put(connection, "after", after)
        decided = connection.execute(
            _DECIDED.format(before=_file(before / decisions), after=_file(after / decisions))
        ).fetchall()
        told = []
        for what, old, new, count, records, kind in connection.execute(_MOVED).fetchall():
            reason = "as of an earlier date" if is_earlier else ""
            reason = reason or _decision(connection, decided, ids=(old, new))
            reason = reason or _evidence(connection, kind, what, records=records, after=after)
            told.append(Change(what, kind, old, new, count, tuple(records), reason))
        alone = (("new", "after", "before"), ("gone", "before", "after"))
        for kind, side, other in alone:
            for what, key, count, records in connection.execute(
                _ALONE.format(side=side, other=other)
            ).fetchall():
                old, new = (None, key) if kind == "new" else (key, None)
                reason = "first known" if kind == "new" else "its records are no longer there"
                told.append(Change(what, kind, old, new, count, tuple(records), reason))
    return told


def _decision(connection: duckdb.DuckDBPyConnection, decided: Iterable[Any], *, ids: Collection[str]) -> str:
    """The decision that names a record of the people whose ids these are; empty where none does."""
    for decision_id, kind, *subjects in decided:
        [(found,)] = connection.execute(
            "SELECT COUNT(*) FROM (SELECT * FROM before UNION ALL SELECT * FROM after) AS s "
            "WHERE list_contains($ids, s.id) AND list_contains($subjects, s.subject)",
            {"ids": list(ids), "subjects": [s for s in subjects if s]},
        ).fetchall()
        if found:
            return f"{kind.removeprefix('account_')} decided ({decision_id})"
    return ""


def _evidence(
    connection: duckdb.DuckDBPyConnection, kind: str, what: str, *, records: list[str], after: Path
) -> str:
    """What joined the records now, or joined them before and does no more."""
    side = "before" if kind == "split" else "after"
    found = connection.execute(_METHOD.format(side=side), {"what": what, "records": records}).fetchone()
    if kind == "split":
        return f"no longer {_said(*found)}" if found else "what tied them together was the rest"
    if found:
        return _said(*found)
    keys = [f"{letter}:{subject}" for subject in records for letter in "er"] if what == "person" else []
    alike = connection.execute(
        _ALIKE.format(person_match=_file(after / "person_match.parquet")), {"keys": keys}
    ).fetchone()
    return _said("matched", alike[0]) if alike and alike[0] else "an earlier record of it came to be known"


def _said(method: str, confidence: float) -> str:
    words = method.replace("_", " ")
    return words if confidence >= 1 else f"{words}, probability {confidence:.4f}"


def _put(connection: duckdb.DuckDBPyConnection, side: str, folder: Path) -> None:
    files = {name: _file(folder / f"{name}.parquet") for name in COMPARED}
    connection.execute(_SIDE.format(side=side, **files))


def _file(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"


def is_comparable(folder: Path) -> bool:
    """Whether a folder has every table that is compared: an older version published fewer."""
    return all((folder / f"{name}.parquet").is_file() for name in COMPARED)


def is_about(change: Change, said: str) -> bool:
    """Whether an id, a record, an address or a domain takes part in a change."""
    return said in (change.old_id, change.new_id) or said in change.records
