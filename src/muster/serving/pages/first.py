"""Where somebody lands: the worklist, or what to do before there is one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from muster.serving.reading import house_of, viewer_of
from muster.serving.rendering import render_plain

router = APIRouter()


@router.get("/", include_in_schema=False)
def home(request: Request) -> Response:
    """Reps come for their worklist, the others for what changed."""
    viewer = viewer_of(request)
    return RedirectResponse("/worklist" if viewer.may("decide") else "/board", 303)


@router.get("/first-run", include_in_schema=False)
def first_run(request: Request) -> Response:
    """What to do in a workspace without tables."""
    viewer_of(request)
    if house_of(request).snapshots.current() is not None:
        return RedirectResponse("/", 303)
    told: dict[str, Any] = {
        "title": "Nothing built yet",
        "sentence": "This workspace has no tables yet: name your exports in muster.toml, then build them.",
        "remedy": "muster check tells what it can read; muster run builds the tables.",
    }
    return render_plain(request, "message.html", address=None, word="", **told)
