"""Whatever is merged, renumbered or moved later: every decision is carried once, or says why not.

Drawn accounts and cycles, without a run: the two tables that carry decisions are asked over hand-made ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from random import Random

import duckdb
import pytest

from muster.flow import all_queries

DAY = 86_400_000_000
CYCLE = 100 * DAY  # each is done when the next begins
KINDS = ("accepted", "rejected", "nurture", "reassign", "note", "role")


@dataclass(frozen=True)
class Cycle:
    """A cycle of an account: which account, the place in time, and when its group was handed off."""

    account: int
    place: int
    handed_at: int


def digest(letter: str, text: str) -> str:
    return letter + md5(text.encode()).hexdigest()[:16]


def group_of(account_key: str, number: int) -> str:
    return digest("g", f"{digest('a', account_key)}|data-platform|{number}")


def numbered(cycles: list[Cycle], into: dict[int, int]) -> dict[tuple[int, int], tuple[str, list[int]]]:
    """By account and place in time: the group's id, and its hand-offs."""
    found: dict[tuple[int, int], tuple[str, list[int]]] = {}
    for account in sorted({into[c.account] for c in cycles}):
        places = sorted({c.place for c in cycles if into[c.account] == account})
        for number, place in enumerate(places, start=1):
            days = sorted({c.handed_at for c in cycles if (into[c.account], c.place) == (account, place)})
            found[account, place] = group_of(f"r:{account}", number), days
    return found


@pytest.mark.parametrize("seed", range(8))
def test_every_decision_is_carried_once_or_says_why_not(seed: int) -> None:
    drawn = Random(seed)
    accounts = range(6)
    apart = {a: a for a in accounts}
    cycles = [
        Cycle(account, place, place * CYCLE + drawn.randrange(10, 60) * DAY)
        for account in accounts
        for place in drawn.sample(range(2, 6), drawn.randrange(1, 4))
    ]
    then = numbered(cycles, apart)
    decisions = []
    for number, cycle in enumerate(drawn.choices(cycles, k=25)):
        group, days = then[cycle.account, cycle.place]
        kind = drawn.choice(KINDS)
        subject, about_at = (group, cycle.place * CYCLE) if kind == "role" else (f"{group}-1", days[0])
        at = days[0] + drawn.randrange(1, 30) * DAY
        decisions.append((f"d{number:02}", kind, subject, at, about_at, cycle))

    # A later export: accounts merged, one gone with all it had, an earlier cycle of one, Mondays moved.
    into = {a: drawn.choice([a, drawn.randrange(a + 1)]) for a in accounts}
    into = {a: into[into[a]] if into[into[a]] == into[into[into[a]]] else a for a in accounts}
    gone = drawn.choice([a for a in accounts if a not in {into[b] for b in accounts if b != a}] or [5])
    stays = [
        Cycle(c.account, c.place, c.handed_at + drawn.choice((-7, 0, 7)) * DAY)
        for c in cycles
        if c.account != gone
    ]
    stays += [Cycle(drawn.choice([a for a in accounts if a != gone]), 0, 20 * DAY)]
    now = numbered(stays, into)

    with duckdb.connect() as con:
        keys = [(f"r:{a}", digest("a", f"r:{into[a]}")) for a in accounts if a != gone]
        put(con, "account_key(key, account_id)", keys)
        groups = [
            (key, digest("a", f"r:{account}"), "data-platform", "", place * CYCLE, (place + 1) * CYCLE - DAY)
            for (account, place), (key, _) in now.items()
        ]
        put(con, "group_cycle(buying_group_id, account_id, solution_id, part, opened_at, closed_at)", groups)
        given = [(f"{key}-{n}", key, at) for key, days in now.values() for n, at in enumerate(days, start=1)]
        put(con, "hand_off_moment(hand_off_id, buying_group_id, at)", given)
        said = [
            (i, kind, subject, "p1", "", "", "Rita", at, about)
            for i, kind, subject, at, about, _ in decisions
        ]
        columns = "decision_id, kind, subject_id, other_id, value, reason, decided_by, decided_at, about_at"
        put(con, f"known_decision({columns})", said)
        put(con, "person_called(said, person_id)", [("p1", "p1")])
        put(con, "role_member(buying_group_id, person_id)", [(key, "p1") for key, _ in now.values()])
        con.execute("CREATE TABLE band AS SELECT range AS band FROM range(20)")
        for nothing in (
            "unit_pair(kind, home)", "account_decision(kind, left_key, right_key)",
            "account_alias(account_record_id, account_id)", "account_domain(domain, account_id)",
        ):  # fmt: skip
            put(con, nothing, [])
        for table in ("decided_group", "decided_about"):
            [query] = [query for query in all_queries() if query.name == table]
            con.execute(f"CREATE TABLE {table} AS {query.sql}")
        asked = con.execute("SELECT * FROM decided_about ORDER BY decision_id")
        names = [column[0] for column in asked.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    assert [row["decision_id"] for row in rows] == [d[0] for d in decisions]  # each once
    for row, (_, kind, subject, at, _, cycle) in zip(rows, decisions, strict=True):
        if cycle.account == gone:
            assert row["carried_by"] is None and row["lost_because"], subject
            continue
        group, days = now[into[cycle.account], cycle.place]
        assert row["buying_group_id"] == group and row["lost_because"] is None
        handed = {f"{group}-{n}": day for n, day in enumerate(days, start=1)}
        before = {key for key, day in handed.items() if day <= at}
        if kind == "role":
            assert row["carried_by"] == "role" and row["hand_off_id"] is None
        elif before or kind in ("accepted", "reassign", "note"):
            assert row["carried_by"] == "hand_off" and row["hand_off_id"] in (before or handed)
        else:
            assert row["carried_by"] == "group"  # a no to what, as told now, was not with sales yet
    assert all(last_word_holds(rows, row) for row in rows if row["lost_because"] is None)


def last_word_holds(rows: list[dict[str, object]], row: dict[str, object]) -> bool:
    """Whether a decision is overruled by the next on the same thing and by nothing else."""
    answers = {"accepted", "rejected", "nurture"}

    def thing(one: dict[str, object]) -> tuple[object, ...]:
        topic = "answer" if one["kind"] in answers else one["kind"]
        return topic, one["hand_off_id"] or one["buying_group_id"]

    later = sorted(
        (str(one["decided_at"]).zfill(20), str(one["decision_id"]))
        for one in rows
        if one["lost_because"] is None
        and thing(one) == thing(row)
        and (one["decided_at"], one["decision_id"]) > (row["decided_at"], row["decision_id"])  # type: ignore[operator]
    )
    expected = later[0][1] if later and row["kind"] != "note" else None
    return row["overruled_by"] == expected


def put(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    """A table of text, and of BIGINT where a column's name says that it is an instant."""
    name, _, columns = table.rstrip(")").partition("(")
    types = ", ".join(
        f'"{column}" {"BIGINT" if column.endswith("at") else "VARCHAR"}' for column in columns.split(", ")
    )
    con.execute(f"CREATE TABLE {name} ({types})")
    if rows:
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
