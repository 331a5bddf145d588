"""SQL text as a tree, and the line on which a part of it stands."""

from __future__ import annotations

from pathlib import Path

from sqlglot import exp, parse
from sqlglot.errors import ParseError, TokenError
from sqlglot.optimizer.scope import traverse_scope

from muster.problems import UserDataError

DIALECT = "duckdb"


def read_tree(sql: str, *, path: Path) -> exp.Query:
    """The tree of the one SELECT in a text. Raises UserDataError, naming file and line, otherwise."""
    try:
        trees = [tree for tree in parse(sql, read=DIALECT) if tree is not None]
    except ParseError as error:
        where = error.errors[0]
        raise UserDataError(
            f"{path}, line {where['line']}: this is no SQL: {where['description']}",
            remedy=f"It was read up to: {where['highlight']!r}",
        ) from error
    except TokenError as error:
        raise UserDataError(f"{path}: this is no SQL: {error}", remedy="Is a quote left open?") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        found = ", ".join(tree.key.upper() for tree in trees) or "nothing"
        raise UserDataError(
            f"{path} must hold one SELECT, and holds: {found}.", remedy="Put one table in one file."
        )
    return trees[0]


def line_of(node: exp.Expr) -> int:
    """The line a node begins on; sqlglot marks names and literals, so it looks inside, then around."""
    place: exp.Expr | None = node
    while place is not None:
        lines = [part.meta["line"] for part in place.walk() if "line" in part.meta]
        if lines:
            return int(min(lines))
        place = place.parent
    return 1


def tables_read(tree: exp.Query) -> dict[str, int]:
    """Every table a query reads, CTEs left out, with the line where it is first named."""
    found: dict[str, int] = {}
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and source.name:
                line = line_of(source.this)
                found[source.name] = min(line, found.get(source.name, line))
    return found
