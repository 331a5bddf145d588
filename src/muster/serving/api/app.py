"""The API as an app of its own, mounted at /api/v1: its errors, its document and its limits are its own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from muster.serving.api import runs
from muster.serving.api.callers import Marked, Quotas
from muster.serving.api.listing import add_resource
from muster.serving.api.measures import measures_router
from muster.serving.api.problems import KIND, Problem, tell_problems
from muster.serving.api.resources import RESOURCES
from muster.serving.reading import House

ABOUT = """
Buying groups and what belongs to them, as the run in force tells it, and what people decide about them.

Send `Authorization: Bearer TOKEN`; make a token with `muster token new`, with the scopes that a program
needs. A token sees what its user sees: a rep's sees the accounts of their territory, and what is outside of
it reads as if it were not there. Lists come in pages of at most 200 rows: follow `next`. Every failure is
`application/problem+json`, and `code` says which.
"""
_PROBLEM = "#/components/schemas/Problem"
_DESCRIBED = {
    304: {"description": "The caller has this answer already (If-None-Match)."},
    401: {"description": "Nobody is signed in, or the token is not known."},
    403: {"description": "The token's scopes or the user's role do not include this."},
    404: {"description": "There is no such thing, or it is not the caller's to see."},
    406: {"description": "Accept names nothing that the answer can be."},
    422: {"description": "The request is not as the API takes it."},
    429: {"description": "Too many calls; Retry-After says when to come back."},
    500: {"description": "A fault of Muster."},
    503: {"description": "There are no tables yet."},
}


def api(house: House, *, quotas: Quotas | None = None) -> FastAPI:
    """The API of a workspace, to be mounted at /api/v1."""
    app = FastAPI(
        title="Muster",
        version="1",
        description=ABOUT.strip(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        root_path_in_servers=False,
        servers=[{"url": "/api/v1"}],
        redirect_slashes=False,
    )
    app.state.house = house
    app.state.quotas = quotas or Quotas()
    problems: dict[int | str, dict[str, Any]] = {
        status: told if status == 304 else told | {"content": {KIND: {"schema": {"$ref": _PROBLEM}}}}
        for status, told in _DESCRIBED.items()
    }
    listed = APIRouter()
    for resource in RESOURCES:
        add_resource(listed, resource)
    for router in (listed, measures_router(), runs.router):
        app.include_router(router, responses=problems)
    tell_problems(app)
    _describe(app)
    app.add_middleware(Marked)
    return app


def _describe(app: FastAPI) -> None:
    """Put into the OpenAPI document what a failure looks like; its schema is named, not repeated."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            document["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
