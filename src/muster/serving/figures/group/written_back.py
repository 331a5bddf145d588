"""What was written to the company's CRM about a group: what its records there were last told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from muster.config.settings import CrmFieldConfig
from muster.reports.published import Published
from muster.serving.figures.group.group import Group
from muster.store.crm_log import written_last
from muster.store.opening import Store

_RECORDS = """
SELECT account_record_id AS record_id FROM account_alias WHERE account_id = $account
UNION SELECT person_record_id FROM person_alias WHERE list_contains($people, person_id)
ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class WrittenBack:
    """A field of a CRM's record: our value, when it was written (ISO 8601, UTC), and if it was taken back."""

    object: str
    record_id: str
    field: str
    value: str | int | None
    written_at: str
    is_undone: bool


def records_of(tables: Published, group: Group, members: Collection[str]) -> list[str]:
    """The ids of the CRM's records that stand for a group's account and members, as far as they are seen."""
    asked = {"account": group.account_id, "people": sorted(members)}
    return [row["record_id"] for row in tables.records(_RECORDS, asked)]


def written_back(
    store: Store, fields: Iterable[CrmFieldConfig], group: Group, records: Collection[str]
) -> tuple[WrittenBack, ...]:
    """What was written last onto some records, newest first.

    Fields that tell of another solution alone are left out.
    """
    others = {(one.object, one.field) for one in fields if one.solution not in {None, group.solution_id}}
    return tuple(
        WrittenBack(
            one.object,
            one.record_id,
            one.field,
            one.new_value if one.undoes is None else one.old_value,
            one.settled_at or one.created_at,
            one.undoes is not None,
        )
        for one in written_last(store, records)
        if (one.object, one.field) not in others
    )
