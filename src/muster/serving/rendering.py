"""Writes a screen as HTML: the layout around it, its figures as people read them, its addresses."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from muster.reports.charts.draw import draw
from muster.reports.charts.shapes import Chart
from muster.reports.money import short, whole
from muster.reports.page import teach
from muster.reports.values import NOTHING, Rate, show
from muster.serving.browsers import browser_of
from muster.serving.came_from import along, came_from
from muster.serving.figures.health import days_since
from muster.serving.figures.owners import seller
from muster.serving.options import options
from muster.serving.top_bar import bar_of

if TYPE_CHECKING:
    from fastapi import Request

    from muster.serving.reading import Reading
    from muster.serving.screen import Screen

# Key, address, word, and the right it takes: the order of the navigation, and of `g` and a letter.
NAVIGATION = (
    ("i", "/worklist", "Worklist", "see_groups"),
    ("b", "/board", "Groups", "see_groups"),
    ("m", "/measures", "Measures", "see_measures"),
    ("r", "/replay", "MQL replay", "see_measures"),
    ("p", "/packs", "Board pack", "see_measures"),
    ("h", "/health", "Data health", "see_data_health"),
    ("s", "/settings", "Settings", "edit_rules"),
)
# The parts of the style sheet: what later parts say counts over what earlier ones do.
_STYLE = ("frame", "pictures", "pages")
# What the address of a page says just happened: said once, and part of no link.
PASSING = ("done", "undone", "first", "went", "taken", "left")


def render(asked: Reading, shown: Screen) -> HTMLResponse:
    """A screen inside the layout."""
    failure = asked.house.snapshots.failure()
    page = _environment().get_template(shown.template)
    text = page.render(
        _common(asked.request)
        | {
            "viewer": asked.viewer,
            "snapshot": asked.snapshot,
            "days_since": days_since(asked.snapshot.as_of, datetime.now(UTC).replace(tzinfo=None)),
            "failure": failure,
            "title": shown.title,
            "data": shown.data,
            "sheets": shown.sheets,
            "active": shown.active,
            "navigation": [entry for entry in NAVIGATION if asked.viewer.may(entry[3])],
            "query": dict(asked.query),
            "bar": bar_of(asked, shown),
        }
        | dict(shown.more)
    )
    return HTMLResponse(text, shown.status)


def render_plain(request: Request, template: str, *, status: int = 200, **told: Any) -> HTMLResponse:
    """A page for somebody who is not signed in, or that has no run behind it."""
    viewer = getattr(request.state, "viewer", None)
    common = _common(request) | {"viewer": viewer, "snapshot": None, "failure": None, "active": ""}
    common |= {"navigation": [e for e in NAVIGATION if viewer is not None and viewer.may(e[3])], "sheets": ()}
    common |= {"bar": None}
    return HTMLResponse(_environment().get_template(template).render(common | {"query": {}} | told), status)


def part(asked: Reading, template: str, **told: Any) -> HTMLResponse:
    """A piece of a page, for htmx to put where it belongs."""
    common = _common(asked.request) | {"viewer": asked.viewer, "snapshot": asked.snapshot}
    return HTMLResponse(_environment().get_template(template).render(common | told))


def piece(template: str, name: str, *told: Any) -> Markup:
    """A macro of a template by itself."""
    return Markup(getattr(_environment().get_template(template).module, name)(*told))  # noqa: S704 - escaped


def with_query(request: Request, **changed: str | int | None) -> str:
    """The same address with other filters; None takes one out, and what just happened is not kept."""
    kept = {k: v for k, v in request.query_params.items() if k not in changed and k not in PASSING}
    kept |= {k: str(v) for k, v in changed.items() if v is not None}
    return f"{request.url.path}{'?' + urlencode(kept) if kept else ''}"


def twin(request: Request, suffix: str, table: str | None = None) -> str:
    """The address of a page's JSON, CSV or workbook, with the same filters."""
    path = request.url.path
    query = {**request.query_params, **({"table": table} if table else {})}
    stem = "/index" if path == "/" else path
    return f"{stem}.{suffix}{'?' + urlencode(query) if query else ''}"


def _common(request: Request) -> dict[str, Any]:
    return {
        "request": request,
        "nonce": request.state.nonce,
        "style": static_url("muster.css"),
        "scripts": (static_url("htmx.min.js"), static_url("keys.js")),
        "icon": static_url("muster.svg"),
        "static": static_url,
        "with_query": lambda **changed: with_query(request, **changed),
        "along": along(request, with_query(request)),
        "came_from": came_from(request.url.path, request.query_params),
        "twin": lambda suffix, table=None: twin(request, suffix, table),
    }


@cache
def static_content(name: str) -> bytes:
    """A file of the folder `static`, or a style that is joined here.

    `muster.css` is the folder `style`; `report.css` the packs' style, for what stands in a report alone.
    """
    if name == "muster.css":
        folder = files("muster.serving").joinpath("style")
        return b"\n".join(folder.joinpath(f"{part}.css").read_bytes() for part in _STYLE)
    if name == "report.css":
        style = files("muster.reports").joinpath("templates/board.css").read_text("utf-8")
        return f".report {{\n{style}\n}}\n".encode()
    return files("muster.serving").joinpath("static", name).read_bytes()


@cache
def static_url(name: str) -> str:
    """An address that changes with the file, so that browsers may keep it for good."""
    content = static_content(name)
    return f"/static/{hashlib.sha256(content).hexdigest()[:12]}/{name}"


@cache
def _environment() -> Environment:
    environment = Environment(
        # Blocks of reports stand in pages as they do in packs, from the same templates.
        loader=ChoiceLoader([PackageLoader("muster.serving"), PackageLoader("muster.reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(environment)
    environment.filters |= {"day": day, "minute": minute, "dollars": dollars, "short": in_short}
    environment.filters |= {"percent": percent, "picture": picture, "seller": seller}
    environment.filters |= {"on_day": on_day, "at_minute": at_minute, "points": points, "code": code}
    environment.filters |= {"browser": browser_of, "options": options}
    return environment


def day(value: date | None) -> str:
    """3 Mar 2026."""
    return NOTHING if value is None else show(value.date() if isinstance(value, datetime) else value)


def minute(value: datetime | None) -> str:
    """3 Mar 2026, 14:05."""
    return NOTHING if value is None else f"{show(value.date())}, {value:%H:%M}"


def on_day(instant: str) -> str:
    """3 Mar 2026, of an instant as the store and the logs write it."""
    return day(datetime.fromisoformat(instant)) if instant else NOTHING


def at_minute(instant: str) -> str:
    """3 Mar 2026, 14:05, of an instant as the store and the logs write it (UTC)."""
    return minute(datetime.fromisoformat(instant)) if instant else NOTHING


def dollars(cents: int | None, currency: str) -> str:
    """$4,213,406: for tables."""
    return NOTHING if cents is None else whole(int(cents), currency)


def in_short(cents: int | None, currency: str) -> str:
    """$4.2M: for sentences."""
    return NOTHING if cents is None else short(int(cents), currency)


def percent(part: float | Decimal | None) -> str:
    """A share of 0 to 1, with one decimal under ten percent; a dash where there is none."""
    return NOTHING if part is None else show(Rate(float(part)))


def points(score: float | Decimal | None) -> str:
    """A score in whole points, cut and not rounded: 44.6 has not reached 45.

    >>> points(44.6)
    '44'
    """
    return NOTHING if score is None else str(int(score))


def code(text: str) -> Markup:
    """Words of which those between backticks are code.

    >>> code("`joined` holds <all>")
    Markup('<code>joined</code> holds &lt;all&gt;')
    """
    wrapped = Markup("<code>{}</code>")
    return Markup("").join(wrapped.format(p) if i % 2 else p for i, p in enumerate(text.split("`")))


def picture(chart: Chart, width: int, key: str, title: str, about: str) -> Markup:
    """A chart as inline SVG; `key` makes its ids unique on the page."""
    return Markup(draw(chart, width, key=key, title=title, about=about))  # noqa: S704 - it escapes its words
