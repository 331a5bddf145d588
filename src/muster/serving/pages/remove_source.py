"""Take a source out: what leaves is shown before, and the audit trail keeps what it was."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.engine.lock import hold
from muster.serving.first_steps import begin_look, forget_look, looked
from muster.serving.naming_sources import own_back
from muster.serving.reading import Missing, house_of, viewer_of
from muster.serving.removing import Leaving, leaving, remove
from muster.serving.rendering import render_plain
from muster.serving.settings import demand
from muster.store.audit import note

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/sources/{name}/remove")
def preview(request: Request, name: str, back: str = "") -> Response:
    """What would leave with a source."""
    demand(viewer_of(request), "run")
    told = _leaving(request, name)
    return render_plain(
        request, "remove_source.html", title=f"Take {name} out", told=told, back=own_back(back)
    )


@router.post("/sources/{name}/remove")
def take_out(request: Request, name: str, files: Text = "keep", back: Text = "") -> Response:
    """Take it out, and look at what is left."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "run")
    with hold(house.workspace, "muster serve: take a source out"):
        told = _leaving(request, name)
        kept = remove(house.config, told, house.workspace, with_files=files == "delete")
        with house.store.writing() as connection:
            note(connection, viewer.email, "remove_source", f"source {name}", kept)
    if looked(house.workspace)[0] != "going":
        if told.is_last:
            forget_look(house.workspace)
        else:
            begin_look(house.workspace)
    return RedirectResponse(own_back(back), 303)


def _leaving(request: Request, name: str) -> Leaving:
    house = house_of(request)
    told = leaving(
        house.config,
        name,
        house.workspace,
        snapshot=house.snapshots.current(),
        viewer=viewer_of(request),
    )
    if told is None:
        raise Missing
    return told
