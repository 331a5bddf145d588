"""Who is asking, and what their role may do. Pages, API, assistant and command line ask here alone."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("rep", "marketer", "analyst", "admin")

_ALL = frozenset(ROLES)
_OFFICE = frozenset({"marketer", "analyst", "admin"})
_ADMIN = frozenset({"admin"})

# The table of rights: what each allows, and the roles that have it.
RIGHTS: dict[str, frozenset[str]] = {
    "see_groups": _ALL,  # worklist, groups, accounts, people: the rows that `Seen` leaves
    "export": _ALL,  # the same rows as CSV, XLSX or Arrow
    "decide": frozenset({"rep", "marketer", "admin"}),  # accept, reject, nurture, roles, notes
    "see_all_accounts": _OFFICE,  # also those of other territories
    "see_measures": _OFFICE,  # totals over all accounts: measurement, replay, board pack, programmes
    "see_data_health": _OFFICE,  # set-aside rows, risky merges, runs and their logs
    "merge": _OFFICE,  # people and accounts: what is one and what is not
    "edit_rules": frozenset({"analyst", "admin"}),
    "run": frozenset({"analyst", "admin"}),
    "manage_users": _ADMIN,
    "manage_tokens": _ADMIN,  # other people's; everyone has their own
    "manage_deliveries": _ADMIN,
    "see_audit": _ADMIN,
    "erase_people": _ADMIN,
    "see_everything": _ADMIN,  # tables that no rule of table_rules.toml opens to others
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """One signed-in user. `owner_ids` are their ids in the CRM.

    A territory is `country:DE`, `region:EMEA` or `*`, compared without regard to case.
    """

    user_id: int
    name: str
    email: str
    role: str
    owner_ids: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"There is no role {self.role}: roles are {', '.join(ROLES)}.")

    def may(self, right: str) -> bool:
        """Whether the role has a right. KeyError for a right that the table does not name."""
        return self.role in RIGHTS[right]


# The command line: whoever can read the workspace's files sees everything anyway.
EVERYTHING = Viewer(user_id=0, name="command line", email="", role="admin")
