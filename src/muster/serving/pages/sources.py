"""Sources: upload an export or name its folder, look at what can be read of it, build; first and later."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated

import anyio
from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from muster.engine.lock import hold
from muster.problems import WorkspaceBusy, WrongUse
from muster.serving.company import tell_company
from muster.serving.first_steps import (
    add_export,
    add_table,
    begin_look,
    check_holds_objects,
    check_readable,
    looked,
)
from muster.serving.naming_sources import FIRST, LATER, own_back, state_of
from muster.serving.new_words import OWN, add_word, rename
from muster.serving.reading import House, Reading, house_of, viewer_of
from muster.serving.scheduling import begin_if_free
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.serving.uploading import Received, UploadRefused, receive, too_large
from muster.serving.uploads import FOLDER, check_contents, checked_name, coming, drop, is_uploaded, keep
from muster.sources.rows import ReadingChoices
from muster.store.audit import note

router = APIRouter(include_in_schema=False)
HOW = ("replace", "add")
_WAITS = 120  # seconds for a run that began while an upload came in
_COLUMNS = ("source", "kind", "path", "file", "bytes", "uploaded_at")
Text = Annotated[str, Form()]


@screen(router, LATER, needs="run")
def sources(asked: Reading) -> Screen:
    """Every source of muster.toml with the files that were uploaded for it."""
    told = state_of(asked.house, back=LATER, email=asked.viewer.email, adds=asked.query.get("add", ""))
    rows = [
        (source.name, source.kind, source.path, file.name, file.bytes, file.came_at)
        for source in told["sources"]
        for file in told["files"][source.name]
    ]
    rows += [(s.name, s.kind, s.path, None, None, None) for s in told["sources"] if not told["files"][s.name]]
    sheet = Sheet("sources", "Sources", _COLUMNS, tuple(sorted(rows, key=lambda row: (row[0], row[3] or ""))))
    data = [dict(zip(_COLUMNS, row, strict=True)) for row in sheet.rows]
    more = {"parts": parts_for(asked.viewer), "part": LATER, "told": told}
    return Screen("settings_sources.html", "Sources", data, (sheet,), active="/settings", more=more)


@router.post("/company")
def company(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    name: Text,
    currency: Text,
    own_domains: Text = "",
    live_since: Text = "",
    back: Text = FIRST,
) -> Response:
    """Write the company's name, currency, own domains and first day of hand-offs into muster.toml."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "run")
    with hold(house.workspace, "muster serve: name the company"):
        told = tell_company(
            house.workspace, name=name, currency=currency, own_domains=own_domains, live_since=live_since
        )
        with house.store.writing() as connection:
            kept = told.model_dump(mode="json", exclude={"free_mail_domains"})
            note(connection, viewer.email, "change_company", "muster.toml", kept)
    return RedirectResponse(own_back(back), 303)


@router.post("/uploads")
async def upload(request: Request) -> Response:
    """Take files for a new source, or in the place of a source's own; then look at what can be read."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "run")
    fields: dict[str, str] = {}
    try:
        back = await _taken(request, house, fields, by=viewer.email)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    finally:
        request.state.given = {name: [said] for name, said in fields.items()}
    if _is_script(request):
        return JSONResponse({"go": back})
    return RedirectResponse(back, 303)


@router.post("/sources")
def name_export(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    path: Text,
    name: Text = "crm",
    solution_field: Text = "",
    mql_field: Text = "",
    back: Text = FIRST,
) -> Response:
    """Name an export on the serving machine in muster.toml, and begin to look at it."""
    demand(viewer_of(request), "run")
    workspace = house_of(request).workspace
    checked_name(name.strip())
    with hold(workspace, "muster serve: add a source"):
        add_export(workspace, name=name, path=path, solution_field=solution_field, mql_field=mql_field)
    begin_look(workspace)
    return RedirectResponse(own_back(back), 303)


@router.post("/sources/words")
def word(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    rule: Text,
    word: Text,
    like: Text = "",
    why: Text = "",
    source: Text = "",
    how: Text = "weigh",
    back: Text = FIRST,
) -> Response:
    """Add a row to a rule file for a word that no rule names, or read it as one of ours; and look again."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "edit_rules")
    who, workspace = viewer.email, house.workspace
    if (how == "same" and rule == "activity_weights") or (rule == "solutions" and like not in ("", OWN)):
        sold = looked(workspace)[1].get("solutions", ())
        given = {"rule": rule, "source": source, "word": word, "like": like}
        rename(workspace, house.store, house.config, **given, who=who, sold=sold)
    else:
        add_word(workspace, house.store, rule=rule, word=word, like=like, why=why, who=who)
    if looked(house.workspace)[0] != "going":
        begin_look(house.workspace)
    return RedirectResponse(own_back(back), 303)


@router.post("/sources/look")
def look(request: Request, back: Text = FIRST) -> Response:
    """Look at every source once more."""
    demand(viewer_of(request), "run")
    begin_look(house_of(request).workspace)
    return RedirectResponse(own_back(back), 303)


@router.post("/sources/build")
def build(request: Request, back: Text = FIRST) -> Response:
    """Build the tables."""
    demand(viewer_of(request), "run")
    begin_if_free(house_of(request).workspace)
    return RedirectResponse(own_back(back), 303)


async def _taken(request: Request, house: House, fields: dict[str, str], *, by: str) -> str:
    """Receive an upload and put it in place; where to go from there. Raises MusterError."""
    most = house.config.serve.upload_mb * 1_000_000
    length = int(request.headers.get("content-length") or 0)
    if length > most:
        raise too_large(most)
    workspace = house.workspace
    with coming(workspace, length) as folder:
        kind = request.headers.get("content-type", "")
        received = await receive(kind, request.stream(), folder, most=most, fields=fields)
        if not received.files:
            raise UploadRefused("No file was chosen.", remedy="Choose the files of an export.")
        await run_in_threadpool(check_contents, folder, most=most)
        until = monotonic() + _WAITS
        while True:
            try:
                await run_in_threadpool(_put, house, folder, received, by)
                break
            except WorkspaceBusy:
                if monotonic() > until:
                    raise
                await anyio.sleep(0.5)
    back = own_back(received.fields.get("back", ""))
    if received.fields.get("holds"):  # its columns are guessed: somebody looks at them first
        return f"/sources/{received.fields['name'].strip()}/columns?back={back}"
    if looked(workspace)[0] != "going":
        begin_look(workspace)
    return back


def _put(house: House, folder: Path, received: Received, by: str) -> None:
    """Put what came in where its source is read from, and name a new source in muster.toml."""
    workspace, fields = house.workspace, received.fields
    name, how = checked_name(fields.get("name", "").strip()), fields.get("how", "")
    with hold(workspace, "muster serve: an upload"):
        there = {source.name: source for source in house.config.source}.get(name)
        if there is not None and not is_uploaded(there):
            raise WrongUse(
                f"{name} is read from {there.path} on the serving machine.",
                remedy="Take another name, or change its path in muster.toml.",
                field="name",
            )
        if there is not None and how not in HOW:
            raise WrongUse(
                f"There is a source {name} already.",
                remedy="Take another name, or change its files.",
                field="name",
            )
        if there is None and how:
            raise WrongUse(f"There is no source {name}.", remedy="Upload it as a new one.")
        table = fields.get("holds", "") if there is None else there.table or ""
        choices = ReadingChoices(there.encoding, there.delimiter) if there is not None else ReadingChoices()
        check_readable(folder, choices, replacing=None if table else workspace / FOLDER / name)
        if how != "add" and not table:
            check_holds_objects(folder)
        keep(workspace, folder, name, adds=how == "add")
        if there is None:
            chosen = {key: fields.get(key, "") for key in ("solution_field", "mql_field")}
            try:
                if table:
                    add_table(workspace, name=name, path=f"{FOLDER}/{name}", table=table)
                else:
                    add_export(workspace, name=name, path=f"{FOLDER}/{name}", **chosen)
            except BaseException:
                drop(workspace, name)
                raise
    with house.store.writing() as connection:
        note(connection, by, "upload_exports", f"source {name}", {"files": received.files, "how": how})


def _is_script(request: Request) -> bool:
    return request.headers.get("accept") == "application/json"
