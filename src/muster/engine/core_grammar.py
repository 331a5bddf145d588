"""What core SQL consists of: every syntax node that may occur, and which of its parts may be used.

Whatever is not listed here is refused, however harmless it looks: a construct is added once it has
been seen to give equal results on DuckDB, Sail and Spark (`tests/engine/test_equality.py`).
"""

from __future__ import annotations

from sqlglot import exp

_UNARY = {"this"}
_BINARY = {"this", "expression"}

# Node -> the parts that may be given. Parts that only record how sqlglot read the text are allowed too.
NODES: dict[type[exp.Expr], set[str]] = {
    # Queries
    exp.Select: {"with_", "expressions", "distinct", "from_", "joins", "where", "group", "having"},
    exp.Union: {"with_", "this", "expression"},
    exp.With: {"expressions"},
    exp.CTE: {"this", "alias"},
    exp.Subquery: {"this", "alias"},
    exp.From: _UNARY,
    exp.Join: {"this", "kind", "side", "on"},
    exp.Where: _UNARY,
    exp.Group: {"expressions"},
    exp.Having: _UNARY,
    exp.Distinct: {"expressions"},
    exp.Table: {"this", "alias"},
    exp.TableAlias: _UNARY,
    exp.Alias: {"this", "alias"},
    exp.Column: {"this", "table"},
    exp.Identifier: {"this", "quoted"},
    # Values
    exp.Literal: {"this", "is_string"},
    exp.Boolean: _UNARY,
    exp.Null: set(),
    exp.Star: set(),
    exp.Paren: _UNARY,
    exp.Cast: {"this", "to"},
    exp.DataType: _UNARY,
    exp.Case: {"this", "ifs", "default"},
    exp.If: {"this", "true"},
    # Comparisons
    exp.And: _BINARY,
    exp.Or: _BINARY,
    exp.Not: _UNARY,
    exp.EQ: _BINARY,
    exp.NEQ: _BINARY,
    exp.LT: _BINARY,
    exp.LTE: _BINARY,
    exp.GT: _BINARY,
    exp.GTE: _BINARY,
    exp.Is: _BINARY,
    exp.NullSafeEQ: _BINARY,
    exp.NullSafeNEQ: _BINARY,
    exp.Between: {"this", "low", "high"},
    exp.In: {"this", "expressions", "query"},
    exp.Exists: _UNARY,
    exp.Like: {"this", "expression", "negate"},
    # Arithmetic
    exp.Add: _BINARY,
    exp.Sub: _BINARY,
    exp.Mul: _BINARY,
    exp.Div: {"this", "expression", "typed", "safe"},
    exp.Mod: _BINARY,
    exp.Neg: _UNARY,
    exp.DPipe: {"this", "expression", "safe"},
    # Functions
    exp.Abs: _UNARY,
    exp.Coalesce: {"this", "expressions"},
    exp.Exp: _UNARY,
    exp.Floor: _UNARY,
    exp.Greatest: {"this", "expressions", "ignore_nulls"},
    exp.Least: {"this", "expressions", "ignore_nulls"},
    exp.Ln: _UNARY,
    exp.Lower: _UNARY,
    exp.MD5: _UNARY,
    exp.Nullif: _BINARY,
    exp.Pow: _BINARY,
    exp.Sqrt: _UNARY,
    exp.Substring: {"this", "start", "length"},
    exp.Upper: _UNARY,
    exp.Count: {"this", "big_int"},
    exp.Max: _UNARY,
    exp.Min: _UNARY,
    exp.Sum: _UNARY,
    # Windows
    exp.Window: {"this", "partition_by", "order", "spec", "over"},
    exp.WindowSpec: {"kind", "start", "start_side", "end", "end_side"},
    exp.Order: {"expressions"},
    exp.Ordered: {"this", "desc", "nulls_first"},
    exp.RowNumber: set(),
    exp.Rank: set(),
    exp.DenseRank: set(),
    exp.Lag: {"this", "offset", "default"},
    exp.Lead: {"this", "offset", "default"},
    exp.FirstValue: _UNARY,
    exp.LastValue: _UNARY,
}

# Functions sqlglot does not know, by name: macros every engine is given.
MACROS = {"INT_DIV": 2}

TYPES = {
    exp.DataType.Type.INT,
    exp.DataType.Type.BIGINT,
    exp.DataType.Type.DOUBLE,
    exp.DataType.Type.TEXT,  # how VARCHAR is read
    exp.DataType.Type.BOOLEAN,
}

# What to write instead of nodes that people reach for.
REMEDIES: dict[type[exp.Expr], str] = {
    exp.IntDiv: "Use INT_DIV(a, b).",
    exp.Avg: "Divide a SUM by a COUNT, both cast as you mean them.",
    exp.Concat: "Use ||, which is null when a part is null on every engine.",
    exp.ConcatWs: "Use || with COALESCE.",
    exp.Filter: "Put the condition in a CASE inside the aggregate.",
    exp.Qualify: "Number the rows in a CTE and filter after it.",
    exp.Unnest: "Join a table that holds the values.",
    exp.Explode: "Join a table that holds the values.",
    exp.Values: "Put the values in a table of their own and join it.",
    exp.Except: "Use NOT EXISTS.",
    exp.Intersect: "Use EXISTS.",
    exp.TryCast: "Clean values where they are read; the flow's tables hold no bad ones.",
    exp.ILike: "Compare LOWER(...) with LIKE.",
    exp.Ceil: "Use -FLOOR(-x), inside a CAST.",
    exp.Round: "Use FLOOR(x + 5e-1), inside a CAST.",
    exp.Log: "Use LN.",
    exp.CountIf: "Use COUNT(CASE WHEN ... THEN 1 END).",
    exp.IgnoreNulls: "Filter the nulls out in a CTE first.",
    exp.AnyValue: "Use MIN or MAX, which name one value on every engine.",
    exp.First: "Use MIN or MAX, or number the rows with ROW_NUMBER.",
    exp.ArgMax: "Number the rows with ROW_NUMBER and keep the first.",
    exp.ArgMin: "Number the rows with ROW_NUMBER and keep the first.",
    exp.ArrayAgg: "Core SQL has no lists: keep one row for each element.",
    exp.Array: "Core SQL has no lists: keep one row for each element.",
    exp.Parameter: "There are no templates: join a table that holds the value.",
    exp.Placeholder: "There are no templates: join a table that holds the value.",
    exp.Interval: "Instants are microseconds: add 86400000000 for a day.",
    exp.TimestampTrunc: "Instants are microseconds: join a table of days or weeks.",
    exp.DateTrunc: "Instants are microseconds: join a table of days or weeks.",
    exp.CurrentTimestamp: "Join the run's table for its as-of instant.",
    exp.CurrentDate: "Join the run's table for its as-of instant.",
    exp.RegexpLike: "Match patterns where values are read, or use LIKE.",
    exp.Lateral: "Join a table with ON.",
}

# The same for parts of allowed nodes.
PART_REMEDIES: dict[tuple[type[exp.Expr], str], str] = {
    (exp.Select, "order"): "Tables have no order; publishing sorts by the key.",
    (exp.Union, "order"): "Tables have no order; publishing sorts by the key.",
    (exp.Select, "limit"): "Number the rows with ROW_NUMBER and filter.",
    (exp.Select, "qualify"): "Number the rows in a CTE and filter after it.",
    (exp.Select, "windows"): "Write each window out.",
    (exp.Select, "laterals"): "Join a table with ON.",
    (exp.Union, "distinct"): "Use UNION ALL, then SELECT DISTINCT where repeats are meant to go.",
    (exp.Group, "all"): "Name the columns.",
    (exp.Join, "using"): "Write ON with both columns qualified.",
    (exp.Join, "method"): "Write JOIN, LEFT JOIN or FULL JOIN with ON.",
    (exp.With, "recursive"): "Core SQL has no recursion: join a table of steps, or use windows.",
    (exp.CTE, "materialized"): "Leave it to the engine, or make it a table of its own.",
    (exp.Distinct, "on"): "Number the rows with ROW_NUMBER and keep the first.",
    (exp.Table, "db"): "Tables are named without a schema.",
    (exp.Like, "escape"): "Use a pattern without an escape.",
    (exp.If, "false"): "Use CASE WHEN ... THEN ... ELSE ... END.",
    (exp.TableAlias, "columns"): "Name the columns with AS inside the query.",
}
DEFAULT_REMEDY = "It is not in core SQL; muster/engine/core_grammar.py lists what is."
