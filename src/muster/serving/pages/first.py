"""Where somebody lands: the worklist, or the first steps of a workspace that has no tables yet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from muster.serving.naming_sources import FIRST, state_of
from muster.serving.reading import house_of, viewer_of
from muster.serving.rendering import render_plain

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
    """From nothing to tables: name the company, upload or name an export, look at it, build."""
    viewer = viewer_of(request)
    told = state_of(
        house_of(request), back=FIRST, email=viewer.email, adds=request.query_params.get("add", "")
    )
    return render_plain(request, "first_run.html", title="First steps", told=told, **told)
