"""One person: where they work, the groups and roles they had, what they did, and the records behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.access.seen import Seen
from muster.reports.published import Published
from muster.reports.values import Rate, words
from muster.serving.tabled import Ref, Table, columns

_METHODS = {
    "same_record": "the record itself",
    "same_email": "the same e-mail address",
    "converted_lead": "a lead that became this contact",
    "matched": "names, company and address together",
    "decision": "somebody here decided so",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person with what the viewer may see of them."""

    person_id: str
    name: str
    title: str
    email: str
    account: Ref | None
    function: str
    seniority: str
    consent: str
    may_contact: bool
    acts: int
    last_at: datetime | None
    is_here_now: bool
    tables: tuple[Table, ...]


def person_of(tables: Seen, person_id: str, *, as_of: datetime) -> Person | None:
    """The person of an id; None where there is none to see."""
    found = tables.records(
        "SELECT p.account_id FROM placed_person AS p WHERE p.person_id = ? ORDER BY p.account_id",
        [person_id],
    )
    accounts = [place["account_id"] for place in found]
    at, there = _at("p", accounts)
    places = tables.records(
        f"""SELECT p.*, COALESCE(a.name, a.domain, p.account_id) AS account
        FROM person AS p LEFT JOIN account AS a ON a.account_id = p.account_id
        WHERE p.person_id = ? {at} ORDER BY p.valid_to IS NOT NULL, p.valid_from DESC""",
        [person_id, *there],
    )
    if not places:
        return None
    now = places[0]
    acts = _acts(tables, person_id, accounts)
    consent, may = _consent(tables, person_id, as_of)
    return Person(
        person_id=person_id,
        name=now["name"] or now["email"] or person_id,
        title=now["title"] or "",
        email=now["email"] or "",
        account=Ref(now["account"], f"/accounts/{now['account_id']}", now["account_id"])
        if now["account_id"]
        else None,
        function=words(now["function"] or ""),
        seniority=words(now["seniority"] or ""),
        consent=consent,
        may_contact=may,
        acts=len(acts.rows),
        last_at=acts.rows[0][0] if acts.rows and isinstance(acts.rows[0][0], datetime) else None,
        is_here_now=now["valid_to"] is None,
        tables=(
            _groups(tables, person_id, accounts),
            acts,
            Table(
                "places",
                "Where they worked",
                columns("Account", "Title", "From", "To", "Known by"),
                tuple(
                    (
                        Ref(r["account"], f"/accounts/{r['account_id']}", r["account_id"])
                        if r["account_id"]
                        else "no account known",
                        r["title"],
                        r["valid_from"].date() if r["valid_from"] and r["valid_from"].year > 1970 else None,
                        r["valid_to"].date() if r["valid_to"] else None,
                        words(r["account_method"] or ""),
                    )
                    for r in places
                ),
                "No account is known.",
            ),
            _records(tables, person_id),
        ),
    )


def _at(table: str, accounts: Sequence[str | None]) -> tuple[str, tuple[str, ...]]:
    """A condition that names the accounts where somebody was, and its parameters.

    It leaves nothing out, since acts are told of the account where the person was then, and spares reading
    those of all other accounts; empty for whom no account was known at some time.
    """
    there = tuple(account for account in accounts if account is not None)
    return (
        (f"AND {table}.account_id IN ({_marks(there)})", there) if len(there) == len(accounts) else ("", ())
    )


def _marks(ids: Sequence[str]) -> str:
    """A place for each parameter of a list; a list of none holds nothing."""
    return ", ".join("?" for _ in ids) or "NULL"


def _groups(tables: Published, person_id: str, accounts: Sequence[str | None]) -> Table:
    # A group is of an account where its members were; by its id, the file's other rows are left unread.
    there = [account for account in accounts if account is not None]
    groups = tables.records(
        f"SELECT g.buying_group_id AS id FROM buying_group AS g WHERE g.account_id IN ({_marks(there)})",
        there,
    )
    ids = [group["id"] for group in groups]
    rows = tables.records(
        f"""SELECT m.*, g.account_id, g.solution_id, g.cycle, g.closed_at, g.closing_reason,
            COALESCE(a.name, a.domain, g.account_id) AS account
        FROM member AS m
        JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
        LEFT JOIN account AS a ON a.account_id = g.account_id
        WHERE m.person_id = ? AND m.buying_group_id IN ({_marks(ids)})
        ORDER BY m.joined_at DESC, m.buying_group_id""",
        [person_id, *ids],
    )
    return Table(
        "groups",
        "Groups and roles",
        columns("Group", "Role", "Sure#", "Why this role", "Joined", "Last act", "Acts#", "Group stands"),
        tuple(
            (
                Ref(
                    f"{r['account']}, {r['solution_id']}",
                    f"/groups/{r['buying_group_id']}",
                    r["buying_group_id"],
                ),
                words(r["role"] or "no role yet"),
                None if r["role_confidence"] is None else Rate(r["role_confidence"]),
                r["role_reason"],
                r["joined_at"].date() if r["joined_at"] else None,
                r["last_engaged_at"].date() if r["last_engaged_at"] else None,
                int(r["engagement_count"] or 0),
                ("open" if r["closed_at"] is None else f"ended: {r['closing_reason']}")
                + (", second lead" if r["is_second_lead"] else ""),
            )
            for r in rows
        ),
        "In no group.",
    )


def _acts(tables: Published, person_id: str, accounts: Sequence[str | None]) -> Table:
    at, there = _at("e", accounts)
    rows = tables.records(
        f"""SELECT e.occurred_at, e.activity, e.channel, e.solution_id, e.content_id, t.name AS tactic,
            e.person_known_at
        FROM resolved_engagement AS e
        LEFT JOIN known_tactic AS t ON t.tactic_id = e.tactic_id
        WHERE e.person_id = ? {at} ORDER BY e.occurred_at DESC, e.engagement_id""",
        [person_id, *there],
    )
    return Table(
        "acts",
        "What they did",
        columns("When (UTC)", "Act", "Channel", "Solution", "What", "Then"),
        tuple(
            (
                r["occurred_at"],
                words(r["activity"]),
                r["channel"],
                r["solution_id"],
                r["tactic"] or r["content_id"],
                "anonymous then; known since"
                if r["person_known_at"] and r["person_known_at"] > r["occurred_at"]
                else None,
            )
            for r in rows
        ),
        "Nothing they did is on record.",
        shown=20,
    )


def _records(tables: Published, person_id: str) -> Table:
    rows = tables.records(
        """SELECT 'record' AS kind, x.person_record_id AS id, x.method, x.confidence,
            CAST(NULL AS TIMESTAMP) AS since
        FROM person_alias AS x WHERE x.person_id = $person
        UNION ALL
        SELECT 'address', d.email, 'address', NULL, d.known_at FROM person_address AS d
        WHERE d.person_id = $person
        ORDER BY 1 DESC, 2""",
        {"person": person_id},
    )
    return Table(
        "records",
        "Records and addresses behind them",
        columns("Record or address", "Kind", "Taken for them by", "Sure#", "Since"),
        tuple(
            (
                r["id"],
                r["kind"],
                _METHODS.get(r["method"], words(r["method"] or "")) if r["kind"] == "record" else None,
                None if r["confidence"] is None else Rate(r["confidence"]),
                r["since"].date() if r["since"] else None,
            )
            for r in rows
        ),
        "Known from engagements alone: no record of the CRM names them.",
        note="Where a record came from: muster explain person. Two people taken for one can be split.",
    )


def _consent(tables: Published, person_id: str, as_of: datetime) -> tuple[str, bool]:
    """What the records say of writing and calling; the strictest of them counts."""
    if not tables.has_records:
        return "nothing on record", True
    rows = tables.records(
        """SELECT r.has_opted_out, r.has_opted_out_of_calls, r.legal_basis
        FROM record_person_record AS r
        JOIN person_alias AS x ON x.person_record_id = r.person_record_id
        WHERE x.person_id = ? AND (r.opted_out_at IS NULL OR MAKE_TIMESTAMP(r.opted_out_at) <= ?)""",
        [person_id, as_of],
    )
    no = [
        word
        for word, column in (("mail", "has_opted_out"), ("calls", "has_opted_out_of_calls"))
        if any(r[column] for r in rows)
    ]
    if no:
        return f"wants no {' and no '.join(no)}", False
    basis = next((r["legal_basis"] for r in rows if r["legal_basis"]), None)
    if basis:
        return f"no objection; {words(basis)}", True
    return ("no objection on record" if rows else "nothing on record"), True
