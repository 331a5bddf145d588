"""(h) CRM: one write, a run's writes, what waits for a field: seen first, then taken back, retried, given up.

Each has a page of its own, which says what would become of it; its button does it. The audit trail keeps who
pressed it. The CRM itself is asked by whoever writes there, so no page waits for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.problems import WrongUse
from muster.serving.figures.crm_records import record_names
from muster.serving.reading import Missing, Reading, house_of, viewer_of
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.store.crm_log import Counted, counts_of_runs, of_one_field, waiting_by_field
from muster.store.crm_writes import (
    DEAD,
    DISCARDED,
    FAILED,
    ON_THEIR_WAY,
    WAITING,
    Write,
    discard,
    discard_field,
    read_writes,
    retry,
)
from muster.writing_back import undo, undoable
from muster.writing_back.told import told

router = APIRouter(include_in_schema=False)
PART = "/settings/crm"
SHOWN = 100
COLUMNS = (
    *("number", "object", "record_id", "field", "old_value", "new_value", "state", "attempts"),
    *("last_answer", "run_id", "by", "undoes", "created_at", "settled_at"),
)


@screen(router, "/settings/crm/writes/{number}", needs="manage_deliveries")
def one_write(asked: Reading) -> Screen:
    """A write with all that was ever written into its field, and what can be done about it."""
    number = asked.path["number"]
    # As the store counts them: more digits than it can hold name no write.
    found = read_writes(asked.store, number=int(number)) if number.isdecimal() and len(number) < 10 else []
    if not found:
        raise Missing
    [one] = found
    rows = of_one_field(asked.store, one)
    more = {
        "one": one,
        "shown": rows[:SHOWN],
        "may_undo": bool(undoable(asked.store, found)),
        "may_retry": one.state in {DEAD, DISCARDED, FAILED},
        "may_discard": one.state in {WAITING, FAILED, DEAD},
    }
    return _screen(asked, "settings_crm_write.html", f"Write {number}", rows, more)


@screen(router, "/settings/crm/runs/{run_id}", needs="manage_deliveries")
def one_run(asked: Reading) -> Screen:
    """What a run wrote, and what taking it back would put there again."""
    run_id = asked.path["run_id"]
    rows = read_writes(asked.store, run_id=run_id)
    if not rows:
        raise Missing
    back = undoable(asked.store, rows)
    counted = counts_of_runs(asked.store, [run_id]).get(run_id, Counted())
    more = {"run_id": run_id, "back": back[:SHOWN], "back_count": len(back), "told": told(counted)}
    return _screen(asked, "settings_crm_run.html", f"Run {run_id}", rows, more)


@screen(router, "/settings/crm/waiting/{name}", needs="manage_deliveries")
def waiting(asked: Reading) -> Screen:
    """What is on its way into one field, and what giving it up means."""
    object_, _, field = asked.path["name"].partition(".")
    if not waiting_by_field(asked.store).get((object_, field)):
        raise Missing
    every = read_writes(asked.store, states=ON_THEIR_WAY)
    rows = [one for one in every if (one.object, one.field, one.undoes) == (object_, field, None)]
    mapped = {one.name for one in asked.house.config.crm_write_back.field}
    name = asked.path["name"]
    more = {"name": name, "shown": rows[:SHOWN], "count": len(rows), "is_mapped": name in mapped}
    return _screen(asked, "settings_crm_waiting.html", f"What waits for {name}", rows, more)


@router.post("/settings/crm/writes/{number}")
def change_write(request: Request, number: int, verdict: Annotated[str, Form()]) -> Response:
    """Take one write back, try it again, or give it up."""
    viewer, store = viewer_of(request), house_of(request).store
    demand(viewer, "manage_deliveries")
    if verdict == "undo":
        undo(store, number=number, by=viewer.email)
    elif verdict == "retry":
        retry(store, number, by=viewer.email, now=datetime.now(UTC))
    elif verdict == "discard":
        discard(store, number, by=viewer.email, now=datetime.now(UTC))
    else:
        raise WrongUse("A write is taken back, tried again or given up.", field="verdict")
    return RedirectResponse(f"{PART}/writes/{number}", 303)


@router.post("/settings/crm/runs/{run_id}")
def undo_run(request: Request, run_id: str) -> Response:
    """Take back what a run wrote, as far as the CRM still holds it."""
    viewer = viewer_of(request)
    demand(viewer, "manage_deliveries")
    undo(house_of(request).store, run_id=run_id, by=viewer.email)
    return RedirectResponse(f"{PART}/runs/{run_id}", 303)


@router.post("/settings/crm/waiting/{name}")
def discard_waiting(request: Request, name: str) -> Response:
    """Give up all that waits for a field."""
    viewer = viewer_of(request)
    demand(viewer, "manage_deliveries")
    object_, _, field = name.partition(".")
    discard_field(house_of(request).store, object_, field, by=viewer.email, now=datetime.now(UTC))
    return RedirectResponse(PART, 303)


def rows_of(writes: list[Write]) -> list[dict[str, Any]]:
    """Writes as JSON and CSV tell them."""
    return [{name: getattr(one, name) for name in COLUMNS} for one in writes]


def _screen(asked: Reading, template: str, title: str, writes: list[Write], more: dict[str, Any]) -> Screen:
    rows = rows_of(writes)
    sheet = Sheet("writes", "Writes", COLUMNS, tuple(tuple(row.values()) for row in rows))
    shown = {one.record_id for one in writes[:SHOWN]} | {one.record_id for one in more.get("back", ())}
    parts = {"parts": parts_for(asked.viewer), "part": PART, "names": record_names(asked.tables, shown)}
    return Screen(template, title, {"writes": rows}, (sheet,), active="/settings", more=parts | more)
