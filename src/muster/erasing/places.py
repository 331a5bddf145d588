"""The files of a workspace, and what an erasure does to each kind.

- tables of the run before: dropped, since those in force were made without the person;
- replay, drafts, landing: dropped, since commands and pages make them again;
- logs, decisions, pages in `reports/`: written anew, line by line; its PDF, XLSX and PPTX are dropped;
- board packs: written anew where they name the person, under another id, and so are those after such a
  pack, since each names the one before;
- everything else is the user's: exports, rules, settings.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from muster.config.settings import OLDER_DECISIONS, Config
from muster.engine.lock import HOME
from muster.engine.published import open_published
from muster.erasing.rewriting import rewrite
from muster.identity.change_log import CHANGES
from muster.reports.frozen.snapshot import Shelf, Snapshot, identified
from muster.sources.scrub import Scrubber

_WRITTEN_AGAIN = frozenset({".pdf", ".pptx", ".xlsx"})
_MADE_AGAIN = ("replay", "replay.new", "drafts", "landing", "tables.new")
BROUGHT_IN = "decisions-brought-in.csv"
_TEXTS = frozenset({".csv", ".html", ".json", ".jsonl", ".log", ".md", ".svg", ".txt", ".new"})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """How many files were written anew and dropped, and board packs that go by another id now."""

    written: int
    dropped: int
    packs: dict[str, str]


def rewrite_files(workspace: Path, config: Config, scrubber: Scrubber) -> Rewritten:
    """Write anew or drop every file of Muster's own that may name somebody on the list."""
    home = workspace / HOME
    reports = _reports(workspace, config)
    dropped = _drop_what_is_made_again(workspace, reports)
    written = sum(
        rewrite(file, partial(_anew, suffix=file.suffix, scrubber=scrubber))
        for file in _texts_of(workspace, home, reports)
    )
    packs = _rewrite_packs(workspace, scrubber)
    return Rewritten(written + len(packs), dropped, packs)


def _reports(workspace: Path, config: Config) -> list[Path]:
    """What commands wrote into `reports/`; an export that lies there is the user's."""
    exports = {(workspace / source.path).resolve() for source in config.source}
    found = sorted(file for file in (workspace / "reports").rglob("*") if file.is_file())
    return [file for file in found if not exports & {file.resolve(), *file.resolve().parents}]


def _drop_what_is_made_again(workspace: Path, reports: list[Path]) -> int:
    home = workspace / HOME
    in_force = open_published(workspace).folder
    gone = [home / name for name in _MADE_AGAIN if (home / name).exists()]
    gone += [run for run in (home / "runs").iterdir() if run.resolve() != in_force.resolve()]
    gone += [file for file in reports if file.suffix in _WRITTEN_AGAIN]
    count = 0
    for place in gone:
        count += sum(1 for file in place.rglob("*") if file.is_file()) if place.is_dir() else 1
        shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
    return count


def _texts_of(workspace: Path, home: Path, reports: list[Path]) -> Iterator[Path]:
    """Texts under `.muster`, but for the tables, and the decisions and reports that stand beside it."""
    beside = [workspace / OLDER_DECISIONS, workspace / BROUGHT_IN, *reports]
    runs = home / "runs"
    for file in [*beside, *sorted(home.rglob("*"))]:
        if not file.is_file() or file.is_symlink() or file.suffix not in _TEXTS:
            continue
        if runs not in file.parents or file.name == CHANGES:
            yield file


def _anew(text: str, suffix: str, scrubber: Scrubber) -> str:
    if suffix != ".jsonl":
        return "".join(scrubber.text(line) for line in text.splitlines(keepends=True))
    lines = []
    for line in text.splitlines(keepends=True):
        try:
            said = json.loads(line)
        except ValueError:
            lines.append(scrubber.text(line))
            continue
        made = scrubber.tree(said)
        lines.append(line if made == said else json.dumps(made) + "\n")
    return "".join(lines)


def _rewrite_packs(workspace: Path, scrubber: Scrubber) -> dict[str, str]:
    """Frozen packs without the person: the ids they had, and those they have now."""
    shelf = Shelf(workspace)
    renamed: dict[str, str] = {}
    for pack in shelf.all():
        content = scrubber.tree(dict(pack.content))
        content["before"] = renamed.get(content["before"], content["before"])
        fresh = identified(content)
        if fresh.id != pack.id:
            shelf.keep(Snapshot(fresh.id, fresh.content, pack.frozen_at))
            (shelf.folder / f"{pack.id}.json").unlink()
            renamed[pack.id] = fresh.id
    return renamed
