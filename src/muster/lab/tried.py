"""Rules that somebody tries: files of a folder in place of the workspace's own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from muster.lab.moved import Moved, read_moved
from muster.lab.what_if import compared
from muster.problems import WrongUse
from muster.rules.read import Rules, read_rules, rule_shapes
from muster.workspace import Workspace


def tried_rules(workspace: Workspace, folder: Path) -> tuple[tuple[str, ...], Rules]:
    """The names of a folder's rule files, and the workspace's rules with these in their place.

    Files that the folder does not have stay as they are. Raises WrongUse where it has none, RuleError
    where one says something impossible.
    """
    files = tuple(sorted(f.stem for f in folder.glob("*.csv") if f.stem in rule_shapes()))
    if not files:
        raise WrongUse(
            f"{folder} has no rule file.", remedy="Copy one of rules/ there, change it, and try again."
        )
    with tempfile.TemporaryDirectory(prefix="muster-lab-") as made:
        whole = Path(made) / "rules"
        if (workspace.folder / "rules").is_dir():
            shutil.copytree(workspace.folder / "rules", whole)
        whole.mkdir(exist_ok=True)
        for name in files:
            shutil.copyfile(folder / f"{name}.csv", whole / f"{name}.csv")
        return files, read_rules(whole)


def moved_by_rules(workspace: Workspace, folder: Path) -> tuple[tuple[str, ...], Moved]:
    """The rule files of a folder, and what the last run would have been with them."""
    files, rules = tried_rules(workspace, folder)
    with compared(workspace, rules=rules) as both:
        return files, read_moved(both)
