"""What every slide wears: colours, margins, and the size of its letters."""

from __future__ import annotations

from typing import Any

INK, SOFT, ACCENT, LINE = "1D1C1A", "5B5954", "1F5FBF", "D9D8D3"
SERIES = (ACCENT, "827F77", "B4B1A9", "86A9DD")
LEFT, WIDTH = 0.6, 12.1  # inches of a slide 13.33 wide


def dress(frame: Any, *, size: int, bold: bool = False, colour: str = INK) -> None:
    """Every line of a text: its size in points, weight and colour."""
    for line in frame.paragraphs:
        dress_line(line, size=size, bold=bold, colour=colour)


def dress_line(line: Any, *, size: int, bold: bool = False, colour: str = INK) -> None:
    """One line of a text, aligned to the left."""
    from pptx.dml.color import RGBColor  # noqa: PLC0415
    from pptx.enum.text import PP_ALIGN  # noqa: PLC0415
    from pptx.util import Pt  # noqa: PLC0415

    line.alignment = PP_ALIGN.LEFT
    line.font.size, line.font.bold = Pt(size), bold
    line.font.color.rgb = RGBColor.from_string(colour)
