"""A sheet of SVG to draw on: shapes carry class names, the page's style sheet carries the colours."""

from __future__ import annotations

from html import escape
from unicodedata import combining, east_asian_width

ADVANCE = 0.58  # mean width of a character in a system font, as a part of its size


class Canvas:
    """Collects shapes; `svg` closes the picture. Coordinates are pixels from the top left."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._shapes: list[str] = []
        self._has_links = False

    def rect(self, x: float, y: float, width: float, height: float, *, cls: str, about: str = "") -> None:
        """A filled box; `about` is shown where the pointer rests."""
        inside = f"<title>{escape(about)}</title>" if about else ""
        self._shapes.append(
            f'<rect class="{cls}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" '
            f'height="{_n(max(height, 0))}">{inside}</rect>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, *, cls: str) -> None:
        """A straight line."""
        self._shapes.append(f'<line class="{cls}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>')

    def path(self, points: list[tuple[float, float]], *, cls: str) -> None:
        """A line through points."""
        if points:
            steps = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
            self._shapes.append(f'<polyline class="{cls}" points="{steps}"/>')

    def area(self, points: list[tuple[float, float]], *, cls: str, about: str = "") -> None:
        """A filled shape; `about` is shown where the pointer rests."""
        corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        inside = f"<title>{escape(about)}</title>" if about else ""
        self._shapes.append(f'<polygon class="{cls}" points="{corners}">{inside}</polygon>')

    def dot(self, x: float, y: float, radius: float, *, cls: str) -> None:
        """A circle."""
        self._shapes.append(f'<circle class="{cls}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>')

    def text(self, x: float, y: float, words: str, *, cls: str = "t", anchor: str = "start") -> None:
        """A line of words; `anchor` is start, middle or end."""
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._shapes.append(f'<text class="{cls}" x="{_n(x)}" y="{_n(y)}"{place}>{escape(words)}</text>')

    def link(self, x: float, y: float, width: float, height: float, *, href: str, about: str) -> None:
        """A box one can press over what was drawn, named for readers who cannot see it."""
        self._has_links = True
        self._shapes.append(
            f'<a href="{escape(href)}" aria-label="{escape(about)}"><rect class="hit" x="{_n(x)}" '
            f'y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"><title>{escape(about)}</title></rect></a>'
        )

    def svg(self, *, key: str, title: str, about: str) -> str:
        """The whole picture, named for readers who cannot see it."""
        role = "group" if self._has_links else "img"  # what stands in an image cannot be pressed
        return (
            f'<svg class="picture" role="{role}" aria-labelledby="{key}-title {key}-about" '
            f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}">'
            f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-about">{escape(about)}</desc>'
            f"{''.join(self._shapes)}</svg>"
        )


def text_width(words: str, size: int = 12) -> float:
    """About how wide words are; for finding room, never for exact places."""
    return sum(map(_advance, words)) * size


def fit(words: str, width: float, size: int = 12) -> str:
    """Words cut to a width, with an ellipsis where something is left off."""
    if text_width(words, size) <= width:
        return words
    room, kept = width - size * ADVANCE, ""
    for character in words:
        room -= _advance(character) * size
        if room < 0 and kept:
            break
        kept += character
    return kept.rstrip() + "…"


def _advance(character: str) -> float:
    """A character's width as a part of its size: Chinese and the like are square, accents take no room."""
    if combining(character):
        return 0.0
    return 1.0 if east_asian_width(character) in "WF" else ADVANCE


def scaled(amount: int, top: int, pixels: float) -> float:
    """How many pixels a whole amount takes where `top` takes all of them; whole numbers until the end."""
    return max(amount, 0) * int(pixels * 10) // top / 10 if top > 0 else 0.0


def ticks(top: int, count: int = 4) -> list[int]:
    """Round numbers from 0 up to `top`, at most `count` above 0.

    >>> ticks(610_000_000)
    [0, 200000000, 400000000, 600000000]
    """
    size = 1
    while top >= size * (count + 1):
        size = size * 5 // 2 if str(size)[0] == "2" else size * 2
    return list(range(0, top + 1, size))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
