"""What a run tells of some people, read table by table: as many questions for many people as for one.

People are stored by account, and so is what they did: a person's accounts are known first, from memory, and
rows are asked by these. Acts are told of the account where the person was then, so nothing is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from muster.reports.published import Published
from muster.serving.figures.asking import Asking, Row

_PLACE = ("name", "title", "email", "function", "seniority", "valid_from", "valid_to", "account_method")
_ACT = (
    *("engagement_id", "occurred_at", "activity", "channel", "solution_id", "content_id", "tactic_id"),
    "person_known_at",
)
_MEMBER = (
    *("person_id", "role", "role_confidence", "role_reason", "joined_at", "last_engaged_at"),
    *("engagement_count", "is_second_lead"),
)
_GROUP = ("buying_group_id", "solution_id", "closed_at", "closing_reason")
_CONSENT = ("has_opted_out", "has_opted_out_of_calls", "legal_basis", "opted_out_at")


@dataclass(frozen=True, slots=True)
class Rows:
    """One person and the rows about them, by table."""

    person_id: str
    _tables: Mapping[str, Sequence[Row]]

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())


def rows_of(tables: Published, ids: Collection[str]) -> dict[str, Rows]:
    """Of each person of whom the viewer sees an account, by their id, what there is."""
    asking = Asking(tables)
    asking.ask("placed_person", ("account_id",), "person_id", {key: [key] for key in ids})
    own = {key: [key] for key in ids if asking.told[key]["placed_person"]}
    accounts = asking.places("placed_person", "account_id", own)
    with asking.at_once():
        asking.ask("account", ("name", "domain"), "account_id", accounts)
        _ask_of_acts(asking, own, accounts)
        asking.ask("buying_group", _GROUP, "account_id", accounts)
        asking.ask("person_alias", ("person_record_id", "method", "confidence"), "person_id", own)
        asking.ask("person_address", ("email", "known_at"), "person_id", own)
    groups = asking.places("buying_group", "buying_group_id", own)
    tactics = asking.places("resolved_engagement", "tactic_id", own)
    records = asking.places("person_alias", "person_record_id", own)
    with asking.at_once():
        asking.ask("member", _MEMBER, "buying_group_id", groups, whose="person_id")
        asking.ask("known_tactic", ("name",), "tactic_id", tactics)
        if tables.has_records:
            asking.ask("record_person_record", _CONSENT, "person_record_id", records)
    return {key: Rows(key, asking.told[key]) for key in own}


def _ask_of_acts(asking: Asking, own: Collection[str], accounts: Mapping[str, set[str]]) -> None:
    """Where people were and what they did: by their accounts, or all rows where none was known at a time."""
    anywhere = {
        key: [key] for key in own if any(r["account_id"] is None for r in asking.told[key]["placed_person"])
    }
    at = {account: some - anywhere.keys() for account, some in accounts.items() if some - anywhere.keys()}
    there = sorted(set().union(*at.values()))
    only = f"person_id IN ({', '.join('?' for _ in there)})"
    for table, columns in (("person", _PLACE), ("resolved_engagement", _ACT)):
        asking.ask(table, ("account_id", *columns), "person_id", anywhere)
        asking.ask(
            table, ("person_id", *columns), "account_id", at, whose="person_id", where=only, given=there
        )
