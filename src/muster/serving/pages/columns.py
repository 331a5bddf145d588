"""Which column of a source's files fills which of our fields: found, missing, and chosen."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from muster.engine.lock import hold
from muster.problems import ConfigError
from muster.serving.column_maps import may_be_always, missing, parts_of, save_map, unread_of
from muster.serving.column_words import AS_IT_IS, word_choices
from muster.serving.first_steps import begin_look, looked
from muster.serving.naming_sources import own_back
from muster.serving.new_words import RENAMED, ours
from muster.serving.reading import House, Missing, house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.settings import demand
from muster.sources.offered import broken_files
from muster.store.audit import note

router = APIRouter(include_in_schema=False)


@router.get("/sources/{name}/columns")
def columns(request: Request, name: str, back: str = "") -> Response:
    """The column map of a source, with a value of every column."""
    demand(viewer_of(request), "run")
    house = house_of(request)
    config = house.config
    source = {source.name: source for source in config.source}.get(name)
    if source is None:
        raise Missing
    try:
        parts, files = parts_of(config, source, house.workspace)
        unread = unread_of(config, source, house.workspace)
        problem = ""
        broken = broken_files(source, house.workspace)
    except ConfigError as error:
        parts, files, unread, broken = [], (), [], []
        problem = f"{error.message} {error.remedy}"
    return render_plain(
        request,
        "columns.html",
        title=f"Columns of {name}",
        source=source,
        parts=parts,
        files=files,
        missing=missing(parts),
        unread=unread,
        may_be_always=may_be_always,
        as_it_is=AS_IT_IS,
        word_choices=word_choices,
        known_words=_known(house),
        rule_of={column: rule for rule, column in RENAMED.items()},
        problem=problem,
        broken=broken,
        back=own_back(back),
    )


@router.post("/sources/{name}/columns")
async def choose(request: Request, name: str) -> Response:
    """Write the chosen columns into muster.toml, and begin to look at what can be read now."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "run")
    form = {key: str(value) for key, value in (await request.form()).items()}
    await run_in_threadpool(_save, house, name, form, by=viewer.email)
    return RedirectResponse(own_back(form.get("back", "")), 303)


def _known(house: House) -> dict[str, tuple[str, ...]]:
    return ours(house.workspace, looked(house.workspace)[1].get("solutions", ()))


def _save(house: House, name: str, form: dict[str, str], *, by: str) -> None:
    workspace = house.workspace
    with hold(workspace, "muster serve: choose columns"):
        date_format = form.get("date_format", "")
        changed = save_map(house.config, name, workspace, form, date_format=date_format, known=_known(house))
        if changed:
            with house.store.writing() as connection:
                note(connection, by, "map_columns", f"source {name}", changed)
    if looked(workspace)[0] != "going":
        begin_look(workspace)
