"""A screen: what one address shows, as a page, as JSON, as CSV and as a workbook, from one function.

    router = APIRouter()

    @screen(router, "/groups/{group_id}", needs="see_groups")
    def group(reading: Reading) -> Screen:
        found = group_page(reading.tables, reading.path["group_id"])
        return Screen("group.html", title=found.account, data=found, sheets=(members, timeline))

The page is at the address itself; `.json`, `.csv` and `.xlsx` behind it give the same figures
(`?table=KEY` names one of several tables). Whoever lacks the right reads 403; what is not there for a
viewer is not there at all: raise `Missing`, whether it does not exist or is somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from muster.serving.narrowing import Narrowing
from muster.serving.reading import Forbidden, Reading, reading
from muster.serving.rendering import render
from muster.serving.twins import as_csv, as_workbook

Row = tuple[Any, ...]
Show = Callable[[Reading], "Screen"]

# The function of each page by its path, with the right it takes: warming.py asks some before people do.
SCREENS: dict[str, tuple[str, Show]] = {}
Asked = Annotated[Reading, Depends(reading)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a screen: what its twins hold, whether or not the page shows it as one.

    `rows` hold plain values (text, int, Decimal, date, datetime, bool, None); whole cents are written as
    exact decimals in a column whose name ends in a currency. A twin reads them once, a page not at all: of a
    long list they may be made as they are read.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class Screen:
    """What a page's template is given; `data` is what its JSON tells, or makes it where that is much."""

    template: str
    title: str
    data: Any
    sheets: tuple[Sheet, ...] = ()
    active: str = ""  # the entry of the navigation it stands under
    more: Mapping[str, Any] = field(default_factory=dict)  # for the template alone
    status: int = 200
    narrows: tuple[str, ...] = ()  # what of solution, territory and days in the top bar it keeps to
    asked: Narrowing | None = None  # the narrowing it kept to, where not as the address has it
    quarters: tuple[tuple[str, str], ...] = ()  # to pick from where its days are whole quarters
    quarter: str = ""  # the one picked
    whole: tuple[str, ...] = ()  # what on it is of the whole company, however it was narrowed


def screen(router: APIRouter, path: str, *, needs: str) -> Callable[[Show], Any]:
    """Register a function as the page at `path` and as its twins; `needs` names the right it takes."""

    def register(show: Show) -> Show:
        def allowed(asked: Reading) -> Screen:
            if not asked.viewer.may(needs):
                raise Forbidden
            return show(asked)

        def page(asked: Asked) -> Response:
            return render(asked, allowed(asked))

        def as_json(asked: Asked) -> Response:
            data = allowed(asked).data
            return Response(_json(data() if callable(data) else data), media_type="application/json")

        def table(asked: Asked) -> Response:
            return as_csv(_chosen(allowed(asked), asked.request))

        def workbook(asked: Asked) -> Response:
            return as_workbook(allowed(asked))

        SCREENS[path] = needs, show
        stem = "/index" if path == "/" else path
        name = show.__name__
        for suffix, answer in ((".json", as_json), (".csv", table), (".xlsx", workbook)):
            router.add_api_route(stem + suffix, answer, name=name + suffix, include_in_schema=False)
        router.add_api_route(path, page, name=name, include_in_schema=False)
        return show

    return register


def _chosen(shown: Screen, request: Request) -> Sheet:
    wanted = request.query_params.get("table")
    for sheet in shown.sheets:
        if wanted in (None, sheet.key):
            return sheet
    return Sheet("nothing", "Nothing", ("nothing",), ())


def _json(data: Any) -> str:
    return json.dumps(data, default=_plain, ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(type(value).__name__)
