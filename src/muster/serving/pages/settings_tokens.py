"""(h) Tokens of everybody, for admins; each has their own under /me."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.problems import WrongUse
from muster.serving.reading import Reading, house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.store.tokens import SCOPES, new_token, read_tokens, revoke_token
from muster.store.users import read_users

router = APIRouter(include_in_schema=False)
_COLUMNS = ("token_id", "name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
_LASTS = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365), "": None}


@screen(router, "/settings/tokens", needs="manage_tokens")
def tokens(asked: Reading) -> Screen:
    """Every token, the revoked too: whose it is, what it may do, when it was used."""
    names = {user.user_id: user.email for user in read_users(asked.store)}
    rows = tuple(
        (
            *(token.token_id, token.name, names.get(token.user_id, ""), " ".join(sorted(token.scopes))),
            *(token.created_at, token.last_used_at, token.expires_at, token.revoked_at),
        )
        for token in read_tokens(asked.store)
    )
    told = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    more = {"parts": parts_for(asked.viewer), "part": "/settings/tokens"}
    sheet = Sheet("tokens", "Tokens", _COLUMNS, rows)
    return Screen("settings_tokens.html", "Tokens", told, (sheet,), active="/settings", more=more)


@router.post("/me/tokens")
def make(
    request: Request,
    name: Annotated[str, Form()],
    scopes: Annotated[list[str] | None, Form()] = None,
    days: Annotated[str, Form()] = "90",
) -> Response:
    """Make a token of one's own, and show it, once."""
    viewer = viewer_of(request)
    if days not in _LASTS:
        raise WrongUse("A token lasts 30, 90 or 365 days, or until it is revoked.", field="days")
    text, token = new_token(
        house_of(request).store,
        viewer.user_id,
        name.strip() or "a token",
        scopes=scopes or [],
        by=viewer.email,
        lasts=_LASTS[days],
    )
    told: dict[str, Any] = {"title": f"Your token {token.name}", "secret": text, "back": "/me"}
    told |= {"sentence": "Keep it where programs find it and people do not: nothing can show it again."}
    return render_plain(request, "shown_once.html", **told)


@router.post("/me/tokens/{token_id}/revoke")
def revoke(request: Request, token_id: str) -> Response:
    """Let a token do nothing any more: one's own, or for admins anybody's."""
    viewer, store = viewer_of(request), house_of(request).store
    own = {token.token_id for token in read_tokens(store, viewer.user_id)}
    if token_id not in own:
        demand(viewer, "manage_tokens")
    revoke_token(store, token_id, by=viewer.email)
    return RedirectResponse("/me" if token_id in own else "/settings/tokens", 303)


SCOPES_SHOWN = tuple(SCOPES)
