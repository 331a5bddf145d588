"""(g) Data health: what became of every row, who was recognised, what is stale, runs and their logs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from muster.engine.run_log import entries
from muster.reports.data_quality import quality_pages
from muster.serving.figures.health import Carried, carried, set_aside, sources
from muster.serving.paging import page_asked, pages_of
from muster.serving.reading import Forbidden, Reading, house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.reported import reported
from muster.serving.scheduling import begin_if_free, busy_with, is_running, said
from muster.serving.screen import Screen, Sheet, screen
from muster.store.crm_log import counts_of_runs
from muster.writing_back.told import told

router = APIRouter(include_in_schema=False)
PARTS = (
    ("/health", "Sources and people"),
    ("/health/rows", "Rows set aside"),
    ("/health/review", "To review"),
    ("/health/decisions", "Decisions"),
    ("/health/runs", "Runs"),
)
PAGE = 50


@screen(router, "/health", needs="see_data_health")
def health(asked: Reading) -> Screen:
    """The sources with their age and rows, then the report on data quality."""
    snapshot = asked.snapshot
    records = snapshot.folder / "records"
    found = asked.once("sources", lambda: sources(asked.tables, records, as_of=snapshot.as_of))
    words = asked.once("decisions", lambda: carried(asked.tables))
    return reported(
        asked,
        "health",
        quality_pages,
        title="Data health",
        active="/health",
        template="health.html",
        more={
            "sources": found,
            "parts": PARTS,
            "part": "/health",
            "without_subject": sum(word.lost_because is not None for word in words),
        },
    )


@screen(router, "/health/rows", needs="see_data_health")
def rows(asked: Reading) -> Screen:
    """Every finding with file, row, column, value, reason and remedy, those that lost most rows first."""
    severity, source = asked.query.get("severity", ""), asked.query.get("source", "")
    everything = asked.once("set aside", lambda: set_aside(asked.tables))
    found = [row for row in everything if severity in ("", row["severity"]) and source in ("", row["source"])]
    pages = pages_of(len(found), PAGE)
    page = page_asked(asked.query, pages)
    columns = ("severity", "source", "file", "row", "column", "value", "reason", "remedy", "count")
    sheet = Sheet("findings", "Findings", columns, tuple(tuple(r[c] for c in columns) for r in found))
    more: dict[str, Any] = {
        "parts": PARTS,
        "part": "/health/rows",
        "page": page,
        "pages": pages,
        "shown": found[(page - 1) * PAGE : page * PAGE],
        "lost": sum(row["count"] for row in everything if row["severity"] == "error"),
        "names": sorted({row["source"] for row in everything}),
    }
    return Screen("health_rows.html", "Rows set aside", found, (sheet,), active="/health", more=more)


@screen(router, "/health/decisions", needs="see_data_health")
def decisions(asked: Reading) -> Screen:
    """Each decision with what carries it as told now, those that nothing carries first."""
    everything = asked.once("decisions", lambda: carried(asked.tables))
    pages = pages_of(len(everything), PAGE)
    page = page_asked(asked.query, pages)
    columns = tuple(Carried.__slots__)
    table = tuple(tuple(getattr(word, column) for column in columns) for word in everything)
    more: dict[str, Any] = {
        "parts": PARTS,
        "part": "/health/decisions",
        "page": page,
        "pages": pages,
        "shown": everything[(page - 1) * PAGE : page * PAGE],
        "lost": sum(word.lost_because is not None for word in everything),
        "moved": sum(word.is_moved for word in everything),
    }
    sheet = Sheet("decisions", "Decisions", columns, table)
    return Screen("health_decisions.html", "Decisions", everything, (sheet,), active="/health", more=more)


@screen(router, "/health/runs", needs="see_data_health")
def runs(asked: Reading) -> Screen:
    """The runs of this workspace, newest first, and what the one that is going says."""
    return _runs(asked)


@router.post("/health/runs")
def run_now(request: Request) -> Response:
    """Begin a run; where one is going the page says so."""
    if not viewer_of(request).may("run"):
        raise Forbidden
    begin_if_free(house_of(request).workspace)
    return RedirectResponse("/health/runs", 303)


@router.get("/health/progress")
def progress(request: Request) -> Response:
    """What the run that is going says, for the page to put in its place every two seconds."""
    if not viewer_of(request).may("see_data_health"):
        raise Forbidden
    workspace = house_of(request).workspace
    goes = is_running(workspace)
    told: dict[str, Any] = {"is_running": goes, "has_ended": not goes, "said": said(workspace)[-4000:]}
    return render_plain(request, "run_said.html", title="Run", **told)


def _runs(asked: Reading) -> Screen:
    workspace = asked.house.workspace
    found = entries(workspace)[:100]
    counted = counts_of_runs(asked.store, [str(entry["run_id"]) for entry in found if entry.get("run_id")])
    found = [
        entry | {"written_back": told(counted[entry["run_id"]])} if entry.get("run_id") in counted else entry
        for entry in found
    ]
    columns = ("started_at", "ended", "run_id", "as_of", "seconds", "problems", "why", "written_back")
    table = tuple(
        (
            entry.get("started_at"),
            entry.get("ended"),
            entry.get("run_id"),
            entry.get("as_of"),
            (entry.get("seconds") or {}).get("total"),
            entry.get("problems"),
            entry.get("why"),
            entry.get("written_back"),
        )
        for entry in found
    )
    more = {
        "parts": PARTS,
        "part": "/health/runs",
        "runs": found,
        "is_running": is_running(workspace),
        "busy_with": busy_with(workspace),
        "has_ended": False,
    }
    more |= {"said": said(workspace)[-4000:], "schedule": asked.house.config.serve.schedule}
    sheet = Sheet("runs", "Runs", columns, table)
    return Screen("health_runs.html", "Runs", found, (sheet,), active="/health", more=more)
