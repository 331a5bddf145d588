"""What answers are made of: typed rows from the contracts, pages of them, and how they are written.

A list is JSON, CSV or an Arrow stream by `Accept`. Every answer to a read carries an ETag, and is 304 where
the caller has it already.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import pyarrow as pa
from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, create_model
from starlette.responses import Response

from muster.canonical.tables import Table, flow_tables
from muster.serving.api.problems import Refused
from muster.serving.api.resources import Resource
from muster.serving.twins import safe

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"

Instant = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]
Points = Annotated[Decimal, PlainSerializer(float, return_type=float)]
T = TypeVar("T")
_TYPES: dict[str, Any] = {
    "text": str,
    "instant": Instant,
    "day": date,
    "cents": int,
    "points": Points,
    "integer": int,
    "real": float,
    "flag": bool,
}


class Answer(BaseModel):
    """What every answer is: exactly the fields it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Answer, Generic[T]):
    """One page of a list."""

    items: list[T] = Field(description="The rows of this page, in the order of their keys")
    next: str | None = Field(description="The address of the next page; null on the last one")


def row_model(resource: Resource) -> type[Answer]:
    """The type of a resource's rows, each field described as the contracts describe it."""
    fields: dict[str, Any] = {}
    for name, told in resource.tells.items():
        kind, about = _told(told)
        fields[name] = (kind if name in resource.always else kind | None, Field(description=about))
    about = f"instant: {resource.updated}: what updated_since is held against"
    kind, words = _told(about)
    fields["updated_at"] = (kind | None, Field(description=words))
    return create_model(resource.title, __base__=Answer, __doc__=resource.about, **fields)


def measure_model(table: Table) -> type[Answer]:
    """The type of a measure's rows."""
    fields: dict[str, Any] = {
        column.name: (_TYPES[column.type] | None, Field(description=column.about)) for column in table.columns
    }
    title = "".join(part.capitalize() for part in table.name.split("_"))
    return create_model(title, __base__=Answer, __doc__=table.about, **fields)


def written(request: Request, answer: BaseModel, *, status: int = 200) -> Response:
    """An answer as JSON, with its ETag; 304 where the caller named it."""
    return tagged(request, answer.model_dump_json().encode(), JSON, status=status)


def listed(
    request: Request, row: type[Answer], rows: Sequence[Mapping[str, Any]], following: str | None
) -> Response:
    """One page of a list, as the caller's `Accept` asks."""
    kind = accepted(request)
    links = {"link": f'<{following}>; rel="next"'} if following else {}
    typed = [row.model_validate(one) for one in rows]
    if kind == JSON:
        page = Page[row](items=typed, next=following)  # type: ignore[valid-type]
        return tagged(request, page.model_dump_json().encode(), JSON, headers=links)
    columns = list(row.model_fields)
    if kind == CSV:
        return tagged(request, _csv(columns, typed), f"{CSV}; charset=utf-8", headers=links)
    return tagged(request, _arrow(row, typed), ARROW, headers=links)


def accepted(request: Request) -> str:
    """JSON, CSV or Arrow, whichever the caller names first. Raises Refused (406) for none of them."""
    asked = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    for kind in asked:
        if kind in {"*/*", "application/*", "application/problem+json", ""}:
            return JSON
        if kind == "text/*":
            return CSV
        if kind in {JSON, CSV, ARROW}:
            return kind
    raise Refused(
        406, "not_acceptable", f"This is to be had as {JSON}, {CSV} or {ARROW}.", remedy="Say so in Accept."
    )


def tagged(
    request: Request, body: bytes, kind: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A body with the ETag that its bytes have."""
    tag = tag_of(body)
    told = {"etag": tag, "vary": "Accept, Authorization, Cookie", **(headers or {})}
    if request.method == "GET" and tag in tags_of(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=told)
    return Response(body, status, media_type=kind, headers=told)


def tag_of(body: bytes) -> str:
    """The strong ETag of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tags_of(header: str) -> set[str]:
    """The ETags that an If-Match or If-None-Match names, weak ones as strong."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()}


def _told(told: str) -> tuple[Any, str]:
    kind, colon, about = told.partition(": ")
    if colon:
        return _TYPES[kind], about
    table, _, name = told.partition(".")
    column = flow_tables()[table].column(name)
    return _TYPES[column.type], column.about


def _csv(columns: list[str], rows: Sequence[Answer]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        told = row.model_dump(mode="json")
        writer.writerow(
            [safe(v) if isinstance(v, str) else "" if v is None else v for v in map(told.get, columns)]
        )
    return text.getvalue().encode()


def _arrow(row: type[Answer], rows: Sequence[Answer]) -> bytes:
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), date: pa.date32()}
    kinds |= {datetime: pa.timestamp("us", tz="UTC"), Decimal: pa.float64()}
    fields = []
    for name, told in row.model_fields.items():
        fields.append(pa.field(name, next(k for kind, k in kinds.items() if _holds(told.annotation, kind))))
    schema = pa.schema(fields)
    plain = [
        {name: float(v) if isinstance(v, Decimal) else v for name, v in one.model_dump().items()}
        for one in rows
    ]
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, schema) as writer:
        writer.write_table(pa.Table.from_pylist(plain, schema))
    return stream.getvalue()


def _holds(annotation: Any, kind: type) -> bool:
    """Whether an annotation is a type, or a union or annotation of it."""
    parts = getattr(annotation, "__args__", ())
    return annotation is kind or any(_holds(part, kind) for part in parts)
