"""(a) The rep's worklist: which groups to act on, most worth it first, and the buttons to act with."""

from __future__ import annotations

from fastapi import APIRouter

from muster.serving.figures.worklist import TABS, Item, agreed_hours, items, told_of
from muster.serving.reading import Reading
from muster.serving.screen import Screen, Sheet, screen

router = APIRouter()
PAGE = 50
_COLUMNS = (
    *("buying_group_id", "hand_off_id", "account", "solution", "status", "since", "tab", "handed_at"),
    *("days_waiting", "is_late", "owner_id", "outcome", "outcome_reason", "score", "p_open", "p_win"),
    *("expected_cents", "members", "visitors", "stage", "deal_cents", "deal_currency"),
)


@screen(router, "/worklist", needs="see_groups")
def worklist(reading: Reading) -> Screen:
    """The groups of one tab, fifty a page."""
    tab = reading.query.get("tab", "act")
    solution = reading.query.get("solution", "")
    as_of = reading.snapshot.as_of
    hours = agreed_hours(reading.house.workspace, as_of)
    everything = reading.once(
        f"worklist {hours}", lambda: items(reading.tables, as_of=as_of, agreed_hours=hours)
    )
    theirs = [item for item in everything if not solution or item.solution == solution]
    counts = {key: sum(item.tab == key for item in theirs) for key, _ in TABS}
    listed = [item for item in theirs if item.tab == tab]
    page = max(int(reading.query.get("page", "1") or 1), 1) if reading.query.get("page", "1").isdigit() else 1
    shown = listed[(page - 1) * PAGE : page * PAGE]
    return Screen(
        "worklist.html",
        "Worklist",
        {"tab": tab, "counts": counts, "groups": listed},
        (Sheet("worklist", "This list", _COLUMNS, tuple(_row(item) for item in listed)),),
        active="/worklist",
        more={
            "tabs": [(key, f"{word} ({counts[key]})") for key, word in TABS],
            "shown": shown,
            "told": told_of(reading.tables, shown, as_of=as_of),
            "page": page,
            "pages": -(-len(listed) // PAGE),
            "late": sum(item.is_late for item in theirs),
            "solutions": sorted({item.solution for item in everything}),
            "currency": reading.house.config.company.currency,
        },
    )


def _row(item: Item) -> tuple[object, ...]:
    return tuple(getattr(item, column) for column in _COLUMNS)
