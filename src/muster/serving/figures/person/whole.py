"""One person: where they work, the groups and roles they had, what they did, and the records behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from muster.reports.published import Published
from muster.reports.values import Rate, words
from muster.serving.figures.asking import landed_instant, latest_first
from muster.serving.figures.person.rows import Rows, rows_of
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


def people_of(tables: Published, ids: Collection[str], *, as_of: datetime) -> dict[str, Person]:
    """Everything of some people, by id; who is not there, or somebody else's, is left out."""
    return {
        key: _person(rows, as_of, has_records=tables.has_records)
        for key, rows in rows_of(tables, ids).items()
        if rows["person"]
    }


def _person(rows: Rows, as_of: datetime, *, has_records: bool) -> Person:
    person_id = rows.person_id
    places = latest_first(rows["person"], "valid_from", "account_id")
    places.sort(key=lambda row: row["valid_to"] is not None)
    now = places[0]
    acts = _acts(rows)
    consent, may = _consent(rows, as_of) if has_records else ("nothing on record", True)
    accounts = _accounts(rows)
    return Person(
        person_id=person_id,
        name=now["name"] or now["email"] or person_id,
        title=now["title"] or "",
        email=now["email"] or "",
        account=accounts.get(now["account_id"]),
        function=words(now["function"] or ""),
        seniority=words(now["seniority"] or ""),
        consent=consent,
        may_contact=may,
        acts=len(acts.rows),
        last_at=acts.rows[0][0] if acts.rows and isinstance(acts.rows[0][0], datetime) else None,
        is_here_now=now["valid_to"] is None,
        tables=(
            _groups(rows, accounts),
            acts,
            Table(
                "places",
                "Where they worked",
                columns("Account", "Title", "From", "To", "Known by"),
                tuple(
                    (
                        accounts.get(r["account_id"], "no account known"),
                        r["title"],
                        r["valid_from"].date() if r["valid_from"] and r["valid_from"].year > 1970 else None,
                        r["valid_to"].date() if r["valid_to"] else None,
                        words(r["account_method"] or ""),
                    )
                    for r in places
                ),
                "No account is known.",
            ),
            _records(rows),
        ),
    )


def _accounts(rows: Rows) -> dict[str | None, Ref]:
    """The accounts where they were, by id; one that is not told has its id for a name."""
    names = {row["account_id"]: row["name"] or row["domain"] for row in rows["account"]}
    ids = {row["account_id"] for row in rows["person"]} - {None}
    return {key: Ref(names.get(key) or key, f"/accounts/{key}", key) for key in ids | names.keys()}


def _groups(rows: Rows, accounts: Mapping[str | None, Ref]) -> Table:
    groups = {row["buying_group_id"]: row for row in rows["buying_group"]}
    members = [
        row | groups[row["buying_group_id"]]
        for row in latest_first(rows["member"], "joined_at", "buying_group_id")
    ]
    return Table(
        "groups",
        "Groups and roles",
        columns("Group", "Role", "Sure#", "Why this role", "Joined", "Last act", "Acts#", "Group stands"),
        tuple(
            (
                Ref(
                    f"{accounts[r['account_id']].text}, {r['solution_id']}",
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
            for r in members
        ),
        "In no group.",
    )


def _acts(rows: Rows) -> Table:
    tactics = {row["tactic_id"]: row["name"] for row in rows["known_tactic"]}
    acts = latest_first(rows["resolved_engagement"], "occurred_at", "engagement_id")
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
                tactics.get(r["tactic_id"]) or r["content_id"],
                "anonymous then; known since"
                if r["person_known_at"] and r["person_known_at"] > r["occurred_at"]
                else None,
            )
            for r in acts
        ),
        "Nothing they did is on record.",
        shown=20,
    )


def _records(rows: Rows) -> Table:
    records = sorted(rows["person_alias"], key=itemgetter("person_record_id"))
    addresses = sorted(rows["person_address"], key=itemgetter("email"))
    return Table(
        "records",
        "Records and addresses behind them",
        columns("Record or address", "Kind", "Taken for them by", "Sure#", "Since"),
        (
            *(
                (
                    r["person_record_id"],
                    "record",
                    _METHODS.get(r["method"], words(r["method"] or "")),
                    None if r["confidence"] is None else Rate(r["confidence"]),
                    None,
                )
                for r in records
            ),
            *(
                (r["email"], "address", None, None, r["known_at"].date() if r["known_at"] else None)
                for r in addresses
            ),
        ),
        "Known from engagements alone: no record of the CRM names them.",
        note="Where a record came from: muster explain person. Two people taken for one can be split.",
    )


def _consent(rows: Rows, as_of: datetime) -> tuple[str, bool]:
    """What the records say of writing and calling; the strictest of them counts."""
    records = sorted(rows["record_person_record"], key=itemgetter("person_record_id"))
    said = [r for r in records if (landed_instant(r["opted_out_at"]) or as_of) <= as_of]
    no = [
        word
        for word, column in (("mail", "has_opted_out"), ("calls", "has_opted_out_of_calls"))
        if any(r[column] for r in said)
    ]
    if no:
        return f"wants no {' and no '.join(no)}", False
    basis = next((r["legal_basis"] for r in said if r["legal_basis"]), None)
    if basis:
        return f"no objection; {words(basis)}", True
    return ("no objection on record" if said else "nothing on record"), True
