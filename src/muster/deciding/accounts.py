"""Which account somebody means by a record, an account or a domain of the last run."""

from __future__ import annotations

from dataclasses import dataclass

from muster.deciding.subjects import Identity, Subject, records_shown
from muster.engine.duckdb_engine import literal
from muster.explain.archive import Archive
from muster.problems import WrongUse

_RECORDS = (
    "SELECT a.account_record_id AS id, a.account_id AS account FROM account_alias AS a"
    " WHERE a.{column} = {said} ORDER BY a.account_record_id"
)
_OF_DOMAIN = "SELECT a.account_id AS account FROM account AS a WHERE a.domain = {said} ORDER BY a.account_id"
_DOMAIN = "SELECT a.domain FROM account AS a WHERE a.account_id = {said} AND a.domain IS NOT NULL"
_ACCOUNT = """
    SELECT a.account_id, a.name, a.domain, p.name AS parent, a.record_count AS records,
        (SELECT COUNT(*) FROM buying_group AS g WHERE g.account_id = a.account_id) AS groups
    FROM account AS a
    LEFT JOIN account AS p ON p.account_id = a.parent_account_id
    WHERE a.account_id = {said}
"""
_NEAREST = """
    SELECT c.id FROM (
        SELECT x.account_record_id AS id FROM account_alias AS x
        UNION SELECT a.account_id FROM account AS a
        UNION SELECT a.domain FROM account AS a WHERE a.domain IS NOT NULL
    ) AS c
    ORDER BY 1 - jaro_winkler_similarity(c.id, {said}), c.id
    LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the last run has it."""

    account_id: str
    name: str | None
    domain: str | None
    parent: str | None
    records: int
    groups: int

    @property
    def id(self) -> str:
        """Its id in the tables."""
        return self.account_id

    @property
    def shown(self) -> str:
        """For example: Acme, acme.example, of Acme Group (a0123456789abcdef, 2 records)."""
        parts = (self.name, self.domain, self.parent and f"of {self.parent}")
        return f"{', '.join(p for p in parts if p)} ({self.account_id}, {records_shown(self.records)})"


def find_account(archive: Archive, said: str, only_one_record: bool) -> Subject:
    """Which account a record's id, an account's id or a domain names.

    Of an account with several records any stands for all of them, unless `only_one_record` asks for the
    one that is meant; a domain always stands for itself. Raises WrongUse: for none, naming the nearest.
    """
    said = said.strip()
    records = archive.rows(_RECORDS.format(column="account_record_id", said=literal(said)))
    if not records:
        records = archive.rows(_RECORDS.format(column="account_id", said=literal(said)))
    if not records:
        return _without_record(archive, said)
    ids = [row["id"] for row in records]
    if only_one_record and len(ids) > 1:
        raise WrongUse(
            f"{said} has {len(ids)} records, and a split is about two single ones, or a record and a domain.",
            remedy=f"Name one: {', '.join(ids[:5])}{' ...' if len(ids) > 5 else ''}.",
        )
    return Subject(ids[0], read_account(archive, records[0]["account"]))


def _without_record(archive: Archive, said: str) -> Subject:
    """An account by a domain, or one that no record describes by its id."""
    for domain in [said.lower(), *(r["domain"] for r in archive.rows(_DOMAIN.format(said=literal(said))))]:
        found = archive.rows(_OF_DOMAIN.format(said=literal(domain)))
        if found:
            return Subject(domain, read_account(archive, found[0]["account"]))
    near = [row["id"] for row in archive.rows(_NEAREST.format(said=literal(said)))]
    hint = f"The nearest: {', '.join(near)}." if near else "There are none: the last run found no account."
    raise WrongUse(f"The last run has no account record, account or domain {said}.", remedy=hint)


def read_account(archive: Archive, account_id: str) -> Account:
    """An account with how many records and buying groups it has."""
    return Account(**archive.rows(_ACCOUNT.format(said=literal(account_id)))[0])


ACCOUNTS = Identity(
    command="accounts",
    holders="accounts",
    one="account",
    kinds={
        "account_merge": "merge",
        "account_split": "split",
        "exclude": "exclude",
        "include": "include",
    },
    find=find_account,
    groups_of="SELECT COUNT(*) AS n FROM buying_group AS g WHERE g.account_id IN ({ids})",
)
