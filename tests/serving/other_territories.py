"""The bundled company with other data outside of a rep's territory: what trust.md asks nobody to notice.

The published tables themselves are changed, row by row as `table_rules.toml` says whose they are, and
without a look at the code that keeps to it: a fifth of the rows outside is deleted, every word, amount,
day and flag of the others is another, and accounts, groups and people are there that were not before.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path

import duckdb

from muster.access.table_rules import TableRule, id_sets, table_rules
from muster.engine.lock import HOME
from muster.engine.published import MANIFEST

_SAID = {  # what reps are told of rows that are not theirs
    "hand_off": ("at", "owner_id"),
    "chance_model": ("target", "rung", "trained_at", "horizon_weeks"),
}
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT")


def with_others_changed(source: Path, target: Path, *, owner: str, seed: int) -> Path:
    """A copy of a workspace in which everything that `owner` may not see is drawn anew from a seed."""
    shutil.copytree(source, target, symlinks=True)
    run = (target / HOME / "tables").resolve()
    with duckdb.connect() as connection:
        _Company(connection, (source / HOME / "tables").resolve(), owner, seed).write(run)
    manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    for facts in manifest["tables"].values():
        facts["rows"] += seed
    before = (run / MANIFEST).stat()
    (run / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    os.utime(run / MANIFEST, ns=(before.st_atime_ns, before.st_mtime_ns))  # the page says when it was built
    return target


class _Company:
    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, owner: str, seed: int) -> None:
        self._connection, self._folder, self._owner, self._seed = connection, folder, owner, seed
        self.inside = cache(self._inside)

    def write(self, run: Path) -> None:
        """Write every table of the run anew."""
        for file in sorted(run.rglob("*.parquet")):
            name = file.stem if file.parent == run else f"record_{file.stem}"
            rule = table_rules().get(name, TableRule(right="see_everything"))
            if rule.right != "everyone":
                self._write(self._folder / file.relative_to(run), file, name, rule)

    def _write(self, source: Path, target: Path, name: str, rule: TableRule) -> None:
        columns = self._connection.execute(f"DESCRIBE FROM '{source}'").fetchall()
        is_inside = f'"{rule.by}" IN ({self.inside(rule.among or rule.by)})' if rule.by else "FALSE"
        # A group once handed to them and now another's would come back to them without its later hand-off;
        # how long a chance is about, and whether data are thin, is said to everybody.
        is_kept = "TRUE" if name in ("hand_off", "chance_model") else f"HASH(t, {self._seed}) % 5 > 0"
        is_another = "FALSE" if name == "chance_model" else f"HASH(t, {self._seed}) % 5 = 1"
        changed = ", ".join(_other(column, kind, name, self._seed) for column, kind, *_ in columns)
        added = ", ".join(_new(column, kind, self._seed) for column, kind, *_ in columns)
        hidden = {
            column: f'CASE WHEN "{hide.unless}" IN ({self.inside(hide.among)}) THEN "{column}" ELSE {{}} END'
            for hide in rule.hides
            for column in hide.columns
        }
        shown = ", ".join(
            f'{hidden[column].format(_value(column, kind, self._seed))} AS "{column}"'
            if column in hidden
            else f'"{column}"'
            for column, kind, *_ in columns
        )
        rows = f"(SELECT *, COALESCE({is_inside}, FALSE) AS is_inside FROM '{source}' AS t)"
        self._connection.execute(
            f"""COPY (
            SELECT {shown} FROM {rows} AS t WHERE is_inside
            UNION ALL SELECT {changed} FROM {rows} AS t WHERE NOT is_inside AND {is_kept}
            UNION ALL SELECT {added} FROM {rows} AS t WHERE NOT is_inside AND {is_another}
            ) TO '{target}' (FORMAT parquet)"""
        )

    def _inside(self, name: str) -> str:
        """The ids of a set that are the rep's, as a list of SQL: by the rules as they are written."""
        if name == "account_id":
            query = f"""SELECT account_id FROM '{self._folder}/account.parquet'
            WHERE owner_id = '{self._owner}' UNION
            SELECT account_id FROM '{self._folder}/buying_group.parquet' AS g WHERE closed_at IS NULL
            AND (SELECT ARG_MAX(h.owner_id, h."at") FROM '{self._folder}/hand_off.parquet' AS h
            WHERE h.buying_group_id = g.buying_group_id) = '{self._owner}'"""
        else:
            ids = id_sets()[name]
            rule = table_rules()[ids.table]
            among = self.inside(rule.among or rule.by or "")
            query = f"""SELECT DISTINCT "{ids.column}" FROM '{self._folder}/{ids.table}.parquet'
            WHERE "{rule.by}" IN ({among}) AND {ids.where or "TRUE"}"""
        found = self._connection.execute(query).fetchall()
        return ", ".join(f"'{one}'" for (one,) in found if one is not None) or "NULL"


def _other(column: str, kind: str, table: str, seed: int) -> str:
    """Another value in a row that stays: ids stay, so that rows of one thing go together."""
    is_id = column.endswith("_id") and column != "owner_id"
    is_kept = is_id or column in _SAID.get(table, ())
    return f'"{column}"' if is_kept else f'{_value(column, kind, seed)} AS "{column}"'


def _new(column: str, kind: str, seed: int) -> str:
    """A value of a row that was not there: of an account, group and people of its own."""
    return f'{_value(column, kind, seed)} AS "{column}"'


def _value(column: str, kind: str, seed: int) -> str:
    if kind == "VARCHAR":
        return f"\"{column}\" || ' {seed}'"
    if kind in _NUMBERS:
        return f'CAST("{column}" * 2 + {seed} AS {kind})'
    if kind == "BOOLEAN":
        return f'"{column}" <> ({seed} % 2 = 0)'
    if kind == "TIMESTAMP":
        return f'"{column}" + INTERVAL {seed} HOUR'
    if kind == "DATE":
        return f'CAST("{column}" + INTERVAL {seed} DAY AS DATE)'
    return f'"{column}"'
