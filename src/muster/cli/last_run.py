# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""What the flow noticed in the records when it ran last, and whether that still holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.problems import MusterError, Problem

if TYPE_CHECKING:
    from muster.config.settings import Config

FLOW = "(flow)"  # the source of what the flow notices: many rows of many files stand behind one finding
_FINDINGS = f"SELECT * FROM problem WHERE source = '{FLOW}' ORDER BY severity, count DESC, reason, value"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The findings of the run in force; `changed_since` names inputs that are no longer what it read."""

    run_id: str
    as_of: str
    findings: tuple[Problem, ...]
    changed_since: tuple[str, ...]

    @property
    def needs_look(self) -> bool:
        """Whether a finding asks for something: not of older inputs, a new run may find them mended."""
        return not self.changed_since and any(f.severity != "note" for f in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The same as values that JSON has."""
        return {
            "run_id": self.run_id,
            "as_of": self.as_of,
            "changed_since": list(self.changed_since),
            "findings": [asdict(finding) for finding in self.findings],
        }


def last_run(workspace: Path, config: Config, *, rules_version: str) -> LastRun | None:
    """What the run in force found; None where there is none, or its tables cannot be read."""
    import duckdb

    from muster.engine.published import open_published
    from muster.fingerprints import input_hashes, override_hashes
    from muster.steps import all_queries

    try:
        published = open_published(workspace)
        rows = published.arrow(_FINDINGS).to_pylist()
        own = override_hashes(workspace, all_queries())
    except (MusterError, duckdb.Error, OSError, ValueError, KeyError):
        return None  # `muster doctor` says what is wrong with them
    before = published.manifest["inputs"]
    now = {"rules": rules_version, **own, **input_hashes(workspace, config)}
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    findings = tuple(Problem(**row) for row in rows)
    return LastRun(published.manifest["run_id"], published.manifest["as_of"], findings, tuple(changed))
