"""(f) Board packs: the frozen ones, their files, what each restated, and the form that makes one more."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from muster.engine.lock import HOME
from muster.problems import WrongUse
from muster.reports.formats.written import write_one
from muster.reports.frozen.snapshot import Shelf, Snapshot, missing_from
from muster.reports.quarter import last_full_quarter, quarter_of, read_quarter
from muster.serving.background import begin, work
from muster.serving.guards import own_style
from muster.serving.reading import Missing, Reading, house_of, viewer_of
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand
from muster.serving.tabled import Table, columns, told, twin

router = APIRouter(include_in_schema=False)
_KINDS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ID = re.compile(r"\d{4}-Q[1-4]-[0-9a-f]{10}")
_LONGEST = 20_000
_QUARTERS = 9


@screen(router, "/packs", needs="see_measures")
def packs(reading: Reading) -> Screen:
    """The shelf of frozen packs, the latest first."""
    workspace = reading.house.workspace
    shelf = Shelf(workspace).all()
    listed = [snapshot.to_json() for snapshot in reversed(shelf)]
    now = quarter_of(reading.snapshot.as_of.date())
    names = ("id", "period", "frozen_at", "as_of", "run_id", "restated_count", "override")
    return Screen(
        "packs.html",
        "Board packs",
        listed,
        (Sheet("packs", "Frozen packs", names, tuple(tuple(k[n] for n in names) for k in listed)),),
        active="/packs",
        more={
            "quarters": [now.plus(-back) for back in range(_QUARTERS)],
            "latest": last_full_quarter(reading.snapshot.as_of.date()),
            "work": work(workspace, "pack"),
            "gone": missing_from(shelf),
        },
    )


@screen(router, "/packs/{pack_id}", needs="see_measures")
def pack(reading: Reading) -> Screen:
    """One frozen pack: its files, its notes, and the figures of earlier packs that it restated."""
    snapshot = _snapshot(reading.house.workspace, reading.path["pack_id"])
    frozen = snapshot.pack
    # As page 7 of the pack itself has it, with what is behind each figure.
    sheet = next(sheet for page in frozen.pages for sheet in page.sheets if sheet.key == "restated")
    title = "Figures of earlier packs that it told anew"
    restated = Table("restated", title, sheet.columns, sheet.rows, sheet.empty, shown=30)
    made_of = Table(
        "made_of",
        "What it was made from",
        columns("File or rules", "Hash (SHA-256)"),
        tuple((name, digest) for name, digest in sorted(snapshot.inputs.items())),
        "The run did not say what it read.",
        shown=6,
    )
    return Screen(
        "pack.html",
        f"Board pack, {frozen.period_label}",
        snapshot.to_json() | told((restated, made_of)),
        (twin(restated), twin(made_of)),
        active="/packs",
        more={"frozen": frozen, "of": snapshot, "tables": (restated, made_of)},
    )


@router.get("/packs/{pack_id}/board.{kind}")
def file(request: Request, pack_id: str, kind: str) -> Response:
    """A frozen pack as it is handed round; the HTML may use its own style and nothing else."""
    demand(viewer_of(request), "see_measures")
    if kind not in _KINDS:
        raise Missing
    frozen = _snapshot(house_of(request).workspace, pack_id).pack
    with tempfile.TemporaryDirectory() as folder:
        content = write_one(frozen, Path(folder, f"board.{kind}")).read_bytes()
    if kind == "html":
        return Response(
            content, media_type=_KINDS[kind], headers={"content-security-policy": own_style(content.decode())}
        )
    saved_as = {"content-disposition": f'attachment; filename="board-{pack_id}.{kind}"'}
    return Response(content, media_type=_KINDS[kind], headers=saved_as)


@router.post("/packs")
async def make(
    request: Request,
    period: Annotated[str, Form()],
    notes: Annotated[str, Form()] = "",
    override: Annotated[str, Form()] = "",
) -> Response:
    """Begin to freeze the pack of a quarter in the background."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "see_measures")
    snapshot = house.snapshots.current()
    if snapshot is None:
        raise Missing
    quarter = read_quarter(period, as_of=snapshot.as_of.date())
    for field, said in (("notes", notes), ("override", override)):
        if len(said) > _LONGEST:
            raise WrongUse(f"At most {_LONGEST:,} letters.", remedy="Say it shorter.", field=field)
    arguments = ["report", "board", f"--period={quarter}", "--quiet"]
    if notes.strip():
        # A file of ours: the command would read a path that somebody wrote as the notes' file.
        kept = house.workspace / HOME / "log" / "serving-pack-notes.txt"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(notes.replace("\r\n", "\n"), "utf-8")
        arguments.append(f"--notes={kept}")
    if override.strip():
        arguments.append(f"--override={override.strip()}")
    await run_in_threadpool(begin, house.workspace, "pack", arguments)
    return RedirectResponse("/packs", 303)


def _snapshot(workspace: Path, pack_id: str) -> Snapshot:
    if not _ID.fullmatch(pack_id):
        raise Missing
    try:
        return Shelf(workspace).get(pack_id)
    except WrongUse as error:
        raise Missing from error
