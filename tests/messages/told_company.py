"""Tables of a small invented company in which everything happened that messages tell of, and more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muster.access.viewer import Viewer
from muster.canonical.tables import flow_tables

AS_OF = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
REP = Viewer(7, "Rae", "rae@example.com", "rep", frozenset({"u-rae"}), frozenset())
OTHER_REP = Viewer(8, "Oz", "oz@example.com", "rep", frozenset({"u-oz"}), frozenset())
ANALYST = Viewer(9, "Ana", "ana@example.com", "analyst")

_ARROW = {
    "text": pa.string(),
    "instant": pa.timestamp("us"),
    "day": pa.date32(),
    "cents": pa.int64(),
    "points": pa.decimal128(9, 2),
    "integer": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
}


def at(day: int, hour: int = 9, month: int = 2) -> datetime:
    """An instant of early 2026 as tables have it."""
    return datetime(2026, month, day, hour)


def rows() -> dict[str, list[dict[str, Any]]]:
    """Acme is Rae's, Zeta is Oz's; the tables are as of 2 March 2026."""
    groups = {"g1": "acme", "g2": "zeta", "g3": "acme"}
    opened = [
        {"buying_group_id": g, "account_id": a, "solution_id": "cloud", "opened_at": at(1, month=1)}
        for g, a in groups.items()
    ]
    return {
        "account": [
            {"account_id": "acme", "name": "Acme <!channel>", "owner_id": "u-rae"},
            {"account_id": "zeta", "name": "Zeta", "owner_id": "u-oz"},
        ],
        "account_alias": [{"account_record_id": "r1", "account_id": "acme"}],
        "buying_group": opened,
        "hand_off": [
            _hand_off("g1-1", "g1", at(27), "Acme <!channel> for cloud: 2 known people"),
            _hand_off("g2-1", "g2", at(26), "Zeta for cloud: 3 known people"),
            _hand_off("g1-0", "g1", at(1), "long ago"),
            _hand_off("g3-1", "g3", at(27), "never went to sales") | {"is_replayed": True},
        ],
        "hand_off_update": [
            {"hand_off_id": "g1-1", "at": at(28), "kind": "second_lead", "person_id": "p2"}
            | {"sentence": "Bo (Buyer) joined the group"},
            {"hand_off_id": "g1-1", "at": at(28), "kind": "share", "person_id": "p1", "sentence": "x"},
            {"hand_off_id": "g3-1", "at": at(28), "kind": "second_lead", "person_id": "p2", "sentence": "x"},
        ],
        "score": [
            {"buying_group_id": "g1", "scored_at": at(27), "expected_amount_cents": 4_200_000},
            {"buying_group_id": "g2", "scored_at": at(26), "expected_amount_cents": None},
        ],
        "score_reason": [
            {"buying_group_id": "g1", "scored_at": at(27), "component": c, "reason": s, "sentence": s}
            | {"points": Decimal(p)}
            for c, s, p in (
                ("engagement", "three people at the webinar", "12.00"),
                ("fit", "fits well", "30.00"),
                ("intent", "reads about prices elsewhere", "9.00"),
                ("frame_control", "passed the paper on", "20.00"),
                ("completeness", "no decision maker", "-3.00"),
            )
        ],
        "person": [
            {"person_id": "p1", "name": "Vera", "title": "VP Finance", "seniority": "vp"}
            | {"account_id": "acme", "valid_from": at(1, month=1)},
            {"person_id": "p2", "name": "Bo", "title": "Buyer", "seniority": "manager"}
            | {"account_id": "acme", "valid_from": at(1, month=1)},
        ],
        "member": [{"buying_group_id": "g1", "person_id": p, "joined_at": at(20)} for p in ("p1", "p2")],
        "share": [
            _share("s1", "p2", "p1", at(28, 11)),
            _share("s2", "p1", "p2", at(28, 12)),  # read by a manager: no news
            _share("s3", "p2", "p1", at(2, 12)),  # long ago
        ],
        "qualification": [
            _status("g1", "qualified", at(20), None),
            _status("g2", "qualified", at(20), at(28), "score fell below 32 of 100"),
            _status("g2", "nurture", at(28), None),
            _status("g3", "qualified", at(1), at(28), "rules changed"),  # and goes on at once
            _status("g3", "qualified", at(28), None),
        ],
        "nurture": [{"buying_group_id": "g2", "from_at": at(28), "would_change": "one more meeting"}],
        "known_opportunity": [
            {"opportunity_id": "o3", "account_record_id": "r1", "amount_cents": 9_000_000}
            | {"currency": "USD", "is_closed": False}
        ],
        "opportunity_group": [{"opportunity_id": "o3", "buying_group_id": "g3"}],
    }


def published(workspace: Path, tables: dict[str, list[dict[str, Any]]], *, as_of: datetime = AS_OF) -> Path:
    """A workspace whose tables are these; every other one is empty. Returns the tables' folder."""
    folder = workspace / ".muster" / "runs" / "000001-0"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in flow_tables().items():
        schema = pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])
        full = [dict.fromkeys(schema.names) | row for row in tables.get(name, [])]
        pq.write_table(pa.Table.from_pylist(full, schema), folder / f"{name}.parquet")
    manifest = {"as_of": as_of.isoformat(), "run_id": folder.name, "tables": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    link = workspace / ".muster" / "tables"
    if not link.exists():
        link.symlink_to(folder)
    return folder


def _hand_off(key: str, group: str, when: datetime, sentence: str) -> dict[str, Any]:
    known = {"member_count": 2, "visitor_count": 1, "is_replayed": False}
    return {"hand_off_id": key, "buying_group_id": group, "at": when, "sentence": sentence} | known


def _share(key: str, giver: str, reader: str, when: datetime) -> dict[str, Any]:
    ends = {"from_person_id": giver, "to_person_id": reader, "known_at": when, "read_at": when}
    return {"share_id": key, "account_id": "acme", "content_id": "/paper", **ends}


def _status(group: str, status: str, start: datetime, end: datetime | None, why: str = "") -> dict[str, Any]:
    span = {"from_at": start, "to_at": end, "ended_because": why or None}
    return {"buying_group_id": group, "status": status, **span}
