"""Booked revenue by opportunity from two sides: the CRM's records, and what the flow made of them.

The CRM's side is counted again from the landed records, row by row and without the flow's tables. What
differs needs a reason that a record bears out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from muster.reports.published import Published
from muster.reports.quarter import Quarter, quarter_of
from muster.reports.scope import Scope
from muster.reports.values import show

Row = dict[str, Any]
Told = tuple[str, str]  # a reason, empty where there is none, and the rows that bear it out
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Booking:
    """What one side books for an opportunity: the quarter, the currency and whole cents."""

    quarter: Quarter
    currency: str
    cents: int
    on: date


@dataclass(frozen=True, slots=True)
class Apart:
    """An opportunity that the two sides book otherwise; without a reason it stops the pack."""

    name: str
    quarter: Quarter
    currency: str
    crm_cents: int
    our_cents: int
    reason: str
    place: str
    is_red: bool


def two_sides(tables: Published, scope: Scope) -> tuple[list[Booking], list[Booking], list[Apart]]:
    """What the flow books, what the CRM books, and every opportunity on which they are not at one."""
    known = {
        r["opportunity_id"]: r
        for r in tables.records(
            "SELECT opportunity_id, name, stage, amount_cents, currency, is_won, closed_at, "
            "is_amount_missing FROM known_opportunity ORDER BY opportunity_id"
        )
    }
    changes: dict[str, list[Row]] = defaultdict(list)
    for r in tables.records(
        "SELECT opportunity_id, stage, amount_cents, changed_at, source_file, source_row "
        "FROM record_stage_change ORDER BY changed_at, stage_change_id"
    ):
        changes[r["opportunity_id"]].append(r)
    records = {
        r["opportunity_id"]: r
        for r in tables.records("SELECT * FROM record_opportunity ORDER BY opportunity_id")
    }
    apart, ours, theirs = [], [], []
    for key in sorted({*known, *records}):
        ours_now, theirs_now = _ours(known.get(key)), _theirs(records.get(key), scope)
        ours += [ours_now] if ours_now else []
        theirs += [theirs_now] if theirs_now else []
        if _same(ours_now, theirs_now):
            continue
        told = _reason(key, (records.get(key), known.get(key)), changes.get(key, []), scope)
        name = f"{(records.get(key) or known[key])['name'] or key} ({key})"
        apart += _lines(name, (theirs_now, ours_now), told)
    return ours, theirs, apart


def _ours(row: Row | None) -> Booking | None:
    if row is None or not row["is_won"] or row["closed_at"] is None:
        return None
    on = row["closed_at"].date()
    return Booking(quarter_of(on), row["currency"], int(row["amount_cents"]), on)


def _theirs(row: Row | None, scope: Scope) -> Booking | None:
    """The CRM's own word of today: won, not deleted, on its close date."""
    if row is None or not row["is_won"] or row["is_deleted"] or row["closed_on"] is None:
        return None
    on = day_of(row["closed_on"])
    if on > scope.as_of.date():
        return None
    return Booking(quarter_of(on), row["currency"] or scope.currency, int(row["amount_cents"] or 0), on)


def _same(ours: Booking | None, theirs: Booking | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return (ours.quarter, ours.currency, ours.cents) == (theirs.quarter, theirs.currency, theirs.cents)


def _reason(key: str, sides: tuple[Row | None, Row | None], changes: list[Row], scope: Scope) -> Told:
    """Why record and flow differ, as a record bears out, and where; no reason where none does."""
    record, known = sides
    if record is None:
        return "", f"opportunity {key} has no landed record"
    if known is None or record["is_deleted"]:
        is_late = known is None and record["known_at"] > micros(scope.as_of)
        return "became known after the as-of date" if is_late else "", where(record)
    if bool(known["is_won"]) != bool(record["is_won"]):
        return _of_outcome(record, known, [c for c in changes if c["changed_at"] <= micros(scope.as_of)])
    ours, theirs = _ours(known), _theirs(record, scope)
    if ours and theirs:
        return _of_terms(record, ours, theirs, changes)
    undated = "the CRM names no close date; its history does"
    later = "closes after the as-of date in the CRM"
    return (undated if record["closed_on"] is None else later) if ours else "", where(record)


def _of_outcome(record: Row, known: Row, changes: list[Row]) -> Told:
    """Won on one side alone: by the stage its history ends in, or by what a rule says of a stage."""
    history = next((c for c in reversed(changes) if c["stage"]), None)
    if history and history["stage"].lower() == (known["stage"] or "").lower():
        return f'its history ends in "{history["stage"]}"', where(history)
    if known["stage"] and known["stage"] == record["stage"]:
        return f'rules/stages.csv says what "{known["stage"]}" means', where(record)
    return "", where(record)


def _of_terms(record: Row, ours: Booking, theirs: Booking, changes: list[Row]) -> Told:
    """Won on both sides, for another amount or in another quarter: each by a row of its history."""
    reasons, places = [], [where(record)]
    if ours.cents != theirs.cents:
        reasons.append("its history has another amount than its record")
        places += [where(c) for c in changes if c["amount_cents"] == ours.cents][-1:]
    if ours.quarter != theirs.quarter:
        reasons.append(f"closed on {show(ours.on)} by its history, on {show(theirs.on)} by its record")
        places += [where(c) for c in changes if c["stage"] and day_of(c["changed_at"]) == ours.on][-1:]
    is_borne_out = len(places) == len(reasons) + 1 and ours.currency == theirs.currency
    return "; ".join(reasons) if is_borne_out else "", "; ".join(dict.fromkeys(places))


def _lines(name: str, sides: tuple[Booking | None, Booking | None], told: Told) -> list[Apart]:
    """A line for each quarter and currency that the difference touches."""
    theirs, ours = sides
    reason, place = told
    touched = dict.fromkeys((b.quarter, b.currency) for b in (theirs, ours) if b)
    return [
        Apart(
            name,
            quarter,
            currency,
            theirs.cents if theirs and (theirs.quarter, theirs.currency) == (quarter, currency) else 0,
            ours.cents if ours and (ours.quarter, ours.currency) == (quarter, currency) else 0,
            reason or "no record says why",
            place,
            is_red=not reason,
        )
        for quarter, currency in touched
    ]


def where(change: Row) -> str:
    """The file and row that a record came from."""
    return f"{change['source_file']}, row {change['source_row']:,}"


def day_of(micros: int) -> date:
    """The UTC day of an instant in microseconds."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).date()


def micros(instant: datetime) -> int:
    """A naive UTC instant as records hold it."""
    return round((instant - _EPOCH).total_seconds() * 1_000_000)
