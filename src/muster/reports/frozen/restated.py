"""What an earlier pack said and the tables no longer say: every figure, old and new, and its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from muster.reports.frozen.deals import Deal, Deals, moved, rows_moved
from muster.reports.quarter import Quarter, quarter_of
from muster.reports.sheets import BoardPack, Column, Mark, Query, Sheet
from muster.reports.values import Days, Money, Rate, Value, counted, words
from muster.reports.values import show as written

Place = tuple[str, str, str]  # key of the sheet, its row, its column
Figures = dict[Place, Value]
# The facts of an opportunity that figures of a sheet hang on; of any other sheet, all of them.
_HANG_ON = {
    "won": {"amount_cents", "currency", "outcome", "closed_on", "sourced", "touched"},
    "booked": {"amount_cents", "currency", "outcome", "closed_on"},
    "kinds": {"amount_cents", "currency", "outcome", "closed_on", "type"},
    "pipeline": {"amount_cents", "currency", "outcome", "closed_on", "created_on"},
    "touch": {"amount_cents", "currency", "outcome", "closed_on", "touched"},
    "sourcing": {"amount_cents", "currency", "outcome", "closed_on", "sourced"},
}
_FACTS = {
    "amount_cents": "amount",
    "created_on": "created",
    "closed_on": "closed",
    "sourced": "sourced by",
    "touched": "touched, by definition",
    "split": "credit",
}
_NAMED = 3  # how many opportunities a figure names before it says how many more


@dataclass(frozen=True, slots=True)
class Restated:
    """One figure of an earlier period: what was told, what is so now."""

    period: str
    sheet: str
    row: str
    column: str
    old: Value
    new: Value

    @property
    def place(self) -> Place:
        """Where it stands."""
        return (self.sheet, self.row, self.column)


def figures(pack: BoardPack) -> Figures:
    """Every number of the pack that belongs to its period, by sheet, row and column."""
    found: Figures = {}
    for page in pack.pages:
        for sheet in page.sheets:
            if sheet.is_to_date:
                continue
            seen: Counter[str] = Counter()
            lines = [*sheet.rows, *([sheet.foot] if sheet.foot else [])]
            for row in lines:
                name = " · ".join(
                    written(cell)
                    for cell, column in zip(row, sheet.columns, strict=True)
                    if column.is_words and cell is not None
                )
                seen[name] += 1
                name += f" ({seen[name]})" if seen[name] > 1 else ""
                for i, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
                    if not column.is_words:
                        twice = sum(c.label == column.label for c in sheet.columns[:i])
                        label = f"{column.label} ({twice + 1})" if twice else column.label
                        found[sheet.key, name, label] = cell
    return found


def restated(told: Figures, now: Figures, *, period: str) -> list[Restated]:
    """The figures that differ. Sheets and columns that only one Muster knew are no restatement."""
    shared = {(s, c) for s, _, c in told} & {(s, c) for s, _, c in now}
    sheets = {s for s, _ in shared}
    found = []
    for place in dict.fromkeys((*now, *told)):
        sheet, row, column = place
        is_known = (sheet, column) in shared or sheet not in sheets
        if not is_known or sheet not in sheets:
            continue
        old, new = told.get(place), now.get(place)
        if not _alike(old, new):
            found.append(Restated(period, sheet, row, column, old, new))
    return found


def _alike(old: Value, new: Value) -> bool:
    """Real numbers are compared as far as they are written: the last digits of a mean tell nothing."""
    if isinstance(old, Rate | Days) and type(old) is type(new):
        return written(old) == written(new)
    return old == new


def patched(told: Figures, changes: Iterable[Restated]) -> Figures:
    """Figures with the restatements of a later pack on them: what was told last."""
    latest = dict(told)
    for change in changes:
        latest[change.place] = change.new
    return latest


def restated_sheets(
    changes: list[Restated],
    *,
    titles: Mapping[str, str],
    before: Deals,
    now: Deals,
    inputs: tuple[Mapping[str, str], Mapping[str, str]],
    since: str,
) -> tuple[Mark, tuple[Sheet, ...]]:
    """The tables of page 7: the figures, the opportunities with their rows, and what was read anew."""
    causes = moved(before, now)
    others = _read_anew(*inputs)
    rows, used = [], set()
    for change in sorted(changes, key=lambda c: (not isinstance(c.new or c.old, Money), c.period)):
        keys = _because(change, causes, before, now)
        used.update(keys)
        rows.append(
            (
                _label(change.period),
                f"{titles.get(change.sheet, change.sheet)}: {change.row}",
                change.column,
                change.old,
                change.new,
                _names(keys, before, now) if keys else _elsewhere(change, others),
            )
        )
    periods = len({c.period for c in changes})
    figures_sheet = Sheet(
        "restated",
        f"Figures of earlier packs that are no longer what was told (last pack: {since})",
        (
            Column("Period", is_words=True),
            Column("Figure", is_words=True),
            Column("Column", is_words=True),
            Column("Told"),
            Column("Now"),
            Column("Because of", is_words=True),
        ),
        tuple(rows),
        Query((), ""),
        "Every figure of the earlier packs stands as it was told.",
        shown=15,
        is_to_date=True,
    )
    mark = (
        Mark(
            False,
            f"{counted(len(changes), 'figure')} of {counted(periods, 'earlier period')} restated since "
            f"snapshot {since}.",
            "restated",
            link="See old and new",
        )
        if changes
        else Mark(
            True, f"No figure of an earlier pack is restated since snapshot {since}.", "restated", link="See"
        )
    )
    return mark, (figures_sheet, _deals_sheet(used, causes, before, now), _inputs_sheet(others))


def _deals_sheet(used: set[str], causes: Mapping[str, frozenset[str]], before: Deals, now: Deals) -> Sheet:
    rows = []
    for key in sorted(used):
        then, today = before.get(key, {}), now.get(key, {})
        rows.append(
            (
                f"{(today or then).get('name', '')} ({key})",
                "; ".join(_fact(name, then, today) for name in sorted(causes[key])),
                "; ".join(rows_moved(then, today)) or "none of its own: see what was read anew",
            )
        )
    return Sheet(
        "restated-because",
        "The opportunities behind restated figures, and their source rows",
        (
            Column("Opportunity", is_words=True),
            Column("What is no longer so", is_words=True),
            Column("Rows landed, changed or gone since", is_words=True),
        ),
        tuple(rows),
        Query((), ""),
        "No opportunity is behind a restated figure.",
        note="From there on: muster explain known_opportunity ID. Rows are those of the exports as read now.",
        shown=15,
        is_to_date=True,
    )


def _inputs_sheet(others: list[tuple[str, str]]) -> Sheet:
    return Sheet(
        "read-anew",
        "What was read since the last pack that was not there, or not the same",
        (Column("File or rules", is_words=True), Column("Since the last pack", is_words=True)),
        tuple(others),
        Query((), ""),
        "The same files, the same rules, the same Muster.",
        shown=10,
        is_folded=True,
        is_to_date=True,
    )


def _read_anew(then: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str]]:
    found = []
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            fate = "new" if name not in then else "no longer there" if name not in now else "changed"
            found.append((name, fate))
    return found


def _because(change: Restated, causes: Mapping[str, frozenset[str]], before: Deals, now: Deals) -> list[str]:
    """The opportunities whose facts moved where the figure looks: in its quarter, on what it hangs on."""
    hangs_on = _HANG_ON.get(change.sheet)
    quarter = _quarter_named(change.row) or _quarter_named(change.column) or _period(change.period)
    found = []
    for key, facts in causes.items():
        if hangs_on and not facts & hangs_on:
            continue
        sides = [side for side in (before.get(key), now.get(key)) if side]
        if any(_touches(side, quarter) for side in sides):
            found.append(key)
    return found


def _touches(deal: Deal, quarter: Quarter) -> bool:
    """Closed in the quarter, or open at some time in it."""
    closed = deal.get("closed_on")
    if deal["created_on"] > quarter.last_day.isoformat():
        return closed is not None and quarter_of(date.fromisoformat(closed)) == quarter
    return closed is None or closed >= quarter.starts_on.isoformat()


def _names(keys: list[str], before: Deals, now: Deals) -> str:
    told = []
    for key in keys[:_NAMED]:
        deal = now.get(key) or before[key]
        told.append(f"{deal.get('name') or key} ({key})")
    more = len(keys) - _NAMED
    return "; ".join(told) + (f"; and {more} more below" if more > 0 else "")


def _elsewhere(change: Restated, others: list[tuple[str, str]]) -> str:
    del change
    if not others:
        return "no record: the tables were made by another Muster or changed by hand"
    names = [name for name, _ in others]
    return f"no opportunity: {', '.join(names[:_NAMED])}" + (
        f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    )


def _fact(name: str, then: Deal, today: Deal) -> str:
    told = _FACTS.get(name, words(name))
    if name == "split":
        return f"{told}: divided otherwise"
    if not then:
        return f"{told}: new, {_said(name, today)}"
    if not today:
        return f"{told}: {_said(name, then)}, gone"
    return f"{told}: {_said(name, then)} → {_said(name, today)}"


def _said(name: str, deal: Deal) -> str:
    value = deal.get(name)
    if name == "amount_cents" and value is not None:
        return written(Money(int(value), str(deal.get("currency", "")), is_exact=True))
    return str(value) if value is not None else "none"


def _period(text: str) -> Quarter:
    year, _, number = text.partition("-Q")
    return Quarter(int(year), int(number))


def _label(period: str) -> str:
    return _period(period).label


def _quarter_named(text: str) -> Quarter | None:
    head = text.split(",", maxsplit=1)[0].split(" · ", maxsplit=1)[0].strip()
    if len(head) == 7 and head[0] == "Q" and head[2] == " " and head[1] in "1234" and head[3:].isdigit():
        return Quarter(int(head[3:]), int(head[1]))
    return None
