"""The linter of core SQL: names file, line, construct and remedy of whatever would not run everywhere.

    python -m muster.engine.core_sql [PATHS]

Without paths it reads every SQL file of the package.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.engine.core_rules import shape_faults
from muster.engine.core_types import Types, contract_types, result_types, type_faults, typed
from muster.engine.syntax import line_of, read_tree, tables_read
from muster.problems import UserDataError

PACKAGE = Path(__file__).parents[1]
_TEMPLATES = ("{{", "{%", "${")


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One construct that is not core SQL."""

    path: Path
    line: int
    construct: str
    remedy: str

    def __str__(self) -> str:
        """For example: `scoring/score.sql:12: AVG(x). Divide a SUM by a COUNT.`"""
        return f"{self.path}:{self.line}: {self.construct}. {self.remedy}"


def lint(path: Path, *, known: Mapping[str, Mapping[str, str]] | None = None) -> list[Violation]:
    """Every violation in one file. `known` are tables with types; the contracts' where it is None."""
    return _lint(path, contract_types() if known is None else known)[0]


def lint_all(paths: Sequence[Path]) -> list[Violation]:
    """Every violation in many files; types found in one are known in those that read it."""
    known: Types = contract_types()
    found = []
    for path in _readers_last(paths):
        violations, types = _lint(path, known)
        known.setdefault(path.stem, types)
        found += violations
    return sorted(found)


def _lint(path: Path, known: Mapping[str, Mapping[str, str]]) -> tuple[list[Violation], dict[str, str]]:
    sql = path.read_text("utf-8")
    for mark in _TEMPLATES:
        if mark in sql:
            line = sql[: sql.index(mark)].count("\n") + 1
            remedy = "There are none: join a table that holds the value."
            return [Violation(path, line, f"the template {mark}", remedy)], {}
    try:
        tree = read_tree(sql, path=path)
    except UserDataError as error:
        return [Violation(path, 1, error.message, error.remedy)], {}
    faults = list(shape_faults(tree))
    if not sql.startswith("--"):
        faults.append(
            (tree, "no sentence", "Open the file with a comment that says in English what it makes.")
        )
    with_types = typed(tree, known)
    faults += type_faults(with_types)
    found = {Violation(path, line_of(node), construct, remedy) for node, construct, remedy in faults}
    return sorted(found), result_types(with_types)


def _readers_last(paths: Sequence[Path]) -> list[Path]:
    """Files in such an order that, where there is no cycle, a table comes before what reads it."""
    reads = {}
    for path in sorted(paths):
        try:
            reads[path] = set(tables_read(read_tree(path.read_text("utf-8"), path=path)))
        except UserDataError:
            reads[path] = set()
    ordered: list[Path] = []
    while reads:
        names = {path.stem for path in reads}
        ready = [path for path, needs in reads.items() if not needs & (names - {path.stem})] or list(reads)
        ordered += ready
        for path in ready:
            del reads[path]
    return ordered


def main(arguments: Sequence[str]) -> int:
    """Print every violation in the files and folders named; 1 when there is any."""
    places = [Path(argument) for argument in arguments] or [PACKAGE]
    paths = [
        path for place in places for path in (sorted(place.rglob("*.sql")) if place.is_dir() else [place])
    ]
    violations = lint_all(paths)
    sys.stdout.writelines(f"{violation}\n" for violation in violations)
    sys.stdout.write(f"{len(paths)} files of core SQL, {len(violations)} violations.\n")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
