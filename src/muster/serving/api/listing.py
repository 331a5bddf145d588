"""Lists and what they hold, one way for all: cursor pages, filters, `updated_since`, one row by its id."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from muster.reports.published import Published
from muster.serving.api.answers import ARROW, CSV, Page, listed, row_model, written
from muster.serving.api.callers import Call, reads
from muster.serving.api.problems import Refused, described, not_there
from muster.serving.api.resources import Resource

MOST = 200
_RFC3339 = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$")


def _instant(said: str | None) -> str | None:
    """An instant of RFC 3339: with a time and its offset, so that nobody's midnight is guessed."""
    if said is not None and not _RFC3339.match(said):
        raise ValueError("write an instant with its offset, as in 2026-03-01T09:30:00Z")
    return said


Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows a page has at most.")]
After = Annotated[
    str | None, Query(max_length=2000, description="Where a page begins: taken from `next`, not made up.")
]
Since = Annotated[
    datetime | None,
    BeforeValidator(_instant),
    Query(description="Only rows whose updated_at is this instant or later, as in 2026-03-01T09:30:00Z."),
]
Id = Annotated[str, Path(max_length=500)]
OTHER_KINDS: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}, ARROW: {"schema": {"type": "string"}}}},
    **described(410, "Another run came into force since the page before: begin again without `after`."),
}


def add_resource(router: APIRouter, resource: Resource, *, has_items: bool = True) -> None:
    """Give a resource its addresses: the list, and where its rows have one, one of them."""
    row = row_model(resource)
    needed = reads(resource.scope, resource.right)

    def rows(call: Call, limit: int, after: str | None, since: datetime | None, **filters: Any) -> Response:
        refuse_unknown(call.request, known)
        conditions, values = [], {}
        for name, value in filters.items():
            if value is not None:
                conditions.append(f'r."{name}" = ${name}')
                values[name] = value
        if since is not None:
            conditions.append("r.updated_at >= $since")
            values["since"] = since.astimezone(UTC).replace(tzinfo=None)
        found, following = page_of(call, resource, conditions, values, limit=limit, after=after)
        return listed(call.request, row, found, following)

    known = {"limit", "after", "updated_since", *(f.name for f in resource.filters)}
    router.add_api_route(
        f"/{resource.name}",
        _with_filters(rows, resource, needed),
        methods=["GET"],
        name=resource.name,
        summary=f"List {resource.name}",
        description=resource.about,
        response_model=Page[row],  # type: ignore[valid-type]
        response_description="One page of the list.",
        responses=OTHER_KINDS,
        tags=[resource.name],
    )
    if resource.item is None or not has_items:
        return

    def one(id: Id, call: Call = Depends(needed)) -> Response:
        refuse_unknown(call.request, set())
        return written(call.request, row.model_validate(row_of(call, resource, id)))

    router.add_api_route(
        f"/{resource.name}/{{id}}",
        one,
        methods=["GET"],
        name=f"one of {resource.name}",
        summary=f"One of {resource.name}",
        description=resource.about,
        response_model=row,
        response_description="The row of this id.",
        tags=[resource.name],
    )


def row_of(call: Call, resource: Resource, id: str) -> dict[str, Any]:
    """One row of a resource, by its id. Raises Refused (404) where the caller sees none."""
    found = rows_of(call.tables, resource, [f'r."{resource.item}" = $id'], {"id": id}, limit=1)
    if not found:
        raise not_there()
    return without_key(found[0])


def page_of(
    call: Call,
    resource: Resource,
    conditions: list[str],
    values: dict[str, Any],
    *,
    limit: int,
    after: str | None,
) -> tuple[list[dict[str, Any]], str | None]:
    """The rows of one page, and the address of the next. Raises Refused (410) where another run came between.

    Ids may give way from run to run, so that a row could stand before a page that is over, and behind one.
    """
    if after is not None:
        key = key_of(after, run_id=call.snapshot.run_id)
        conditions, values = [*conditions, "r.key > $after_key"], values | {"after_key": key}
        if resource.order.startswith("r.buying_group_id"):
            conditions.append("r.buying_group_id >= $after_group")
            values["after_group"] = key.partition("/")[0]
    found = rows_of(call.tables, resource, conditions, values, limit=limit + 1)
    following = None
    if len(found) > limit:
        following = next_page(call.request, found[limit - 1]["key"], run_id=call.snapshot.run_id)
    return [without_key(row) for row in found[:limit]], following


def rows_of(
    tables: Published, resource: Resource, conditions: list[str], values: dict[str, Any], *, limit: int
) -> list[dict[str, Any]]:
    """The first rows of a resource of which some conditions hold, in order, with what stands beside them."""
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    found = tables.records(
        f"SELECT * FROM ({resource.sql}) AS r {where} ORDER BY {resource.order} LIMIT $row_limit",
        values | {"row_limit": limit},
    )
    if resource.beside and found:
        rows = tables.records(resource.beside, {"keys": [row["key"] for row in found]})
        beside = {row["key"]: row for row in rows}
        nothing = dict.fromkeys(resource.tells)
        found = [{**nothing, **row, **beside.get(row["key"], {})} for row in found]
    return found


def without_key(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is told."""
    return {name: value for name, value in row.items() if name != "key"}


def refuse_unknown(request: Request, known: set[str]) -> None:
    """Raises Refused for a query parameter this address does not take: a misspelt filter would pass all."""
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        takes = f"It takes {', '.join(sorted(known))}." if known else "It takes none."
        raise Refused(422, "unknown_parameter", f"There is no query parameter {unknown[0]}.", remedy=takes)


def next_page(request: Request, key: str, *, run_id: str = "") -> str:
    """The address of the page after the row of this key, with the same filters."""
    asked = {name: value for name, value in request.query_params.items() if name != "after"}
    return f"{request.url.path}?{urlencode(asked | {'after': cursor_of(key, run_id=run_id)})}"


def cursor_of(key: str, *, run_id: str = "") -> str:
    """A key, and the run it is of, as a cursor that says nothing to whoever reads it."""
    return base64.urlsafe_b64encode(json.dumps([2, key, run_id]).encode()).decode().rstrip("=")


def key_of(cursor: str, *, run_id: str = "") -> str:
    """The key of a cursor. Raises Refused where it is none of ours, or of another run than this."""
    try:
        version, key, of_run = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        version, key, of_run = 0, None, None
    if version != 2 or not isinstance(key, str):
        raise Refused(422, "unknown_cursor", "This `after` is not one that the API gave.")
    if of_run != run_id:
        raise Refused(
            410,
            "run_changed",
            "Another run came into force since the page before.",
            remedy="Begin again without `after`: ids may have given way to others.",
        )
    return key


def _with_filters(rows: Callable[..., Response], resource: Resource, needed: Any) -> Callable[..., Response]:
    """The same function with a parameter for each filter, as FastAPI reads them."""

    def endpoint(**given: Any) -> Response:
        return rows(
            given.pop("call"), given.pop("limit"), given.pop("after"), given.pop("updated_since"), **given
        )

    filters = {
        f.name: Annotated[(bool if f.is_flag else str) | None, Query(description=f.about, max_length=500)]
        if not f.is_flag
        else Annotated[bool | None, Query(description=f.about)]
        for f in resource.filters
    }
    parameters = [
        Parameter("call", Parameter.KEYWORD_ONLY, annotation=Call, default=Depends(needed)),
        Parameter("limit", Parameter.KEYWORD_ONLY, annotation=Limit, default=50),
        Parameter("after", Parameter.KEYWORD_ONLY, annotation=After, default=None),
        Parameter("updated_since", Parameter.KEYWORD_ONLY, annotation=Since, default=None),
        *(
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=None)
            for name, kind in filters.items()
        ),
    ]
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return endpoint
