"""Every way of failing as one kind of answer: application/problem+json (RFC 9457, 2023)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from muster.problems import Conflict, MusterError, StoreBusy, WorkspaceBusy, WrongUse
from muster.serving.reading import NoRun

KIND = "application/problem+json"
_SCHEMA = "#/components/schemas/Problem"
_LOG = logging.getLogger("muster.serving.api")


class FieldProblem(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="the part of the request: query.limit, body.kind")
    problem: str = Field(description="what is wrong with it")


class Problem(BaseModel):
    """What every answer of 400 and more is."""

    type: str = Field(description="about:blank: the status and `code` say what kind of problem it is")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what happened, and what to do next")
    code: str = Field(description="a word that programs may rely on")
    errors: list[FieldProblem] | None = Field(
        None, description="what is wrong with the request, part by part"
    )


class Refused(Exception):
    """A request that is answered by a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        remedy: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, dict(headers or {})
        self.detail = f"{message} {remedy}".strip()


def described(status: int, about: str) -> dict[int | str, dict[str, Any]]:
    """How the OpenAPI document tells a failure."""
    return {status: {"description": about, "content": {KIND: {"schema": {"$ref": _SCHEMA}}}}}


# What any address may answer.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The caller has this answer already (If-None-Match)."},
    **described(401, "Nobody is signed in, or the token is not known."),
    **described(403, "The token's scopes or the user's role do not include this."),
    **described(404, "There is no such thing, or it is not the caller's to see."),
    **described(406, "Accept names nothing that the answer can be."),
    **described(422, "The request is not as the API takes it."),
    **described(429, "Too many calls; Retry-After says when to come back."),
    **described(500, "A fault of Muster."),
    **described(503, "There are no tables yet."),
}


def not_there() -> Refused:
    """What does not exist and what somebody may not see read the same."""
    return Refused(404, "not_found", "There is no such thing, or it is not yours to see.")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer itself."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        told["errors"] = errors
    kept = {"cache-control": "no-store", **(headers or {})}
    return JSONResponse(told, status, media_type=KIND, headers=kept)


def tell_problems(api: FastAPI) -> None:
    """Answer every failure of the API by a problem."""

    @api.exception_handler(Refused)
    def _(_: Request, error: Refused) -> Response:
        return problem(error.status, error.code, error.detail, headers=error.headers)

    @api.exception_handler(NoRun)
    def _(_: Request, __: NoRun) -> Response:
        detail = "There are no tables yet. Build them: muster run"
        return problem(503, "no_run", detail, headers={"retry-after": "60"})

    @api.exception_handler(RequestValidationError)
    def _(_: Request, error: RequestValidationError) -> Response:
        errors = [
            {"where": ".".join(str(part) for part in one["loc"]), "problem": str(one["msg"])}
            for one in error.errors()
        ]
        return problem(422, "invalid", "The request is not as the API takes it.", errors=errors)

    @api.exception_handler(HTTPException)
    def _(_: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).name.lower()
        details = {404: "There is no such address.", 405: "This address does not take this method."}
        detail = details.get(error.status_code, str(error.detail))
        return problem(error.status_code, code, detail, headers=error.headers)

    @api.exception_handler(MusterError)
    def _(_: Request, error: MusterError) -> Response:
        if isinstance(error, StoreBusy):
            return problem(503, "busy", f"{error.message} {error.remedy}", headers={"retry-after": "5"})
        status, code = (409, "conflict") if isinstance(error, (Conflict, WorkspaceBusy)) else (422, "invalid")
        if not isinstance(error, WrongUse):
            status, code = 503, "unavailable"
        return problem(status, code, f"{error.message} {error.remedy}".strip())

    @api.exception_handler(Exception)
    def _(request: Request, error: Exception) -> Response:
        number = secrets.token_hex(4)
        _LOG.error("error %s at %s %s", number, request.method, request.url.path, exc_info=error)
        detail = f"This is a fault of Muster, not yours. It is in the server's log under {number}."
        return problem(500, "fault", detail)
