"""A source taken out of muster.toml: what leaves is told first, and the audit trail keeps what it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.access.seen import Seen
from muster.access.viewer import Viewer
from muster.config.rewriting import take_out
from muster.config.settings import Config, SourceConfig
from muster.problems import WrongUse
from muster.serving.first_steps import looked
from muster.serving.snapshots import Snapshot
from muster.serving.uploads import UploadedFile, drop, uploaded

_LEDGER = """
SELECT l.file, l.reads_into, l.rows_landed FROM intake_ledger AS l WHERE l.source = ?
ORDER BY l.rows_landed DESC, l.file"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves with a source: rows by file, as the last run landed them (else as the last look did)."""

    source: SourceConfig
    files: tuple[dict[str, Any], ...]
    is_built: bool
    uploaded: tuple[UploadedFile, ...]
    is_last: bool

    @property
    def rows(self) -> int:
        """The rows that the next run will not have."""
        return sum(int(file["rows_landed"]) for file in self.files)


def leaving(
    config: Config, name: str, workspace: Path, *, snapshot: Snapshot | None, viewer: Viewer
) -> Leaving | None:
    """What would leave with the source of that name; None where muster.toml names no such source."""
    own = [source for source in config.source if not source.path.startswith(".muster/")]
    source = {source.name: source for source in own}.get(name)
    if source is None:
        return None
    files: list[dict[str, Any]] = []
    if snapshot is not None:
        with Seen(snapshot.folder, viewer) as tables:
            files = tables.records(_LEDGER, [name])
    is_built = bool(files)
    if not files:
        files = [row for row in looked(workspace)[1].get("ledger", ()) if row["source"] == name]
    return Leaving(source, tuple(files), is_built, tuple(uploaded(workspace, source)), len(own) == 1)


def remove(config: Config, told: Leaving, workspace: Path, *, with_files: bool) -> dict[str, Any]:
    """Take a source out of muster.toml, with its uploaded files if asked; the caller holds the workspace.

    Returns what the audit trail keeps: the source as it was, its files, its rows. Tables stay until the next
    run. Raises WrongUse where muster.toml cannot be changed alone, and nothing is taken away then.
    """
    number = next((i for i, source in enumerate(config.source) if source == told.source), None)
    if number is None:
        raise WrongUse(f"{told.source.name} changed meanwhile.", remedy="Look again at what would leave.")
    take_out(workspace, number)
    if with_files and told.uploaded:
        drop(workspace, told.source.name)
    return {
        "source": told.source.model_dump(mode="json", exclude_defaults=True),
        "uploaded": [file.name for file in told.uploaded],
        "files_deleted": with_files and bool(told.uploaded),
        "rows": told.rows,
    }
