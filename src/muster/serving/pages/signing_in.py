"""Sign in with a password, use a one-time link, sign out."""

from __future__ import annotations

from secrets import compare_digest
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.problems import MusterError
from muster.serving.form_again import Refused
from muster.serving.guards import Limit
from muster.serving.reading import Missing, house_of
from muster.serving.rendering import render_plain
from muster.serving.sessions import sign_in, sign_out
from muster.store.invitations import read_invitation, use_invitation
from muster.store.proofs import check_password
from muster.store.users import user_by_id

router = APIRouter(include_in_schema=False)
_TRIES = Limit(tries=5, seconds=60)
_UNKNOWN = "E-mail and password do not go together."
_ASK = "Try once more, or ask whoever looks after Muster here for a link that sets a new password."


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:
    """The form."""
    sign_on = house_of(request).config.serve.sign_on
    told: dict[str, Any] = {
        "title": "Sign in",
        "next": own_address(next),
        "sign_on": sign_on.name if sign_on else None,
    }
    return render_plain(request, "sign_in.html", **told)


@router.post("/sign-in")
def sign_in_form(
    request: Request,
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in, or the same words whoever is unknown, disabled, or mistyped."""
    host = request.client.host if request.client else ""
    if wait := _TRIES.wait(f"{email.casefold()} {host}"):
        told = f"Five tries a minute: the next one in {wait} seconds."
        raise Refused(told, field="password", status=429, wait=wait)
    user = check_password(house_of(request).store, email, password)
    if user is None:
        raise Refused(_UNKNOWN, remedy=_ASK, field="password", status=401)
    return sign_in(request, RedirectResponse(own_address(next), 303), user)


@router.post("/sign-out")
def sign_out_form(request: Request) -> Response:
    """End this browser's session."""
    return sign_out(request, RedirectResponse("/sign-in", 303))


@router.get("/enter/{secret}")
def enter(request: Request, secret: str) -> Response:
    """The link of whoever started the app for themselves, as `muster demo` does."""
    house = house_of(request)
    if house.entry is None or not compare_digest(secret.encode(), house.entry.secret.encode()):
        raise Missing
    user = user_by_id(house.store, house.entry.user_id)
    assert user is not None
    return sign_in(request, RedirectResponse("/", 303), user, how="entry")


@router.get("/start/{secret}")
def start_page(request: Request, secret: str) -> Response:
    """What a one-time link opens: a name and a password, or a new password."""
    try:
        found = read_invitation(house_of(request).store, secret)
    except MusterError as error:
        gone = {"sentence": error.message, "remedy": error.remedy, "address": "/sign-in"}
        return render_plain(
            request, "message.html", status=410, title="This link no longer works", word="Sign in", **gone
        )
    is_new = found.user is None
    told: dict[str, Any] = {
        "title": "Welcome to Muster" if is_new else "A new password",
        "sentence": "Say who you are, and choose a password." if is_new else "Choose a password.",
        "asks_name": is_new,
        "email": found.user.email if found.user is not None else "",
    }
    return render_plain(request, "start.html", **told)


@router.post("/start/{secret}")
def start_form(
    request: Request,
    secret: str,
    password: Annotated[str, Form()],
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
) -> Response:
    """Use a one-time link, and sign in."""
    user = use_invitation(house_of(request).store, secret, password, email=email, name=name)
    return sign_in(request, RedirectResponse("/", 303), user)


def own_address(address: str) -> str:
    """An address within this app; another site's becomes the first page."""
    parts = urlsplit(address)
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if is_ours else "/"
