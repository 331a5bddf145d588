"""The API as an app of its own, mounted at /api/v1: its errors, its document and its limits are its own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from muster.serving.api import decisions, runs
from muster.serving.api.callers import Marked, Quotas
from muster.serving.api.listing import add_resource
from muster.serving.api.measures import measures_router
from muster.serving.api.problems import PROBLEMS, Problem, tell_problems
from muster.serving.api.resources import HAND_OFFS, RESOURCES
from muster.serving.reading import House

ABOUT = """
Buying groups and what belongs to them, as the run in force tells it, and what people decide about them.

Send `Authorization: Bearer TOKEN`; make a token with `muster token new`, with the scopes that a program
needs. A token sees what its user sees: a rep's sees the accounts of their territory, and what is outside of
it reads as if it were not there. Lists come in pages of at most 200 rows: follow `next`. Every failure is
`application/problem+json`, and `code` says which.
"""


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
    listed = APIRouter()
    for resource in RESOURCES:
        add_resource(listed, resource, has_items=resource is not HAND_OFFS)  # decisions.py tells one
    for router in (listed, decisions.router, measures_router(), runs.router):
        app.include_router(router, responses=PROBLEMS)
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
