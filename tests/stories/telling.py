"""How stories are told here: the records stand above the test, and all stories of a file are one company.

A run costs seconds however small the company is, so the accounts of a file's stories live side by side
and never meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import md5
from pathlib import Path
from typing import Any, TypeVar

from muster.testing import SOLUTION, Record, Row, company, rows
from muster.workspace import Workspace

Test = TypeVar("Test", bound=Callable[..., None])


class Stories:
    """The stories of one file.

    >>> told = Stories(as_of="2025-09-01")
    >>> @told(account("Acme"), engaged("2025-03-03 09:00", "ana@acme.example", "demo_requested"))
    ... def test_a_raised_hand_opens_a_group(ws): ...                            # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        as_of: str,
        policy: Mapping[str, float] | None = None,
        rules: Mapping[str, str] | None = None,
    ) -> None:
        self._records: list[Record] = []
        self._as_of = datetime.fromisoformat(f"{as_of}+00:00" if " " in as_of else f"{as_of}T00:00+00:00")
        self._choices: dict[str, Any] = {"policy": policy, "rules": rules}

    def __call__(self, *records: Record) -> Callable[[Test], Test]:
        """Add what a story's account wrote down."""
        self._records += records
        return lambda test: test

    def build(self, folder: Path) -> Workspace:
        """The company of all the stories."""
        return company(folder, *self._records, as_of=self._as_of, **self._choices)


def group(ws: Workspace, domain: str, *, cycle: int = 1, solution: str = SOLUTION) -> Row:
    """The buying group of an account, known by its domain, in one cycle."""
    [found] = rows(
        ws,
        f"""
        SELECT g.* FROM buying_group AS g JOIN account AS a USING (account_id)
        WHERE a.domain = '{domain}' AND g.solution_id = '{solution}' AND g.cycle = {cycle}
        """,
    )
    return found


def groups(ws: Workspace, domain: str) -> list[Row]:
    """All buying groups of an account, by solution and cycle."""
    return rows(
        ws,
        f"""
        SELECT g.* FROM buying_group AS g JOIN account AS a USING (account_id)
        WHERE a.domain = '{domain}' ORDER BY g.solution_id, g.cycle
        """,
    )


def members(ws: Workspace, domain: str, columns: str = "role", *, cycle: int = 1) -> dict[str, Any]:
    """What `member` says of each known person of a group, by e-mail address."""
    key = group(ws, domain, cycle=cycle)["buying_group_id"]
    found = rows(
        ws,
        f"""
        SELECT p.email, m.{columns} AS said FROM member AS m
        JOIN (SELECT DISTINCT person_id, email FROM person) AS p USING (person_id)
        WHERE m.buying_group_id = '{key}' ORDER BY m.joined_at, p.email
        """,
    )
    return {row["email"]: row["said"] for row in found}


def signals(ws: Workspace, domain: str, *, cycle: int = 1) -> list[tuple[str, str, Any]]:
    """Component, reason and points of the scored evidence of a group, in the order it counts."""
    key = group(ws, domain, cycle=cycle)["buying_group_id"]
    found = rows(
        ws,
        f"""
        SELECT component, reason, points FROM signal
        WHERE buying_group_id = '{key}' AND kind <> 'count' ORDER BY "at", component, reason, points
        """,
    )
    return [(row["component"], row["reason"], row["points"]) for row in found]


def stretches(
    ws: Workspace, domain: str, status: str = "qualified"
) -> list[tuple[datetime, datetime | None]]:
    """When an account's only group had a status."""
    found = rows(
        ws,
        f"""
        SELECT q.from_at, q.to_at FROM qualification AS q
        JOIN buying_group AS g USING (buying_group_id) JOIN account AS a USING (account_id)
        WHERE a.domain = '{domain}' AND q.status = '{status}' ORDER BY q.from_at
        """,
    )
    return [(row["from_at"], row["to_at"]) for row in found]


def group_id(account_record: str, *, solution: str = SOLUTION, cycle: int = 1) -> str:
    """The id of a group by docs/decisions/0006: a hash of account, solution and cycle, and the account's of
    the record it was known by first."""
    account = "a" + md5(f"r:{account_record}".encode()).hexdigest()[:16]
    return "g" + md5(f"{account}|{solution}|{cycle}".encode()).hexdigest()[:16]
