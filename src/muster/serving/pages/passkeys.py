"""Make a passkey under one's own settings, sign in by it, forget it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from muster.problems import WrongUse
from muster.serving.guards import Limit
from muster.serving.passkeys import Challenges, Place, register, to_register, to_sign_in, whose
from muster.serving.reading import house_of, viewer_of
from muster.serving.sessions import is_secure, sign_in
from muster.store.passkeys import remove_passkey
from muster.store.users import user_by_id

router = APIRouter(include_in_schema=False)
_COOKIE = "muster-passkey"
_ASKED = Challenges()
_TRIES = Limit(tries=10, seconds=60)


@router.post("/me/passkeys/begin")
def begin_making(request: Request) -> Response:
    """What the browser asks a device to make."""
    viewer, house = viewer_of(request), house_of(request)
    user = user_by_id(house.store, viewer.user_id)
    assert user is not None
    secret, challenge = _ASKED.ask()
    return _asking(request, to_register(house.store, user, _place(request), challenge), secret)


@router.post("/me/passkeys")
async def make(request: Request) -> Response:
    """Keep what the device made."""
    viewer, store = viewer_of(request), house_of(request).store
    user = await run_in_threadpool(user_by_id, store, viewer.user_id)
    assert user is not None
    told = await _json(request)
    challenge = _ASKED.take(request.cookies.get(_COOKIE, ""))
    credential, name = told.get("credential"), str(told.get("name", ""))
    if not isinstance(credential, dict):
        raise WrongUse("The key's answer does not hold.", remedy="Begin once more.")
    place = _place(request)
    await run_in_threadpool(register, store, user, place, challenge, credential=credential, name=name)
    return JSONResponse({"next": "/me"})


@router.post("/me/passkeys/{credential_id}/remove")
def remove(request: Request, credential_id: str) -> Response:
    """Forget one of one's own passkeys."""
    viewer = viewer_of(request)
    store = house_of(request).store
    remove_passkey(store, credential_id, user_id=viewer.user_id, by=viewer.email)
    return RedirectResponse("/me", 303)


@router.post("/sign-in/passkey/begin")
def begin_signing_in(request: Request) -> Response:
    """What the browser asks a device to sign."""
    host = request.client.host if request.client else ""
    if wait := _TRIES.wait(host):
        raise WrongUse(f"Ten tries a minute: the next one in {wait} seconds.")
    secret, challenge = _ASKED.ask()
    return _asking(request, to_sign_in(_place(request), challenge), secret)


@router.post("/sign-in/passkey")
async def sign_in_by_passkey(request: Request) -> Response:
    """Sign in whoever's passkey signed."""
    store = house_of(request).store
    told = await _json(request)
    challenge = _ASKED.take(request.cookies.get(_COOKIE, ""))
    user = await run_in_threadpool(whose, store, _place(request), challenge, credential=told)
    return await run_in_threadpool(sign_in, request, JSONResponse({"next": "/"}), user, how="passkey")


def _asking(request: Request, options: str, secret: str) -> Response:
    answer = Response(options, media_type="application/json")
    secure = is_secure(house_of(request))
    answer.set_cookie(_COOKIE, secret, max_age=300, httponly=True, samesite="strict", secure=secure)
    return answer


def _place(request: Request) -> Place:
    return Place(house_of(request).config.serve.public_url or str(request.base_url).rstrip("/"))


async def _json(request: Request) -> dict[str, Any]:
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise WrongUse("That is no answer of a key.", remedy="Use the buttons of the page.")
    return told
