"""The app: its pages, what stands before them, and how each way of failing reads."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from muster.messages import telling
from muster.problems import MusterError, StoreBusy
from muster.serving import pages
from muster.serving.api.app import api
from muster.serving.form_again import Refused, errors_of, form_again
from muster.serving.guards import Guards
from muster.serving.reading import Entry, Forbidden, House, Missing, NoRun, SignedOut
from muster.serving.rendering import render_plain, static_content, static_url
from muster.serving.scheduling import scheduled
from muster.serving.sessions import Sessions
from muster.serving.snapshots import Snapshots
from muster.serving.uploads import tidy
from muster.serving.warming import Counted, Traffic, warmed
from muster.store.opening import Store
from muster.writing_back.after_runs import writing_after_runs

_LOG = logging.getLogger("muster.serving")
_AT_ONCE = 8  # pages made at a time: each holds what it read, and more than a few a core only wait on it
_NOT_THERE = "There is no such page, or it is not yours to see."
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def application(
    workspace: Path, store: Store, *, entry: Entry | None = None, warms_up: bool = False
) -> FastAPI:
    """The web app of one workspace; its store is open and of this version.

    With an `entry`, `/enter/SECRET` signs its user in. Nothing is read before a page asks, or somebody is
    signed in whose first pages are to be ready (`warms_up`): the app starts without tables, and says what to
    do then.
    """
    house = House(workspace, store, Snapshots(workspace), entry)
    config = house.config.serve
    traffic = Traffic()

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        tidy(workspace)
        to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
        with (
            scheduled(workspace, config.schedule),
            telling(workspace, store),
            writing_after_runs(workspace, store),
            warmed(app, house, traffic) if warms_up else nullcontext(),
        ):
            yield

    app = FastAPI(title="Muster", docs_url=None, redoc_url=None, openapi_url=None, lifespan=living)
    app.state.house = house
    for router in pages.routers():
        app.include_router(router)
    app.add_api_route("/static/{version}/{name}", _static, include_in_schema=False)
    app.add_api_route("/health-check", lambda: {"status": "ok"}, include_in_schema=False)
    app.mount("/api/v1", api(house))
    _tell_failures(app)
    app.add_middleware(Sessions, house=house)
    app.add_middleware(Guards, public_url=config.public_url)
    app.add_middleware(Counted, traffic=traffic)
    return app


def _static(version: str, name: str) -> Response:
    """A file that comes with Muster; its address names its content, so it may be kept for good."""
    folder = files("muster.serving").joinpath("static")
    names = {"muster.css", "report.css", *(file.name for file in folder.iterdir())}
    if name not in names or static_url(name) != f"/static/{version}/{name}":
        raise HTTPException(404)
    kind = _KINDS.get(Path(name).suffix, "text/plain")
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(static_content(name), media_type=kind, headers=kept)


def _tell_failures(app: FastAPI) -> None:
    @app.exception_handler(SignedOut)
    def _(request: Request, _: SignedOut) -> Response:
        if request.method == "GET" and _wants_page(request):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/sign-in?next={quote(here, safe='')}", 303)
        return _answer(request, 401, "Sign in first", "Nobody is signed in.", "Open /sign-in in a browser.")

    @app.exception_handler(Forbidden)
    def _(request: Request, _: Forbidden) -> Response:
        words = "Your role does not include this page. An admin can change your role."
        return _answer(request, 403, "Not for your role", words, "")

    @app.exception_handler(Missing)
    def _(request: Request, _: Missing) -> Response:
        return _answer(request, 404, "Not there", _NOT_THERE, "")

    @app.exception_handler(NoRun)
    def _(request: Request, _: NoRun) -> Response:
        if request.method == "GET" and _wants_page(request):
            return RedirectResponse("/first-run", 303)
        return _answer(
            request, 503, "Nothing built yet", "There are no tables yet.", "Build them: muster run"
        )

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return _answer(request, 404, "Not there", _NOT_THERE, "")
        return _answer(request, error.status_code, "That did not work", str(error.detail), "")

    @app.exception_handler(MusterError)
    async def _(request: Request, error: MusterError) -> Response:
        status = error.status if isinstance(error, Refused) else 503 if isinstance(error, StoreBusy) else 422
        told = f"{error.message} {error.remedy}".strip()
        page = error.page if isinstance(error, Refused) else None
        errors = ((error.field, told),)
        again = await form_again(request, errors, status=status, page=page) if _wants_page(request) else None
        title = "One moment" if status == 503 else "That did not work"
        answer = again or _answer(request, status, title, error.message, error.remedy)
        if isinstance(error, Refused) and error.wait:
            answer.headers["retry-after"] = str(error.wait)
        return answer

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        errors = errors_of(error)
        if errors is None:
            return _answer(request, 404, "Not there", _NOT_THERE, "")
        again = await form_again(request, errors, status=422)
        words = " ".join(f"{field}: {told}" for field, told in errors)
        return again or _answer(request, 422, "That did not work", words, "")

    @app.exception_handler(Exception)
    def _(request: Request, error: Exception) -> Response:
        if isinstance(error, StoreBusy):  # met before any page was reached, as when a session is looked up
            return _answer(request, 503, "One moment", error.message, error.remedy)
        number = secrets.token_hex(4)
        _LOG.error("error %s at %s %s", number, request.method, request.url.path, exc_info=error)
        words = f"This is a fault of Muster, not yours. It is in the server's log under {number}."
        remedy = "Try once more. If it stays so, tell that number to whoever looks after Muster here."
        return _answer(request, 500, "Something broke", words, remedy)


def _wants_page(request: Request) -> bool:
    """Whether a person looks at the answer: not at a twin, and not where a script asks for JSON alone."""
    is_twin = request.url.path.endswith((".json", ".csv", ".xlsx"))
    is_script = request.headers.get("accept") == "application/json"
    return not (is_twin or is_script or request.url.path.startswith("/api/"))


def _answer(request: Request, status: int, title: str, sentence: str, remedy: str) -> Response:
    """A failure as a page, or as a problem (RFC 9457) where no page was asked for."""
    if not _wants_page(request):
        told = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": f"{sentence} {remedy}".strip(),
        }
        return JSONResponse(told, status, media_type="application/problem+json")
    told = {"title": title, "sentence": sentence, "remedy": remedy}
    return render_plain(request, "message.html", status=status, address="/", word="To the first page", **told)
