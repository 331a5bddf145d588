"""Roles and shares on companies of the bundled generator with other seeds, whose truth is kept.

The generator lets every share leave a tracked link. Half of the links are hidden here, so that those shares
can only be told from what people opened, as where nobody uses tracked links. Nothing was fitted to them.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from bench.quality.figures import Data, Figure, calibrated
from bench.quality.titles import macro_f1

import muster.demo
from muster.demo.generate import generate
from muster.demo.records import Account, Cycle
from muster.workspace import open_workspace

TOPIC = "Roles and shares, on other companies with known truth"
SEEDS, ACCOUNTS = (11, 23, 42), 1_200
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_ROLES = """
    SELECT m.role, m.role_confidence, p.role
    FROM member AS m
    JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
    JOIN account AS a ON a.account_id = g.account_id
    JOIN (SELECT DISTINCT person_id, lower(email) AS email FROM person) AS o ON o.person_id = m.person_id
    JOIN place AS p ON p.domain = a.domain AND p.solution = g.solution_id AND lower(p.email) = o.email
        AND g.opened_at < p.ends_at + INTERVAL 8 WEEK
        AND coalesce(g.closed_at, TIMESTAMP '2100-01-01') > p.begins_at
    QUALIFY row_number() OVER (PARTITION BY m.buying_group_id, m.person_id ORDER BY p.begins_at) = 1
"""
_SHARES = """
    SELECT s.read_at - s.first_at <= INTERVAL 2 DAY, s.confidence, EXISTS (
        SELECT 1 FROM passed AS x
        WHERE lower(x.sharer) = f.email AND lower(x.reader) = t.email
        AND abs(epoch(CAST(x.read_at AS TIMESTAMP)) - epoch(s.read_at)) < 5 * 86400
    )
    FROM likely_share AS s
    JOIN (SELECT DISTINCT person_id, lower(email) AS email FROM person) AS f ON f.person_id = s.from_person_id
    JOIN (SELECT DISTINCT person_id, lower(email) AS email FROM person) AS t ON t.person_id = s.to_person_id
"""


@dataclass(frozen=True, slots=True)
class Place:
    """One person of a true buying group."""

    domain: str
    solution: str
    begins_at: datetime
    ends_at: datetime
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Passed:
    """One link that a colleague opened; hidden when its token was taken out of the records."""

    sharer: str
    reader: str
    shared_at: str
    read_at: str
    is_hidden: bool


def figures(_: Data) -> Iterator[Figure]:
    """Macro-F1 of roles, and stated against true: roles in bands of a fifth, likely shares by days."""
    roles: list[tuple[str, float, str]] = []
    shares: list[tuple[bool, float, bool]] = []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            own_roles, own_shares = _judged(Path(folder), seed)
        roles += own_roles
        shares += own_shares
        truth = [true for *_, true in own_roles]
        score = macro_f1([role for role, *_ in own_roles], truth, sorted(set(truth)))
        yield Figure(TOPIC, f"macro-F1 of roles, seed {seed}", score, bar=0.55, how=f"{len(truth):,} members")
    for band in range(5):
        found = [(stated, role == true) for role, stated, true in roles if min(int(stated * 5), 4) == band]
        yield from _calibrated(f"confidence of roles, {band / 5:.1f} to {band / 5 + 0.2:.1f}", found)
    for what, days in (("within 2 days", True), ("2 to 7 days", False)):
        found = [(stated, true) for within, stated, true in shares if within is days]
        yield from _calibrated(f"likely shares, {what}", found, bar=0.10)


def _calibrated(what: str, found: list[tuple[float, bool]], *, bar: float | None = None) -> Iterator[Figure]:
    if found:
        stated, true = (sum(row[i] for row in found) / len(found) for i in (0, 1))
        what = f"{what}: stated against true"
        yield calibrated(TOPIC, what, len(found), "of them", stated=stated, true=true, bar=bar)


def _judged(folder: Path, seed: int) -> tuple[list[tuple[str, float, str]], list[tuple[bool, float, bool]]]:
    """Of each true member role, confidence, truth; of each likely share within two days, stated, true."""
    places, passed = draw_company(folder, seed=seed, accounts=ACCOUNTS)
    shipped = Path(muster.demo.__file__).parent / "company"
    shutil.copyfile(shipped / "muster.toml", folder / "muster.toml")
    shutil.copytree(shipped / "rules", folder / "rules", dirs_exist_ok=True)
    open_workspace(folder).run()
    with duckdb.connect() as con:
        for name in ("member", "buying_group", "account", "person", "likely_share"):
            file = folder / ".muster" / "tables" / f"{name}.parquet"
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{file}')")
        con.register("place", pa.Table.from_pylist([asdict(place) for place in places]))
        con.register("passed", pa.Table.from_pylist([asdict(one) for one in passed]))
        return con.execute(_ROLES).fetchall(), con.execute(_SHARES).fetchall()


def draw_company(folder: Path, *, seed: int, accounts: int) -> tuple[list[Place], list[Passed]]:
    """Write the exports into a folder; returns the true members and the true shares."""
    places: list[Place] = []
    owners: dict[str, str] = {}

    def keep(account: Account, cycles: list[Cycle]) -> None:
        owners.update({person.visitor_id: person.email for person in account.people})
        for cycle in cycles:
            ends_at = cycle.closes_at or cycle.peaks_at
            places.extend(
                Place(account.domain, cycle.solution, cycle.begins_at, ends_at, person.email, role)
                for role, person in cycle.people()
            )

    generate(folder, seed=seed, accounts=accounts, observe=keep)
    return places, _hide_half(folder / "events", owners)


def _hide_half(events: Path, owners: dict[str, str]) -> list[Passed]:
    links, views = list(_rows(events / "share_links.csv")), list(_rows(events / "web_events.csv"))
    made = {row["share_token"]: row for row in links}
    looked = {row["ts"]: owners.get(row["visitor_id"], row["email"]) for row in views}
    passed = []
    for row in sorted(views, key=lambda row: row["ts"]):
        if (link := made.get(row["share_token"])) is not None:
            reader = owners.get(row["visitor_id"], row["email"])
            # Whoever makes a link has looked at the page 90 seconds before; one link in five names nobody.
            before = datetime.fromisoformat(link["ts"]) - timedelta(seconds=90)
            sharer = link["sharer_email"] or looked.get(before.strftime(_INSTANT), "")
            passed.append(Passed(sharer, reader, link["ts"], row["ts"], _is_hidden(row["share_token"])))
    for row in views:
        if _is_hidden(row["share_token"]):
            row["share_token"] = ""
    _write(events / "web_events.csv", views)
    _write(events / "share_links.csv", [row for row in links if not _is_hidden(row["share_token"])])
    return passed


def _is_hidden(token: str) -> bool:
    return bool(token) and zlib.crc32(token.encode()) % 2 == 0


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, list(rows[0]), lineterminator=os.linesep)
        out.writeheader()
        out.writerows(rows)
