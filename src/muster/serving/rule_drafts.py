"""A changed rule before it is saved: tried on the whole history by a process of its own, kept or dropped.

.muster/drafts/4f0c.../rules/*.csv   every rule file, one with the new row
.muster/drafts/4f0c.../draft.json    which file, which row, who, when
.muster/drafts/4f0c.../moved.json    what the change would move, once it is known
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from muster.engine.lock import HOME, hold
from muster.problems import WrongUse
from muster.rules.read import read_rules, rule_shapes, rule_text, with_row
from muster.serving.background import begin, work
from muster.store.audit import note
from muster.store.opening import Store

_DRAFTS = Path(HOME, "drafts")


@dataclass(frozen=True, slots=True)
class Draft:
    """One row to add to one rule file."""

    draft_id: str
    name: str
    row: dict[str, str]
    who: str


def rule_lines(workspace: Path, name: str) -> list[dict[str, str]]:
    """Its rows as text, in the order of the file."""
    return list(csv.DictReader(io.StringIO(rule_text(workspace / "rules", name))))


def begin_draft(workspace: Path, name: str, row: Mapping[str, str], *, who: str) -> Draft:
    """Check a new row as a run would, and begin to try it on the history.

    Raises RuleError naming file, row and column where a value is wrong, WrongUse without a reason.
    """
    if name not in rule_shapes():
        raise WrongUse(f"There is no rule file {name}.csv.")
    if not row.get("why", "").strip():
        raise WrongUse("A rule needs a reason: write in `why` what it is for.", field="why")
    draft = Draft(secrets.token_hex(8), name, dict(row), who)
    folder = workspace / _DRAFTS / draft.draft_id
    rules = folder / "rules"
    rules.mkdir(parents=True)
    for other in rule_shapes():
        (rules / f"{other}.csv").write_text(rule_text(workspace / "rules", other), "utf-8")
    (rules / f"{name}.csv").write_text(with_row(rule_text(workspace / "rules", name), row), "utf-8")
    try:
        read_rules(rules)
    except BaseException:
        shutil.rmtree(folder)
        raise
    (folder / "draft.json").write_text(json.dumps(asdict(draft)), "utf-8")
    tried = ["lab", "match", f"--rules={rules}", "--json"]
    begin(workspace, _work_of(draft), tried, told_in=folder / "moved.json")
    return draft


def read_draft(workspace: Path, draft_id: str) -> Draft:
    """A draft by its id. Raises WrongUse where there is none, or no longer."""
    file = workspace / _DRAFTS / draft_id / "draft.json"
    if not draft_id.isalnum() or not file.is_file():
        raise WrongUse("There is no such draft, or no longer.", remedy="Begin again from the rule's page.")
    return Draft(**json.loads(file.read_text("utf-8")))


def moved_by(workspace: Path, draft: Draft) -> dict[str, Any] | None:
    """What a draft would move; None while it is being tried. Raises WrongUse where that failed."""
    trying = work(workspace, _work_of(draft))
    if trying.is_running:
        return None
    try:
        moved: dict[str, Any] = json.loads(
            (workspace / _DRAFTS / draft.draft_id / "moved.json").read_text("utf-8")
        )
    except ValueError:
        raise WrongUse(f"The change could not be tried: {trying.said[-600:] or 'it was stopped.'}") from None
    return moved


def keep_draft(workspace: Path, store: Store, draft: Draft) -> None:
    """Add the row to the rule file, for the next run to apply. Raises WorkspaceBusy during one."""
    keep_row(workspace, store, draft.name, draft.row, who=draft.who)
    drop_draft(workspace, draft)


def keep_row(workspace: Path, store: Store, name: str, row: Mapping[str, str], *, who: str) -> None:
    """Add a row to a rule file, and note who did. Raises WorkspaceBusy during a run."""
    file = workspace / "rules" / f"{name}.csv"
    with hold(workspace, "muster serve: save a rule"):
        text = with_row(rule_text(workspace / "rules", name), row)
        file.parent.mkdir(exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(file)
        with store.writing() as connection:
            note(connection, who, "change_rule", f"rules/{name}.csv", {"row": dict(row)})


def drop_draft(workspace: Path, draft: Draft) -> None:
    """Forget a draft."""
    shutil.rmtree(workspace / _DRAFTS / draft.draft_id, ignore_errors=True)


def _work_of(draft: Draft) -> str:
    return f"draft-{draft.draft_id}"
