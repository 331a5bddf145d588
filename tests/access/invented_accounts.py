"""Tables of an invented company, each row marked as inside or outside of one rep's territory.

Row by row from the contracts: ids of the row's own account, and everything else drawn from a seed. Two
companies drawn with another `noise` have the same rows inside, and any rows at all outside.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muster.access.table_rules import table_rules
from muster.access.viewer import Viewer
from muster.canonical.tables import Table, flow_tables, replay_tables

OWNED, IN_GERMANY, HANDED_OVER = "a0", "a1", "a2"
INSIDE = (OWNED, IN_GERMANY, HANDED_OVER)
OUTSIDE = ("a3", "a4", "a5", "a6")
REP = Viewer(7, "Rae", "rae@example.com", "rep", frozenset({"u-rae"}), frozenset({"country:DE"}))
# The person 1 of each account has left it for another: for an outside one, or an outside one's for this.
LEFT, STAYS = "1", "0"

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
_START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
# Ids of others that a row may name; the contracts' other id columns name the row's own account.
_OF_OTHERS = {
    "parent_account_id": "",
    "from_person_id": "p-0-",
    "to_person_id": "p-0-",
}
_OWN = {
    "account_id": "",
    "into_account_id": "",
    "account_record_id": "r-",
    "opportunity_id": "o-",
    "share_id": "s-",
}


def group_of(account: str) -> str:
    """The id of an account's group, as long as Muster's are."""
    return f"g-{account}".ljust(17, "0")


def hand_off_of(account: str) -> str:
    """The id of the hand-off of an account's group."""
    return f"{group_of(account)}-1"


def write_company(folder: Path, *, noise: int) -> None:
    """Every table of the flow as a Parquet file; what the rep may see is the same for any noise."""
    folder.mkdir(parents=True)
    for table in flow_tables().values():
        _write(folder, table, noise=noise)


def _write(folder: Path, table: Table, *, noise: int) -> None:
    rows = [row for row, _ in rows_of(table, noise=noise)]
    schema = pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"{table.name}.parquet")


def rows_inside(table: Table) -> int:
    """How many rows of a table the rep may see."""
    return sum(is_inside for _, is_inside in rows_of(table, noise=0))


def rows_of(table: Table, *, noise: int) -> Iterator[tuple[dict[str, Any], bool]]:
    """The rows of a table, and whether the rep may see each; no two have the same key."""
    told = set()
    for row, is_inside in _every_row(table, noise=noise):
        key = tuple(row[column] for column in table.key)
        if key not in told:
            told.add(key)
            yield row, is_inside


def _every_row(table: Table, *, noise: int) -> Iterator[tuple[dict[str, Any], bool]]:
    rule = table_rules()[table.name]
    if rule.by is None:
        is_shown = rule.right == "everyone"
        for number in range(3):
            yield _row(table, "x", number, noise=0 if is_shown else noise, elsewhere=noise), is_shown
        return
    for account in (*INSIDE, *OUTSIDE):
        of_people = rule.by in {"person_id", "person_record_id"}
        for number in range(2):
            is_inside = account in INSIDE and not (of_people and str(number) == LEFT)
            seed = 0 if is_inside else noise
            is_sure = is_inside or account == OUTSIDE[0] or (table.name, seed) == ("account", 0)
            if is_sure or Random(f"{seed}/{table.name}/{account}").random() < 0.7:
                yield _row(table, account, number, noise=seed, elsewhere=noise), is_inside


def _row(table: Table, account: str, number: int, *, noise: int, elsewhere: int) -> dict[str, Any]:
    row = {
        column.name: _drawn(f"{noise}/{table.name}/{account}/{number}/{column.name}", column.type)
        for column in table.columns
    }
    row |= {name: f"{start}{account}" for name, start in _OWN.items() if name in row}
    row |= {
        name: f"{start}{_other(elsewhere, table.name, account)}"
        for name, start in _OF_OTHERS.items()
        if name in row
    }
    row |= {"buying_group_id": group_of(account)} if "buying_group_id" in row else {}
    row |= {"hand_off_id": hand_off_of(account)} if "hand_off_id" in row else {}
    if "other_group_id" in row:
        row["other_group_id"] = group_of(_other(elsewhere, table.name, account))
    if "person_id" in row:
        row["person_id"] = f"p-{number}-{account}"
    if "person_record_id" in row:
        row["person_record_id"] = f"l-{number}-{account}"
    match table.name:
        case "account":
            row |= {"owner_id": "u-rae" if account == OWNED else f"u-{account}"}
            row |= {"country": "DE" if account == IN_GERMANY else "FR", "region": "EMEA"}
        case "person" if str(number) == LEFT:
            row |= {name: _drawn(f"{elsewhere}/{account}/{name}", "text") for name in ("email", "owner_id")}
        case "person":
            row |= {"valid_to": None}
        case "buying_group":
            row |= {"closed_at": None, "opportunity_id": f"o-{_other(elsewhere, table.name, account)}"}
        case "hand_off":
            row |= {"owner_id": "u-rae" if account == HANDED_OVER else f"u-{account}"}
        case "qualification":
            row |= {"status": "qualified", "to_at": None}
        case "second_lead":
            row |= {
                "opportunity_id": f"o-{_other(elsewhere, table.name, account)}",
                "amount_cents": elsewhere,
            }
            row |= {"currency": f"C{elsewhere}"}
        case "merged_account":
            row |= {"account_id": f"was-{account}-{number}"}
    return row


def _other(noise: int, table: str, account: str) -> str:
    """An account outside, another one with other noise."""
    return OUTSIDE[int(hashlib.sha256(f"{table}/{account}".encode()).hexdigest(), 16) + noise & 3]


def _drawn(seed: str, kind: str) -> Any:
    chance = Random(seed)
    match kind:
        case "text":
            return f"t{chance.randrange(10**6)}"
        case "instant":
            return _START + timedelta(seconds=chance.randrange(10**7))
        case "day":
            return (_START + timedelta(days=chance.randrange(300))).date()
        case "points":
            return Decimal(chance.randrange(10**4)) / 100
        case "real":
            return chance.random()
        case "flag":
            return chance.random() < 0.5
        case _:
            return chance.randrange(10**6)


def write_workspace(workspace: Path, *, noise: int) -> Path:
    """A workspace whose run in force is the invented company's; returns its folder."""
    run = workspace / ".muster" / "runs" / "000001-invented"
    write_company(run, noise=noise)
    replay = workspace / ".muster" / "replay"
    replay.mkdir()
    (replay / "run").write_text(run.name, "utf-8")
    for table in replay_tables().values():
        _write(replay, table, noise=noise)
    (workspace / "muster.toml").write_text('[company]\nname = "Invented"\n', "utf-8")
    tables = {name: {"rows": 0, "sha256": ""} for name in flow_tables()}
    manifest = {"run_id": run.name, "as_of": "2024-12-31T00:00:00", "tables": tables}
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (workspace / ".muster" / "tables").symlink_to(Path("runs") / run.name)
    return workspace
