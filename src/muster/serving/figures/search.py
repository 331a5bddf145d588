"""Accounts, people, programmes and groups by what somebody types: names, domains, addresses, ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from muster.access.seen import Seen
from muster.reports.published import Published
from muster.serving.figures.together import together
from muster.serving.tabled import Ref, Table, columns

SHOWN = 8
_MOST = 100

# What begins with the words comes before what holds them.
_ACCOUNTS = """
SELECT a.account_id AS id, a.name, a.domain, a.country, a.industry
FROM searched_account AS a
WHERE contains(a.words, lower($said)) OR a.account_id = $said
    OR a.account_id = (SELECT MIN(x.account_id) FROM account_alias AS x WHERE x.account_record_id = $said)
ORDER BY NOT starts_with(a.words, lower($said)), a.name, a.account_id LIMIT $most"""
_PEOPLE = """
SELECT p.person_id AS id, p.name, p.title, p.email, p.account_id, a.name AS account
FROM (
    SELECT * FROM searched_person AS p
    WHERE {which}
    ORDER BY NOT starts_with(p.words, lower($said)), p.name, p.person_id LIMIT $most) AS p
LEFT JOIN searched_account AS a ON a.account_id = p.account_id
ORDER BY NOT starts_with(p.words, lower($said)), p.name, p.person_id"""
_NAMED = _PEOPLE.format(which="contains(p.words, lower($said))")
# Ids of records lie in files of their own, which are read for those who seem to type one.
_WITH_ID = _PEOPLE.format(
    which="""p.person_id = $said
        OR p.person_id = (SELECT MIN(x.person_id) FROM person_alias AS x WHERE x.person_record_id = $said)"""
)
_GROUPS = """
SELECT g.buying_group_id AS id, a.name, g.solution_id, g.cycle, g.closed_at, g.closing_reason
FROM buying_group AS g
JOIN searched_account AS a ON a.account_id = g.account_id
WHERE g.buying_group_id = $said
    OR g.account_id IN (SELECT x.account_id FROM searched_account AS x WHERE contains(x.words, lower($said)))
ORDER BY g.closed_at IS NOT NULL, NOT starts_with(a.words, lower($said)), a.name, g.opened_at DESC,
    g.buying_group_id LIMIT $most"""
_PROGRAMS = """
SELECT v.program_id AS id, COALESCE(MAX(n.name), v.program_id) AS name, COUNT(*) AS tactic_count
FROM known_tactic AS v LEFT JOIN known_tactic AS n ON n.tactic_id = v.program_id
WHERE v.program_id IS NOT NULL
GROUP BY v.program_id
HAVING contains(lower(COALESCE(MAX(n.name), v.program_id)), lower($said)) OR v.program_id = $said
    OR BOOL_OR(v.tactic_id = $said)
ORDER BY NOT starts_with(lower(COALESCE(MAX(n.name), v.program_id)), lower($said)), 2, 1 LIMIT $most"""


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked, and the rows of each kind that answer it."""

    said: str
    tables: tuple[Table, ...]

    @property
    def count(self) -> int:
        """How many rows there are in all."""
        return sum(len(table.rows) for table in self.tables)


def search(tables: Seen, said: str, *, with_programs: bool) -> Found:
    """Everything whose name, domain, address or id answers; nothing for fewer than two letters."""
    said = " ".join(said.split())[:100]
    if len(said) < 2:
        return Found(said, ())

    given: dict[str, object] = {"said": said, "most": _MOST}

    def question(sql: str) -> Callable[[Published], list[dict[str, object]]]:
        return lambda those: those.records(sql, given)

    def people_of(those: Published) -> list[dict[str, object]]:
        named = those.records(_NAMED, given)
        if named and not any(letter.isdigit() for letter in said):
            return named
        with_id = those.records(_WITH_ID, given)
        return [*with_id, *(row for row in named if row not in with_id)][:_MOST]

    others = (_ACCOUNTS, _GROUPS, *((_PROGRAMS,) if with_programs else ()))
    found = together(tables, [people_of, *(question(sql) for sql in others)])
    people_found, rows = found[0], dict(zip(others, found[1:], strict=True))
    accounts = Table(
        "accounts",
        "Accounts",
        columns("Account", "Domain", "Country", "Industry"),
        tuple(
            (
                Ref(str(r["name"]), f"/accounts/{r['id']}", str(r["id"])),
                *_texts(r, "domain", "country", "industry"),
            )
            for r in rows[_ACCOUNTS]
        ),
        "None.",
        shown=SHOWN,
    )
    groups = Table(
        "groups",
        "Buying groups",
        columns("Group", "Cycle#", "Stands"),
        tuple(
            (
                Ref(f"{r['name']}, {r['solution_id']}", f"/groups/{r['id']}", str(r["id"])),
                int(str(r["cycle"])),
                "open" if r["closed_at"] is None else f"ended: {r['closing_reason']}",
            )
            for r in rows[_GROUPS]
        ),
        "None.",
        shown=SHOWN,
    )
    people = Table(
        "people",
        "People",
        columns("Person", "Title", "E-mail", "Account"),
        tuple(
            (
                Ref(str(r["name"]), f"/people/{r['id']}", str(r["id"])),
                *_texts(r, "title", "email"),
                Ref(str(r["account"]), f"/accounts/{r['account_id']}", str(r["account_id"]))
                if r["account"]
                else None,
            )
            for r in people_found
        ),
        "None.",
        shown=SHOWN,
    )
    if not with_programs:
        return Found(said, (accounts, groups, people))
    programs = Table(
        "programs",
        "Programmes",
        columns("Programme", "Tactics#"),
        tuple(
            (Ref(str(r["name"]), f"/programs/{r['id']}", str(r["id"])), int(str(r["tactic_count"])))
            for r in rows[_PROGRAMS]
        ),
        "None.",
        shown=SHOWN,
    )
    return Found(said, (accounts, groups, people, programs))


def _texts(row: dict[str, object], *names: str) -> tuple[str | None, ...]:
    return tuple(None if row[name] is None else str(row[name]) for name in names)
