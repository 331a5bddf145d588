"""Names and values written into the SQL that the readers build: always quoted, never pasted."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A column or table name, quoted.

    >>> identifier('half "quoted')
    '"half ""quoted"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text value, quoted.

    >>> literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def any_of(conditions: list[str]) -> str:
    """The conditions joined by OR; FALSE when there are none."""
    return " OR ".join(f"({c})" for c in conditions) or "FALSE"
