"""What is one's own: name and password, where one is signed in, tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.problems import WrongUse
from muster.serving.figures.owners import owner_names, seller
from muster.serving.form_again import Refused
from muster.serving.pages.settings_tokens import SCOPES_SHOWN
from muster.serving.reading import NoRun, house_of, reading_as, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.sessions import sign_in
from muster.store.passkeys import passkeys_of
from muster.store.proofs import check_password, set_password
from muster.store.sessions import end_all_sessions, sessions_of
from muster.store.tokens import read_tokens
from muster.store.users import User, change_user, user_by_id

router = APIRouter(include_in_schema=False)


@router.get("/me")
def me(request: Request) -> Response:
    """One's own settings."""
    viewer, store = viewer_of(request), house_of(request).store
    return render_plain(
        request,
        "me.html",
        title="Your settings",
        user=(user := user_by_id(store, viewer.user_id)),
        theirs=_theirs(request, user) if user is not None else [],
        passkeys=passkeys_of(store, viewer.user_id),
        sessions=sessions_of(store, viewer.user_id),
        tokens=[token for token in read_tokens(store, viewer.user_id) if token.revoked_at is None],
        scopes=SCOPES_SHOWN,
        has_slack=house_of(request).config.messages.slack is not None,
    )


def _theirs(request: Request, user: User) -> list[str]:
    """Whose accounts a rep sees, by name, and in which territories; ids where no run has told names yet."""
    try:
        with reading_as(request, viewer_of(request)) as asked:
            names = owner_names(asked)
    except NoRun:
        names = {}
    owners = [seller(owner, names) for owner in sorted(user.owner_ids)]
    return [*([f"the accounts of {', '.join(owners)}"] if owners else []), *sorted(user.territories)]


@router.post("/me/password")
def change_password(request: Request, now: Annotated[str, Form()], new: Annotated[str, Form()]) -> Response:
    """A new password, for whoever knows the one before; other browsers are signed out."""
    viewer, store = viewer_of(request), house_of(request).store
    user = user_by_id(store, viewer.user_id)
    assert user is not None
    if user.has_password and check_password(store, viewer.email, now) is None:
        raise Refused("That is not your password of now.", field="now")
    try:
        set_password(store, viewer.user_id, new, by=viewer.email)
    except WrongUse as error:
        raise Refused(error.message, remedy=error.remedy, field="new") from None
    return sign_in(request, RedirectResponse("/me", 303), user)


@router.post("/me/slack")
def in_slack(request: Request, slack_id: Annotated[str, Form()] = "") -> Response:
    """Say who one is in Slack, or nobody: what that member presses there is one's own answer."""
    viewer = viewer_of(request)
    change_user(house_of(request).store, viewer.user_id, slack_id=slack_id, by=viewer.email)
    return RedirectResponse("/me", 303)


@router.post("/me/sign-out-everywhere")
def sign_out_everywhere(request: Request) -> Response:
    """End one's sessions in every browser, this one too."""
    viewer = viewer_of(request)
    end_all_sessions(house_of(request).store, viewer.user_id, by=viewer.email)
    return RedirectResponse("/sign-in", 303)
