"""Where somebody lands: the worklist, or the first steps of a workspace that has no tables yet."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.engine.lock import is_held
from muster.problems import MusterError
from muster.serving.first_steps import add_export, begin_look, looked
from muster.serving.reading import house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.scheduling import begin_run, said
from muster.serving.settings import demand

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request) -> Response:
    """Reps come for their worklist, the others for what changed."""
    viewer = viewer_of(request)
    if house_of(request).snapshots.current() is None:
        return RedirectResponse("/first-run", 303)
    return RedirectResponse("/worklist" if viewer.role == "rep" else "/board", 303)


@router.get("/first-run")
def first_run(request: Request) -> Response:
    """From nothing to tables: name an export, look at it, build."""
    return _page(request)


@router.post("/first-run/source")
def name_export(
    request: Request,
    path: Annotated[str, Form()],
    name: Annotated[str, Form()] = "crm",
    solution_field: Annotated[str, Form()] = "",
    mql_field: Annotated[str, Form()] = "",
) -> Response:
    """Name an export in muster.toml, and begin to look at it."""
    demand(viewer_of(request), "run")
    workspace = house_of(request).workspace
    try:
        add_export(workspace, name=name, path=path, solution_field=solution_field, mql_field=mql_field)
    except MusterError as error:
        said = {"path": path, "name": name, "solution_field": solution_field, "mql_field": mql_field}
        return _page(request, problem=f"{error.message} {error.remedy or ''}", given=said, status=422)
    begin_look(workspace)
    return RedirectResponse("/first-run", 303)


@router.post("/first-run/look")
def look(request: Request) -> Response:
    """Look at every source once more."""
    demand(viewer_of(request), "run")
    begin_look(house_of(request).workspace)
    return RedirectResponse("/first-run", 303)


@router.post("/first-run/build")
def build(request: Request) -> Response:
    """Build the tables."""
    demand(viewer_of(request), "run")
    workspace = house_of(request).workspace
    if not is_held(workspace):
        begin_run(workspace)
    return RedirectResponse("/first-run", 303)


def _page(
    request: Request, *, problem: str = "", given: dict[str, str] | None = None, status: int = 200
) -> Response:
    viewer, house = viewer_of(request), house_of(request)
    try:
        sources, complaint = house.config.source, ""
    except MusterError as error:
        sources, complaint = (), f"{error.message} {error.remedy or ''}"
    state, found = looked(house.workspace)
    told: dict[str, Any] = {
        "title": "First steps",
        "sources": sources,
        "may_run": viewer.may("run"),
        "problem": problem or complaint,
        "given": given or {},
        "state": state,
        "found": found,
        "is_running": is_held(house.workspace),
        "said": said(house.workspace)[-4000:],
        "is_built": house.snapshots.current() is not None,
    }
    return render_plain(request, "first_run.html", status=status, **told)
