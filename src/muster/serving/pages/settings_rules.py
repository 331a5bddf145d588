"""(h) Rules: every dated rule with its reason; a change says what it would move before it is saved."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from muster.rules.read import rule_shapes
from muster.serving.reading import Missing, Reading, house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.rule_drafts import begin_draft, drop_draft, keep_draft, moved_by, read_draft, rule_lines
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for

router = APIRouter(include_in_schema=False)


@screen(router, "/settings", needs="edit_rules")
def rules(asked: Reading) -> Screen:
    """Every rule file: what it is for, and how many rows it has."""
    workspace = asked.house.workspace
    found = [
        {
            "name": name,
            "about": shape.about,
            "rows": len(rule_lines(workspace, name)),
            "is_own": (workspace / "rules" / f"{name}.csv").is_file(),
        }
        for name, shape in rule_shapes().items()
    ]
    columns = ("name", "about", "rows", "is_own")
    sheet = Sheet("rules", "Rule files", columns, tuple(tuple(f[c] for c in columns) for f in found))
    more = {"parts": parts_for(asked.viewer), "part": "/settings"}
    return Screen("settings_rules.html", "Rules", found, (sheet,), active="/settings", more=more)


@screen(router, "/settings/rules/{name}", needs="edit_rules")
def rule(asked: Reading) -> Screen:
    """One rule file, row by row, and a form for one row more."""
    name = asked.path["name"]
    if name not in rule_shapes():
        raise Missing
    shape = rule_shapes()[name]
    columns = (*shape.columns, "effective_from", "why")
    lines = rule_lines(asked.house.workspace, name)
    rows = tuple(tuple(line.get(column) or "" for column in columns) for line in lines)
    more = {
        "parts": parts_for(asked.viewer),
        "part": "/settings",
        "name": name,
        "about": shape.about,
        "columns": columns,
        "rows": rows,
        "kinds": dict(shape.columns),
        "today": f"{asked.snapshot.as_of:%Y-%m-%d}",
        "known": {c: sorted({line.get(c) or "" for line in lines})[:200] for c in shape.columns},
    }
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    sheet = Sheet(name, f"{name}.csv", columns, rows)
    return Screen("settings_rule.html", f"Rules: {name}", told, (sheet,), active="/settings", more=more)


@router.post("/settings/rules/{name}")
async def try_rule(request: Request, name: str) -> Response:
    """Begin to try a row on the history."""
    viewer = viewer_of(request)
    demand(viewer, "edit_rules")
    form = await request.form()
    row = {key: str(value) for key, value in form.items()}
    row.setdefault("effective_from", f"{datetime.now(UTC):%Y-%m-%d}")
    workspace = house_of(request).workspace
    draft = await run_in_threadpool(begin_draft, workspace, name, row, who=viewer.email)
    return RedirectResponse(f"/settings/drafts/{draft.draft_id}", 303)


@router.get("/settings/drafts/{draft_id}")
def preview(request: Request, draft_id: str) -> Response:
    """What a draft would move, or that it is being tried."""
    viewer = viewer_of(request)
    demand(viewer, "edit_rules")
    workspace = house_of(request).workspace
    draft = read_draft(workspace, draft_id)
    is_part = request.headers.get("hx-request") == "true"
    return render_plain(
        request,
        "rule_moved.html" if is_part else "settings_draft.html",
        title=f"A change of {draft.name}",
        draft=draft,
        moved=moved_by(workspace, draft),
        parts=parts_for(viewer),
        part="/settings",
    )


@router.post("/settings/drafts/{draft_id}")
async def decide(request: Request, draft_id: str) -> Response:
    """Save a draft's row, or forget it."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "edit_rules")
    draft = read_draft(house.workspace, draft_id)
    form = await request.form()
    if form.get("verdict") == "save":
        await run_in_threadpool(keep_draft, house.workspace, house.store, draft)
    else:
        drop_draft(house.workspace, draft)
    return RedirectResponse(f"/settings/rules/{draft.name}", 303)
