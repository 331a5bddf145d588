"""The documentation as the tests see it: pages, their links, and worked examples that can be run again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from muster import testing
from muster.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def pages() -> list[Path]:
    """Every Markdown page of the repository that people read."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def links(text: str) -> Iterator[str]:
    """The targets of a page's links that lead to files of the repository, or to a heading."""
    for target in _LINK.findall(_BLOCK.sub("", text)):
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def anchors(text: str) -> set[str]:
    """The headings of a page, as a code host names them."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for found, body in _BLOCK.findall(text) if found == language]


@dataclass(frozen=True, slots=True)
class Question:
    """A SELECT on a page and the table of rows printed below it."""

    sql: str
    header: list[str]
    rows: list[list[str]]


def questions(text: str) -> list[Question]:
    """Every SELECT on a page that a table follows."""
    found = []
    for match in re.finditer(r"^```sql\n(.*?)^```\n\n((?:\|[^\n]*\n?)+)", text, re.MULTILINE | re.DOTALL):
        header, _, *rows = (_cells(line) for line in match[2].strip().splitlines())
        found.append(Question(match[1], header, rows))
    return found


def example_company(text: str, folder: Path) -> Workspace:
    """Run the one `company(...)` on a page, in a folder."""
    [code] = [body for body in blocks(text, "python") if body.startswith("company(")]
    names: dict[str, Any] = {**vars(testing), "datetime": datetime, "folder": folder}
    made = eval(code, names)
    assert isinstance(made, Workspace)
    return made


def printed(value: object) -> str:
    """A value as the pages print it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
