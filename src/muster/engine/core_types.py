"""Rules of core SQL that need to know a column's type, wherever the type can be told.

Types come from the contracts of the source and flow tables and from the queries linted before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from muster.canonical.tables import INSIDE, flow_tables, source_tables
from muster.engine.core_rules import Fault
from muster.engine.syntax import DIALECT

Types = dict[str, dict[str, str]]  # table -> column -> type

_REAL = {exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT, exp.DataType.Type.DECIMAL}
_PASSING_ON = exp.Add | exp.Sub | exp.Mul | exp.Neg | exp.Paren | exp.Coalesce | exp.Greatest | exp.Least
_WHOLE = {exp.DataType.Type.INT, exp.DataType.Type.BIGINT}
_AS_TEXT = "Engines write them differently: cast to BIGINT first."


def contract_types() -> Types:
    """The types, inside the flow, of every table that has a contract."""
    tables = {**source_tables(), **flow_tables()}
    return {name: {c.name: INSIDE[c.type] for c in table.columns} for name, table in tables.items()}


def typed(tree: exp.Query, known: Mapping[str, Mapping[str, str]]) -> exp.Query:
    """A copy of a tree whose nodes know their type, where it can be told."""
    copy = tree.copy()
    for scope in traverse_scope(copy):
        if len(scope.sources) == 1:
            (name,) = scope.sources
            for column in scope.columns:
                if not column.table:
                    column.set("table", exp.to_identifier(name))
    schema = MappingSchema(dialect=DIALECT)
    for table, columns in known.items():
        schema.add_table(table, dict(columns), dialect=DIALECT)
    for call in list(copy.find_all(exp.Anonymous)):
        if call.name.upper() == "INT_DIV" and len(call.expressions) == 2:
            call.replace(exp.IntDiv(this=call.expressions[0], expression=call.expressions[1]))
    annotated: exp.Query = annotate_types(copy, schema=schema, dialect=DIALECT)
    return annotated


def result_types(tree: exp.Query) -> dict[str, str]:
    """Column -> type of a typed tree's result, unknown ones left out."""
    types = {}
    for column in tree.selects:
        if _is_real(column.unalias()):
            types[column.alias_or_name] = "DOUBLE"
        elif column.type is not None and column.type.this != exp.DataType.Type.UNKNOWN:
            types[column.alias_or_name] = column.type.sql(DIALECT)
    return types


def type_faults(tree: exp.Query) -> Iterator[Fault]:
    """Every fault that only types show, in a typed tree."""
    for node in tree.walk():
        if isinstance(node, exp.Cast):
            yield from _cast_faults(node)
        elif isinstance(node, exp.Sum):
            yield from _sum_faults(node)
        elif isinstance(node, exp.DPipe | exp.MD5):
            for part in node.iter_expressions():
                if _is_real(part):
                    yield (part, "text made of a DOUBLE", _AS_TEXT)


def _cast_faults(cast: exp.Cast) -> Iterator[Fault]:
    inner = cast.this.unnest()
    if not _is_real(inner):
        return
    if cast.to.this in _WHOLE and not isinstance(inner, exp.Floor):
        remedy = (
            "DuckDB rounds where Spark cuts off: write CAST(FLOOR(x) AS BIGINT), or FLOOR(x + 5e-1) to round."
        )
        yield (cast, "CAST of a DOUBLE to a whole number", remedy)
    if cast.to.this == exp.DataType.Type.TEXT:
        yield (cast, "text made of a DOUBLE", _AS_TEXT)


def _sum_faults(total: exp.Sum) -> Iterator[Fault]:
    """Whole numbers need the cast (HUGEINT otherwise); real ones an order, or bits change between runs."""
    window = total.parent if isinstance(total.parent, exp.Window) else None
    outer = (window or total).parent
    while isinstance(outer, exp.Paren):
        outer = outer.parent
    is_ordered = window is not None and window.args.get("order") and window.args.get("spec")
    cast_to = outer.to.this if isinstance(outer, exp.Cast) else None
    if _is_real(total.this) and not is_ordered:
        remedy = (
            "Its last digits depend on the order of rows: add whole numbers (cents, points, "
            "CAST(FLOOR(x * 1e6) AS BIGINT)), or use a window with ORDER BY and ROWS."
        )
        yield (total, "SUM of DOUBLEs in no order", remedy)
    elif cast_to not in _WHOLE and not (is_ordered and (_is_real(total.this) or _is_real(outer))):
        yield (total, "SUM without a cast", "Write CAST(SUM(...) AS BIGINT): engines widen sums differently.")


def _is_real(node: exp.Expr | None) -> bool:
    """Whether a value is surely a DOUBLE; a part that is one makes the whole of sums and products one."""
    if node is None or node.type is None:
        return False
    if node.type.this != exp.DataType.Type.UNKNOWN:
        return node.type.this in _REAL
    if isinstance(node, exp.Div):
        return True
    if isinstance(node, exp.Case):
        results = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default")]
        return any(_is_real(result) for result in results)
    return isinstance(node, _PASSING_ON) and any(_is_real(part) for part in node.iter_expressions())
