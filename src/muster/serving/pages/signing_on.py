"""Sign in with the company's own identity provider."""

from __future__ import annotations

from functools import lru_cache

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from muster.config.settings import SignOnConfig
from muster.problems import WrongUse
from muster.serving.pages.signing_in import own_address
from muster.serving.reading import Missing, house_of
from muster.serving.sessions import is_secure, sign_in
from muster.serving.sign_on import Provider, Travellers, user_of

router = APIRouter(include_in_schema=False)
_COOKIE = "muster-sign-on"
_AWAY = Travellers()


@router.get("/sign-on")
def leave(request: Request, next: str = "/") -> Response:
    """Send a browser to the provider."""
    config = _config(request)
    secret, leaving = _AWAY.leave(own_address(next))
    answer = RedirectResponse(_provider(config).address(leaving, _back(request)), 303)
    house = house_of(request)
    answer.set_cookie(
        _COOKIE, secret, max_age=600, httponly=True, samesite="lax", secure=is_secure(house), path="/sign-on"
    )
    return answer


@router.get("/sign-on/back")
def come_back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """What the provider sends a browser back to."""
    config = _config(request)
    if error and not state:  # some providers forget it when they say no
        raise WrongUse(f"{config.name} did not let you in.", remedy="Begin once more.")
    leaving = _AWAY.come_back(request.cookies.get(_COOKIE, ""), state)
    if error or not code:
        raise WrongUse(f"{config.name} did not let you in: {error or 'no code'}.", remedy="Begin once more.")
    identity = _provider(config).identity(leaving, code, _back(request))
    user = user_of(house_of(request).store, identity, config)
    answer = sign_in(request, RedirectResponse(leaving.next, 303), user, how=config.name)
    answer.delete_cookie(_COOKIE, path="/sign-on")
    return answer


@lru_cache(maxsize=4)
def _provider(config: SignOnConfig) -> Provider:
    return Provider(config)


def _config(request: Request) -> SignOnConfig:
    config = house_of(request).config.serve.sign_on
    if config is None:
        raise Missing
    return config


def _back(request: Request) -> str:
    base = house_of(request).config.serve.public_url or str(request.base_url).rstrip("/")
    return f"{base}/sign-on/back"
