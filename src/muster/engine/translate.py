"""Core SQL in Spark's dialect: sqlglot does the syntax, the three rewrites below keep the meaning."""

from __future__ import annotations

from pathlib import Path

from sqlglot import ErrorLevel, exp

from muster.engine.syntax import read_tree

_NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank)


def to_spark(sql: str, *, path: Path | None = None) -> str:
    """Translate one SELECT of core SQL for Apache Spark (and Sail, which speaks its dialect).

    Every name is quoted, so that none is taken for a keyword. `path` names the file in complaints.

    >>> to_spark("SELECT INT_DIV(t.a, 2) AS half FROM t")
    'SELECT ((`t`.`a`) DIV (2)) AS `half` FROM `t`'
    """
    tree = read_tree(sql, path=path or Path("query"))
    for rewrite in (_divide_whole_numbers, _widen_numbering, _order_nulls):
        rewrite(tree)
    return tree.sql("spark", identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)


def _divide_whole_numbers(tree: exp.Query) -> None:
    """INT_DIV(a, b) is a macro on DuckDB and the operator DIV on Spark."""
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.upper() == "INT_DIV":
            dividend, divisor = (exp.Paren(this=part.copy()) for part in call.expressions)
            call.replace(exp.Paren(this=exp.IntDiv(this=dividend, expression=divisor)))


def _widen_numbering(tree: exp.Query) -> None:
    """ROW_NUMBER and its kin are BIGINT on DuckDB, and INT on Spark, where products overflow."""
    for window in list(tree.find_all(exp.Window)):
        if isinstance(window.this, _NUMBERING):
            window.replace(exp.cast(window.copy(), exp.DataType.Type.BIGINT))


def _order_nulls(tree: exp.Query) -> None:
    """DuckDB puts nulls last whichever way it sorts; say so, whatever the other engine's default."""
    for key in tree.find_all(exp.Ordered):
        key.set("nulls_first", bool(key.args.get("nulls_first")))
