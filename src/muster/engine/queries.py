"""The SQL files of a step: what each one says, what it reads, and the order to run them in."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.engine.scan import tables_named
from muster.problems import UserDataError


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL file: it makes the table of its own name. `references` are the tables it reads, with lines."""

    name: str
    path: Path
    sql: str
    references: Mapping[str, int]

    @property
    def about(self) -> str:
        """The comment the file opens with: its sentence in English."""
        said = []
        for line in self.sql.splitlines():
            if not line.startswith("--"):
                break
            said.append(line.removeprefix("--").strip())
        return " ".join(said)


def read_query(path: Path) -> Query:
    """Read one SQL file. Raises UserDataError when it holds anything but one SELECT."""
    sql = path.read_text("utf-8")
    return Query(path.stem, path, sql, _parsed(sql, path))


def read_queries(folder: Path) -> list[Query]:
    """Read every SQL file of a folder, by name."""
    return [read_query(path) for path in sorted(folder.glob("*.sql"))]


def shipped_queries(folder: Path) -> list[Query]:
    """The same of a folder of Muster's own, whose files linting has parsed already."""
    files = {path: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
    return [Query(path.stem, path, sql, tables_named(sql)) for path, sql in files.items()]


def unite(
    place: Path,
    *,
    about: str,
    column: str,
    parts: Mapping[str, str],
    columns: Sequence[str],
    shipped: bool = False,
) -> Query:
    """The query of a table whose rows come from several SELECTs: `parts` by the name that `column` says.

    Where all parts are `shipped` with Muster they need no parsing. Raises UserDataError where one is no SQL.
    """
    wanted = ", ".join(f"x.{name}" for name in columns)
    selects = [
        f"SELECT '{name}' AS {column}, {wanted}\nFROM (\n{sql.rstrip()}\n) AS x"
        for name, sql in parts.items()
    ]
    sql = f"-- {about}\n" + "\nUNION ALL\n".join(selects) + "\n"
    return Query(place.stem, place, sql, tables_named(sql) if shipped else _parsed(sql, place))


def in_order(queries: Sequence[Query], given: Iterable[str]) -> list[Query]:
    """Sort queries so that each comes after the tables it reads; names decide where nothing else does.

    `given` are the tables that are there already. Raises UserDataError for a table that neither is
    given nor made, for two queries of one name, and for queries that wait for each other.
    """
    known = set(given)
    made = {query.name: query for query in queries}
    if len(made) < len(queries):
        twice = next(q for q in queries if made[q.name] is not q)
        raise UserDataError(
            f"Two files make the table {twice.name}: {twice.path} and {made[twice.name].path}.",
            remedy="Remove or rename one.",
        )
    for query in queries:
        _check_known(query, known | set(made))
    waiting = {q.name: {r for r in q.references if r in made and r not in known} for q in queries}
    ordered: list[Query] = []
    while waiting:
        ready = sorted(name for name, needs in waiting.items() if not needs & waiting.keys())
        if not ready:
            raise _cycle(waiting, made)
        # One at a time, so that the order does not depend on how many are ready together.
        ordered.append(made[ready[0]])
        del waiting[ready[0]]
    return ordered


def _parsed(sql: str, path: Path) -> Mapping[str, int]:
    # Parsing is for what others wrote: a company without any starts without the parser.
    from muster.engine.syntax import read_tree, tables_read  # noqa: PLC0415

    return tables_read(read_tree(sql, path=path))


def _check_known(query: Query, known: set[str]) -> None:
    for name, line in query.references.items():
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
            raise UserDataError(f"{query.path}, line {line}: there is no table {name}.", remedy=hint)


def _cycle(waiting: Mapping[str, set[str]], made: Mapping[str, Query]) -> UserDataError:
    name = min(waiting)
    seen: list[str] = []
    while name not in seen:
        seen.append(name)
        name = min(waiting[name] & waiting.keys())
    ring = [*seen[seen.index(name) :], name]
    first = made[ring[0]]
    return UserDataError(
        f"{first.path}, line {first.references[ring[1]]}: these tables wait for each other: "
        f"{' reads '.join(ring)}.",
        remedy="Move what they share into a table of its own.",
    )
