"""Write a pack as files: HTML always, PDF, slides and workbook where their libraries are installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muster.problems import MissingExtra, WrongUse
from muster.reports.sheets import BoardPack


@dataclass(frozen=True, slots=True)
class Files:
    """The files that were written, and a line for each that could not be, with how to get it."""

    written: tuple[Path, ...]
    lacking: tuple[str, ...] = ()


def _html(pack: BoardPack) -> bytes:
    from muster.reports.page import render  # noqa: PLC0415  each format is read by who asks for it

    return render(pack).encode()


def _pdf(pack: BoardPack) -> bytes:
    from muster.reports.formats.paper import paper  # noqa: PLC0415

    return paper(pack)


def _slides(pack: BoardPack) -> bytes:
    from muster.reports.formats.slides import slides  # noqa: PLC0415

    return slides(pack)


def _workbook(pack: BoardPack) -> bytes:
    from muster.reports.formats.workbook import workbook  # noqa: PLC0415

    return workbook(pack)


_WRITERS: dict[str, Callable[[BoardPack], bytes]] = {
    ".html": _html,
    ".pdf": _pdf,
    ".pptx": _slides,
    ".xlsx": _workbook,
}


def writes(target: Path) -> bool:
    """Whether a file of that name can be written."""
    return target.suffix.lower() in _WRITERS


def write_one(pack: BoardPack, target: Path) -> Path:
    """Write one file, by the end of its name; it appears whole or not at all.

    Raises MissingExtra where the extra [board] is not installed, WrongUse where Pango is missing.
    """
    content = _WRITERS.get(target.suffix.lower(), _html)(pack)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    draft.write_bytes(content)
    draft.replace(target)
    return target


def write_all(pack: BoardPack, folder: Path) -> Files:
    """Write every format that can be written here into a folder; the others are named with their remedy."""
    written, lacking = [], []
    for ending in _WRITERS:
        try:
            written.append(write_one(pack, folder / f"board-{pack.period}{ending}"))
        except (MissingExtra, WrongUse) as error:
            lacking.append(f"No {ending[1:].upper()}: {error}")
    return Files(tuple(written), tuple(dict.fromkeys(lacking)))
