"""Until when a decision holds: until a day, or until something happens in the group."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pyarrow as pa

TRIGGER = "trigger:"
# What a group that was returned to nurture may wait for, and in words.
TRIGGERS = {
    "hand_raise": "somebody raises a hand",
    "new_person": "a further person takes part",
    "new_role": "somebody fills a needed role that nobody filled",
    "decision_maker": "somebody who decides takes part",
}


def read_until(values: Iterable[str]) -> pa.Table:
    """`reading_until`: value, until_at (microseconds, null: none), waits_for (a trigger, or null), said.

    A value that is neither an ISO date nor a known trigger has no row.
    """
    found = [(value, *told) for value in values if (told := _read(value)) is not None]
    columns = zip(*found, strict=True) if found else ((), (), (), ())
    types = (pa.string(), pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=["value", "until_at", "waits_for", "said"])


def day_of(value: str) -> date | None:
    """The day of an ISO date such as 2026-06-01; None where it is none."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def _read(value: str) -> tuple[int | None, str | None, str] | None:
    trigger = value.strip().removeprefix(TRIGGER)
    if value.strip().startswith(TRIGGER) and trigger in TRIGGERS:
        return None, trigger, TRIGGERS[trigger]
    day = day_of(value)
    if day is None:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(at.timestamp()) * 1_000_000, None, day.isoformat()
