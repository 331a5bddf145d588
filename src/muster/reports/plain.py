"""A plain page, of the lab or a replay: headings, pictures for desk and phone, tables; nothing to fetch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files

WIDE, PHONE = 760, 342
_STYLE = """
h2 { margin-top: 32px; margin-bottom: 8px; font-size: 16px; line-height: 22px; color: var(--ink); }
p { margin-top: 8px; max-width: 80ch; }
table { margin: 8px 0 12px; min-width: 0; }
.slim caption { display: table-caption; }
.slim th, .slim th[scope=row], .slim td.n { overflow-wrap: normal; white-space: normal; }
.said td, .said thead th { overflow-wrap: anywhere; }
td.some { background: color-mix(in srgb, var(--now-2) 45%, var(--page)); }
td.many { background: var(--now-2); }
.slim td.n { padding-right: 8px; }
@media print { .wide { display: block; } .phone { display: none; } h2 { break-after: avoid; } }
"""


def write_sheet(title: str, lead: str, parts: Sequence[tuple[str, str]], *, own_style: str = "") -> str:
    """The page as HTML, from parts of a heading and HTML. The same parts always give the same text."""
    style = files("muster.reports").joinpath("templates/board.css").read_text("utf-8")
    body = "".join(f"<section><h2>{escape(heading)}</h2>{inner}</section>" for heading, inner in parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}{_STYLE}{own_style}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(lead)}</p>{body}</main></body></html>\n"
    )


def drawn(picture: Callable[[int, str], str], key: str) -> str:
    """One picture twice: as wide as a desk, as narrow as a phone. The style sheet shows one of them."""
    return (
        f'<figure><div class="wide">{picture(WIDE, f"{key}-wide")}</div>'
        f'<div class="phone">{picture(PHONE, f"{key}-phone")}</div></figure>'
    )


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    shade: bool = False,
    words: bool = False,
) -> str:
    """A table whose first column names its rows. `shade` colours cells by their part of their row.

    Cells are numbers, unless they are `words`.
    """
    plain = "" if words else ' class="n"'
    heads = "".join(f'<th scope="col"{plain if i else ""}>{escape(cell)}</th>' for i, cell in enumerate(head))
    lines = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{_shade(cell, row[1:]) if shade else plain}>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    kind = "slim said" if words else "slim"
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0">'
        f'<table class="{kind}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def note(words: str) -> str:
    """A paragraph."""
    return f"<p>{escape(words)}</p>"


def _shade(cell: str, row: Sequence[str]) -> str:
    share = _number(cell) / (sum(map(_number, row)) or 1.0)
    return f' class="n{" many" if share >= 0.5 else " some" if share >= 0.1 else ""}"'


def _number(cell: str) -> float:
    return float(cell.replace(",", "") or 0)
