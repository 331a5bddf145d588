"""A workspace: a folder with muster.toml and rules, and the tables built from the company's records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from muster import flow
from muster.config.reading import HOW_TO_MAKE_ONE, read_config
from muster.config.settings import FILE, SQLITE_STORE, Config
from muster.engine.lock import hold
from muster.engine.published import Published, open_published
from muster.engine.run_log import RUN, begun
from muster.erasing.erase import Finished, begin, finish
from muster.erasing.retention import keep_no_longer
from muster.erasing.whom import Whom
from muster.problems import WrongUse
from muster.recall.clock import micros
from muster.rules.read import Rules, default_text, read_rules, rule_shapes
from muster.rules.retention import stranger_days

_TEMPLATE = """# Muster workspace. Every key: docs/reference/muster-toml.md

[company]
name = "{name}"
currency = "USD"            # money is reported in this currency; others stand beside it
own_domains = []            # your own mail domains: your people's visits are not engagement
# live_since = 2026-01-01   # hand-offs before this day are marked as replayed

# One [[source]] for each export. A CRM export is a folder, .zip or .gz of object files:
#
# [[source]]
# name = "crm"
# kind = "salesforce"
# path = "../exports/crm"   # from this file on; ${{NAME}} takes a folder from the environment
# [source.fields]
# "opportunity.solution_id" = "Solution__c"
#
# Anything else is a table with a column map:
#
# [[source]]
# name = "web"
# kind = "table"
# path = "../exports/web_events.csv"
# table = "engagement"
# [source.columns]
# engagement_id = "event_id"
# occurred_at = "ts"
# activity = {{ column = "event", values = {{ page_view = "page_viewed" }} }}
# url = "path"
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace. Its settings and rules are read when a method needs them.

    >>> import muster
    >>> ws = muster.open("acme")                                     # doctest: +SKIP
    >>> ws.run(); ws.table("buying_group").num_rows                  # doctest: +SKIP
    """

    folder: Path

    @property
    def config(self) -> Config:
        """muster.toml, checked. Raises ConfigError naming key and line."""
        return read_config(self.folder)

    @property
    def rules(self) -> Rules:
        """The rule files, checked. Raises RuleError naming file, row and column."""
        return read_rules(self.folder / "rules")

    @property
    def published(self) -> Published:
        """The tables of the last run that ended well. Raises WrongUse when there was none."""
        return open_published(self.folder)

    def run(
        self, *, as_of: datetime | None = None, engine: str = "duckdb", progress: flow.Progress | None = None
    ) -> flow.RunResult:
        """Build every table as of a date (default: the last instant any record became known).

        Raises WorkspaceBusy when another run holds the workspace.
        """
        with hold(self.folder, RUN), begun(self.folder):
            result, _ = self._build(as_of=as_of, engine=engine, progress=progress)
            return result

    def erase(self, people: Sequence[Whom], *, by: str, progress: flow.Progress | None = None) -> Finished:
        """Erase people for good: from the tables, made anew as of the same date, and from every other file.

        Killed midway, the next run ends it. Raises WorkspaceBusy when another run holds the workspace.
        """
        with hold(self.folder, "muster erase"):
            as_of = datetime.fromisoformat(self.published.manifest["as_of"])
            begin(self.folder, people, by=by)
            _, finished = self._build(as_of=as_of, progress=progress)
        return finished or Finished()

    def _build(
        self, *, as_of: datetime | None, engine: str = "duckdb", progress: flow.Progress | None
    ) -> tuple[flow.RunResult, Finished | None]:
        """A run, then the end of an erasure that was begun, and of what was kept long enough."""
        self._tell_decisions()
        config, rules, now = self.config, self.rules, datetime.now(UTC)
        result = flow.run(self.folder, config, rules, as_of=as_of, engine=engine, now=now, progress=progress)
        finished = finish(self.folder, config)
        leave = stranger_days(rules, micros(now)) is not None
        keep_no_longer(self.folder, config, now=datetime.now(UTC), strangers_leave=leave)
        return result, finished

    def _tell_decisions(self) -> None:
        """Write out what the store holds by now: a source of the run that begins."""
        config = self.config.store
        if config.url is not None or (self.folder / SQLITE_STORE).is_file():
            # Only now: most workspaces keep nothing, and start faster without a database's library.
            from muster.store.keeping import kept_decisions  # noqa: PLC0415

            kept_decisions(self.folder, config)

    def table(self, name: str) -> pa.Table:
        """One published table as Arrow: pandas, Polars, DuckDB and Spark read it without a copy."""
        self.published.path(name)  # names the tables there are when this is none of them
        return self.published.arrow(f'SELECT * FROM "{name}"')

    def query(self, sql: str) -> pa.Table:
        """The result of a SELECT over the published tables, as Arrow."""
        return self.published.arrow(sql)


def open_workspace(folder: str | Path = ".") -> Workspace:
    """Open the workspace in a folder. Raises WrongUse when it has no muster.toml."""
    path = Path(folder)
    if not (path / FILE).is_file():
        raise WrongUse(
            f"{path} is no Muster workspace: it has no {FILE}.",
            remedy=HOW_TO_MAKE_ONE,
        )
    return Workspace(path)


def init_workspace(folder: Path) -> Workspace:
    """Write muster.toml and rules/ with the defaults. Files that are there already stay as they are."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    files = {folder / FILE: _TEMPLATE.format(name=folder.resolve().name)}
    files |= {folder / "rules" / f"{name}.csv": default_text(name) for name in rule_shapes()}
    for path, text in files.items():
        if not path.exists():
            path.write_text(text, "utf-8")
    return Workspace(folder)
