"""Booked revenue against the CRM's closed-won total, to the cent, or every opportunity that lies between.

The CRM's side is counted again from the landed records, row by row and without the flow's tables. What
differs needs a reason that a record bears out; what has none stops the pack.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from muster.reports import money
from muster.reports.published import Published
from muster.reports.quarter import Quarter, quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Mark, Query, Sheet
from muster.reports.values import Money, Value, counted, show

Row = dict[str, Any]
Told = tuple[str, str]  # a reason, empty where there is none, and the rows that bear it out
_EPOCH = datetime(1970, 1, 1)
_LISTED = 5  # how many opportunities a sentence names


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


@dataclass(frozen=True, slots=True)
class Booked:
    """The two sheets and the mark of page 1, and what stops the pack."""

    sheets: tuple[Sheet, ...]
    mark: Mark
    red: tuple[str, ...]


def booked(tables: Published, scope: Scope) -> Booked:
    """Compare nine quarters, currency by currency."""
    sql = f"""
    SELECT CAST(date_trunc('quarter', o.closed_at) AS DATE) AS quarter_on, o.currency,
        COUNT(*) AS won_count, SUM(o.amount_cents) AS won_cents
    FROM known_opportunity AS o
    WHERE o.is_won AND {within("o.closed_at", scope.shown[0], scope.quarter)}
    GROUP BY quarter_on, o.currency ORDER BY quarter_on DESC, o.currency"""
    query = Query(("known_opportunity",), sql)
    if not tables.has_records:
        text = "Not compared with the CRM: the landed records of this run are not beside its tables."
        return Booked((_totals({}, (), query, scope),), Mark(True, text, "booked"), ())
    ours, theirs, apart = _two_sides(tables, scope)
    apart += _set_aside(tables, scope)
    apart = [a for a in apart if a.quarter in scope.shown]
    totals: dict[tuple[Quarter, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for side, bookings in enumerate((theirs, ours)):
        for b in bookings:
            if b.quarter in scope.shown:
                totals[b.quarter, b.currency][side] += b.cents
    for a in apart:
        totals[a.quarter, a.currency][2] += 1
    red = tuple(_told(a) for a in apart if a.is_red)
    sheets: tuple[Sheet, ...] = (_totals(totals, apart, query, scope),)
    if apart:
        sheets += (_list(apart, scope, query),)
    return Booked(sheets, _mark(totals, apart, scope), red)


def _two_sides(tables: Published, scope: Scope) -> tuple[list[Booking], list[Booking], list[Apart]]:
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
    on = _day(row["closed_on"])
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
        is_late = known is None and record["known_at"] > _micros(scope.as_of)
        return "became known after the as-of date" if is_late else "", _where(record)
    if bool(known["is_won"]) != bool(record["is_won"]):
        return _of_outcome(record, known, [c for c in changes if c["changed_at"] <= _micros(scope.as_of)])
    ours, theirs = _ours(known), _theirs(record, scope)
    if ours and theirs:
        return _of_terms(record, ours, theirs, changes)
    undated = "the CRM names no close date; its history does"
    later = "closes after the as-of date in the CRM"
    return (undated if record["closed_on"] is None else later) if ours else "", _where(record)


def _of_outcome(record: Row, known: Row, changes: list[Row]) -> Told:
    """Won on one side alone: by the stage its history ends in, or by what a rule says of a stage."""
    history = next((c for c in reversed(changes) if c["stage"]), None)
    if history and history["stage"].lower() == (known["stage"] or "").lower():
        return f'its history ends in "{history["stage"]}"', _where(history)
    if known["stage"] and known["stage"] == record["stage"]:
        return f'rules/stages.csv says what "{known["stage"]}" means', _where(record)
    return "", _where(record)


def _of_terms(record: Row, ours: Booking, theirs: Booking, changes: list[Row]) -> Told:
    """Won on both sides, for another amount or in another quarter: each by a row of its history."""
    reasons, places = [], [_where(record)]
    if ours.cents != theirs.cents:
        reasons.append("its history has another amount than its record")
        places += [_where(c) for c in changes if c["amount_cents"] == ours.cents][-1:]
    if ours.quarter != theirs.quarter:
        reasons.append(f"closed on {show(ours.on)} by its history, on {show(theirs.on)} by its record")
        places += [_where(c) for c in changes if c["stage"] and _day(c["changed_at"]) == ours.on][-1:]
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


def _set_aside(tables: Published, scope: Scope) -> list[Apart]:
    """Rows of opportunity files that were kept back although they speak of a win."""
    landed = {r["opportunity_id"] for r in tables.records("SELECT opportunity_id FROM record_opportunity")}
    won = {
        str(r["stage"]).lower()
        for r in tables.records("SELECT DISTINCT stage FROM record_opportunity WHERE is_won AND stage <> ''")
    }
    found = []
    for r in tables.records(
        "SELECT s.* FROM record_set_aside AS s JOIN intake_ledger AS l ON l.source = s.source "
        "AND l.file = s.file WHERE l.reads_into = 'opportunity' ORDER BY s.file, s.row"
    ):
        cells = _cells(r["raw"])
        said = {value.lower() for value in cells.values()}
        is_won = bool(won & said) or any(
            "iswon" in _bare(n) and v.lower() == "true" for n, v in cells.items()
        )
        if not is_won:
            continue
        days = [d for n, v in cells.items() if "clos" in n.lower() for d in _days(v)]
        quarter = quarter_of(days[0]) if days else scope.quarter
        name = next((v for v in cells.values() if v in landed), "")
        currency = next((v for n, v in cells.items() if "curr" in n.lower() and len(v) == 3), scope.currency)
        again = " (another row of it landed)" if name else ""
        found.append(
            Apart(
                next((v for n, v in cells.items() if _bare(n) in ("name", "dealname", "opportunityname")), "")
                or "a row without a name",
                quarter,
                currency.upper(),
                0,
                0,
                f"set aside: {r['reason']}{again}",
                f"{r['file']}, row {r['row']:,}",
                is_red=not name,
            )
        )
    return found


def _totals(
    totals: dict[tuple[Quarter, str], list[int]], apart: Iterable[Apart], query: Query, scope: Scope
) -> Sheet:
    del apart
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            quarter.label if currency == scope.currency else f"{quarter.label}, {currency}",
            *(Money(cents, currency, is_exact=True) for cents in (crm, our, our - crm)),
            count,
        )
        for (quarter, currency), (crm, our, count) in sorted(
            totals.items(),
            key=lambda item: (-item[0][0].year, -item[0][0].number, item[0][1] != scope.currency, item[0][1]),
        )
    )
    return Sheet(
        "booked",
        "Booked revenue against the CRM's closed-won total, to the cent",
        (
            Column("Quarter", is_words=True),
            Column("Closed won in the CRM"),
            Column("Booked here"),
            Column("Difference"),
            Column("Opportunities apart"),
        ),
        rows,
        query,
        "No opportunity was won in these quarters, or the landed records are not at hand.",
        note="The CRM's side is counted again from the landed opportunity records, by close date, won and "
        "not deleted; records without a currency are in the company's.",
        is_folded=True,
    )


def _list(apart: list[Apart], scope: Scope, query: Query) -> Sheet:
    ordered = sorted(apart, key=lambda a: (not a.is_red, -a.quarter.year, -a.quarter.number, a.name))
    return Sheet(
        "booked-apart",
        "Opportunities that the CRM and this pack book otherwise, and why",
        (
            Column("Opportunity", is_words=True),
            Column("Quarter", is_words=True),
            Column("Closed won in the CRM"),
            Column("Booked here"),
            Column("Why", is_words=True),
            Column("Where", is_words=True),
        ),
        tuple(
            (
                a.name,
                a.quarter.label,
                Money(a.crm_cents, a.currency, is_exact=True),
                Money(a.our_cents, a.currency, is_exact=True),
                a.reason,
                a.place,
            )
            for a in ordered
        ),
        query,
        "None.",
        shown=8,
        is_folded=all(a.quarter != scope.quarter for a in apart),
    )


def _mark(totals: dict[tuple[Quarter, str], list[int]], apart: list[Apart], scope: Scope) -> Mark:
    here = {c: t for (q, c), t in totals.items() if q == scope.quarter}
    label = scope.quarter.label
    link = "See each quarter"
    if red := [a for a in apart if a.is_red]:
        return Mark(
            False,
            f"Booked revenue does not agree with the CRM: {counted(len(red), 'row')} without a reason or "
            f"not readable. {' '.join(_told(a) for a in red[:_LISTED])}",
            "booked-apart",
            link="See them",
        )
    sums = " and ".join(
        money.exact(t[1], c) for c, t in sorted(here.items(), key=lambda i: i[0] != scope.currency)
    )
    apart_here = sum(a.quarter == scope.quarter for a in apart)
    if apart_here:
        text = (
            f"Booked revenue of {label}, {sums}, differs from the CRM's closed-won total by "
            f"{counted(apart_here, 'opportunity', 'opportunities')}, each with its reason."
        )
        return Mark(True, text, "booked-apart", link="See them")
    if not here:
        return Mark(
            True, f"The CRM has nothing closed won in {label}, and nothing is booked.", "booked", link=link
        )
    return Mark(
        True, f"Booked revenue equals the CRM's closed-won total to the cent: {sums}.", "booked", link=link
    )


def _told(a: Apart) -> str:
    crm, ours = money.exact(a.crm_cents, a.currency), money.exact(a.our_cents, a.currency)
    amounts = "" if a.crm_cents == a.our_cents == 0 else f" CRM {crm}, booked {ours};"
    return f"{a.name}, {a.quarter.label}:{amounts} {a.reason} ({a.place})."


def _where(change: Row) -> str:
    return f"{change['source_file']}, row {change['source_row']:,}"


def _day(micros: int) -> date:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).date()


def _micros(instant: datetime) -> int:
    return round((instant - _EPOCH).total_seconds() * 1_000_000)


def _cells(raw: str) -> dict[str, str]:
    told = json.loads(raw)
    named = told if isinstance(told, dict) else {str(i): cell for i, cell in enumerate(told)}
    return {str(name): str(value) for name, value in named.items() if value not in (None, "")}


def _bare(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _days(text: str) -> list[date]:
    try:
        return [date.fromisoformat(text[:10])]
    except ValueError:
        return []
