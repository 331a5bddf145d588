"""Saved views: a page with its filters under a name, one's own or everybody's."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.serving.reading import Reading, house_of, viewer_of
from muster.store.views import SavedView, delete_view, save_view, views_for

router = APIRouter(include_in_schema=False)


@router.post("/views")
def save(
    request: Request,
    name: Annotated[str, Form()],
    path: Annotated[str, Form()],
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Keep a page as it is filtered, and go back to it."""
    viewer = viewer_of(request)
    save_view(house_of(request).store, viewer.user_id, name, path, is_shared=bool(shared))
    return RedirectResponse(path, 303)


@router.post("/views/{view_id}/delete")
def delete(request: Request, view_id: str, back: Annotated[str, Form()] = "/") -> Response:
    """Forget a view of one's own."""
    viewer = viewer_of(request)
    delete_view(house_of(request).store, view_id, user_id=viewer.user_id)
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return RedirectResponse(back if is_ours else "/", 303)


def views_of(reading: Reading) -> list[SavedView]:
    """The views of the page that is read: one's own and those that others share."""
    here = reading.request.url.path
    found = views_for(reading.store, reading.viewer.user_id)
    return [view for view in found if urlsplit(view.path).path == here]
