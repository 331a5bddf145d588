"""The last run once more with one thing changed, into a folder that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from muster import flow
from muster.canonical.tables import source_tables
from muster.engine.choose import open_engine
from muster.engine.duckdb_engine import literal
from muster.engine.published import NewRun, Published
from muster.engine.shape import quoted
from muster.fingerprints import code_hash, override_hashes
from muster.problems import WrongUse
from muster.rules.read import Rules
from muster.sources.load import Loaded
from muster.steps import Step, all_queries, steps_of
from muster.workspace import Workspace


class Compared:
    """The tables of two runs to ask in SQL: those in force as `now.member`, the others as `then.member`."""

    def __init__(self, now: Published, then: Path) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")
        for schema, folder in (("now", now.folder), ("then", then)):
            self._connection.execute(f'CREATE SCHEMA "{schema}"')
            for name in now.manifest["tables"]:
                file = folder / f"{name}.parquet"
                if file.is_file():
                    self._connection.execute(
                        f'CREATE VIEW "{schema}".{quoted(name)} AS '
                        f"SELECT * FROM read_parquet({literal(str(file))})"
                    )
        engagements = literal(str(now.folder / flow.RECORDS / "engagement.parquet"))
        self._connection.execute(f'CREATE VIEW "now".engagement AS SELECT * FROM read_parquet({engagements})')

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column."""
        asked = self._connection.execute(sql)
        names = [column[0] for column in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()


def refuse_if_stale(workspace: Workspace) -> None:
    """Raise WrongUse where another version, other rules or other SQL made the tables in force.

    What those changed would otherwise be taken for what the change at hand moves.
    """
    published, queries = workspace.published, all_queries()
    inputs = published.manifest["inputs"]
    own = {name: digest for name, digest in inputs.items() if name.startswith("overrides/")}
    threshold = workspace.config.people.join_from
    changed = [
        what
        for what, is_other in (
            ("this version of Muster", published.manifest["code_hash"] != code_hash(queries)),
            ("the rules", inputs.get("rules") != workspace.rules.version),
            ("the workspace's own SQL", own != override_hashes(workspace.folder, queries)),
            (
                "join_from in muster.toml",
                inputs.get("muster.toml/people.join_from") != (None if threshold is None else str(threshold)),
            ),
        )
        if is_other
    ]
    if changed:
        place = "" if workspace.folder == Path() else f" -w {workspace.folder}"
        raise WrongUse(
            f"The tables in force were not made with {' and '.join(changed)}.",
            remedy=f"Bring them up to date first: muster run{place}",
        )


def rebuild(
    workspace: Workspace,
    folder: Path,
    *,
    steps: Sequence[Step] | None = None,
    rules: Rules | None = None,
) -> None:
    """Build the tables from the records that the last run kept, as of its date, into a folder."""
    published, config = workspace.published, workspace.config
    records = published.folder / flow.RECORDS
    landed = {name: records / f"{name}.parquet" for name in source_tables()}
    with open_engine("duckdb", config.engine) as engine:
        _, given = flow.prepare(
            engine,
            Loaded(landed, [], [], records / "set_aside.parquet"),
            records,
            config,
            workspace.rules if rules is None else rules,
            as_of=datetime.fromisoformat(published.manifest["as_of"]),
            now=datetime.now(UTC),
        )
        flow.build(
            engine,
            workspace.folder,
            NewRun(folder),
            given=given,
            progress=lambda _step, _table, _rows: None,
            seconds={},
            steps=steps_of(config) if steps is None else steps,
        )


@contextmanager
def compared(
    workspace: Workspace, *, steps: Sequence[Step] | None = None, rules: Rules | None = None
) -> Iterator[Compared]:
    """The tables in force beside those of the same run with other steps or other rules."""
    refuse_if_stale(workspace)
    with tempfile.TemporaryDirectory(prefix="muster-lab-") as folder:
        rebuild(workspace, Path(folder), steps=steps, rules=rules)
        both = Compared(workspace.published, Path(folder))
        try:
            yield both
        finally:
            both.close()
