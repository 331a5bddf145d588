"""What we ask of a CRM, and how it may fail: read fields of records, update them, nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from muster.writing_back.facts import Value

BATCH = 200  # records in one call; Salesforce takes no more


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record of an update; where it was refused, whether trying again can help."""

    is_taken: bool
    told: str
    is_final: bool = False


class CrmFault(Exception):
    """The CRM did not do what was asked, as far as we know; `told` has no secret in it.

    After a time-out or a lost answer it may have done it all the same.
    """

    def __init__(self, told: str, *, is_final: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(told)
        self.told = told
        self.is_final = is_final
        self.retry_after = retry_after


class Crm(Protocol):
    """Records of a CRM. Both calls take at most `BATCH` records and raise CrmFault."""

    def read(self, object_: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, dict[str, object]]:
        """What fields hold now, by the first 15 characters of the id; records it has not are left out."""

    def update(self, object_: str, values: Mapping[str, Mapping[str, Value]]) -> dict[str, Outcome]:
        """Set fields of records that are there, by id; each record's outcome. It creates and deletes none."""
