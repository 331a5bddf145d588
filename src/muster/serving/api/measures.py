"""The measures: every published table of totals over all accounts, row by row, with what each column says."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import Response

from muster.canonical.tables import Table
from muster.engine.shape import quoted
from muster.serving.api.answers import Answer, Page, listed, measure_model, written
from muster.serving.api.callers import Call, reads
from muster.serving.api.listing import OTHER_KINDS, After, Limit, page_of, refuse_unknown
from muster.serving.api.problems import not_there
from muster.serving.api.resources import Resource, measures

_NEEDED = reads("measures:read", "see_measures")


class MeasureColumn(Answer):
    """One column of a measure."""

    name: str = Field(description="its name in the rows")
    type: str = Field(description="text, instant, day, cents, points, integer, real or flag")
    about: str = Field(description="what it says, with its unit")


class Measure(Answer):
    """One measure, without its rows."""

    name: str = Field(description="its name in the address")
    about: str = Field(description="what it says")
    key: list[str] = Field(description="the columns that tell its rows apart")
    columns: list[MeasureColumn] = Field(description="its columns")
    rows: str = Field(description="the address of its rows")


def measures_router() -> APIRouter:
    """`/measures`, `/measures/{id}`, and the rows of each, which have a type of their own."""
    router = APIRouter(tags=["measures"])

    @router.get(
        "/measures",
        response_model=Page[Measure],
        summary="List measures",
        response_description="Every measure there is, on one page.",
    )
    def list_measures(call: Call = Depends(_NEEDED)) -> Response:
        """Conversion, sourcing, velocity, cost, lift and the others: what each is called and says."""
        refuse_unknown(call.request, set())
        told = [_told(table) for table in measures().values()]
        return written(call.request, Page[Measure](items=told, next=None))

    @router.get(
        "/measures/{id}",
        response_model=Measure,
        summary="One measure",
        response_description="What the measure says.",
    )
    def one_measure(
        id: Annotated[str, Path(max_length=500)],
        call: Call = Depends(_NEEDED),
    ) -> Response:
        """What a measure says, column by column."""
        refuse_unknown(call.request, set())
        if id not in measures():
            raise not_there()
        return written(call.request, _told(measures()[id]))

    for table in measures().values():
        _add_rows(router, table)
    return router


def _add_rows(router: APIRouter, table: Table) -> None:
    row = measure_model(table)
    key = ", ".join(f"COALESCE(CAST(t.{quoted(column)} AS VARCHAR), '')" for column in table.key)
    resource = Resource(
        name=table.name,
        title=table.name,
        about=table.about,
        scope="measures:read",
        right="see_measures",
        sql=f"SELECT CONCAT_WS('/', {key}) AS key, t.* FROM {quoted(table.name)} AS t",
        tells={},
        always=(),
    )

    def rows(call: Call = Depends(_NEEDED), limit: Limit = 50, after: After = None) -> Response:
        refuse_unknown(call.request, {"limit", "after"})
        found, following = page_of(call, resource, [], {}, limit=limit, after=after)
        return listed(call.request, row, found, following)

    router.add_api_route(
        f"/measures/{table.name}/rows",
        rows,
        methods=["GET"],
        name=f"rows of {table.name}",
        summary=f"Rows of {table.name}",
        description=table.about,
        response_model=Page[row],  # type: ignore[valid-type]
        response_description="One page of its rows.",
        responses=OTHER_KINDS,
    )


def _told(table: Table) -> Measure:
    return Measure(
        name=table.name,
        about=table.about,
        key=list(table.key),
        columns=[MeasureColumn(name=c.name, type=c.type, about=c.about) for c in table.columns],
        rows=f"/api/v1/measures/{table.name}/rows",
    )
