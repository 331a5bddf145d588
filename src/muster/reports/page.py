"""Writes a board pack as one self-contained HTML file: no script, no outside host, nothing to fetch."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import get_args

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from muster.reports import sheets
from muster.reports.charts.draw import draw
from muster.reports.charts.shapes import Chart
from muster.reports.sheets import Block, BoardPack, Picture
from muster.reports.values import Value, show

FULL, HALF, PHONE = 760, 500, 340
HALVES = frozenset({"funnel-picture", "conversion-picture"})


def render(pack: BoardPack, *, on_paper: bool = False) -> str:
    """The pack as HTML. The same pack always gives the same text.

    `on_paper` leaves out what only a screen has: drawings for a phone, folds, queries.
    """
    numbers = {
        sheet.key: f"{page_number}.{place}"
        for page_number, page in enumerate(pack.pages, 1)
        for place, sheet in enumerate(page.sheets, 1)
    }
    style = _safe(files("muster.reports").joinpath("templates/board.css").read_text("utf-8"))
    return (
        _environment()
        .get_template("board.html")
        .render(pack=pack, numbers=numbers, style=style, on_paper=on_paper)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("muster.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(environment)
    return environment


def teach(environment: Environment) -> None:
    """Give an environment what the templates of blocks ask for, as the web app's does too."""
    environment.filters["show"] = show
    environment.filters["pictured"] = pictured
    environment.filters["spark"] = spark
    environment.filters["css_text"] = css_text
    environment.filters["cell_class"] = cell_class
    environment.filters["folded"] = folded
    environment.filters["standing"] = standing
    for kind in (*get_args(Block), sheets.Link):
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()  # GroupRows is asked for as group_rows
        environment.tests[name] = lambda value, kind=kind: isinstance(value, kind)
    environment.globals["halves"] = HALVES


def pictured(picture: Picture, on_paper: bool = False) -> Markup:
    """A picture twice: one drawing for a desk or paper, one for a phone; the style sheet shows one."""
    assert picture.chart is not None
    told = {"title": picture.title, "about": picture.about}
    wide = draw(picture.chart, HALF if picture.key in HALVES else FULL, key=f"{picture.key}-wide", **told)
    if on_paper:
        return _safe(f'<div class="wide">{wide}</div>')
    phone = draw(picture.chart, PHONE, key=f"{picture.key}-phone", **told)
    return _safe(f'<div class="wide">{wide}</div><div class="phone">{phone}</div>')


def spark(chart: Chart, width: int, key: str, title: str, about: str) -> Markup:
    """A small picture inside a row."""
    return _safe(draw(chart, width, key=key, title=title, about=about))


def css_text(words: str) -> Markup:
    """Words as a CSS string: everything but plain letters, digits and blanks is written as a code point."""
    plain = (c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):x} " for c in words)
    return _safe(f'"{"".join(plain)}"')


def _safe(text: str) -> Markup:
    """Text that is HTML already: the drawings escape every word they hold, our own style sheet needs none."""
    return Markup(text)  # noqa: S704 - see the docstring; every other text is escaped by the templates


def folded(sheet: sheets.Sheet) -> tuple[tuple[Value, ...], ...]:
    """The rows of a long sheet that stand one click away: those between its first and its tail."""
    last = len(sheet.rows) - sheet.tail
    return sheet.rows[sheet.shown : last] if sheet.shown is not None and sheet.shown + 1 < last else ()


def standing(sheet: sheets.Sheet) -> tuple[tuple[Value, ...], ...]:
    """The rows that stand open."""
    hidden = len(folded(sheet))
    first = len(sheet.rows) - sheet.tail - hidden
    return sheet.rows[:first] + sheet.rows[first + hidden :]


def cell_class(value: Value, column: sheets.Column) -> str:
    """How a cell stands: words or a number, nothing at all, or a text as wide as a phone."""
    kinds = ["w" if column.is_words else "n"]
    if value is None or value == "":
        kinds.append("none")
    if isinstance(value, date):
        kinds.append("d")
    if isinstance(value, str) and len(value) > 16:
        kinds.append("long")
    return " ".join(kinds)
