"""Core SQL in Spark's dialect: sqlglot does the syntax, the two rewrites below keep the meaning."""

from __future__ import annotations

from pathlib import Path

from sqlglot import ErrorLevel, exp

from muster.engine.syntax import read_tree

_NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank)


def to_spark(sql: str, *, path: Path | None = None) -> str:
    """Translate one SELECT of core SQL for Apache Spark (and Sail, which speaks its dialect).

    Every name is quoted, so that none is taken for a keyword; where nulls go is said wherever Spark's
    default is not DuckDB's. `path` names the file in complaints.

    >>> print(to_spark("SELECT INT_DIV(t.a, 2) AS half FROM t"))
    SELECT
      ((`t`.`a`) DIV (2)) AS `half`
    FROM `t`
    """
    tree = read_tree(sql, path=path or Path("query"))
    for rewrite in (_divide_whole_numbers, _widen_numbering):
        rewrite(tree)
    return tree.sql("spark", identify=True, comments=False, pretty=True, unsupported_level=ErrorLevel.RAISE)


def _divide_whole_numbers(tree: exp.Query) -> None:
    """INT_DIV(a, b) is a macro on DuckDB and the operator DIV on Spark."""
    for call in reversed(list(tree.find_all(exp.Anonymous))):  # a divided division comes first
        if call.name.upper() == "INT_DIV":
            dividend, divisor = (exp.Paren(this=part.copy()) for part in call.expressions)
            call.replace(exp.Paren(this=exp.IntDiv(this=dividend, expression=divisor)))


def _widen_numbering(tree: exp.Query) -> None:
    """ROW_NUMBER and its kin are BIGINT on DuckDB, and INT on Spark, where products overflow."""
    for window in list(tree.find_all(exp.Window)):
        if isinstance(window.this, _NUMBERING):
            window.replace(exp.cast(window.copy(), exp.DataType.Type.BIGINT))
