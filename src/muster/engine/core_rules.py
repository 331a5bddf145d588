"""Rules of core SQL that the shape of a query shows: first the allow-list, then what each node must heed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from muster.engine.core_grammar import DEFAULT_REMEDY, MACROS, NODES, PART_REMEDIES, REMEDIES, TYPES

Fault = tuple[exp.Expr, str, str]  # where, the construct, the remedy

_JOINS = {("", ""), ("", "INNER"), ("", "CROSS"), ("LEFT", ""), ("RIGHT", ""), ("FULL", "")}
_FRAMED = (exp.Sum, exp.Count, exp.Min, exp.Max, exp.FirstValue, exp.LastValue)
_UNORDERED = (exp.Sum, exp.Count, exp.Min, exp.Max)
_COMPARISONS = (exp.GT, exp.LT, exp.NEQ)
_RESERVED = {"at"}  # a bare column of this name does not parse on DuckDB


def shape_faults(tree: exp.Query) -> Iterator[Fault]:
    """Every fault that the shape of a query shows."""
    for node in tree.walk():
        allowed = NODES.get(type(node))
        if isinstance(node, exp.Anonymous):
            yield from _macro(node)
        elif allowed is None:
            yield (node, _shown(node), REMEDIES.get(type(node), DEFAULT_REMEDY))
        else:
            yield from _parts(node, allowed)
            for rule in _RULES.get(type(node), ()):
                yield from rule(node)


def _parts(node: exp.Expr, allowed: set[str]) -> Iterator[Fault]:
    for part, value in node.args.items():
        if value and part not in allowed:
            remedy = PART_REMEDIES.get((type(node), part), DEFAULT_REMEDY)
            name = part.strip("_").upper()
            where = value if isinstance(value, exp.Expr) else node
            yield (where, f"{name} in {type(node).__name__.upper()}", remedy)


def _macro(node: exp.Anonymous) -> Iterator[Fault]:
    count = MACROS.get(node.name.upper())
    if count is None:
        yield (node, f"the function {node.name.upper()}", DEFAULT_REMEDY)
    elif len(node.expressions) != count:
        yield (node, _shown(node), f"{node.name.upper()} takes {count} arguments.")
    else:
        yield from _divisor(node.expressions[1])


def _shown(node: exp.Expr) -> str:
    text = " ".join(node.sql("duckdb").split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _literal(literal: exp.Literal) -> Iterator[Fault]:
    if not literal.is_string and "." in literal.name and "e" not in literal.name.lower():
        mantissa, exponent = f"{float(literal.name):e}".split("e")
        better = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
        remedy = f"It is a DECIMAL on some engines, and overflows: write {better}."
        yield (literal, f"the decimal number {literal.name}", remedy)


def _column(column: exp.Column) -> Iterator[Fault]:
    if column.name.lower() in _RESERVED and not column.table:
        yield (
            column,
            f"the bare column {column.name}",
            f"DuckDB reads it as a keyword: write t.{column.name}.",
        )


def _star(star: exp.Star) -> Iterator[Fault]:
    if not isinstance(star.parent, exp.Count):
        yield (star.parent or star, "SELECT *", "Name the columns.")


def _type(cast: exp.Cast) -> Iterator[Fault]:
    if cast.to.this not in TYPES:
        remedy = "Core SQL has INT, BIGINT, DOUBLE, VARCHAR and BOOLEAN; instants are BIGINT microseconds."
        yield (cast, f"the type {cast.to.sql('duckdb')}", remedy)


def _division(division: exp.Div | exp.Mod) -> Iterator[Fault]:
    yield from _divisor(division.expression)


def _divisor(divisor: exp.Expr) -> Iterator[Fault]:
    """Zero gives infinity, null or an error, depending on the engine; so it must be ruled out in sight.

    In sight is: a constant, NULLIF, a positive number added, or a comparison of each column in the
    same SELECT (`CASE WHEN t.raw > 0 THEN ... / t.raw`).
    """
    columns = list(divisor.find_all(exp.Column, exp.Star, exp.Subquery))
    if not columns or divisor.find(exp.Nullif) is not None:
        return
    inner = divisor.unnest()
    if isinstance(inner, exp.Add) and any(isinstance(part, exp.Literal) for part in inner.iter_expressions()):
        return
    if isinstance(inner, exp.Greatest) and any(
        isinstance(part, exp.Literal) for part in inner.iter_expressions()
    ):
        return
    select = divisor.parent_select
    compared = {
        side.sql()
        for check in (select.find_all(*_COMPARISONS) if select else ())
        for side in check.iter_expressions()
    }
    if not all(column.sql() in compared for column in columns):
        remedy = "Zero gives infinity, null or an error on different engines: divide by NULLIF(x, 0)."
        yield (divisor, f"a division by {_shown(divisor)}", remedy)


def _like(like: exp.Like) -> Iterator[Fault]:
    pattern = like.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string) or "\\" in pattern.name:
        yield (like, _shown(like), "LIKE takes a constant pattern without backslashes.")


def _substring(part: exp.Substring) -> Iterator[Fault]:
    start = part.args.get("start")
    if not (isinstance(start, exp.Literal) and start.name.isdigit() and int(start.name) > 0):
        yield (part, _shown(part), "SUBSTRING starts at a constant, counted from 1.")


def _floor(floor: exp.Floor) -> Iterator[Fault]:
    around = floor.parent
    while isinstance(around, exp.Paren | exp.Neg):
        around = around.parent
    if not isinstance(around, exp.Cast):
        yield (
            floor,
            "FLOOR without a cast",
            "Its type differs: write CAST(FLOOR(x) AS BIGINT), or AS DOUBLE.",
        )


def _if(condition: exp.If) -> Iterator[Fault]:
    if not isinstance(condition.parent, exp.Case):
        yield (condition, "IF(...)", "Use CASE WHEN ... THEN ... ELSE ... END.")


def _join(join: exp.Join) -> Iterator[Fault]:
    shape = (join.side.upper(), join.kind.upper().replace("OUTER", ""))
    if shape not in _JOINS:
        yield (join, f"{join.side} {join.kind} JOIN".strip(), "Use JOIN, LEFT JOIN, FULL JOIN or CROSS JOIN.")
    elif shape != ("", "CROSS"):
        condition = join.args.get("on")
        if condition is None and not join.args.get("using"):
            yield (
                join,
                "a join without ON",
                "Write ON with explicit keys, or CROSS JOIN if you mean every pair.",
            )
        elif condition is not None and condition.find(exp.Column) is None:
            yield (join, "a join ON a constant", "Write CROSS JOIN.")


def _table(table: exp.Table) -> Iterator[Fault]:
    if not isinstance(table.this, exp.Identifier):
        yield (table, f"the table function {_shown(table.this)}", "Join a table that holds the values.")


def _group(group: exp.Group) -> Iterator[Fault]:
    for key in group.expressions:
        if isinstance(key, exp.Literal):
            yield (key, f"GROUP BY {key.name}", "Name the column.")


def _order(order: exp.Order) -> Iterator[Fault]:
    if not isinstance(order.parent, exp.Window | exp.Select | exp.Union):
        yield (order, "ORDER BY in an aggregate", "Number the rows with ROW_NUMBER.")
    for key in order.expressions:
        if isinstance(key.this, exp.Literal):
            yield (key, f"ORDER BY {key.this.name}", "Name the column.")


def _window(window: exp.Window) -> Iterator[Fault]:
    frame = window.args.get("spec")
    if frame is None and isinstance(window.this, _FRAMED) and window.args.get("order"):
        remedy = "Write ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW, or the frame you mean."
        yield (window, "a running window without a frame", remedy)
    if frame is not None and frame.args.get("kind") != "ROWS":
        yield (window, f"a {frame.args.get('kind')} frame", "Use ROWS, over an order without ties.")
    if not window.args.get("order") and not isinstance(window.this, _UNORDERED):
        yield (window, "a window without ORDER BY", "Say in which order, down to a key without ties.")


def _select(select: exp.Select) -> Iterator[Fault]:
    """Each expression has a name, and so has each of several tables; columns then say whose they are."""
    context = select.parent_select and select.find_ancestor(
        exp.CTE, exp.From, exp.Join, exp.Exists, exp.In, exp.Subquery
    )
    is_nameless = isinstance(context, exp.Exists | exp.In) or (
        isinstance(context, exp.Subquery)
        and not isinstance(context.parent, exp.From | exp.Join | exp.Union | exp.CTE)
    )
    if not is_nameless:
        for column in select.expressions:
            if isinstance(column.unalias(), exp.Null):
                yield (column, "a column that is NULL", "Say of which type: CAST(NULL AS VARCHAR).")
            elif not isinstance(column, exp.Alias | exp.Column | exp.Star):
                yield (column, f"{_shown(column)} without a name", "Give it one with AS.")
    sources = _sources(select)
    if len(sources) > 1:
        for source in sources:
            if isinstance(source, exp.Table | exp.Subquery) and not source.alias:
                yield (
                    source,
                    f"{_shown(source)} without an alias",
                    "Give each joined table a short name with AS.",
                )
    if len(sources) + (1 if is_nameless else 0) > 1:
        for column in select.find_all(exp.Column):
            if not column.table and column.parent_select is select and not isinstance(column.this, exp.Star):
                remedy = "Several tables are in scope: say whose it is, as in t.column."
                yield (column, f"the column {column.name} without its table", remedy)


def _sources(select: exp.Select) -> list[exp.Expr]:
    start = select.args.get("from_")
    return ([start.this] if start else []) + [join.this for join in select.args.get("joins") or ()]


_RULES: dict[type[exp.Expr], tuple[Callable[..., Iterator[Fault]], ...]] = {
    exp.Literal: (_literal,),
    exp.Column: (_column,),
    exp.Star: (_star,),
    exp.Cast: (_type,),
    exp.Div: (_division,),
    exp.Mod: (_division,),
    exp.Like: (_like,),
    exp.Substring: (_substring,),
    exp.Floor: (_floor,),
    exp.If: (_if,),
    exp.Join: (_join,),
    exp.Table: (_table,),
    exp.Group: (_group,),
    exp.Order: (_order,),
    exp.Window: (_window,),
    exp.Select: (_select,),
}
