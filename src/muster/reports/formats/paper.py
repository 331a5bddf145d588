"""A pack, or another page in its style, as a tagged PDF (PDF/UA-1), by WeasyPrint, from its HTML.

WeasyPrint gives a drawing that stands in the page neither its style nor a text for who cannot see it.
So each becomes an image with both.
"""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from functools import cache
from html import escape, unescape
from importlib.resources import files
from typing import Any

from muster.problems import MissingExtra, WrongUse
from muster.reports.page import render
from muster.reports.sheets import BoardPack

_DRAWING = re.compile(r"<svg class=\"picture(?: \w+)?\".*?</svg>", re.DOTALL)
_TOLD = re.compile(r"<title id=[^>]*>(.*?)</title><desc id=[^>]*>(.*?)</desc>", re.DOTALL)
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')
_PICTURES = re.compile(r"/\* What pictures are drawn with.*?\*/(.*?)/\* End of pictures", re.DOTALL)
_COLOUR = re.compile(r"(--[\w-]+): (#[0-9a-f]{6})")
# Queries stand in the HTML; summaries are nothing to click here; a PDF may have colours.
_STYLE = """
@page { size: A4; }
.mark a { display: none; }
summary { display: block; }
img.picture { display: block; max-width: 100%; }
"""


def paper(pack: BoardPack) -> bytes:
    """The PDF. Raises MissingExtra without WeasyPrint, WrongUse where the system has no Pango."""
    return paper_of(render(pack, on_paper=True))


def paper_of(page: str, *, drawn_with: str = "") -> bytes:
    """The PDF of any page in the packs' style, as it is printed. Raises as `paper` does.

    `drawn_with` are rules of its own that its drawings take along.
    """
    html = _DRAWING.sub(lambda found: _as_image(found, drawn_with), page)
    html = html.replace("</head>", f"<style>{_STYLE}</style></head>")
    made: bytes = _weasyprint().HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    return made


def _weasyprint() -> Any:
    try:
        import weasyprint  # noqa: PLC0415  it takes a quarter of a second, and Pango
    except ImportError as error:
        raise MissingExtra("board", needed_for="A PDF") from error
    except OSError as error:
        raise WrongUse(
            "A PDF needs Pango, which this system does not have.",
            remedy="On Debian or Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0; on a Mac: "
            "brew install pango",
        ) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it reads the style sheet of browsers
    return weasyprint


def _as_image(found: re.Match[str], own: str) -> str:
    drawing = found[0]
    title, about = _TOLD.search(drawing).groups()  # type: ignore[union-attr]
    width, height = _SIZE.search(drawing).groups()  # type: ignore[union-attr]
    plain = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    plain = plain.replace("</desc>", f"</desc><style>{_drawn_with(own)}</style>", 1)
    told = escape(f"{unescape(title)}. {unescape(about)}", quote=True)
    data = b64encode(plain.encode()).decode()
    return (
        f'<img class="picture" alt="{told}" width="{width}" height="{height}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


@cache
def _drawn_with(own: str) -> str:
    """The style of pictures and their own rules, with the light colours written out."""
    style = files("muster.reports").joinpath("templates/board.css").read_text("utf-8")
    rules = _PICTURES.search(style)
    assert rules is not None
    colours = dict(reversed(_COLOUR.findall(style.split("@media", 1)[0])))
    text = re.sub(r"var\((--[\w-]+)\)", lambda name: colours[name[1]], rules[1] + own)
    text = re.sub(r"paint-order: [^}]*", "", text)  # its edge would lie over the letters, not under them
    return f"text {{ font-family: sans-serif; }} {text}"
