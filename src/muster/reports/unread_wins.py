"""Wins that the CRM told and neither side counts: rows set aside, and histories without an opportunity."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date

from muster.reports import money
from muster.reports.published import Published
from muster.reports.quarter import Quarter, quarter_of
from muster.reports.scope import Scope
from muster.reports.two_sides import Apart, Row, day_of, micros, where

_LONGEST = 40  # letters of a cell that a reason repeats


@dataclass(frozen=True, slots=True)
class Histories:
    """The stages that mean won, and the last dated row of each opportunity whose history ends in one."""

    stages: frozenset[str]
    won: dict[str, Row] = field(default_factory=dict)

    def told(self, key: str, currency: str) -> str:
        """What the history of an opportunity says it was won for; empty where it says nothing of the kind."""
        last = self.won.get(key)
        if last is None:
            return ""
        amount = money.exact(last["amount_cents"], currency) if last["amount_cents"] is not None else ""
        return f'its history ends in "{last["stage"]}"{" with " if amount else ""}{amount}'


def unread_wins(tables: Published, scope: Scope) -> list[Apart]:
    """Each with what its row or its history says it was worth; amounts are in neither side's total."""
    landed = {r["opportunity_id"] for r in tables.records("SELECT opportunity_id FROM record_opportunity")}
    histories = _histories(tables, scope)
    aside = [
        (cells, r)
        for r in tables.records(
            "SELECT s.* FROM record_set_aside AS s JOIN intake_ledger AS l ON l.source = s.source "
            "AND l.file = s.file WHERE l.reads_into = 'opportunity' ORDER BY s.file, s.row"
        )
        if _speaks_of_a_win(cells := _cells(r["raw"]), histories.stages)
    ]
    found = [_set_aside(cells, row, landed, histories, scope) for cells, row in aside]
    named = {value for cells, _ in aside for value in cells.values()}
    for key in sorted(histories.won.keys() - landed - named):
        last = histories.won[key]
        why = f"{histories.told(key, scope.currency)}, and the CRM's opportunities hold no row of it"
        found.append(_apart(key, quarter_of(day_of(last["changed_at"])), scope.currency, why, where(last)))
    return found


def _histories(tables: Published, scope: Scope) -> Histories:
    stages = tables.records(
        "SELECT r.stage FROM record_opportunity AS r WHERE r.is_won AND r.stage <> '' "
        "UNION SELECT o.stage FROM known_opportunity AS o WHERE o.is_won AND o.stage <> ''"
    )
    won = frozenset(str(r["stage"]).lower() for r in stages)
    last: dict[str, Row] = {}
    for r in tables.records(
        "SELECT opportunity_id, stage, amount_cents, changed_at, known_at, source_file, source_row "
        "FROM record_stage_change WHERE stage <> '' ORDER BY changed_at, stage_change_id"
    ):
        if max(r["changed_at"], r["known_at"]) <= micros(scope.as_of):
            last[r["opportunity_id"]] = r
    return Histories(won, {key: r for key, r in last.items() if r["stage"].lower() in won})


def _speaks_of_a_win(cells: dict[str, str], stages: frozenset[str]) -> bool:
    return not stages.isdisjoint(value.lower() for value in cells.values()) or any(
        "iswon" in _bare(name) and value.lower() == "true" for name, value in cells.items()
    )


def _set_aside(
    cells: dict[str, str], row: Row, landed: set[str], histories: Histories, scope: Scope
) -> Apart:
    """The row as it stands in the file; red unless another row of the same opportunity landed."""
    again = next((value for value in cells.values() if value in landed), "")
    key = again or next((value for value in cells.values() if value in histories.won), "")
    days = [day for name, value in cells.items() if "clos" in name.lower() for day in _days(value)]
    last = histories.won.get(key)
    on = days[0] if days else day_of(last["changed_at"]) if last else None
    currency = next((v for n, v in cells.items() if "curr" in n.lower() and len(v) == 3), scope.currency)
    names = ("name", "dealname", "opportunityname")
    name = next((v for n, v in cells.items() if _bare(n) in names), "") or "a row without a name"
    why = f"set aside: {row['reason']}"
    if cell := next((value for n, value in cells.items() if row["reason"].startswith(f"{n} ")), ""):
        why += f' ("{cell[:_LONGEST]}")'
    if again:
        why += " (another row of it landed)"
    elif told := histories.told(key, currency.upper()):
        why += f"; {told}"
    place = f"{row['file']}, row {row['row']:,}"
    quarter = quarter_of(on) if on else scope.quarter
    return _apart(f"{name} ({key})" if key else name, quarter, currency.upper(), why, place, is_red=not again)


def _apart(
    name: str, quarter: Quarter, currency: str, reason: str, place: str, *, is_red: bool = True
) -> Apart:
    return Apart(name, quarter, currency, 0, 0, reason, place, is_red)


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
