"""What a run tells of some accounts, read table by table: as many questions for many accounts as for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from muster.reports.published import Published
from muster.serving.figures.asking import Asking, Row

_ACCOUNT = (
    *("name", "domain", "industry", "employee_count", "country", "region", "owner_id"),
    "parent_account_id",
)
_OF_ACCOUNT = {
    "account_alias": ("account_record_id",),
    "account_status": ("status", "from_at", "to_at", "reason"),
    "buying_group": (
        *("buying_group_id", "solution_id", "business_unit", "cycle", "opened_at", "closed_at"),
        *("closing_reason", "member_count", "visitor_count"),
    ),
    "customer": ("arr_cents", "currency", "is_live"),
    "early_interest": (
        *("solution_id", "person_count", "visitor_count", "act_count", "last_at", "reason", "would_change"),
    ),
}
_PERSON = ("person_id", "name", "email", "title", "function", "seniority")
_VISIT = ("visitor_id", "person_id", "occurred_at", "activity", "solution_id", "method")
_MEMBER = ("person_id", "role", "engagement_count", "last_engaged_at")
_DEAL = (
    *("opportunity_id", "name", "solution_id", "type", "stage", "amount_cents", "currency", "created_at"),
    *("closed_at", "is_closed", "is_won"),
)


@dataclass(frozen=True, slots=True)
class Rows:
    """One account and the rows about it, by table."""

    account: Row
    _tables: Mapping[str, Sequence[Row]]

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())


def rows_of(tables: Published, ids: Collection[str]) -> dict[str, Rows]:
    """Of each account that is there for the viewer, by its id, what there is."""
    asking = Asking(tables)
    asking.ask("account", _ACCOUNT, "account_id", {key: [key] for key in ids})
    found = {key: asking.told[key]["account"][0] for key in ids if asking.told[key]["account"]}
    own = {key: [key] for key in found}
    with asking.at_once():
        for table, columns in _OF_ACCOUNT.items():
            asking.ask(table, columns, "account_id", own)
        asking.ask("person", _PERSON, "account_id", own, where="valid_to IS NULL")
        # Whether a person is told is the table's rule to say, so it is not asked here.
        asking.ask("resolved_engagement", _VISIT, "account_id", own, where="visitor_id IS NOT NULL")
    with asking.at_once():
        _ask_of_groups(asking, own)
        records = asking.places("account_alias", "account_record_id", own)
        asking.ask("known_opportunity", _DEAL, "account_record_id", records)
    tactic = ("name", "program_id")
    with asking.at_once():
        asking.ask("known_tactic", tactic, "tactic_id", _shared(asking.places("path", "tactic_id", own)))
        _ask_of_deals(asking, own)
    asking.ask(
        "known_tactic", tactic, "tactic_id", _shared(asking.places("known_tactic", "program_id", [""]))
    )
    family = _family(tables, found)
    return {
        key: Rows(row, asking.told[key] | asking.told[""] | {"family": family[key]})
        for key, row in found.items()
    }


def _ask_of_groups(asking: Asking, own: Mapping[str, Collection[str]]) -> None:
    groups = asking.places("buying_group", "buying_group_id", own)
    asking.ask("member", _MEMBER, "buying_group_id", groups)
    asking.ask("qualification", ("status",), "buying_group_id", groups, where="to_at IS NULL")
    asking.ask("latest_score", ("score",), "buying_group_id", groups)
    asking.ask(
        *("path", ("tactic_id", "opportunity_id", "occurred_at"), "buying_group_id", groups),
        where="definition = 'credit'",
    )


def _ask_of_deals(asking: Asking, own: Mapping[str, Collection[str]]) -> None:
    deals = asking.places("known_opportunity", "opportunity_id", own)
    asking.ask("opportunity_group", ("buying_group_id",), "opportunity_id", deals)
    touched = ("touch_count", "is_marketing")
    asking.ask("influence", touched, "opportunity_id", deals, where="definition = 'group'")
    asking.ask("sourcing", ("sourced_by",), "opportunity_id", deals, where="definition = 'first_touch'")


def _shared(ids: Collection[str]) -> dict[str, Sequence[str]]:
    """Ids of rows that belong to no account alone."""
    return dict.fromkeys(ids, ("",))


def _family(tables: Published, found: Mapping[str, Row]) -> dict[str, list[Row]]:
    """Of each account its parent and its children, as far as they are seen."""
    family: dict[str, list[Row]] = {key: [] for key in found}
    columns = ("account_id", "name", "domain", "parent_account_id")
    for row in tables.rows("account", columns, by="parent_account_id", among=found.keys()):
        family[row["parent_account_id"]].append(row)
    parents = {row["parent_account_id"] for row in found.values()} - {None}
    rows = tables.rows("account", columns, by="account_id", among=parents)
    above = {row["account_id"]: row for row in rows}
    for key, row in found.items():
        if parent := above.get(row["parent_account_id"]):
            family[key].append(parent)
    return family
