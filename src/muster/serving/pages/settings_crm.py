"""(h) CRM: which fields are written back, what a write would change now, and what was written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.engine.lock import HOME
from muster.serving.background import Work, begin, work
from muster.serving.figures.crm_records import record_names
from muster.serving.pages.settings_crm_writes import COLUMNS, SHOWN, rows_of
from muster.serving.reading import Reading, house_of, viewer_of
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.store.crm_fields import STATES
from muster.store.crm_log import Counted, counts_of_runs
from muster.store.crm_writes import read_writes
from muster.workspace import open_workspace
from muster.writing_back import field_states, switch, unmapped
from muster.writing_back.told import told

router = APIRouter(include_in_schema=False)
_WORK = "crm"
_TOLD_IN = Path(HOME, "log", "serving-crm.json")
_FIELD = ("field", "value", "solution", "state")
_CHANGE = ("object", "record_id", "field", "old", "new", "fate")


@screen(router, "/settings/crm", needs="manage_deliveries")
def crm(asked: Reading) -> Screen:
    """Every mapped field with its state, the changes found when somebody looked, the last writes."""
    config = open_workspace(asked.house.workspace).config
    states = field_states(asked.store, config)
    fields = [
        {"field": one.name, "value": one.value, "solution": one.solution or "", "state": states[one.name]}
        for one in config.crm_write_back.field
    ]
    looked = _looked(asked.house.workspace)
    changes = looked["changes"]
    writes = rows_of(read_writes(asked.store, most=SHOWN))
    last = writes[0]["run_id"] if writes else ""
    counted = counts_of_runs(asked.store, [last])
    sheets = (
        _sheet("fields", "Fields", _FIELD, fields),
        _sheet("changes", "What would change", _CHANGE, changes),
        _sheet("writes", "What was written", COLUMNS, writes),
    )
    more: dict[str, Any] = {
        "parts": parts_for(asked.viewer),
        "part": "/settings/crm",
        "fields": fields,
        "states": STATES,
        "instance": config.crm_write_back.instance_url,
        "looked": looked,
        "changes": changes[:SHOWN],
        "writes": writes,
        "names": record_names(asked.tables, {one["record_id"] for one in (*changes[:SHOWN], *writes)}),
        "last": last,
        "told": told(counted.get(last, Counted())),
        "unmapped": unmapped(asked.store, config),
        "work": _as_shown(work(asked.house.workspace, _WORK)),
    }
    data = {"fields": fields, "changes": changes, "writes": writes}
    data |= {"last_run": last, "told": more["told"], "unmapped": more["unmapped"]}
    return Screen("settings_crm.html", "CRM", data, sheets, active="/settings", more=more)


@router.post("/settings/crm")
def turn(request: Request, name: Annotated[str, Form()], state: Annotated[str, Form()]) -> Response:
    """Turn one field off, to dry-run or on."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "manage_deliveries")
    config = open_workspace(house.workspace).config
    switch(house.store, config, name, state, by=viewer.email, clock=lambda: datetime.now(UTC))
    return RedirectResponse("/settings/crm", 303)


@router.post("/settings/crm/look")
def look(request: Request) -> Response:
    """Begin to compare with the CRM, in a process of its own: it is asked over the network."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "manage_deliveries")
    begin(house.workspace, _WORK, ["crm", "preview", "--json"], told_in=house.workspace / _TOLD_IN)
    return RedirectResponse("/settings/crm", 303)


def _looked(workspace: Path) -> dict[str, Any]:
    """What was found when somebody looked last; no changes and no run where nobody did, or while it runs."""
    nothing = {"run_id": "", "as_of": "", "changes": [], "same_count": 0}
    try:
        found = json.loads((workspace / _TOLD_IN).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return nothing
    return nothing | found if isinstance(found, dict) else nothing


def _as_shown(found: Work) -> Work:
    """A preview that ends with 1 has found fields that are theirs, which is no failure."""
    return replace(found, ended=0) if found.ended == 1 else found


def _sheet(key: str, title: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Sheet:
    return Sheet(key, title, columns, tuple(tuple(row[column] for column in columns) for row in rows))
