"""(h) Users: who may sign in, as what, and which accounts are theirs; links that invite or reset."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.access.viewer import ROLES
from muster.serving.figures.owners import owner_names
from muster.serving.reading import Reading, house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.store.invitations import INVITE, RESET, new_invitation
from muster.store.users import add_user, change_user, read_users, user_by_id

router = APIRouter(include_in_schema=False)
_COLUMNS = ("email", "name", "role", "owner_ids", "territories", "slack_id", "is_disabled", "created_at")
_OWNERS = """
SELECT owner_id, COUNT(*) AS accounts FROM account WHERE owner_id IS NOT NULL
GROUP BY owner_id ORDER BY accounts DESC, owner_id LIMIT 500"""
_PLACES = """
SELECT 'country:' || country AS place, COUNT(*) AS accounts FROM account
WHERE country IS NOT NULL GROUP BY country
UNION ALL SELECT 'region:' || region, COUNT(*) FROM account WHERE region IS NOT NULL GROUP BY region
ORDER BY accounts DESC, place LIMIT 200"""


@screen(router, "/settings/users", needs="manage_users")
def users(asked: Reading) -> Screen:
    """Everybody who may sign in, and a form for one more."""
    found = read_users(asked.store)
    rows = tuple(
        (
            *(user.email, user.name, user.role, ", ".join(sorted(user.owner_ids))),
            *(", ".join(sorted(user.territories)), user.slack_id, user.is_disabled, user.created_at),
        )
        for user in found
    )
    told = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    more = {
        "parts": parts_for(asked.viewer),
        "part": "/settings/users",
        "users": found,
        "roles": ROLES,
        "owners": asked.once("owners", lambda: asked.tables.records(_OWNERS)),
        "names": owner_names(asked),
        "places": asked.once("places", lambda: asked.tables.records(_PLACES)),
    }
    sheet = Sheet("users", "Users", _COLUMNS, rows)
    return Screen("settings_users.html", "Users", told, (sheet,), active="/settings", more=more)


@router.post("/settings/users")
def add(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    email: Annotated[str, Form()],
    name: Annotated[str, Form()],
    role: Annotated[str, Form()],
    owner_ids: Annotated[str, Form()] = "",
    territories: Annotated[str, Form()] = "",
) -> Response:
    """Add somebody, and show the link by which they choose a password."""
    viewer, store = viewer_of(request), house_of(request).store
    demand(viewer, "manage_users")
    user = add_user(
        store,
        email,
        name,
        role=role,
        by=viewer.email,
        owner_ids=_listed(owner_ids),
        territories=_listed(territories),
    )
    return _link(request, user.user_id, INVITE)


@router.post("/settings/users/{user_id}")
def change(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    user_id: int,
    role: Annotated[str, Form()],
    owner_ids: Annotated[str, Form()] = "",
    territories: Annotated[str, Form()] = "",
    slack_id: Annotated[str | None, Form()] = None,
    is_disabled: Annotated[bool, Form()] = False,
) -> Response:
    """Change what somebody may see and do; whoever is disabled is signed out at once."""
    viewer = viewer_of(request)
    demand(viewer, "manage_users")
    change_user(
        house_of(request).store,
        user_id,
        by=viewer.email,
        role=role,
        owner_ids=_listed(owner_ids),
        territories=_listed(territories),
        slack_id=slack_id,
        is_disabled=is_disabled,
    )
    return RedirectResponse("/settings/users", 303)


@router.post("/settings/users/{user_id}/link")
def link(request: Request, user_id: int) -> Response:
    """A new link by which a user chooses a password; earlier ones no longer work."""
    demand(viewer_of(request), "manage_users")
    user = user_by_id(house_of(request).store, user_id)
    return _link(request, user_id, RESET if user is not None and user.has_password else INVITE)


def _link(request: Request, user_id: int, purpose: str) -> Response:
    """Show a new link, once: the store keeps its hash alone."""
    house, viewer = house_of(request), viewer_of(request)
    secret = new_invitation(house.store, purpose, user_id, by=viewer.email)
    user = user_by_id(house.store, user_id)
    assert user is not None
    base = house.config.serve.public_url or str(request.base_url).rstrip("/")
    told: dict[str, Any] = {"title": f"A link for {user.name}", "secret": f"{base}/start/{secret}"}
    told |= {"sentence": f"Send it to {user.email}: it works once, and nothing can show it again."}
    return render_plain(request, "shown_once.html", back="/settings/users", **told)


def _listed(text: str) -> list[str]:
    """What a field holds, one a line or with commas between."""
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
