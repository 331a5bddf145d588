"""(c) The board: groups or accounts by state, what moved in and out in a week, and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter

from muster.reports.movement import movement_picture, turns_sheet
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope
from muster.reports.values import show
from muster.serving.boards import ON_COLUMN, Mover, shown_board
from muster.serving.figures.account_board import untouched
from muster.serving.figures.board import STATES, Card, Move, Week
from muster.serving.learnt import thin_words
from muster.serving.narrowing import EVERY
from muster.serving.pages.views import views_of
from muster.serving.reading import Reading
from muster.serving.screen import Screen, Sheet, screen

router = APIRouter()
PAGE = 50
_CARDS = (
    *("account_id", "account", "buying_group_id", "solution", "country", "region", "state", "was", "since"),
    *("reason", "members", "visitors", "score", "cents", "currency", "dollars_are", "moved"),
)


@screen(router, "/board", needs="see_groups")
def board(reading: Reading) -> Screen:
    """States, flows between them, and the list behind each."""
    query, narrowed = reading.query, reading.asked
    shown = shown_board(reading, narrowed, query)
    unit, week = shown.unit, shown.week
    columns, flows, listed = shown.columns, shown.flows, shown.listed
    came_from, went_to = query.get("from", ""), query.get("to", "")
    asked = [mover for mover in shown.moved if _is_asked(mover.move, came_from, went_to)]
    page = _page(query.get("page", "1"))
    is_table = bool(query.get("state")) or query.get("view") == "table"
    is_movers = bool(came_from or went_to)
    has_year = reading.viewer.may("see_measures") and not is_table and not is_movers
    never = _untouched(reading)
    owners = narrowed.owners(reading.viewer.owner_ids)
    never_count = sum(
        int(row["account_count"])
        for row in never
        if narrowed.holds_place(row["region"], row["country"])
        and (not narrowed.territory.startswith("owner:") or row["owner_id"] in owners)
    )
    return Screen(
        "board.html",
        "Groups" if unit == "groups" else "Accounts",
        {
            **{"unit": unit, "week": week, "columns": columns, "flows": flows},
            **{"never_had_a_group": never_count, "thin": thin_words(reading)},
        },
        (
            Sheet(unit, f"These {unit}", _CARDS, (_card_row(card) for card in listed)),
            Sheet("moves", "Movements of the week", _MOVES, (_move_row(m) for m in asked)),
            Sheet(
                "flows",
                "Movements added up",
                ("from", "to", "count", "cents", "currency"),
                tuple((f.from_state, f.to_state, f.count, f.cents, f.currency) for f in flows),
            ),
        ),
        active="/board",
        more={
            "unit": unit,
            "is_table": is_table,
            "is_movers": is_movers,
            "asked": asked,
            "flow_picture": shown.flow_picture,
            "listed": listed,
            "shown": listed[(page - 1) * PAGE : page * PAGE],
            "page": page,
            "pages": -(-len(listed) // PAGE),
            "on_column": ON_COLUMN,
            "states": STATES,
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


def _is_asked(move: Move, came_from: str, went_to: str) -> bool:
    return (not came_from or move.from_state == came_from) and (
        went_to in ("", "any") or move.to_state == went_to
    )


def _page(text: str) -> int:
    return max(int(text), 1) if text.isdigit() else 1


def _card_row(card: Card) -> tuple[object, ...]:
    return tuple(getattr(card, column) for column in _CARDS)


def _move_row(mover: Mover) -> tuple[object, ...]:
    card, move = mover.card, mover.move
    return (
        *(card.account_id, card.account, card.solution, move.from_state, move.to_state),
        *(move.at, move.reason, card.cents, card.currency),
    )


def _year(reading: Reading) -> Any:
    """Groups in and out of qualified by week for a year, as the board pack draws it."""
    as_of = reading.snapshot.as_of
    scope = Scope(quarter_of(as_of.date()), reading.house.config.company.currency, as_of)
    return movement_picture(reading.tables, scope, turns_sheet(reading.tables, scope))
