"""Strangers who were silent for long: what they did counts on, and they go by no name.

A stranger is an address or a browser of which no record of the CRM says who it is. Once nothing was heard of
one for the days that `retention.csv` gives, its address or id is a keyed hash in all rows; the domain of an
address stays, since an account is known by it. One name takes the place of one name, so that no person is
parted or joined by it: who did what with whom, and every cent, is as before. It happens to the records of a
load, before anything else reads them.

Silence is counted to the newest row of the exports, never to the date that a run looks from: a run as of
a day in the past brings no name back.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from muster.config.settings import Company
from muster.readings.mail import MailDomains, registrable_domain
from muster.readings.trials import TestAddresses
from muster.readings.user_agents import read_crawlers
from muster.rules.read import Rules, in_force
from muster.sources.sqltext import literal

DAY = 86_400_000_000
Kind = Literal["address", "browser"]
STAND_IN = "stranger-"
_READ = ("engagement", "share_link", "person_record", "opportunity", "sales_activity", "decision")
_NAMELESS = re.compile(r"(stranger|erased)-[0-9a-f]{10,}\b")
_ADDRESS = r"[^@%/?&=]+(@|%40)[^/?&=]+"  # in the path of a page, where a link to unsubscribe has it

_SEEN = {
    "address": """
        SELECT x.said, MAX(x.seen_at) AS seen_at, COUNT(*) AS acts FROM (
            SELECT e.email AS said, e.occurred_at AS seen_at FROM engagement AS e
            UNION ALL SELECT l.sharer_email, COALESCE(l.shared_at, l.known_at) FROM share_link AS l
        ) AS x
        LEFT JOIN (SELECT DISTINCT r.email FROM person_record AS r) AS p ON p.email = x.said
        LEFT JOIN (
            SELECT d.subject_id AS said FROM decision AS d UNION SELECT d.other_id FROM decision AS d
        ) AS told ON told.said IN (x.said, 'p' || SUBSTRING(MD5('e:' || x.said), 1, 16))
        WHERE x.said IS NOT NULL AND p.email IS NULL AND told.said IS NULL
        GROUP BY x.said
    """,
    "browser": """
        SELECT e.visitor_id AS said, MAX(e.occurred_at) AS seen_at, COUNT(*) AS acts
        FROM engagement AS e WHERE e.visitor_id IS NOT NULL GROUP BY e.visitor_id
    """,
}
_ANEW = {
    "engagement": """
        SELECT e.* REPLACE (
            COALESCE(a.stand, e.email) AS email,
            COALESCE(b.stand, e.visitor_id) AS visitor_id,
            CASE WHEN COALESCE(a.stand, b.stand) IS NULL THEN e.url
                ELSE regexp_replace(e.url, {address}, '(left)', 'g') END AS url,
            CASE WHEN COALESCE(a.stand, b.stand) IS NULL OR c.said IS NOT NULL THEN e.user_agent
                END AS user_agent
        )
        FROM engagement AS e
        LEFT JOIN stand AS a ON a.kind = 'address' AND a.said = e.email
        LEFT JOIN stand AS b ON b.kind = 'browser' AND b.said = e.visitor_id
        LEFT JOIN crawler AS c ON c.said = e.user_agent
        ORDER BY e.engagement_id
    """,
    "share_link": """
        SELECT l.* REPLACE (COALESCE(a.stand, l.sharer_email) AS sharer_email)
        FROM share_link AS l
        LEFT JOIN stand AS a ON a.kind = 'address' AND a.said = l.sharer_email
        ORDER BY l.share_token
    """,
}


@dataclass(frozen=True, slots=True)
class Silent:
    """Strangers who said nothing since `since_at` (microseconds): their addresses, their browsers, and in
    how many rows they stand."""

    since_at: int
    addresses: tuple[str, ...] = ()
    browsers: tuple[str, ...] = ()
    acts: int = 0

    @property
    def names(self) -> int:
        """How many names there are in all."""
        return len(self.addresses) + len(self.browsers)


def find_silent(records: Path, rules: Rules, company: Company, *, days: int, at: int) -> Silent:
    """The strangers among landed records who were silent for so many days before the newest of them.

    `at` (microseconds) is the day whose rules say which addresses are a mailbox of many, ours, or a test:
    those are nobody's name and stay. So do those that somebody decided about, or that have no name already.
    """
    held = {name: in_force(rules[name], at) for name in ("mail_domains", "shared_mailboxes", "test_records")}
    domains = MailDomains(held["mail_domains"], own=company.own_domains, free=company.free_mail_domains)
    shared = {str(row["local_part"]).lower() for row in held["shared_mailboxes"]}
    tests = TestAddresses(held["test_records"])

    def is_somebodys(said: str) -> bool:
        local, _, host = said.rpartition("@")
        domain = registrable_domain(host)
        is_own = domain is not None and domains.kind(domain) == "own"
        return not (local in shared or is_own or tests.is_test(said))

    with _reading(records) as con:
        since_at = _newest(con, at) - days * DAY
        found: dict[str, list[str]] = {}
        acts = 0
        for kind, seen in _SEEN.items():
            asked = f"SELECT s.said, s.acts FROM ({seen}) AS s WHERE s.seen_at < ? ORDER BY s.said"
            rows = con.execute(asked, [since_at]).fetchall()
            rows = [(said, count) for said, count in rows if not _NAMELESS.match(said)]
            if kind == "address":
                rows = [(said, count) for said, count in rows if is_somebodys(said)]
            found[kind] = [said for said, _ in rows]
            acts += sum(count for _, count in rows)
    return Silent(since_at, tuple(found["address"]), tuple(found["browser"]), acts)


def leave_unnamed(records: Path, silent: Silent, key: bytes) -> dict[tuple[str, str], tuple[int, int]]:
    """Write landed records anew without the names of strangers; returns rows changed and the first of them
    by source and file."""
    if not silent.names:
        return {}
    stands = [("address", said, stand_in("address", said, key)) for said in silent.addresses]
    stands += [("browser", said, stand_in("browser", said, key)) for said in silent.browsers]
    changed: dict[tuple[str, str], tuple[int, int]] = {}
    with _reading(records) as con:
        columns = zip(*stands, strict=True)
        table = pa.table(dict(zip(("kind", "said", "stand"), map(list, columns), strict=True)))
        con.register("stand", table)
        said = "SELECT DISTINCT e.user_agent FROM engagement AS e WHERE e.user_agent IS NOT NULL"
        con.register("crawler", read_crawlers(text for (text,) in con.execute(said).fetchall()))
        for name, asked in _ANEW.items():
            new = records / f"{name}.new"
            rows = asked.format(address=literal(_ADDRESS))
            con.execute(f"COPY ({rows}) TO {literal(str(new))} (FORMAT parquet)")
        named = """
            SELECT t.source, t.source_file, COUNT(*), MIN(t.source_row) FROM (
                SELECT e.source, e.source_file, e.source_row, e.email AS said, e.visitor_id AS other
                FROM engagement AS e
                UNION ALL SELECT l.source, l.source_file, l.source_row, l.sharer_email, NULL
                FROM share_link AS l
            ) AS t WHERE t.said IN (SELECT s.said FROM stand AS s WHERE s.kind = 'address')
            OR t.other IN (SELECT s.said FROM stand AS s WHERE s.kind = 'browser')
            GROUP BY t.source, t.source_file ORDER BY t.source, t.source_file
        """
        for source, file, count, first in con.execute(named).fetchall():
            changed[source, file] = (count, first)
    for name in _ANEW:
        (records / f"{name}.new").replace(records / f"{name}.parquet")
    return changed


def stand_in(kind: Kind, said: str, key: bytes) -> str:
    """What takes the place of a stranger's name: says nothing of it, but for the domain of an address.

    >>> stand_in("address", "ann@acme.example", b"key").partition("@")[2]
    'acme.example'
    """
    name = STAND_IN + hmac.digest(key, f"{kind}:{said}".encode(), hashlib.sha256).hex()[:16]
    return f"{name}@{said.rpartition('@')[2]}" if kind == "address" else name


def read_unnamed(records: Path) -> set[str]:
    """The stand-ins of strangers among landed records."""
    with _reading(records) as con:
        asked = """
            SELECT e.email FROM engagement AS e WHERE starts_with(e.email, $1)
            UNION SELECT e.visitor_id FROM engagement AS e WHERE starts_with(e.visitor_id, $1)
            UNION SELECT l.sharer_email FROM share_link AS l WHERE starts_with(l.sharer_email, $1)
        """
        return {said for (said,) in con.execute(asked, [STAND_IN]).fetchall()}


def _newest(con: duckdb.DuckDBPyConnection, at: int) -> int:
    """The newest act or record of all, but for what is dated after `at` by a slip of the pen."""
    parts = [f"SELECT MAX(t.known_at) AS n FROM {t} AS t WHERE t.known_at <= {at}" for t in _READ]
    [found] = con.execute(f"SELECT MAX(x.n) FROM ({' UNION ALL '.join(parts)}) AS x").fetchall()
    return int(found[0] or 0)


def _reading(records: Path) -> duckdb.DuckDBPyConnection:
    """The landed records as views of a connection; closed at the end of a block."""
    con = duckdb.connect(config={"temp_directory": str(records / ".spill")})
    for name in _READ:
        file = literal(str(records / f"{name}.parquet"))
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({file})")
    return con
