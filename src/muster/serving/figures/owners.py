"""What sellers are called: as the CRM names its owners, else as they sign in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from muster.store.users import read_users

if TYPE_CHECKING:
    from muster.serving.reading import Reading


def owner_names(reading: Reading) -> dict[str, str]:
    """The name of each owner id that anybody knows."""

    def recorded() -> dict[str, str]:
        if not reading.tables.has_records:
            return {}
        rows = reading.tables.records(
            "SELECT o.owner_id, o.name FROM record_owner AS o WHERE o.name IS NOT NULL"
        )
        return {row["owner_id"]: row["name"] for row in rows}

    signed_up = {owner: user.name for user in read_users(reading.store) for owner in sorted(user.owner_ids)}
    return signed_up | reading.once("owner names", recorded)


def seller(owner_id: str, names: Mapping[str, str]) -> str:
    """What a seller is called on a page; one whom neither the CRM's users nor ours name, by their id."""
    return names.get(owner_id) or f"seller {owner_id}, not among the users"
