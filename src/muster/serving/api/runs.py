"""The runs: what became of each, newest first, and beginning a new one."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from muster.engine.run_log import entries
from muster.serving.api.answers import Answer, Page, written
from muster.serving.api.callers import Caller, may
from muster.serving.api.listing import After, Limit, Since, key_of, next_page, refuse_unknown
from muster.serving.api.problems import Refused, described
from muster.serving.reading import House
from muster.serving.scheduling import begin_run, busy_with, is_running


class Run(Answer):
    """One run of the flow over this workspace."""

    started_at: datetime = Field(description="when it began")
    ended: str = Field(description="published: its tables came into force; failed: those before stayed")
    run_id: str | None = Field(description="its id; null where it failed")
    as_of: datetime | None = Field(description="the instant that its tables are of; null where it failed")
    engine: str | None = Field(description="what it ran on")
    seconds: float | None = Field(description="how long it took")
    problem_count: int | None = Field(description="kinds of problems found in the records; see muster check")
    why: str | None = Field(description="why it failed; null where it did not")


class Begun(Answer):
    """A run that was asked for."""

    detail: str = Field(description="what happens now")


_READS = may("runs:read", "see_data_health")
_BEGINS = may("runs:write", "run")

router = APIRouter(tags=["runs"])


@router.get(
    "/runs", response_model=Page[Run], summary="List runs", response_description="One page, newest first."
)
def list_runs(
    request: Request,
    _: Caller = Depends(_READS),
    limit: Limit = 50,
    after: After = None,
    updated_since: Since = None,
) -> Response:
    """What the run log says, newest first; `updated_since` is held against when a run began."""
    refuse_unknown(request, {"limit", "after", "updated_since"})
    house: House = request.app.state.house
    told = [run for run in (_told(entry) for entry in entries(house.workspace)) if run is not None]
    told.sort(key=_key, reverse=True)
    if after is not None:
        key = key_of(after)
        told = [run for run in told if _key(run) < key]
    if updated_since is not None:
        since = updated_since.astimezone()
        told = [run for run in told if run.started_at.astimezone() >= since]
    page = told[:limit]
    following = next_page(request, _key(page[-1])) if len(told) > limit else None
    return written(request, Page[Run](items=page, next=following))


@router.post(
    "/runs",
    response_model=Begun,
    status_code=202,
    summary="Begin a run",
    response_description="A run begins; /runs tells how it ended.",
    responses=described(409, "A run is going on, or an upload is put in place."),
)
def begin(request: Request, _: Caller = Depends(_BEGINS)) -> Response:
    """Build every table anew, in a process of its own; pages and answers change when it has ended well."""
    refuse_unknown(request, set())
    house: House = request.app.state.house
    if is_running(house.workspace):
        raise Refused(409, "busy", "A run is going on.", remedy="See /api/v1/runs when it has ended.")
    if what := busy_with(house.workspace):
        raise Refused(409, "busy", f"The workspace is busy: {what}.", remedy="Try again when that has ended.")
    begin_run(house.workspace)
    return written(request, Begun(detail="A run has begun; /api/v1/runs tells how it ended."), status=202)


def _key(run: Run) -> str:
    """What a page goes on after: when a run began and what became of it, and not its place in the log.

    Lines that are added stand before it, lines that are cut are not missed.
    """
    told = hashlib.sha256(run.model_dump_json().encode()).hexdigest()
    return f"{run.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}/{told[:16]}"


def _told(entry: dict[str, Any]) -> Run | None:
    """A line of the log; None where an older Muster wrote too little."""
    if "started_at" not in entry or "ended" not in entry:
        return None
    seconds = entry.get("seconds")
    return Run(
        started_at=entry["started_at"],
        ended=entry["ended"],
        run_id=entry.get("run_id"),
        as_of=entry.get("as_of") if entry["ended"] == "published" else None,
        engine=entry.get("engine"),
        seconds=seconds.get("total") if isinstance(seconds, dict) else seconds,
        problem_count=entry.get("problems"),
        why=entry.get("why"),
    )
