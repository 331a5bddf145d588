"""(e) The MQL replay: its findings first, each count opening its cases, and the rule that is replayed."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from muster.replay.page import DRAWN_WITH
from muster.reports.formats.paper import paper_of
from muster.serving.background import begin, work
from muster.serving.figures.replayed import CASES, cases, printed, replayed
from muster.serving.guards import own_style
from muster.serving.mql_rule import change, lines_of
from muster.serving.narrowing import EVERY
from muster.serving.reading import Missing, Reading, house_of, viewer_of
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand
from muster.serving.tabled import told, twin

router = APIRouter(include_in_schema=False)


@screen(router, "/replay", needs="see_measures")
def replay(reading: Reading) -> Screen:
    """What the replay of this run found, and the form that replays with other numbers."""
    workspace = reading.house.workspace
    with reading.narrowed() as tables:
        found = replayed(tables, workspace, reading.snapshot.folder.name, reading.asked)
    lines = lines_of(workspace)
    counts = found.counts if found else {}
    sheets = (
        Sheet(
            "counts", "Counts", ("count", "cases"), tuple((t, counts[k]) for k, t, _, _ in CASES if counts)
        ),
        Sheet("rule", "The rule", ("kind", "name", "value"), tuple((x.kind, x.name, x.value) for x in lines)),
    )
    return Screen(
        "replay.html",
        "MQL replay",
        {"replay": found.told if found else None, "counts": counts, "rule": lines},
        sheets,
        active="/replay",
        more={
            "found": found,
            "lines": lines,
            "cases": CASES,
            "work": work(workspace, "replay"),
            "since": date.fromisoformat(found.told["period"]["from"]) if found else None,
            "until": date.fromisoformat(found.told["period"]["to"]) if found else None,
        },
        narrows=EVERY,
        whole=("the findings",) if found else (),
    )


@router.get("/replay/pages.html")
def pages(request: Request) -> Response:
    """The two pages as `muster replay -o` writes them, to print and to hand round; none of an earlier run."""
    demand(viewer_of(request), "see_measures")
    house = house_of(request)
    snapshot = house.snapshots.current()
    page = printed(house.workspace, snapshot.folder.name) if snapshot else None
    if page is None:
        raise Missing
    return HTMLResponse(page, headers={"content-security-policy": own_style(page)})


@router.get("/replay/pages.pdf")
def paper(request: Request) -> Response:
    """The same two pages as a tagged PDF."""
    demand(viewer_of(request), "see_measures")
    house = house_of(request)
    snapshot = house.snapshots.current()
    page = printed(house.workspace, snapshot.folder.name) if snapshot else None
    if page is None:
        raise Missing
    saved_as = {"content-disposition": 'attachment; filename="mql-replay.pdf"'}
    return Response(paper_of(page, drawn_with=DRAWN_WITH), media_type="application/pdf", headers=saved_as)


@screen(router, "/replay/{cases}", needs="see_measures")
def replay_cases(reading: Reading) -> Screen:
    """The cases behind one count."""
    asked, wanted = reading.asked, reading.path["cases"]
    with reading.narrowed() as tables:
        found = replayed(tables, reading.house.workspace, reading.snapshot.folder.name, asked)
        table = cases(tables, found.told, wanted, asked) if found else None
    if table is None:
        raise Missing
    return Screen(
        "replay_cases.html",
        table.title,
        told((table,)),
        (twin(table),),
        active="/replay",
        more={"table": table},
        narrows=EVERY,
    )


@router.post("/replay")
async def replay_again(request: Request) -> Response:
    """Write the numbers that were changed, and begin a replay in the background."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "edit_rules")
    form = await request.form()
    said = {key: str(value) for key, value in form.items()}
    await run_in_threadpool(change, house.workspace, house.store, said, who=viewer.email)
    await run_in_threadpool(begin, house.workspace, "replay", ["replay", "--quiet"])
    return RedirectResponse("/replay", 303)
