"""(c) The board: groups or accounts by state, what moved in and out in a week, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter

from muster.reports.movement import movement_picture, turns_sheet
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope
from muster.reports.values import show
from muster.serving.boards import ON_COLUMN, ON_PAGE, Board, board_of, cards_of
from muster.serving.figures.account_board import untouched
from muster.serving.figures.board import STATES, Card, Mover, Week
from muster.serving.figures.board_cards import Cards, listed, movers
from muster.serving.learnt import thin_words
from muster.serving.narrowing import EVERY
from muster.serving.pages.views import views_of
from muster.serving.paging import page_asked, pages_of
from muster.serving.reading import Reading
from muster.serving.screen import Row, Screen, Sheet, screen

router = APIRouter()
_MOVERS = 200  # on the page; all of them are in the CSV
_CARDS = (
    *("account_id", "account", "buying_group_id", "solution", "country", "region", "state", "was", "since"),
    *("reason", "members", "visitors", "score", "cents", "currency", "dollars_are", "moved"),
)


@screen(router, "/board", needs="see_groups")
def board(reading: Reading) -> Screen:
    """States, flows between them, and the list behind each."""
    query, narrowed = reading.query, reading.asked
    shown = board_of(reading, narrowed, query)
    unit, week = shown.unit, shown.week
    came_from, went_to = query.get("from", ""), query.get("to", "")
    went_to = "" if went_to == "any" else went_to
    state = query.get("state", "") if query.get("state") in STATES else ""
    sort = query.get("sort", "")
    is_table = bool(state) or query.get("view") == "table"
    is_movers = bool(query.get("from") or query.get("to"))
    has_year = reading.viewer.may("see_measures") and not is_table and not is_movers
    count = sum(column.count for column in shown.columns if state in ("", column.state))
    pages = pages_of(count, ON_PAGE)
    page = page_asked(query, pages)
    is_listed = is_table and (bool(state) or bool(sort) or page > 1)
    movers_count = sum(
        flow.count
        for flow in shown.flows
        if came_from in ("", flow.from_state) and went_to in ("", flow.to_state)
    )
    never = _untouched(reading)
    owners = narrowed.owners(reading.viewer.owner_ids)
    never_count = sum(
        int(row["account_count"])
        for row in never
        if narrowed.holds_place(row["region"], row["country"])
        and (not narrowed.territory.startswith("owner:") or row["owner_id"] in owners)
    )

    def cards() -> Cards:
        return cards_of(reading, narrowed, query)

    def moved(most: int | None) -> list[Mover]:
        return movers(reading.tables, cards(), from_state=came_from, to_state=went_to, most=most)

    def in_order(after: int = 0, most: int | None = None) -> list[Card]:
        return listed(reading.tables, cards(), state=state, sort=sort, after=after, most=most)

    return Screen(
        "board.html",
        "Groups" if unit == "groups" else "Accounts",
        lambda: _told(reading, shown, cards()) | {"never_had_a_group": never_count},
        (
            Sheet(unit, f"These {unit}", _CARDS, _Later(lambda: map(_card_row, in_order()))),
            Sheet("moves", "Movements of the week", _MOVES, _Later(lambda: map(_move_row, moved(None)))),
            Sheet(
                "flows",
                "Movements added up",
                ("from", "to", "count", "cents", "currency"),
                tuple((f.from_state, f.to_state, f.count, f.cents, f.currency) for f in shown.flows),
            ),
        ),
        active="/board",
        more={
            "unit": unit,
            "board": shown,
            "is_table": is_table,
            "is_movers": is_movers,
            "movers": moved(_MOVERS) if is_movers else [],
            "movers_count": movers_count,
            "movers_shown": _MOVERS,
            "count": count,
            "shown": in_order((page - 1) * ON_PAGE, ON_PAGE) if is_listed else shown.latest,
            "page": page,
            "pages": pages,
            "on_column": ON_COLUMN,
            "states": STATES,
            "never_had_a_group": never_count,
            "thin": thin_words(reading),
            "span": _span(week),
            "beside": _beside(reading, week),
            "views": views_of(reading),
            "here": str(reading.request.url.path)
            + (f"?{reading.request.url.query}" if reading.request.url.query else ""),
            "year": reading.once("board year", lambda: _year(reading)) if has_year else None,
            "currency": reading.house.config.company.currency,
        },
        narrows=EVERY,
        whole=("the picture of the year",) if narrowed.has_rows_out and has_year else (),
    )


class _Later:
    """Rows that are asked for when somebody reads them: a page does not."""

    def __init__(self, make: Callable[[], Iterable[Row]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Row]:
        return iter(self._make())


def _told(reading: Reading, shown: Board, cards: Cards) -> dict[str, Any]:
    """A board as JSON: with every card of each state."""
    every = [
        replace(column, cards=tuple(listed(reading.tables, cards, state=column.state)))
        for column in shown.columns
    ]
    return {
        **{"unit": shown.unit, "week": shown.week, "columns": every, "flows": shown.flows},
        "thin": thin_words(reading),
    }


_MOVES = ("account_id", "account", "solution", "from", "to", "at", "reason", "cents", "currency")


def _untouched(reading: Reading) -> list[dict[str, Any]]:
    return reading.once("untouched", lambda: untouched(reading.tables))


def _span(week: Week) -> str:
    """The days that are looked at, as a sentence names them."""
    last = week.last_day
    return f"the {'week' if week.day_count == 7 else f'{week.day_count} days'} to {show(last)}"


def _beside(reading: Reading, week: Week) -> dict[str, Any]:
    """As many days before those shown, and after them, as addresses take them; the latest has no after."""
    as_of = reading.snapshot.as_of
    if not reading.asked.has_days:
        monday = week.last_day - timedelta(days=week.last_day.weekday())
        first = monday if week.to_at.date() != monday else monday - timedelta(days=7)
        return {"before": _days(first, 7), "after": None}
    first, count = week.from_at.date(), week.day_count
    after = first + timedelta(days=count)
    is_over = datetime(after.year, after.month, after.day) > as_of
    latest = {"since": None, "until": None}
    return {
        "before": _days(first - timedelta(days=count), count),
        "after": latest if is_over else _days(after, count),
    }


def _days(first: date, count: int) -> dict[str, str]:
    return {"since": first.isoformat(), "until": (first + timedelta(days=count - 1)).isoformat()}


def _card_row(card: Card) -> tuple[object, ...]:
    return tuple(getattr(card, column) for column in _CARDS)


def _move_row(mover: Mover) -> tuple[object, ...]:
    card = mover.card
    return (
        *(card.account_id, card.account, card.solution, mover.from_state, mover.to_state),
        *(mover.at, mover.reason, card.cents, card.currency),
    )


def _year(reading: Reading) -> Any:
    """Groups in and out of qualified by week for a year, as the board pack draws it."""
    as_of = reading.snapshot.as_of
    scope = Scope(quarter_of(as_of.date()), reading.house.config.company.currency, as_of)
    return movement_picture(reading.tables, scope, turns_sheet(reading.tables, scope))
